//! How far a value moved against the spread over repetitions.

use serde::Serialize;
use stages_statistics::student_quantile;

use crate::Spread;

/// How many of the differences that come from the repetitions alone count as within the spread.
pub const NINETEEN_OF_TWENTY: f64 = 0.95;

/// A difference of two means beside the spread of what they are means of.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Against {
    /// The pooled sample standard deviation over the repetitions; none for one of each.
    pub std: Option<f64>,
    /// The difference in units of it; none where it is none or zero.
    pub units: Option<f64>,
    /// How large a difference between means of so many repetitions still is when nothing but the
    /// repetitions differs, in 19 of 20 cases.
    pub limit: Option<f64>,
    /// What follows.
    pub verdict: Verdict,
}

/// What the spread says of a difference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// No difference at all.
    Same,
    /// At most the limit: repetitions alone would do that.
    Within,
    /// More than the limit.
    Beyond,
    /// One repetition of each: nobody knows the spread.
    NoSpread,
    /// One of the runs has no such value.
    NotComparable,
}

impl Against {
    /// Compares two means whose difference is `b - a`.
    ///
    /// The limit is that of the two-sample t-test: Student's t with `n_a + n_b - 2` degrees of
    /// freedom, times the pooled standard deviation, times `sqrt(1/n_a + 1/n_b)`. It takes the
    /// spread to be the same in both runs.
    ///
    /// # Source
    /// Student, 1908; any textbook on the comparison of two means with a common variance.
    pub(crate) fn of(a: Spread, b: Spread) -> Self {
        let nothing = |verdict| Self { std: None, units: None, limit: None, verdict };
        let (Some(mean_a), Some(mean_b)) = (a.mean, b.mean) else {
            return nothing(Verdict::NotComparable);
        };
        let difference = mean_b - mean_a;
        let Some(std) = pooled(a, b) else {
            let same = difference == 0.0;
            return nothing(if same { Verdict::Same } else { Verdict::NoSpread });
        };
        let (n_a, n_b) = (a.n as f64, b.n as f64);
        let quantile = student_quantile(f64::midpoint(1.0, NINETEEN_OF_TWENTY), n_a + n_b - 2.0);
        let limit = quantile * std * (1.0 / n_a + 1.0 / n_b).sqrt();
        let verdict = if difference == 0.0 {
            Verdict::Same
        } else if difference.abs() > limit {
            Verdict::Beyond
        } else {
            Verdict::Within
        };
        let units = (std > 0.0).then(|| difference / std);
        Self { std: Some(std), units, limit: Some(limit), verdict }
    }
}

/// The standard deviation of both together, each weighed by its degrees of freedom.
fn pooled(a: Spread, b: Spread) -> Option<f64> {
    let squares = |spread: Spread| {
        let std = spread.std?;
        let freedom = (spread.n - 1) as f64;
        Some((freedom * std * std, freedom))
    };
    let of_both = [a, b].into_iter().filter_map(squares);
    let (squares, freedom) =
        of_both.fold((0.0, 0.0), |(squares, freedom), (s, f)| (squares + s, freedom + f));
    (freedom > 0.0).then(|| (squares / freedom).sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spread(mean: f64, std: Option<f64>, n: usize) -> Spread {
        Spread { mean: Some(mean), std, n }
    }

    fn near(found: Option<f64>, expected: f64) -> bool {
        found.is_some_and(|found| (found - expected).abs() < 1e-9)
    }

    #[test]
    fn three_and_two_seeds_by_hand() {
        // Pooled: (2 · 0.01² + 1 · 0.02²) / 3 = 0.0002, whose root is 0.0141421356. With 3 degrees
        // of freedom t is 3.182446305; the limit is 3.182446305 · 0.0141421356 · sqrt(1/3 + 1/2).
        let a = spread(0.80, Some(0.01), 3);
        let found = Against::of(a, spread(0.85, Some(0.02), 2));
        assert!(near(found.std, 0.000_2_f64.sqrt()));
        assert!(near(found.units, 0.05 / 0.000_2_f64.sqrt()));
        assert!(near(found.limit, 0.041_085_205_2), "{found:?}");
        assert_eq!(found.verdict, Verdict::Beyond);
        assert_eq!(Against::of(a, spread(0.84, Some(0.02), 2)).verdict, Verdict::Within);
        assert_eq!(Against::of(spread(0.85, Some(0.02), 2), a).verdict, Verdict::Beyond);
    }

    #[test]
    fn one_seed_beside_several_is_held_against_the_spread_of_those() {
        // One degree of freedom: t is 12.7062047362, and the limit t · 0.01 · sqrt(1 + 1/2).
        let found = Against::of(spread(0.8, None, 1), spread(0.9, Some(0.01), 2));
        assert!(near(found.std, 0.01) && near(found.limit, 0.155_618_590_8), "{found:?}");
        assert_eq!(found.verdict, Verdict::Within);
    }

    #[test]
    fn without_a_spread_nothing_is_said() {
        let one = |mean| spread(mean, None, 1);
        let found = Against::of(one(0.8), one(0.9));
        assert_eq!((found.verdict, found.std, found.limit), (Verdict::NoSpread, None, None));
        assert_eq!(Against::of(one(0.8), one(0.8)).verdict, Verdict::Same);
        let none = Spread { mean: None, std: None, n: 0 };
        assert_eq!(Against::of(none, one(0.8)).verdict, Verdict::NotComparable);
    }

    #[test]
    fn seeds_that_agree_to_the_last_bit_leave_no_doubt() {
        let found = Against::of(spread(0.8, Some(0.0), 2), spread(0.800_1, Some(0.0), 2));
        assert_eq!((found.units, found.verdict), (None, Verdict::Beyond));
        let same = Against::of(spread(0.8, Some(0.0), 2), spread(0.8, Some(0.0), 2));
        assert_eq!(same.verdict, Verdict::Same);
    }
}
