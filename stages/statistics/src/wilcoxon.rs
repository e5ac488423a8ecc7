//! The Wilcoxon signed-rank test of paired differences.

use crate::StatisticsError;
use crate::error::{check_count, check_finite};
use crate::normal::{normal_cdf, normal_upper_tail};
use crate::ranks::Ranks;
use crate::sign_flips::SignFlips;

/// The most differences for which SciPy's `method="auto"` is exact without ties and zeros.
const MOST_FOR_EXACT_AUTO: usize = 50;
/// The most differences for which it enumerates all signs where there are ties or zeros.
const MOST_FOR_PERMUTATION_AUTO: usize = 13;
/// Above this an exact test would take seconds: the work grows with the third power.
const MOST_FOR_EXACT: usize = 500;

/// What to do with differences of zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ZeroMethod {
    /// Leaves them out before ranking.
    #[default]
    Wilcox,
    /// Ranks them with the others and then leaves out their ranks.
    Pratt,
    /// Ranks them with the others and gives half their ranks to either side.
    ZeroSplit,
}

/// Which differences speak against chance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Alternative {
    /// Those away from zero on either side.
    #[default]
    TwoSided,
    /// Those above zero.
    Greater,
    /// Those below zero.
    Less,
}

/// How to come by the p-value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TestMethod {
    /// As SciPy 1.17 chooses: exact for at most 50 differences without ties and zeros, over all
    /// signs for at most 13 with them, else the normal approximation.
    #[default]
    Auto,
    /// Over all signs of the ranks that there are, also where they are tied. SciPy's
    /// `method="exact"` differs there: it takes the distribution without ties.
    Exact,
    /// The normal approximation with the correction for ties.
    Normal,
}

/// Choices of the test; the default is SciPy's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct WilcoxonOptions {
    /// What to do with differences of zero.
    pub zeros: ZeroMethod,
    /// Which differences speak against chance.
    pub alternative: Alternative,
    /// How to come by the p-value.
    pub method: TestMethod,
    /// Whether the normal approximation moves the statistic half a rank towards its mean.
    pub continuity: bool,
}

/// The distribution that a p-value was taken from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NullDistribution {
    /// All signs of the ranks 1 to n.
    Exact,
    /// All signs of ranks with ties or zeros among them.
    Permutation,
    /// The normal distribution.
    Normal,
}

/// The outcome of the test.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Wilcoxon {
    /// The smaller rank sum for a two-sided test, the positive one otherwise.
    pub statistic: f64,
    /// Sum of the ranks of positive differences.
    pub positive: f64,
    /// Sum of the ranks of negative differences.
    pub negative: f64,
    /// The p-value. 1 where every difference is zero: no assignment of signs changes anything.
    pub p: f64,
    /// The standardized statistic, of the normal approximation only.
    pub z: Option<f64>,
    /// Differences ranked: without the zeros for [`ZeroMethod::Wilcox`].
    pub n: usize,
    /// Differences that are zero.
    pub zeros: usize,
    /// Whether differences ranked share a rank.
    pub ties: bool,
    /// Where the p-value comes from.
    pub distribution: NullDistribution,
}

impl Wilcoxon {
    /// The matched-pairs rank-biserial correlation: the share of the rank sum that is positive
    /// minus the share that is negative, from -1 to 1; none where no rank has a sign.
    ///
    /// # Source
    /// Kerby, 2014, the simple difference formula.
    pub fn rank_biserial(&self) -> Option<f64> {
        let total = self.positive + self.negative;
        (total > 0.0).then(|| (self.positive - self.negative) / total)
    }
}

/// Tests whether paired differences are symmetric about zero.
///
/// Agrees with `scipy.stats.wilcoxon` 1.17 with one exception: where every difference is zero, the
/// p-value is 1 whatever their number, while SciPy's normal approximation divides by zero.
///
/// # Errors
/// When there is no difference, one is not finite, or there are too many for
/// [`TestMethod::Exact`].
/// # Source
/// Wilcoxon, 1945; Pratt, 1959; Cureton, 1967, for the variance with zeros.
pub fn wilcoxon(
    differences: &[f64],
    options: WilcoxonOptions,
) -> Result<Wilcoxon, StatisticsError> {
    check_count(differences.len(), 1)?;
    check_finite(differences)?;
    let zeros = differences.iter().filter(|value| **value == 0.0).count();
    let ranked: Vec<f64> = match options.zeros {
        ZeroMethod::Wilcox => differences.iter().copied().filter(|value| *value != 0.0).collect(),
        ZeroMethod::Pratt | ZeroMethod::ZeroSplit => differences.to_vec(),
    };
    let ranks = Ranks::of(&ranked);
    let sums = RankSums::of(&ranked, &ranks, options.zeros);
    let distribution = distribution(differences.len(), zeros, ranks.has_ties(), options.method)?;
    let (p, z) = match distribution {
        NullDistribution::Normal => {
            let moments = Moments::of(ranked.len(), zeros, &ranks.ties, options.zeros);
            normal_approximation(sums.positive as f64 / 2.0, &moments, options)
        }
        NullDistribution::Exact | NullDistribution::Permutation => {
            let signed = ranked.iter().zip(&ranks.doubled).filter(|(value, _)| **value != 0.0);
            let flips = SignFlips::of(signed.map(|(_, rank)| *rank));
            // What zeros add to either side is there whatever the signs.
            let drawn = sums.positive - sums.split;
            (enumerated(&flips, drawn, options.alternative), None)
        }
    };
    let [positive, negative] = [sums.positive, sums.negative].map(|sum| sum as f64 / 2.0);
    Ok(Wilcoxon {
        statistic: match options.alternative {
            Alternative::TwoSided => positive.min(negative),
            Alternative::Greater | Alternative::Less => positive,
        },
        positive,
        negative,
        p,
        z,
        n: ranked.len(),
        zeros,
        ties: ranks.has_ties(),
        distribution,
    })
}

