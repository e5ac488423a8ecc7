//! Layouts that name what is not there, or leave something open.

use serde_json::{Value, json};

use super::{hearts, make};
use crate::LayoutParams;
use crate::tests::long::Long;

fn mistake(layout: &Value) -> (String, String) {
    let error = make(&hearts(&[("a", 0.5), ("b", 0.6)]), layout, &json!({})).unwrap_err();
    (error.to_string(), error.help().unwrap_or_default())
}

#[test]
fn a_field_that_no_row_has_lists_those_there_are() {
    for (layout, part) in [
        (json!({"rows": ["methodd"]}), "rows"),
        (json!({"columns": ["methodd"]}), "columns"),
        (json!({"over": ["methodd"]}), "over"),
        (json!({"where": {"methodd": ["a"]}}), "where"),
        (json!({"rank": "methodd"}), "rank"),
    ] {
        let (message, help) = mistake(&layout);
        let expected = format!("`{part}` names `methodd`, which no row of the metrics has");
        assert_eq!(message, expected);
        assert!(help.starts_with("fields are: case_id; checkpoint; class; dataset; "), "{help}");
    }
}

#[test]
fn a_value_that_no_row_has_lists_those_there_are() {
    let (message, help) = mistake(&json!({"where": {"method": ["a", "c"]}}));
    assert_eq!(message, "`where` names `c`, which no row of the metrics has as `method`");
    assert_eq!(help, "there are: a; b");
    let (message, help) = mistake(&json!({"where": {"metric": ["hd95"]}}));
    assert_eq!(message, "`where` names `hd95`, which no row of the metrics has as `metric`");
    assert_eq!(help, "there are: dice");
    let (message, help) = mistake(&json!({"order": ["c"]}));
    assert_eq!(message, "`order` names `c`, which no row of the metrics has");
    assert!(help.contains("a; acdc") || help.contains("a; b"), "{help}");
    let (message, _) = mistake(&json!({"names": {"c": "C"}}));
    assert_eq!(message, "`names` names `c`, which no row of the metrics has");
    let (message, help) = mistake(&json!({"unranked": ["c"]}));
    assert_eq!(message, "`unranked` names `c`, which no row of the metrics has as `method`");
    assert_eq!(help, "there are: a; b");
    let (message, help) = mistake(&json!({"significance": {"reference": "c"}}));
    assert_eq!(
        message,
        "`significance.reference` names `c`, which no row of the metrics has as `method`"
    );
    assert_eq!(help, "there are: a; b");
}

#[test]
fn names_and_orders_of_compare_need_not_be_there() {
    let compare = json!({"names": {"c": "C"}, "order": ["c"], "unranked": ["c"]});
    make(&hearts(&[("a", 0.5)]), &json!({}), &compare).unwrap();
}

#[test]
fn a_difference_without_a_place_is_a_mistake() {
    let (message, help) = mistake(&json!({"rows": ["dataset"]}));
    assert_eq!(message, "the rows differ in `method` (a, b), which has no place in the table");
    assert!(help.starts_with("put `method` into `rows` or `columns`"), "{help}");
    let (message, _) = mistake(&json!({"rows": ["method"], "over": []}));
    assert_eq!(message, "the rows differ in `seed` (1, 2), which has no place in the table");
}

#[test]
fn values_that_never_meet_are_a_mistake() {
    let mut rows = hearts(&[("a", 0.5), ("b", 0.6)]);
    rows.retain(|row| row.variables[0].1 == "a" || row.variables[1].1 == "1");
    let layout = json!({"where": {"method": ["b"], "seed": ["2"]}});
    let error = make(&rows, &layout, &json!({})).unwrap_err();
    assert_eq!(
        error.to_string(),
        "no row of the metrics has checkpoint best, grid network, method b, metric dice, seed 2"
    );
}

#[test]
fn a_layout_is_checked_before_there_are_metrics() {
    let layout: LayoutParams = serde_json::from_value(json!({
        "rows": ["method", "method"],
        "columns": ["method", "class"],
        "over": ["class", "method"],
        "where": {"metric": []},
        "decimals": 7,
        "confidence": 1.5,
        "published": {"own": {"source": "", "rows": []}},
    }))
    .unwrap();
    let problems: Vec<_> = layout.problems().into_iter().map(|problem| problem.path).collect();
    assert_eq!(
        problems,
        [
            "rows[1]",
            "where.metric",
            "columns[0]",
            "over[0]",
            "over[1]",
            "decimals",
            "confidence",
            "published.own.source",
            "published.own.rows",
        ]
    );
    let confidence: LayoutParams = serde_json::from_value(json!({"confidence": 0.9})).unwrap();
    assert_eq!(confidence.problems()[0].message, "only `mean_ci` has a confidence");
    // What is left out is not part of the key of an action.
    let plain = serde_json::to_value(LayoutParams::default()).unwrap();
    assert_eq!(plain, json!({}));
}

#[test]
fn subjects_are_needed_for_a_statistic_over_them() {
    let rows: Vec<Long> = hearts(&[("a", 0.5)]);
    let batch = crate::tests::long::table(&rows, crate::tests::long::Texts::Plain);
    let keep: Vec<usize> = (0..batch.num_columns())
        .filter(|at| batch.schema().field(*at).name() != "subject")
        .collect();
    let rows = crate::MetricRows::of(batch.project(&keep).unwrap()).unwrap();
    let layout: LayoutParams = serde_json::from_value(json!({"across": "subjects"})).unwrap();
    let compare = crate::CompareParams::default();
    let request = crate::TableRequest { name: "x", layout: &layout, compare: &compare, notes: &[] };
    let error = crate::MadeTable::make(&rows, &request).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the metrics name no subjects, which the statistic is taken over"
    );
}
