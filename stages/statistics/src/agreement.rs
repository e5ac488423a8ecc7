//! How far two ways of measuring the same thing agree.

use crate::describe::{mean_of, std_of};
use crate::error::{check_confidence, check_count, check_finite};
use crate::normal::normal_quantile;
use crate::student::{student_quantile, student_two_sided};
use crate::{Interval, StatisticsError};

/// The share of differences that lies between the limits of agreement of a normal sample.
const AGREEMENT: f64 = 0.95;

/// The numbers of a Bland-Altman analysis, in the unit of the measurements.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BlandAltman {
    /// Pairs.
    pub n: usize,
    /// Mean difference, first minus second.
    pub bias: Limit,
    /// Standard deviation of the differences, with `n - 1` below.
    pub std: f64,
    /// The limit that 2.5 % of the differences lie below.
    pub lower: Limit,
    /// The limit that 2.5 % of the differences lie above.
    pub upper: Limit,
    /// How the difference grows with the size; none for fewer than three pairs and where all
    /// pairs have the same mean.
    pub trend: Option<Trend>,
}

/// A number and the interval it is known to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Limit {
    /// The estimate.
    pub value: f64,
    /// Its confidence interval.
    pub interval: Interval,
}

/// The line through the differences against the means of the pairs, by least squares.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Trend {
    /// Difference gained for each unit of the mean: the proportional bias.
    pub slope: Limit,
    /// Difference at a mean of zero.
    pub intercept: f64,
    /// Two-sided p-value of a slope of zero.
    pub p: f64,
}

impl BlandAltman {
    /// Compares paired measurements; `confidence` is that of the intervals. The limits of agreement
    /// themselves are 1.96 deviations from the bias.
    ///
    /// # Errors
    /// When the lists differ in length, hold fewer than two pairs or a value that is not finite, or
    /// `confidence` is not between 0 and 1.
    /// # Source
    /// Bland and Altman, 1999: the variance of a limit is `s² (1/n + z² / (2 (n - 1)))`, and
    /// intervals are of Student's t with `n - 1` degrees of freedom.
    pub fn of(first: &[f64], second: &[f64], confidence: f64) -> Result<Self, StatisticsError> {
        if first.len() != second.len() {
            let (first, second) = (first.len(), second.len());
            return Err(StatisticsError::NotPaired { first, second });
        }
        check_count(first.len(), 2)?;
        check_finite(first)?;
        check_finite(second)?;
        check_confidence(confidence)?;
        let pairs = || first.iter().zip(second);
        let differences: Vec<f64> = pairs().map(|(a, b)| a - b).collect();
        let means: Vec<f64> = pairs().map(|(a, b)| 0.5 * a + 0.5 * b).collect();
        let count = differences.len() as f64;
        let bias = mean_of(&differences);
        let std = std_of(&differences).unwrap_or(0.0);
        let z = normal_quantile(0.5 + AGREEMENT / 2.0);
        let t = student_quantile(0.5 + confidence / 2.0, count - 1.0);
        let of_bias = t * std / count.sqrt();
        let of_limit = t * std * (1.0 / count + z * z / (2.0 * (count - 1.0))).sqrt();
        Ok(Self {
            n: differences.len(),
            bias: Limit::around(bias, of_bias),
            std,
            lower: Limit::around(bias - z * std, of_limit),
            upper: Limit::around(bias + z * std, of_limit),
            trend: Trend::of(&means, &differences, confidence),
        })
    }
}

impl Limit {
    fn around(value: f64, half: f64) -> Self {
        Self { value, interval: Interval { low: value - half, high: value + half } }
    }
}

impl Trend {
    fn of(means: &[f64], differences: &[f64], confidence: f64) -> Option<Self> {
        let n = means.len();
        let (center, bias) = (mean_of(means), mean_of(differences));
        let pairs = || means.iter().zip(differences).map(|(m, d)| (m - center, d - bias));
        let spread: f64 = pairs().map(|(m, _)| m * m).sum();
        if n < 3 || spread == 0.0 {
            return None;
        }
        let slope = pairs().map(|(m, d)| m * d).sum::<f64>() / spread;
        let rest: f64 = pairs().map(|(m, d)| (d - slope * m) * (d - slope * m)).sum();
        let freedom = (n - 2) as f64;
        let error = (rest / freedom / spread).sqrt();
        // A line without scatter is certain, and a flat one says nothing.
        let p = match (error > 0.0, slope == 0.0) {
            (true, _) => student_two_sided(slope / error, freedom),
            (false, true) => 1.0,
            (false, false) => 0.0,
        };
        let half = student_quantile(0.5 + confidence / 2.0, freedom) * error;
        Some(Self { slope: Limit::around(slope, half), intercept: bias - slope * center, p })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn four_volumes_by_hand() {
        // Differences 1 -1 3 1: bias 1, squares 0 + 4 + 4 + 0 over 3.
        let found =
            BlandAltman::of(&[11.0, 19.0, 33.0, 41.0], &[10.0, 20.0, 30.0, 40.0], 0.95).unwrap();
        let std = (8.0_f64 / 3.0).sqrt();
        assert_eq!((found.n, found.bias.value), (4, 1.0));
        assert!((found.std - std).abs() < 1e-15);
        assert!((found.upper.value - (1.0 + 1.959_963_984_540_054 * std)).abs() < 1e-12);
        assert!((found.lower.value - (1.0 - 1.959_963_984_540_054 * std)).abs() < 1e-12);
        // Student's t with 3 degrees of freedom leaves 2.5 % above 3.182446305284263.
        let half = 3.182_446_305_284_263 * std / 2.0;
        assert!((found.bias.interval.high - (1.0 + half)).abs() < 1e-12);
    }

    #[test]
    fn a_proportional_bias_is_a_slope() {
        // First = 1.5 second: difference 0.5 s, mean 1.25 s.
        let second = [2.0, 4.0, 8.0];
        let found = BlandAltman::of(&second.map(|s| 1.5 * s), &second, 0.95).unwrap();
        let trend = found.trend.unwrap();
        assert!((trend.slope.value - 0.4).abs() < 1e-15 && trend.intercept.abs() < 1e-14);
        assert!(trend.p < 1e-6);
    }

    #[test]
    fn perfect_agreement_has_no_width() {
        let same = [1.0, 2.0, 3.0];
        let found = BlandAltman::of(&same, &same, 0.95).unwrap();
        assert_eq!((found.bias.value, found.std, found.upper.value), (0.0, 0.0, 0.0));
        let trend = found.trend.unwrap();
        assert_eq!((trend.slope.value, trend.p), (0.0, 1.0));
        assert_eq!(BlandAltman::of(&[1.0, 2.0], &[2.0, 1.0], 0.95).unwrap().trend, None);
    }

    #[test]
    fn refuses_what_is_no_comparison() {
        assert!(BlandAltman::of(&[1.0], &[1.0], 0.95).is_err());
        assert!(BlandAltman::of(&[1.0, 2.0], &[1.0], 0.95).is_err());
        assert!(BlandAltman::of(&[1.0, 2.0], &[1.0, f64::NAN], 0.95).is_err());
        assert!(BlandAltman::of(&[1.0, 2.0], &[1.0, 2.0], 0.0).is_err());
    }
}
