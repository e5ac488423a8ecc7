//! Statistics, marks and counts.

use serde_json::json;

use super::{hearts, lines, made, make};
use crate::paper::TableFormat;
use crate::tests::long::Long;

#[test]
fn means_and_deviations_over_seeds() {
    let table = made(&hearts(&[("a", 0.5), ("b", 0.6)]), &json!({}));
    // RV of a: seeds score 0.55 and 0.57; mean 0.56, standard deviation 0.02 / sqrt(2).
    assert_eq!(
        lines(&table),
        [
            "method | RV | Myo | LV | mean",
            "a | 56.00 (1.41) | 60.00 (1.41) | 64.00 (1.41) | 60.00 (1.41)",
            "b | **66.00 (1.41)** | **70.00 (1.41)** | **74.00 (1.41)** | **70.00 (1.41)**",
        ]
    );
    let text = table.text(TableFormat::Markdown);
    assert!(text.starts_with("# Dice in % on acdc\n"), "{text}");
    let caption = "Grid network, checkpoint best. Entries are means (sample standard deviations) \
                   over 2 runs (seed 1, 2). The score of a class in a run is its mean over its \
                   scans; mean is the mean over the classes.";
    assert!(text.contains(caption), "{text}");
}

#[test]
fn every_statistic_over_subjects() {
    let rows = hearts(&[("a", 0.5)]);
    let entry = |statistic: &str| {
        let layout = json!({"columns": [], "where": {"class": ["RV"]}, "across": "subjects",
            "statistic": statistic, "decimals": 1});
        lines(&made(&rows, &layout))[1].clone()
    };
    // Subjects are 0.51 and 0.61, the means over both seeds.
    assert_eq!(entry("mean"), "a | 56.0");
    assert_eq!(entry("mean_std"), "a | 56.0 (7.1)");
    assert_eq!(entry("median"), "a | 56.0");
    // Quartiles at 0.25 and 0.75 of the way.
    assert_eq!(entry("median_iqr"), "a | 56.0 [53.5, 58.5]");
    // 0.05 times 12.7062, the 0.975 quantile for one degree of freedom.
    assert_eq!(entry("mean_ci"), "a | 56.0 [-7.5, 119.5]");
    let table = made(&rows, &json!({"across": "subjects", "statistic": "median_iqr"}));
    let text = table.text(TableFormat::Markdown);
    assert!(text.contains("Entries are medians \\[quartiles\\] over 2 subjects."), "{text}");
}

#[test]
fn a_single_seed_has_no_deviation() {
    let rows: Vec<Long> = hearts(&[("a", 0.5)])
        .into_iter()
        .filter(|row| row.variables[1].1 == "1" && row.class == "RV")
        .collect();
    let table = made(&rows, &json!({}));
    assert_eq!(lines(&table), ["method | RV", "a | 55.00"]);
    let text = table.text(TableFormat::Markdown);
    let sentence = "Entries are of a single run (seed 1), so there is no standard deviation.";
    assert!(text.contains(sentence), "{text}");
}

#[test]
fn rows_with_other_seeds_count_their_runs_and_entries_that_differ_say_it_themselves() {
    let mut rows = hearts(&[("a", 0.5), ("b", 0.6)]);
    rows.retain(|row| row.variables[0].1 == "a" || row.variables[1].1 == "1");
    let table = made(&rows, &json!({"where": {"class": ["RV"]}}));
    assert_eq!(lines(&table), ["method | RV | runs", "a | 56.00 (1.41) | 2", "b | **65.00** | 1"]);
    let text = table.text(TableFormat::Markdown);
    assert!(text.contains("- Runs: a: seed 1, 2; b: seed 1."), "{text}");
    rows.retain(|row| row.class == "RV" || row.variables[1].1 == "1");
    let table = made(&rows, &json!({"mean": false}));
    assert_eq!(lines(&table)[1], "a | 56.00 (1.41) n=2 | 59.00 n=1 | 63.00 n=1");
}

