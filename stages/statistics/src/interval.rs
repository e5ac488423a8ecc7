//! Confidence intervals from a bootstrap distribution.

use crate::StatisticsError;
use crate::describe::{mean_of, quantile_of_sorted};
use crate::error::{check_confidence, check_count, check_finite};
use crate::normal::{normal_cdf, normal_quantile};

/// A range of plausible values.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    /// Its lower end.
    pub low: f64,
    /// Its upper end.
    pub high: f64,
}

/// How an interval is read off a bootstrap distribution.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IntervalMethod {
    /// The quantiles that leave the same share on either side.
    Percentile,
    /// Quantiles moved for the bias and the skewness of the distribution (bias-corrected and
    /// accelerated).
    Bca,
}

/// Reads a two-sided interval of the mean of `values` off the means of its resamples, which come
/// back sorted.
///
/// None where all values are equal or the mean lies outside the resampled means (possible with few
/// resamples): the bias is then undefined, and SciPy gives NaN. The percentile method always has an
/// answer.
///
/// # Errors
/// When there are fewer than two values or no mean, a number is not finite, or `confidence` is not
/// between 0 and 1.
/// # Source
/// Efron and Tibshirani, 1993, equations 14.9 to 14.15; quantiles are of type 7.
pub fn interval_of_mean(
    values: &[f64],
    resampled_means: &mut [f64],
    confidence: f64,
    method: IntervalMethod,
) -> Result<Option<Interval>, StatisticsError> {
    check_count(values.len(), 2)?;
    check_count(resampled_means.len(), 1)?;
    check_finite(values)?;
    check_finite(resampled_means)?;
    check_confidence(confidence)?;
    resampled_means.sort_by(f64::total_cmp);
    let tail = (1.0 - confidence) / 2.0;
    let tails = match method {
        IntervalMethod::Percentile => Some([tail, 1.0 - tail]),
        IntervalMethod::Bca => corrected_tails(values, resampled_means, tail),
    };
    Ok(tails.map(|[low, high]| Interval {
        low: quantile_of_sorted(resampled_means, low),
        high: quantile_of_sorted(resampled_means, high),
    }))
}

/// The probabilities whose quantiles are the ends of a BCa interval.
fn corrected_tails(values: &[f64], sorted: &[f64], tail: f64) -> Option<[f64; 2]> {
    let mean = mean_of(values);
    let below = sorted.partition_point(|resampled| *resampled < mean);
    let up_to = sorted.partition_point(|resampled| *resampled <= mean);
    let bias = normal_quantile((below + up_to) as f64 / (2 * sorted.len()) as f64);
    let acceleration = acceleration(values, mean)?;
    if !bias.is_finite() {
        return None;
    }
    let corrected = |z: f64| {
        let moved = bias + z;
        normal_cdf(bias + moved / (1.0 - acceleration * moved))
    };
    let z = normal_quantile(tail);
    Some([corrected(z), corrected(-z)])
}

/// The skewness of the mean's influence values by the jackknife. Leaving value i out moves the mean
/// by `(x_i - mean) / (n - 1)`, and all factors of n cancel.
fn acceleration(values: &[f64], mean: f64) -> Option<f64> {
    let moved = || values.iter().map(|value| value - mean);
    let squares: f64 = moved().map(|d| d * d).sum();
    let cubes: f64 = moved().map(|d| d * d * d).sum();
    (squares > 0.0).then(|| cubes / (6.0 * squares * squares.sqrt()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_quantiles_of_the_means() {
        let mut means: Vec<f64> = (0..=100).rev().map(f64::from).collect();
        let method = IntervalMethod::Percentile;
        let found = interval_of_mean(&[0.0, 100.0], &mut means, 0.9, method).unwrap().unwrap();
        assert!((found.low - 5.0).abs() < 1e-12 && (found.high - 95.0).abs() < 1e-12);
    }

    #[test]
    fn without_bias_and_skewness_both_methods_agree() {
        // The mean 50 splits 0 to 100 evenly, and two values are never skewed.
        let mut means: Vec<f64> = (0..=100).map(f64::from).collect();
        let of = |means: &mut [f64], method| {
            interval_of_mean(&[0.0, 100.0], means, 0.8, method).unwrap().unwrap()
        };
        let percentile = of(&mut means, IntervalMethod::Percentile);
        let bca = of(&mut means, IntervalMethod::Bca);
        assert!((percentile.low - bca.low).abs() < 1e-11);
        assert!((percentile.high - bca.high).abs() < 1e-11);
    }

    #[test]
    fn a_mean_outside_its_resamples_has_no_bca_interval() {
        let method = IntervalMethod::Bca;
        assert_eq!(interval_of_mean(&[1.0, 2.0], &mut [1.0, 1.0], 0.9, method), Ok(None));
        assert_eq!(interval_of_mean(&[1.0, 1.0], &mut [1.0, 1.0], 0.9, method), Ok(None));
        assert!(interval_of_mean(&[1.0], &mut [1.0], 0.9, method).is_err());
        assert!(interval_of_mean(&[1.0, 2.0], &mut [], 0.9, method).is_err());
    }
}
