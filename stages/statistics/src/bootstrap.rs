//! Resampling of subjects.

use rand_chacha::rand_core::Rng;

use crate::describe::mean_of;
use crate::error::{check_confidence, check_count, check_finite};
use crate::{Interval, IntervalMethod, StatisticsError, interval_of_mean};

/// The means of `resamples` samples drawn with replacement from `values`, each as large as
/// `values`.
///
/// A resample is summed in the order of the values, however it was drawn: two resamples of the
/// same subjects have the same mean to the last bit, and the one that draws every subject once has
/// the mean of the sample.
///
/// # Errors
/// When there is no value or one is not finite.
pub fn resampled_means(
    values: &[f64],
    resamples: usize,
    random: &mut impl Rng,
) -> Result<Vec<f64>, StatisticsError> {
    check_count(values.len(), 1)?;
    check_finite(values)?;
    let n = values.len();
    let mut times = vec![0_u32; n];
    let mut one_mean = || {
        times.fill(0);
        for _ in 0..n {
            // The high bits of the product are uniform to within n over 2^64.
            let at = (u128::from(random.next_u64()) * n as u128) >> 64;
            times[at as usize] += 1;
        }
        let drawn = values.iter().zip(&times).map(|(value, times)| value * f64::from(*times));
        drawn.sum::<f64>() / n as f64
    };
    Ok((0..resamples).map(|_| one_mean()).collect())
}

/// A bootstrap confidence interval of the mean of `values`, one per subject.
///
/// None for a single value, of which there is but one resample, and where the method has no answer
/// (see [`interval_of_mean`]). Where all values are equal, every resample is the sample and the
/// interval is that value; SciPy warns and gives NaN.
///
/// # Errors
/// When there is no value or no resample, a value is not finite, or `confidence` is not between 0
/// and 1.
/// # Source
/// Efron and Tibshirani, 1993, chapters 13 and 14; `scipy.stats.bootstrap` of the mean with
/// another generator of random numbers.
pub fn bootstrap_interval(
    values: &[f64],
    resamples: usize,
    confidence: f64,
    method: IntervalMethod,
    random: &mut impl Rng,
) -> Result<Option<Interval>, StatisticsError> {
    check_count(values.len(), 1)?;
    check_count(resamples, 1)?;
    check_confidence(confidence)?;
    check_finite(values)?;
    if values.len() == 1 {
        return Ok(None);
    }
    if values.iter().all(|value| *value == values[0]) {
        let mean = mean_of(values);
        return Ok(Some(Interval { low: mean, high: mean }));
    }
    let mut means = resampled_means(values, resamples, random)?;
    interval_of_mean(values, &mut means, confidence, method)
}

#[cfg(test)]
mod tests {
    use rand_chacha::ChaCha12Rng;
    use rand_chacha::rand_core::SeedableRng;

    use super::*;

    fn random(seed: u64) -> ChaCha12Rng {
        ChaCha12Rng::seed_from_u64(seed)
    }

    #[test]
    fn resamples_of_two_values_have_three_means() {
        let means = resampled_means(&[0.0, 1.0], 4000, &mut random(1)).unwrap();
        let count = |mean: f64| means.iter().filter(|found| **found == mean).count();
        assert_eq!(count(0.0) + count(0.5) + count(1.0), 4000);
        // Expected 1000, 2000 and 1000 with deviations of 27, 32 and 27.
        assert!(count(0.0).abs_diff(1000) < 110 && count(0.5).abs_diff(2000) < 130);
    }

    #[test]
    fn the_seed_decides() {
        let means = |seed| resampled_means(&[1.0, 2.0, 4.0], 50, &mut random(seed)).unwrap();
        assert_eq!(means(7), means(7));
        assert_ne!(means(7), means(8));
    }

    #[test]
    fn equal_differences_leave_no_doubt_and_one_subject_no_interval() {
        for method in [IntervalMethod::Percentile, IntervalMethod::Bca] {
            let of = |values: &[f64]| {
                bootstrap_interval(values, 99, 0.95, method, &mut random(0)).unwrap()
            };
            assert_eq!(of(&[0.25; 5]), Some(Interval { low: 0.25, high: 0.25 }));
            assert_eq!(of(&[0.25]), None);
        }
    }

    #[test]
    fn refuses_what_is_no_interval() {
        let of = |values: &[f64], resamples, confidence| {
            let method = IntervalMethod::Percentile;
            bootstrap_interval(values, resamples, confidence, method, &mut random(0)).unwrap_err()
        };
        assert_eq!(of(&[], 9, 0.9), StatisticsError::TooFew { needed: 1, found: 0 });
        assert_eq!(of(&[1.0], 0, 0.9), StatisticsError::TooFew { needed: 1, found: 0 });
        assert_eq!(of(&[1.0], 9, 1.0), StatisticsError::Confidence { found: 1.0 });
        assert!(matches!(of(&[f64::NAN], 9, 0.9), StatisticsError::NotFinite { index: 0, .. }));
    }

    #[test]
    fn the_interval_of_many_values_is_that_of_the_normal_approximation() {
        // 200 values with mean 0 and deviation s: the mean lies within 1.96 s / sqrt(200).
        let values: Vec<f64> = (0..200).map(|i| (f64::from(i) - 99.5) / 57.735).collect();
        let half = 1.96 * crate::sample_std(&values).unwrap() / 200_f64.sqrt();
        for method in [IntervalMethod::Percentile, IntervalMethod::Bca] {
            let found = bootstrap_interval(&values, 9999, 0.95, method, &mut random(3)).unwrap();
            let Interval { low, high } = found.unwrap();
            assert!((low + half).abs() < 0.05 * half && (high - half).abs() < 0.05 * half);
        }
    }
}