#[test]
fn lower_is_better_where_the_metric_says_so_and_equal_digits_share_a_mark() {
    let distance =
        |method, value| Long::dice(&[("method", method)], "p1", "RV", 0.0).hd95(Some(value));
    let rows = [distance("a", 5.001), distance("b", 5.004), distance("c", 7.0), distance("d", 9.0)];
    let table = made(&rows, &json!({"where": {"metric": ["hd95"]}}));
    assert_eq!(
        lines(&table),
        ["method | RV", "a | **5.00**", "b | **5.00**", "c | _7.00_", "d | 9.00"]
    );
    let plain = json!({"where": {"metric": ["hd95"]}, "best": false, "unranked": ["a", "b"]});
    assert_eq!(lines(&made(&rows, &plain))[3..], ["c | 7.00", "d | 9.00"]);
}

#[test]
fn best_is_among_rows_of_one_group() {
    let mut rows = Vec::new();
    for (ratio, method, value) in
        [("5", "a", 0.5), ("5", "b", 0.6), ("10", "a", 0.8), ("10", "b", 0.7)]
    {
        rows.push(Long::dice(&[("ratio", ratio), ("method", method)], "p1", "RV", value));
    }
    let table = made(&rows, &json!({"rows": ["ratio", "method"]}));
    let expected = ["5 | a | 50.00", "| b | **60.00**", "10 | a | **80.00**", "| b | 70.00"];
    assert_eq!(lines(&table)[1..], expected);
    // The same where the methods are columns.
    let table = made(&rows, &json!({"rows": ["ratio"], "columns": ["method"]}));
    assert_eq!(lines(&table), ["ratio | a | b", "5 | 50.00 | **60.00**", "10 | **80.00** | 70.00"]);
    // Ratios compete if they are asked to.
    let table = made(&rows, &json!({"rows": ["ratio", "method"], "rank": "ratio"}));
    assert_eq!(lines(&table)[3..], ["10 | a | **80.00**", "| b | **70.00**"]);
}

#[test]
fn what_is_missing_or_undefined_is_a_dash_and_a_note() {
    let mut rows = hearts(&[("a", 0.5), ("b", 0.6)]);
    rows.retain(|row| row.variables[0].1 == "a" || row.class != "LV");
    for row in &mut rows {
        if row.variables[0].1 == "a" && row.class == "RV" {
            row.value = None;
            row.state = "both_empty";
        }
    }
    let table = made(&rows, &json!({"mean": true}));
    // The mean over classes of `a` lacks a class; that of `b` is over the two that it has.
    assert_eq!(
        lines(&table)[1..],
        [
            "a | – | 60.00 (1.41) | **64.00 (1.41)** | –",
            "b | **66.00 (1.41)** | **70.00 (1.41)** | – | **68.00 (1.41)**",
        ]
        .map(|line| line.replace("**64.00 (1.41)**", "64.00 (1.41)"))
        .map(|line| line.replace("**66.00 (1.41)**", "66.00 (1.41)"))
        .map(|line| line.replace("**68.00 (1.41)**", "68.00 (1.41)"))
    );
    let text = table.text(TableFormat::Markdown);
    let note = "- Left out as undefined, class in neither mask: a RV (4 of 4), a mean (4 of 12).";
    assert!(text.contains(note), "{text}");
}

#[test]
fn the_order_of_rows_of_metrics_changes_no_byte() {
    let rows = hearts(&[("a", 0.123_456_789), ("b", 0.6)]);
    let layout = json!({"statistic": "mean_ci", "decimals": 6});
    let forward = made(&rows, &layout);
    let mut rows = rows;
    rows.reverse();
    let backward = made(&rows, &layout);
    for format in TableFormat::ALL {
        assert_eq!(forward.text(format), backward.text(format));
    }
    assert_eq!(forward.facts, backward.facts);
}

#[test]
fn percent_and_decimals_are_those_of_the_layout_then_of_compare() {
    let rows = hearts(&[("a", 0.5)]);
    let compare = json!({"percent": false, "decimals": 4});
    let of_compare = make(&rows, &json!({"columns": []}), &compare).unwrap();
    assert_eq!(lines(&of_compare), ["method | Dice ↑", "a | 0.6000 (0.0141)"]);
    let own = make(&rows, &json!({"columns": [], "percent": true, "decimals": 0}), &compare);
    assert_eq!(lines(&own.unwrap())[1], "a | 60 (1)");
}
