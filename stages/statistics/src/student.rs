//! Student's t distribution.

use std::f64::consts::PI;

use crate::normal::normal_quantile;

/// Probability that the size of a t value with `df` degrees of freedom is at least `|t|`.
///
/// Relative error: 1e-10, and beyond t = 4 that or `df` times 1e-15, whichever is larger.
pub fn student_two_sided(t: f64, df: f64) -> f64 {
    let square = t * t;
    if square.is_infinite() {
        return 0.0;
    }
    // The share of df and of t² in their sum, both directly, so that neither loses digits.
    half_beta(0.5 * df, df / (df + square), square / (df + square))
}

/// The t value that is not exceeded with this probability; infinite at 0 and 1, NaN outside.
pub fn student_quantile(probability: f64, df: f64) -> f64 {
    if probability.is_nan() || !(0.0..=1.0).contains(&probability) {
        return f64::NAN;
    }
    let tail = probability.min(1.0 - probability);
    let sign = if probability < 0.5 { -1.0 } else { 1.0 };
    if tail == 0.0 {
        return sign * f64::INFINITY;
    }
    let wanted = 2.0 * tail;
    if wanted == 1.0 {
        return 0.0;
    }
    // The tails of t are heavier than normal ones: the normal quantile is a lower bound.
    let mut low = -normal_quantile(tail);
    let mut high = 2.0 * low.max(1.0);
    while student_two_sided(high, df) > wanted && high < f64::MAX / 4.0 {
        low = high;
        high *= 2.0;
    }
    // Halving the range ends when no double lies between its ends: at most 60 times.
    loop {
        let middle = 0.5 * (low + high);
        if middle <= low || middle >= high {
            return sign * middle;
        }
        if student_two_sided(middle, df) > wanted {
            low = middle;
        } else {
            high = middle;
        }
    }
}

/// The regularized incomplete beta function with parameters `a` and one half at `x`, where `rest`
/// is `1 - x`.
fn half_beta(a: f64, x: f64, rest: f64) -> f64 {
    if x <= 0.0 || rest <= 0.0 {
        return if x <= 0.0 { 0.0 } else { 1.0 };
    }
    let front = libm::exp(a * log_share(x, rest) + 0.5 * libm::log(rest) - log_half_beta(a));
    // The fraction converges fast on the side of the mean where x is small. With many degrees of
    // freedom x is near 1 there and its digits are lost, so that the other side is better as long
    // as the difference from 1 is not small itself: up to t = 4.
    let direct = if a < 30.0 { x < (a + 1.0) / (a + 2.5) } else { a * rest > 8.0 };
    if direct {
        front * fraction(a, 0.5, x) / a
    } else {
        1.0 - front * fraction(0.5, a, rest) / 0.5
    }
}

/// `ln x` of `x = 1 - rest`, from whichever of the two has more digits.
fn log_share(x: f64, rest: f64) -> f64 {
    if rest < 0.5 { libm::log1p(-rest) } else { libm::log(x) }
}

/// Logarithm of the beta function of `a` and one half.
fn log_half_beta(a: f64) -> f64 {
    // Differences of large logarithms lose digits; the ratio of the two gamma functions has an
    // expansion in 1/a (Tricomi and Erdélyi, 1951) whose next term is below 1e-17 from here on.
    if a < 30.0 {
        return libm::lgamma(a) + 0.5 * libm::log(PI) - libm::lgamma(a + 0.5);
    }
    let s = 1.0 / (a * a);
    let series = -1.0 / 8.0
        + s * (1.0 / 192.0 + s * (-1.0 / 640.0 + s * (17.0 / 14_336.0 - s * 31.0 / 18_432.0)));
    0.5 * libm::log(PI) - (0.5 * libm::log(a) + series / a)
}

/// The continued fraction of the incomplete beta function by the modified method of Lentz.
fn fraction(a: f64, b: f64, x: f64) -> f64 {
    const TINY: f64 = 1e-300;
    let away = |value: f64| if value.abs() < TINY { TINY } else { value };
    let mut c = 1.0;
    let mut d = 1.0 / away(1.0 - (a + b) * x / (a + 1.0));
    let mut value = d;
    // A few steps where x is away from the mean, the root of a at it; the bound is for df of 10^9.
    for step in 1..100_000 {
        let m = f64::from(step);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        let mut change = 1.0;
        for term in [even, odd] {
            d = 1.0 / away(1.0 + term * d);
            c = away(1.0 + term / c);
            change = c * d;
            value *= change;
        }
        if (change - 1.0).abs() < f64::EPSILON {
            break;
        }
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_and_two_degrees_of_freedom_have_closed_forms() {
        for t in [1e-3_f64, 0.1, 0.5, 1.0, 2.0, 10.0, 1e4] {
            let cauchy = 1.0 - 2.0 / PI * t.atan();
            assert!((student_two_sided(t, 1.0) - cauchy).abs() < 1e-14, "{t}");
            let two = 1.0 - t / (t * t + 2.0).sqrt();
            assert!((student_two_sided(-t, 2.0) - two).abs() < 1e-14, "{t}");
        }
        assert_eq!(student_two_sided(0.0, 5.0), 1.0);
        assert_eq!(student_two_sided(f64::INFINITY, 5.0), 0.0);
        // The quartile of the Cauchy distribution.
        assert!((student_quantile(0.75, 1.0) - 1.0).abs() < 1e-14);
        assert_eq!(student_quantile(0.5, 7.0), 0.0);
        assert_eq!(student_quantile(0.0, 7.0), f64::NEG_INFINITY);
        assert!(student_quantile(1.1, 7.0).is_nan());
    }

    #[test]
    fn the_quantile_undoes_the_distribution() {
        for df in [1.0, 2.0, 3.0, 9.0, 29.0, 59.0, 60.0, 61.0, 500.0, 1e6] {
            for probability in [0.000_1, 0.025, 0.3, 0.6, 0.975, 0.999_9] {
                let t = student_quantile(probability, df);
                let tail = 0.5 * student_two_sided(t, df);
                let back = if t < 0.0 { tail } else { 1.0 - tail };
                assert!((back - probability).abs() < 1e-13, "{df} {probability}: {back}");
            }
        }
    }
}