fn distribution(
    n: usize,
    zeros: usize,
    ties: bool,
    method: TestMethod,
) -> Result<NullDistribution, StatisticsError> {
    let enumerated =
        if ties || zeros > 0 { NullDistribution::Permutation } else { NullDistribution::Exact };
    let most = match enumerated {
        NullDistribution::Exact => MOST_FOR_EXACT_AUTO,
        _ => MOST_FOR_PERMUTATION_AUTO,
    };
    match method {
        TestMethod::Exact if n > MOST_FOR_EXACT => {
            Err(StatisticsError::TooManyForExact { most: MOST_FOR_EXACT, found: n })
        }
        TestMethod::Exact => Ok(enumerated),
        TestMethod::Auto if n <= most => Ok(enumerated),
        TestMethod::Auto | TestMethod::Normal => Ok(NullDistribution::Normal),
    }
}

/// Rank sums, doubled.
struct RankSums {
    positive: u64,
    negative: u64,
    /// What zeros gave to either side.
    split: u64,
}

impl RankSums {
    fn of(values: &[f64], ranks: &Ranks, zeros: ZeroMethod) -> Self {
        let sum = |wanted: fn(f64) -> bool| -> u64 {
            let chosen = values.iter().zip(&ranks.doubled).filter(|(value, _)| wanted(**value));
            chosen.map(|(_, rank)| rank).sum()
        };
        let split = match zeros {
            // Doubled ranks of k zeros are k + 1 each: the product is even.
            ZeroMethod::ZeroSplit => sum(|value| value == 0.0) / 2,
            ZeroMethod::Wilcox | ZeroMethod::Pratt => 0,
        };
        Self {
            positive: sum(|value| value > 0.0) + split,
            negative: sum(|value| value < 0.0) + split,
            split,
        }
    }
}

/// Mean and standard deviation of the positive rank sum under chance.
struct Moments {
    mean: f64,
    std: f64,
}

impl Moments {
    fn of(n: usize, zeros: usize, ties: &[usize], method: ZeroMethod) -> Self {
        let mean = |n: f64| n * (n + 1.0) / 4.0;
        let spread = |n: f64| n * (n + 1.0) * (2.0 * n + 1.0);
        let cube = |count: &usize| {
            let count = *count as f64;
            count * count * count - count
        };
        let (n, zero_count) = (n as f64, zeros as f64);
        // Zeros rank first, so theirs is the first tie.
        let (left_out, ties) = match method {
            ZeroMethod::Pratt if zeros > 0 => (zero_count, &ties[1..]),
            _ => (0.0, ties),
        };
        let tied: f64 = ties.iter().map(cube).sum();
        let variance = (spread(n) - spread(left_out) - tied / 2.0) / 24.0;
        Self { mean: mean(n) - mean(left_out), std: variance.sqrt() }
    }
}

fn normal_approximation(
    positive: f64,
    moments: &Moments,
    options: WilcoxonOptions,
) -> (f64, Option<f64>) {
    if moments.std == 0.0 {
        return (1.0, None);
    }
    let mut z = (positive - moments.mean) / moments.std;
    if options.continuity {
        let towards = match options.alternative {
            Alternative::Greater => 1.0,
            Alternative::Less => -1.0,
            Alternative::TwoSided if z == 0.0 => 0.0,
            Alternative::TwoSided => z.signum(),
        };
        z -= towards * 0.5 / moments.std;
    }
    match options.alternative {
        Alternative::TwoSided => (2.0 * normal_upper_tail(z.abs()), Some(-z.abs())),
        Alternative::Greater => (normal_upper_tail(z), Some(z)),
        Alternative::Less => (normal_cdf(z), Some(z)),
    }
}

