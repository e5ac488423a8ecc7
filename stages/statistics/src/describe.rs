//! Mean, spread and quartiles of a sample.

use crate::StatisticsError;
use crate::error::{check_count, check_finite};

/// A sample in a few numbers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Description {
    /// Values.
    pub n: usize,
    /// Arithmetic mean.
    pub mean: f64,
    /// Standard deviation with `n - 1` below; none for a single value.
    pub std: Option<f64>,
    /// Smallest value.
    pub min: f64,
    /// Lower quartile, type 7.
    pub lower_quartile: f64,
    /// Median.
    pub median: f64,
    /// Upper quartile, type 7.
    pub upper_quartile: f64,
    /// Largest value.
    pub max: f64,
}

impl Description {
    /// Describes a sample.
    ///
    /// # Errors
    /// When the sample is empty or holds a value that is not finite.
    pub fn of(values: &[f64]) -> Result<Self, StatisticsError> {
        check_count(values.len(), 1)?;
        check_finite(values)?;
        let mut sorted = values.to_vec();
        sorted.sort_by(f64::total_cmp);
        Ok(Self {
            n: values.len(),
            mean: mean_of(values),
            std: std_of(values),
            min: sorted[0],
            lower_quartile: quantile_of_sorted(&sorted, 0.25),
            median: quantile_of_sorted(&sorted, 0.5),
            upper_quartile: quantile_of_sorted(&sorted, 0.75),
            max: sorted[sorted.len() - 1],
        })
    }
}

/// The arithmetic mean, summed in the order given; none of nothing.
pub fn mean(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| mean_of(values))
}

/// The standard deviation with `n - 1` below, in two passes; none of fewer than two.
pub fn sample_std(values: &[f64]) -> Option<f64> {
    std_of(values)
}

/// The middle value, or half the sum of the two in the middle; none of nothing. Values that are not
/// finite stand where `f64::total_cmp` puts them.
pub fn median(values: &[f64]) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let upper = *sorted.get(sorted.len() / 2)?;
    let lower = sorted[(sorted.len() - 1) / 2];
    Some(f64::midpoint(lower, upper))
}

/// The quantile of a sample by linear interpolation between its order statistics.
///
/// # Errors
/// When the sample is empty or holds a value that is not finite, or `probability` is outside 0
/// to 1.
/// # Source
/// Hyndman and Fan, 1996, definition 7; the default of NumPy and R.
pub fn quantile(values: &[f64], probability: f64) -> Result<f64, StatisticsError> {
    check_count(values.len(), 1)?;
    check_finite(values)?;
    if !(0.0..=1.0).contains(&probability) {
        return Err(StatisticsError::NotAProbability { index: 0, value: probability });
    }
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    Ok(quantile_of_sorted(&sorted, probability))
}

pub(crate) fn mean_of(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

pub(crate) fn std_of(values: &[f64]) -> Option<f64> {
    if values.len() < 2 {
        return None;
    }
    let mean = mean_of(values);
    let squares: f64 = values.iter().map(|value| (value - mean) * (value - mean)).sum();
    Some((squares / (values.len() - 1) as f64).sqrt())
}

/// The same of finite values in ascending order, without looking at more than two of them; not a
/// number for none.
pub fn quantile_of_sorted(sorted: &[f64], probability: f64) -> f64 {
    if sorted.is_empty() {
        return f64::NAN;
    }
    let place = probability * (sorted.len() - 1) as f64;
    let below = (place.floor() as usize).min(sorted.len() - 1);
    let above = (below + 1).min(sorted.len() - 1);
    let part = place - below as f64;
    sorted[below] + (sorted[above] - sorted[below]) * part
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sample_worked_out_by_hand() {
        // Sorted 1 2 4 8: mean 15/4; squares 7.5625 + 3.0625 + 0.0625 + 18.0625 = 28.75, over 3.
        // Quartiles at places 0.75, 1.5 and 2.25: 1.75, 3 and 5.
        let found = Description::of(&[8.0, 1.0, 4.0, 2.0]).unwrap();
        let expected = Description {
            n: 4,
            mean: 3.75,
            std: Some((28.75_f64 / 3.0).sqrt()),
            min: 1.0,
            lower_quartile: 1.75,
            median: 3.0,
            upper_quartile: 5.0,
            max: 8.0,
        };
        assert_eq!(found, expected);
    }

    #[test]
    fn a_single_value_has_no_spread() {
        let found = Description::of(&[2.5]).unwrap();
        assert_eq!((found.std, found.lower_quartile, found.max), (None, 2.5, 2.5));
        assert_eq!((mean(&[]), sample_std(&[1.0])), (None, None));
    }

    #[test]
    fn the_median_is_the_value_in_the_middle() {
        assert_eq!([median(&[6.0, 1.0, 2.0]), median(&[6.0, 1.0])], [Some(2.0), Some(3.5)]);
        assert_eq!(median(&[]), None);
    }

    #[test]
    fn refuses_nothing_and_what_is_not_finite() {
        assert_eq!(Description::of(&[]), Err(StatisticsError::TooFew { needed: 1, found: 0 }));
        let error = quantile(&[1.0, f64::INFINITY], 0.5).unwrap_err();
        assert_eq!(error.to_string(), "value inf at position 1 is not a finite number");
        assert!(quantile(&[1.0], 1.5).is_err());
        assert_eq!(quantile(&[3.0, 1.0], 1.0), Ok(3.0));
        assert!(quantile_of_sorted(&[], 0.5).is_nan());
    }
}
