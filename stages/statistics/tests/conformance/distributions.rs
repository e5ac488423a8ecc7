//! Tails and quantiles.

use stages_statistics::{normal_quantile, normal_upper_tail, student_quantile, student_two_sided};

use crate::values::{VALUES, assert_close};

#[test]
fn normal_tails_and_quantiles_are_those_of_scipy() {
    for [z, expected] in &VALUES.distributions.normal_upper_tail {
        assert_close(normal_upper_tail(*z), *expected, 1e-13, 0.0, &format!("tail of {z}"));
    }
    for [p, expected] in &VALUES.distributions.normal_quantile {
        assert_close(normal_quantile(*p), *expected, 1e-13, 1e-2, &format!("quantile of {p}"));
    }
}

#[test]
fn student_tails_and_quantiles_are_those_of_scipy() {
    for [t, df, expected] in &VALUES.distributions.student_two_sided {
        let what = format!("tail of {t} with {df}");
        let tolerance = if *t > 4.0 { (df * 1e-15).max(1e-10) } else { 1e-10 };
        assert_close(student_two_sided(*t, *df), *expected, tolerance, 1e-300, &what);
    }
    for [p, df, expected] in &VALUES.distributions.student_quantile {
        let what = format!("quantile of {p} with {df}");
        assert_close(student_quantile(*p, *df), *expected, 1e-10, 1e-2, &what);
    }
}
