//! Signs of significance in tables of layouts.

use serde_json::json;

use super::{made, make};
use crate::paper::TableFormat;
use crate::significance::Verdict;
use crate::tests::long::Long;

/// Twelve subjects, two seeds; `a` is always better than `b`, `c` is `b` on average.
fn twelve() -> Vec<Long> {
    let mut rows = Vec::new();
    for (method, base) in [("a", 0.2), ("b", 0.1), ("c", 0.1)] {
        for (seed, of_seed) in [("1", 0.0), ("2", 0.01)] {
            for subject in 0..12 {
                let noise = match (method, subject % 2) {
                    ("a", _) => f64::from(subject) / 1000.0,
                    ("c", 0) => f64::from(subject + 1) / 1000.0,
                    ("c", _) => -f64::from(subject) / 1000.0,
                    _ => 0.0,
                };
                let variables = [("method", method), ("seed", seed)];
                let value = base + of_seed + noise;
                rows.push(Long::dice(&variables, &format!("p{subject}"), "RV", value));
            }
        }
    }
    rows
}

#[test]
fn entries_are_tested_against_the_reference_and_corrected_together() {
    let table = made(&twelve(), &json!({"significance": {"reference": "b"}}));
    let verdicts: Vec<_> = table.block.main.rows.iter().map(|row| row.cells[0].verdict).collect();
    assert_eq!(verdicts, [Verdict::Better, Verdict::Untested, Verdict::NotSignificant]);
    let text = table.text(TableFormat::Markdown);
    let note = "† significantly better, ‡ significantly worse than b: two-sided Wilcoxon \
                signed-rank test of paired per-subject values (12 subjects), p at most 0.05 after \
                Holm's correction for the 2 comparisons of this table.";
    assert!(text.contains(note), "{text}");
    // Twelve differences of one sign: p = 2 / 2^12 = 0.00049, times 2.
    let strict = json!({"significance": {"reference": "b", "level": 0.0009}});
    let table = made(&twelve(), &strict);
    assert!(table.text(TableFormat::Markdown).contains("No entry differs significantly from b"));
}

#[test]
fn a_reference_to_the_worse_turns_the_sign() {
    let table = made(&twelve(), &json!({"significance": {"reference": "a"}}));
    let signs: Vec<_> =
        table.block.main.rows.iter().map(|row| row.cells[0].verdict.sign()).collect();
    assert_eq!(signs, [None, Some('‡'), Some('‡')]);
}

#[test]
fn what_cannot_be_tested_is_said() {
    let undirected: Vec<Long> =
        twelve().into_iter().map(|row| Long { metric: "volume_difference", ..row }).collect();
    let layout =
        json!({"where": {"metric": ["volume_difference"]}, "significance": {"reference": "b"}});
    let table = make(&undirected, &layout, &json!({})).unwrap();
    assert_eq!(
        table.warnings,
        ["`volume_difference` has no direction, so nothing in it is tested"]
    );
    assert_eq!(table.block.main.signs, None);
    let only: Vec<Long> = twelve().into_iter().filter(|row| row.variables[0].1 == "b").collect();
    let table = made(&only, &json!({"significance": {"reference": "b"}}));
    assert_eq!(
        table.warnings,
        ["nothing is compared with `b`: there is nothing else in the table"]
    );
}
