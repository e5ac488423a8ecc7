//! The signed-rank test.

use stages_statistics::{
    Alternative, CompletePairs, NullDistribution, TestMethod, WilcoxonOptions, ZeroMethod, wilcoxon,
};

use crate::values::{Outcome, VALUES, assert_close};

const EXACT: f64 = 1e-12;
const NORMAL_TAIL: f64 = 1e-9;

fn zeros(word: &str) -> ZeroMethod {
    match word {
        "wilcox" => ZeroMethod::Wilcox,
        "pratt" => ZeroMethod::Pratt,
        "zsplit" => ZeroMethod::ZeroSplit,
        other => panic!("{other}"),
    }
}

fn alternative(word: &str) -> Alternative {
    match word {
        "two-sided" => Alternative::TwoSided,
        "greater" => Alternative::Greater,
        "less" => Alternative::Less,
        other => panic!("{other}"),
    }
}

fn options(outcome: &Outcome) -> WilcoxonOptions {
    let method = match outcome.2.as_str() {
        "auto" => TestMethod::Auto,
        "asymptotic" => TestMethod::Normal,
        other => panic!("{other}"),
    };
    WilcoxonOptions {
        zeros: zeros(&outcome.0),
        alternative: alternative(&outcome.1),
        method,
        continuity: outcome.3,
    }
}

#[test]
fn statistics_and_p_values_are_those_of_scipy() {
    let mut of = [0, 0, 0];
    for case in &VALUES.wilcoxon {
        for outcome in &case.outcomes {
            let (.., statistic, p, z) = outcome;
            let what = format!("{} {outcome:?}", case.name);
            let found = wilcoxon(&case.sample, options(outcome)).unwrap();
            assert_close(found.statistic, *statistic, EXACT, 0.0, &what);
            let (place, tolerance) = match found.distribution {
                NullDistribution::Exact => (0, EXACT),
                NullDistribution::Permutation => (1, EXACT),
                NullDistribution::Normal => (2, NORMAL_TAIL),
            };
            of[place] += 1;
            if let Some(p) = p {
                assert_close(found.p, *p, tolerance, 0.0, &what);
            } else {
                // The one difference: SciPy divides by zero where all differences are.
                assert!(case.name.starts_with("all zero"), "{what}");
                assert_eq!(found.p, 1.0, "{what}");
            }
            if let Some(z) = z {
                assert_close(found.z.unwrap(), *z, EXACT, 1.0, &what);
            }
        }
    }
    assert!(of.iter().all(|count| *count >= 30), "{of:?}");
}

#[test]
fn exact_with_ties_counts_all_signs() {
    assert!(VALUES.permutation.len() >= 18);
    for case in &VALUES.permutation {
        let options = WilcoxonOptions {
            zeros: zeros(&case.zeros),
            alternative: alternative(&case.alternative),
            method: TestMethod::Exact,
            continuity: false,
        };
        let what = format!("{} {} of {}", case.zeros, case.alternative, case.sample.len());
        let found = wilcoxon(&case.sample, options).unwrap();
        assert_eq!(found.distribution, NullDistribution::Permutation);
        assert_close(found.statistic, case.statistic, EXACT, 0.0, &what);
        assert_close(found.p, case.p, EXACT, 0.0, &what);
    }
}

#[test]
fn missing_values_are_omitted_as_by_scipy() {
    for case in &VALUES.omitted {
        let pairs = CompletePairs::of(&case.first, &case.second).unwrap();
        assert_eq!(pairs.dropped, 3);
        let found = wilcoxon(&pairs.differences(), WilcoxonOptions::default()).unwrap();
        assert_close(found.statistic, case.statistic, EXACT, 0.0, "statistic");
        assert_close(found.p, case.p, EXACT, 0.0, "p");
    }
}
