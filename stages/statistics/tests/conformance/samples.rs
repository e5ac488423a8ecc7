//! Corrections, bootstrap intervals, agreement and descriptions.

use rand_chacha::ChaCha12Rng;
use rand_chacha::rand_core::SeedableRng;
use stages_statistics::{
    BlandAltman, Correction, Description, IntervalMethod, adjust, bootstrap_interval,
    hodges_lehmann, interval_of_mean, sample_std,
};

use crate::values::{VALUES, assert_close};

fn interval_method(word: &str) -> IntervalMethod {
    match word {
        "percentile" => IntervalMethod::Percentile,
        "BCa" => IntervalMethod::Bca,
        other => panic!("{other}"),
    }
}

#[test]
fn adjusted_p_values_are_those_of_statsmodels() {
    assert!(VALUES.correction.len() >= 7);
    for case in &VALUES.correction {
        for (correction, expected) in [
            (Correction::Holm, &case.holm),
            (Correction::Bonferroni, &case.bonferroni),
            (Correction::BenjaminiHochberg, &case.benjamini_hochberg),
        ] {
            let found = adjust(&case.p, correction).unwrap();
            assert_eq!(found.len(), expected.len());
            for (found, expected) in found.into_iter().zip(expected) {
                let what = format!("{correction:?} of {:?}", case.p);
                assert_close(found.unwrap(), *expected, 1e-12, 0.0, &what);
            }
        }
    }
}

#[test]
fn intervals_of_given_resamples_are_those_of_scipy() {
    for case in &VALUES.bootstrap {
        let spread = sample_std(&case.means).unwrap();
        assert_eq!(case.intervals.len(), 8);
        for (method, confidence, low, high) in &case.intervals {
            let mut means = case.means.clone();
            let method = interval_method(method);
            let found = interval_of_mean(&case.sample, &mut means, *confidence, method);
            let found = found.unwrap().unwrap();
            let what = format!("{method:?} {confidence} of {}", case.sample.len());
            assert_close(found.low, *low, 1e-9, spread, &what);
            assert_close(found.high, *high, 1e-9, spread, &what);
        }
    }
}

#[test]
fn our_own_resamples_give_the_intervals_of_scipy_within_chance() {
    for case in &VALUES.large_bootstrap {
        let error = sample_std(&case.sample).unwrap() / (case.sample.len() as f64).sqrt();
        for (method, confidence, low, high) in &case.intervals {
            let method = interval_method(method);
            let mut random = ChaCha12Rng::seed_from_u64(5);
            let found = bootstrap_interval(&case.sample, 40_000, *confidence, method, &mut random);
            let found = found.unwrap().unwrap();
            // The 2.5 % quantile of 40,000 resamples has a deviation of sqrt(0.025 * 0.975 / 40,000)
            // over the density 0.058 there: 0.013 standard errors. Four of them.
            let what = format!("{method:?} of {}", case.sample.len());
            assert!((found.low - low).abs() < 0.055 * error, "{what}: {found:?}, {low}");
            assert!((found.high - high).abs() < 0.055 * error, "{what}: {found:?}, {high}");
        }
    }
}

#[test]
fn agreement_is_that_of_scipy() {
    for case in &VALUES.agreement {
        for expected in &case.outcomes {
            let what = format!("{} pairs at {}", case.first.len(), expected.level);
            let found = BlandAltman::of(&case.first, &case.second, expected.level).unwrap();
            let close = |found: f64, expected: f64| assert_close(found, expected, 1e-9, 1.0, &what);
            close(found.std, case.std);
            close(found.bias.value, expected.bias[0]);
            close(found.bias.interval.low, expected.bias[1]);
            close(found.bias.interval.high, expected.bias[2]);
            let [upper, half] = expected.upper;
            close(found.upper.value, upper);
            close(found.upper.interval.low, upper - half);
            close(found.upper.interval.high, upper + half);
            let lower = 2.0 * expected.bias[0] - upper;
            close(found.lower.value, lower);
            close(found.lower.interval.high, lower + half);
            let trend = found.trend.unwrap();
            close(trend.slope.value, expected.slope[0]);
            close(trend.slope.interval.low, expected.slope[1]);
            close(trend.slope.interval.high, expected.slope[2]);
            close(trend.intercept, expected.intercept);
            assert_close(trend.p, expected.p, 1e-9, 0.0, &what);
        }
    }
}

#[test]
fn descriptions_are_those_of_numpy() {
    for case in &VALUES.description {
        let found = Description::of(&case.sample).unwrap();
        let what = format!("{} values", case.sample.len());
        let close = |found: f64, expected: f64| assert_close(found, expected, 1e-12, 1e-3, &what);
        close(found.mean, case.mean);
        assert_eq!(found.std.is_some(), case.std.is_some());
        close(found.std.unwrap_or(0.0), case.std.unwrap_or(0.0));
        let quartiles =
            [found.min, found.lower_quartile, found.median, found.upper_quartile, found.max];
        for (found, expected) in quartiles.into_iter().zip(case.quartiles) {
            close(found, expected);
        }
        close(hodges_lehmann(&case.sample).unwrap(), case.hodges_lehmann);
    }
}