fn enumerated(flips: &SignFlips, drawn: u64, alternative: Alternative) -> f64 {
    match alternative {
        Alternative::Greater => flips.at_least(drawn),
        Alternative::Less => flips.at_most(drawn),
        Alternative::TwoSided => (2.0 * flips.at_least(drawn).min(flips.at_most(drawn))).min(1.0),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn p(differences: &[f64], alternative: Alternative) -> f64 {
        let options = WilcoxonOptions { alternative, ..WilcoxonOptions::default() };
        wilcoxon(differences, options).unwrap().p
    }

    #[test]
    fn six_gains_in_six_subjects() {
        // All positive: one of 64 assignments is as extreme on this side.
        let gains = [0.01, 0.02, 0.03, 0.04, 0.05, 0.06];
        let found = wilcoxon(&gains, WilcoxonOptions::default()).unwrap();
        assert_eq!((found.statistic, found.positive, found.negative), (0.0, 21.0, 0.0));
        assert_eq!((found.p, found.n, found.zeros), (2.0 / 64.0, 6, 0));
        assert_eq!(found.distribution, NullDistribution::Exact);
        assert_eq!(found.rank_biserial(), Some(1.0));
        assert_eq!(p(&gains, Alternative::Greater), 1.0 / 64.0);
        assert_eq!(p(&gains, Alternative::Less), 1.0);
    }

    #[test]
    fn one_small_loss_among_four() {
        // Ranks 1 to 4, the smallest negative: sums of at least 9 are 9 and 10, two of 16.
        let values = [-0.5, 1.0, 2.0, 3.0];
        assert_eq!(p(&values, Alternative::Greater), 2.0 / 16.0);
        assert_eq!(p(&values, Alternative::TwoSided), 4.0 / 16.0);
        let found = wilcoxon(&values, WilcoxonOptions::default()).unwrap();
        assert_eq!(found.rank_biserial(), Some((9.0 - 1.0) / 10.0));
    }

    #[test]
    fn ties_are_enumerated_with_the_ranks_they_share() {
        // Sizes 1, 1, 2 on ranks 1.5, 1.5, 3; positive 1.5 + 3. The sums are 0, 1.5 twice, 3
        // twice, 4.5 twice and 6: three of eight are at least 4.5.
        let found = wilcoxon(&[1.0, -1.0, 2.0], WilcoxonOptions::default()).unwrap();
        assert_eq!((found.p, found.ties), (0.75, true));
        assert_eq!(found.distribution, NullDistribution::Permutation);
    }

    #[test]
    fn the_three_ways_with_zeros() {
        let of = |zeros| {
            let options = WilcoxonOptions { zeros, ..WilcoxonOptions::default() };
            let found = wilcoxon(&[0.0, 0.0, 3.0, -1.0], options).unwrap();
            (found.positive, found.negative, found.n, found.zeros)
        };
        assert_eq!(of(ZeroMethod::Wilcox), (2.0, 1.0, 2, 2));
        // Ranks 1.5, 1.5, 4 and 3.
        assert_eq!(of(ZeroMethod::Pratt), (4.0, 3.0, 4, 2));
        assert_eq!(of(ZeroMethod::ZeroSplit), (5.5, 4.5, 4, 2));
    }

    #[test]
    fn nothing_but_zeros_says_nothing() {
        for count in [1, 13, 14, 60] {
            let found = wilcoxon(&vec![0.0; count], WilcoxonOptions::default()).unwrap();
            assert_eq!((found.p, found.n, found.zeros), (1.0, 0, count));
            assert_eq!(found.rank_biserial(), None);
        }
    }

    #[test]
    fn refuses_what_has_no_answer() {
        let test = |values: &[f64], method| {
            wilcoxon(values, WilcoxonOptions { method, ..WilcoxonOptions::default() })
        };
        let none = test(&[], TestMethod::Auto).unwrap_err();
        assert_eq!(none, StatisticsError::TooFew { needed: 1, found: 0 });
        assert!(test(&[1.0, f64::NAN], TestMethod::Auto).is_err());
        let error = test(&vec![1.0; 501], TestMethod::Exact).unwrap_err();
        assert_eq!(
            error.to_string(),
            "501 values are too many for an exact test, which takes at most 500"
        );
        assert!(test(&vec![1.0; 501], TestMethod::Auto).is_ok());
    }

    proptest! {
        #[test]
        fn turning_every_sign_turns_the_side(
            values in prop::collection::vec(-6_i32..7, 1..70),
            zeros in prop::sample::select(
                &[ZeroMethod::Wilcox, ZeroMethod::Pratt, ZeroMethod::ZeroSplit][..],
            ),
        ) {
            let values: Vec<f64> = values.into_iter().map(f64::from).collect();
            let turned: Vec<f64> = values.iter().map(|value| -value).collect();
            let of = |values: &[f64], alternative| {
                let options = WilcoxonOptions { zeros, alternative, ..WilcoxonOptions::default() };
                wilcoxon(values, options).unwrap()
            };
            let (plain, other) =
                (of(&values, Alternative::Greater), of(&turned, Alternative::Less));
            prop_assert!((plain.p - other.p).abs() < 1e-12);
            prop_assert!((0.0..=1.0).contains(&plain.p));
            let two = of(&values, Alternative::TwoSided);
            prop_assert!((two.p - of(&turned, Alternative::TwoSided).p).abs() < 1e-12);
            prop_assert!((0.0..=1.0).contains(&two.p));
            prop_assert_eq!(plain.positive, other.negative);
        }
    }
}
