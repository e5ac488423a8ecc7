//! Published numbers beside ours.

use serde_json::json;

use super::{hearts, lines, made, make};
use crate::layout::Origin;
use crate::paper::TableFormat;

#[test]
fn published_rows_stand_below_ours_where_their_columns_are() {
    let table = made(
        &hearts(&[("ours_kl", 0.5)]),
        &json!({
            "published": "midl2020",
            "where": {"method": ["ours_kl"]},
            "names": {"ours_kl": "Ours (KL)"},
        }),
    );
    let lines = lines(&table);
    assert_eq!(lines.len(), 3, "{lines:?}");
    assert!(lines[1].starts_with("Ours (KL) | 56.00 (1.41)"), "{lines:?}");
    assert!(lines[2].starts_with("Ours (KL) ᵖ | 85.08 (0.10)"), "{lines:?}");
    let row = &table.block.main.rows[1];
    assert_eq!((row.origin, row.rule_above, row.runs), (Origin::Published, true, None));
    // The file: ours_kl on acdc.
    let entry = crate::published("midl2020").unwrap();
    let entry = entry.entries().find(|e| e.method == "ours_kl" && e.class == Some("RV")).unwrap();
    let printed = row.cells[0].value.as_ref().unwrap();
    assert_eq!(printed.text, format!("{:.2}", 100.0 * entry.mean));
    assert!(table.text(TableFormat::Markdown).contains("- Published: Peng, Pedersoli"));
}

#[test]
fn all_methods_of_a_publication_come_in_its_order_and_none_is_ranked() {
    let table = made(&hearts(&[("a", 0.1)]), &json!({"published": "midl2020"}));
    assert_eq!(table.block.main.rows.len(), 1 + 8);
    assert_eq!(table.block.main.rows[1].labels, ["Full supervision"]);
    let marks = table.block.main.rows.iter().flat_map(|row| &row.cells);
    assert!(marks.into_iter().all(|cell| cell.mark == crate::number::Mark::None));
}

#[test]
fn rows_of_ones_own_are_taken_in_their_unit() {
    let own = json!({"own": {"source": "A paper", "unit": "1", "rows": [
        {"method": "x", "dataset": "acdc", "class": "RV", "mean": 0.875, "std": 0.0125},
        {"method": "x", "dataset": "acdc", "mean": 0.5},
        {"method": "x", "dataset": "elsewhere", "mean": 0.5},
    ]}});
    let table = made(&hearts(&[("a", 0.5)]), &json!({"published": own}));
    let row = &table.block.main.rows[1];
    let texts: Vec<_> = row
        .cells
        .iter()
        .map(|cell| cell.value.as_ref().map(|digits| digits.text.as_str()))
        .collect();
    assert_eq!(texts, [Some("87.50"), None, None, Some("50.00")]);
}

#[test]
fn what_cannot_stand_anywhere_is_a_mistake() {
    let rows = hearts(&[("a", 0.5)]);
    let layout = json!({"rows": ["class"], "columns": ["method"], "published": "midl2020"});
    let error = make(&rows, &layout, &json!({})).unwrap_err();
    assert_eq!(
        error.to_string(),
        "published numbers stand in rows of `method`, which is not among the `rows`"
    );
    let own = json!({"own": {"source": "A paper", "rows": [
        {"method": "x", "dataset": "elsewhere", "mean": 50}]}});
    let error = make(&rows, &json!({"published": own}), &json!({})).unwrap_err();
    assert_eq!(
        error.to_string(),
        "`published`: no number of `A paper` is of a dataset, class and metric of this table"
    );
    assert_eq!(error.help().unwrap(), "it has: dice of mean on elsewhere");
}
