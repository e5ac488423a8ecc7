//! What boxes, violins and limits of agreement are made of.

use std::f64::consts::PI;

use stages_statistics::{mean, quantile_of_sorted, sample_std, student_quantile};

/// What a box shows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Quartiles {
    /// Smallest value not further below the box than one and a half times its length.
    pub(crate) lower_whisker: f64,
    /// First quartile.
    pub(crate) lower: f64,
    /// Median.
    pub(crate) median: f64,
    /// Third quartile.
    pub(crate) upper: f64,
    /// Largest value not further above the box than one and a half times its length.
    pub(crate) upper_whisker: f64,
}

impl Quartiles {
    /// Returns the quartiles of rising values and Tukey's whiskers; there must be a value.
    pub(crate) fn of(rising: &[f64]) -> Self {
        let [lower, median, upper] =
            [0.25, 0.5, 0.75].map(|share| quantile_of_sorted(rising, share));
        let reach = 1.5 * (upper - lower);
        let inside = |value: &&f64| (lower - reach..=upper + reach).contains(*value);
        // Quartiles between two values can leave no value inside; the whisker then has no length.
        let first = rising.iter().find(inside).copied().unwrap_or(lower);
        let last = rising.iter().rfind(inside).copied().unwrap_or(upper);
        Self {
            lower_whisker: first.min(lower),
            lower,
            median,
            upper,
            upper_whisker: last.max(upper),
        }
    }

    /// Whether a value lies beyond the whiskers.
    pub(crate) fn is_outlier(&self, value: f64) -> bool {
        value < self.lower_whisker || value > self.upper_whisker
    }
}

/// Gaussian kernel density of `values` at each of `places`.
///
/// The width of the kernel is the sample standard deviation times n^(−1/5). None where the values
/// are fewer than two or all equal.
///
/// # Source
/// Scott (1992), "Multivariate density estimation", in one dimension; the same as
/// `scipy.stats.gaussian_kde` without weights.
pub(crate) fn density(values: &[f64], places: &[f64]) -> Option<Vec<f64>> {
    let deviation = sample_std(values).filter(|deviation| *deviation > 0.0)?;
    let count = values.len() as f64;
    let width = deviation * count.powf(-0.2);
    let height = 1.0 / (count * width * (2.0 * PI).sqrt());
    let at = |place: &f64| {
        let kernel = |value: &f64| (-0.5 * ((place - value) / width).powi(2)).exp();
        height * values.iter().map(kernel).sum::<f64>()
    };
    Some(places.iter().map(at).collect())
}

/// Bias and limits of agreement of paired differences.
///
/// # Source
/// Bland and Altman (1999), "Measuring agreement in method comparison studies", section 2: limits
/// at 1.96 standard deviations; standard errors s/√n of the bias and s·√(1/n + 1.96²/(2(n − 1)))
/// of a limit; intervals by Student's t with n − 1 degrees of freedom.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Limits {
    /// Mean difference.
    pub(crate) bias: f64,
    /// Distance of either limit from the bias.
    pub(crate) reach: f64,
    /// Half the 95 % confidence interval of the bias.
    pub(crate) bias_interval: f64,
    /// Half the 95 % confidence interval of a limit.
    pub(crate) limit_interval: f64,
}

/// Quantile of the normal distribution that leaves 2.5 % above.
const NORMAL: f64 = 1.96;

impl Limits {
    /// Returns them for at least three differences; fewer say nothing about a spread.
    pub(crate) fn of(differences: &[f64]) -> Option<Self> {
        let count = differences.len() as f64;
        if differences.len() < 3 {
            return None;
        }
        let deviation = sample_std(differences)?;
        let t = student_t(count - 1.0);
        let error = (1.0 / count + NORMAL.powi(2) / (2.0 * (count - 1.0))).sqrt();
        Some(Self {
            bias: mean(differences)?,
            reach: NORMAL * deviation,
            bias_interval: t * deviation / count.sqrt(),
            limit_interval: t * deviation * error,
        })
    }
}

/// Quantile of Student's t that leaves 2.5 % above.
fn student_t(freedom: f64) -> f64 {
    student_quantile(0.975, freedom)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(found: f64, expected: f64, tolerance: f64) {
        assert!((found - expected).abs() <= tolerance, "{found} instead of {expected}");
    }

    #[test]
    fn quantiles_interpolate_between_values() {
        // Places 0.75, 1.5 and 2.25 of 1, 2, 4, 10.
        let values = [1.0, 2.0, 4.0, 10.0];
        assert_eq!(
            [0.25, 0.5, 0.75].map(|share| quantile_of_sorted(&values, share)),
            [1.75, 3.0, 5.5]
        );
        assert_eq!(quantile_of_sorted(&[3.0], 0.75), 3.0);
    }

    #[test]
    fn whiskers_end_at_values_and_leave_outliers() {
        // Quartiles 2, 3, 4; reach 3: from −1 to 7, so that 100 lies outside and 1 inside.
        let quartiles = Quartiles::of(&[1.0, 2.0, 3.0, 4.0, 100.0]);
        assert_eq!((quartiles.lower, quartiles.median, quartiles.upper), (2.0, 3.0, 4.0));
        assert_eq!((quartiles.lower_whisker, quartiles.upper_whisker), (1.0, 4.0));
        assert!(quartiles.is_outlier(100.0) && !quartiles.is_outlier(1.0));
    }

    #[test]
    fn density_agrees_with_scipy() {
        // scipy 1.17.1: gaussian_kde([0.80, 0.85, 0.86, 0.90, 0.93])([0.8, 0.85, 0.9, 0.95]).
        let found = density(&[0.80, 0.85, 0.86, 0.90, 0.93], &[0.8, 0.85, 0.9, 0.95]).unwrap();
        let expected = [
            3.663_801_340_473_895_6,
            6.224_971_719_467_769,
            5.868_866_898_444_03,
            2.888_927_515_337_284_6,
        ];
        for (found, expected) in found.into_iter().zip(expected) {
            close(found, expected, 1e-9);
        }
        assert_eq!(density(&[1.0, 1.0], &[1.0]), None);
    }

    #[test]
    fn quantiles_of_t_agree_with_tables() {
        // scipy 1.17.1: stats.t.ppf(0.975, [1, 2, 5, 29, 100, 101, 1000, 200000]).
        let tables = [
            (1.0, 12.706_205),
            (2.0, 4.302_653),
            (5.0, 2.570_582),
            (29.0, 2.045_230),
            (100.0, 1.983_972),
            (101.0, 1.983_731),
            (1000.0, 1.962_339),
            (200_000.0, 1.959_976),
        ];
        for (freedom, expected) in tables {
            close(student_t(freedom), expected, 2e-5);
        }
    }

    #[test]
    fn limits_of_agreement_by_hand() {
        // Mean 2, sample deviation 2 (squares 4 + 0 + 4 over 2); t with 2 degrees is 4.302653.
        let limits = Limits::of(&[0.0, 2.0, 4.0]).unwrap();
        close(limits.bias, 2.0, 1e-12);
        close(limits.reach, 3.92, 1e-12);
        close(limits.bias_interval, 4.302_653 * 2.0 / 3f64.sqrt(), 1e-4);
        close(
            limits.limit_interval,
            4.302_653 * 2.0 * (1.0 / 3.0 + 1.96f64.powi(2) / 4.0).sqrt(),
            1e-4,
        );
        assert_eq!(Limits::of(&[1.0, 2.0]), None);
    }
}
