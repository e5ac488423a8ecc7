//! Rows, columns, filters, names and order.

use serde_json::json;

use super::{hearts, lines, made, make};
use crate::paper::TableFormat;
use crate::tests::long::Long;

/// Dice and HD95 on two datasets of two methods, one seed each.
fn two_datasets() -> Vec<Long> {
    let mut rows = Vec::new();
    for (method, dice) in [("a", 0.5), ("b", 0.6)] {
        for (dataset, classes) in [("acdc", &["RV", "LV"][..]), ("spleen", &["spleen"])] {
            for class in classes {
                let row = Long::dice(&[("method", method), ("seed", "1")], "p1", class, dice);
                let row = Long { dataset, ..row };
                rows.push(row.clone().hd95(Some(10.0 * dice)));
                rows.push(row);
            }
        }
    }
    rows
}

#[test]
fn headers_nest_in_the_order_of_the_fields() {
    let layout = json!({"columns": ["metric", "dataset", "class"],
        "where": {"metric": ["hd95", "dice"]}, "decimals": 1});
    let table = made(&two_datasets(), &layout);
    let headers: Vec<_> =
        table.block.main.columns.iter().map(|column| column.headers.join(" / ")).collect();
    // A dataset with one class has no mean beside it, and the order is that of `where`.
    assert_eq!(
        headers,
        [
            "HD95 in mm ↓ / acdc / RV",
            "HD95 in mm ↓ / acdc / LV",
            "HD95 in mm ↓ / acdc / mean",
            "HD95 in mm ↓ / spleen / spleen",
            "Dice in % ↑ / acdc / RV",
            "Dice in % ↑ / acdc / LV",
            "Dice in % ↑ / acdc / mean",
            "Dice in % ↑ / spleen / spleen",
        ]
    );
    assert_eq!(
        lines(&table)[1],
        "a | **5.0** | **5.0** | **5.0** | **5.0** | 50.0 | 50.0 | 50.0 | 50.0"
    );
    assert_eq!(table.block.title, "HD95 in mm and Dice in %");
}

#[test]
fn rows_nest_and_a_rule_separates_their_groups() {
    let table = made(
        &two_datasets(),
        &json!({"rows": ["dataset", "method"], "columns": ["metric"],
        "where": {"metric": ["dice", "hd95"]}}),
    );
    assert_eq!(
        lines(&table),
        [
            "dataset | method | Dice in % ↑ | HD95 in mm ↓",
            "acdc | a | 50.00 | **5.00**",
            "| b | **60.00** | 6.00",
            "spleen | a | 50.00 | **5.00**",
            "| b | **60.00** | 6.00",
        ]
    );
    let rules: Vec<_> = table.block.main.rows.iter().map(|row| row.rule_above).collect();
    assert_eq!(rules, [false, false, true, false]);
    let text = table.text(TableFormat::Markdown);
    assert!(text.contains("a run is the mean over its scans, then over the classes."), "{text}");
}

#[test]
fn classes_can_be_rows() {
    let table = made(&hearts(&[("a", 0.5)]), &json!({"rows": ["class"], "columns": ["method"]}));
    let first: Vec<_> = lines(&table).iter().map(|line| line[..4].to_owned()).collect();
    assert_eq!(first, ["clas", "RV |", "Myo ", "LV |", "mean"]);
}

#[test]
fn names_are_of_values_of_values_of_one_field_and_of_fields() {
    let layout = json!({"names": {"a": "Ours", "class=RV": "right", "method": "Method",
        "mean": "all", "dice": "DSC"}});
    let table = make(
        &hearts(&[("a", 0.5), ("b", 0.6)]),
        &layout,
        &json!({"names": {"a": "A", "b": "Theirs"}, "order": ["b", "a"], "unranked": ["b"]}),
    )
    .unwrap();
    let lines = lines(&table);
    assert_eq!(lines[0], "Method | right | Myo | LV | all");
    assert!(lines[1].starts_with("Theirs | 66.00 (1.41)"), "{lines:?}");
    assert!(lines[2].starts_with("Ours | 56.00 (1.41)"), "{lines:?}");
    assert_eq!(table.block.title, "DSC on acdc");
    let text = table.text(TableFormat::Markdown);
    assert!(text.contains("- Not ranked: Theirs."), "{text}");
}

#[test]
fn filters_choose_before_anything_is_averaged() {
    let mut rows = hearts(&[("a", 0.5)]);
    let late: Vec<Long> = rows
        .iter()
        .map(|row| Long {
            phase: Some("ES"),
            case: format!("{}_ES", row.subject),
            value: row.value.map(|value| value - 0.2),
            ..row.clone()
        })
        .collect();
    rows.extend(late);
    // Seeds 0.46 and 0.48 over both phases; ES alone 0.1 less.
    let both = made(&rows, &json!({"where": {"class": ["RV"]}}));
    assert_eq!(lines(&both)[1], "a | 46.00 (1.41)");
    let one = made(&rows, &json!({"where": {"class": ["RV"], "phase": ["ES"], "subject": ["p2"]}}));
    assert_eq!(lines(&one)[1], "a | 41.00 (1.41)");
    let text = one.text(TableFormat::Markdown);
    assert!(text.contains("checkpoint best, phase ES, subject p2."), "{text}");
    let phases = made(&rows, &json!({"columns": ["phase", "class"], "mean": false}));
    assert_eq!(
        lines(&phases)[0],
        "method | ED / RV | ED / Myo | ED / LV | ES / RV | ES / Myo | ES / LV"
    );
}

#[test]
fn without_rows_everything_that_differs_finds_its_place() {
    let mut rows = hearts(&[("a", 0.5)]);
    let other = hearts(&[("b", 0.6)]).into_iter();
    rows.extend(other.map(|mut row| {
        row.experiment = "two";
        row.variables.push(("ratio", "5".to_owned()));
        row
    }));
    let table = made(&rows, &json!({"columns": []}));
    // Experiments with other variables: what one lacks is a dash.
    assert_eq!(
        lines(&table),
        [
            "experiment | ratio | method | Dice in % ↑",
            "one | – | a | 60.00 (1.41)",
            "two | 5 | b | 70.00 (1.41)",
        ]
    );
    let over = made(
        &rows,
        &json!({"columns": [], "rows": ["method"], "over": ["seed", "experiment", "ratio"]}),
    );
    assert_eq!(lines(&over)[1], "a | 60.00 (1.41)");
}

#[test]
fn runs_of_several_experiments_are_repetitions_if_asked_for() {
    let mut rows = hearts(&[("a", 0.5)]);
    rows.extend(hearts(&[("a", 0.6)]).into_iter().map(|row| Long { experiment: "two", ..row }));
    let table =
        made(&rows, &json!({"rows": ["method"], "columns": [], "over": ["experiment", "seed"]}));
    // 0.59, 0.61, 0.69, 0.71: mean 0.65, squares 0.0036 + 0.0016 + 0.0016 + 0.0036 over 3.
    assert_eq!(lines(&table)[1], "a | 65.00 (5.89)");
    let text = table.text(TableFormat::Markdown);
    assert!(text.contains("over 4 runs (experiment one with seed 1; experiment one"), "{text}");
}

#[test]
fn a_title_and_a_caption_of_ones_own_take_the_place_of_ours() {
    let table = made(&hearts(&[("a", 0.5)]), &json!({"title": "Hearts", "caption": "Mine."}));
    let text = table.text(TableFormat::Markdown);
    assert!(text.starts_with("# Hearts\n\nMine.\n\n| method"), "{text}");
    assert!(table.text(TableFormat::Latex).contains("\\label{tab:mine}"));
    let csv = table.text(TableFormat::Csv);
    assert!(csv.starts_with("method,RV,RV std,"), "{csv}");
}

#[test]
fn the_arrow_file_holds_every_entry_in_full_precision() {
    use arrow_array::cast::AsArray;
    use arrow_array::types::{Float64Type, UInt32Type};
    let table = made(&hearts(&[("a", 0.5), ("b", 0.6)]), &json!({}));
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("mine.arrow");
    table.write_arrow(&file).unwrap();
    let file = fs_err::File::open(&file).unwrap();
    let batch =
        arrow_ipc::reader::FileReader::try_new(file, None).unwrap().next().unwrap().unwrap();
    let schema = batch.schema();
    let names: Vec<_> = schema.fields().iter().map(|field| field.name().as_str()).collect();
    assert_eq!(
        names,
        [
            "method", "class", "metric", "unit", "value", "std", "low", "high", "n", "mark",
            "verdict"
        ]
    );
    assert_eq!(batch.num_rows(), 8);
    let text = |column: &str, row| {
        batch.column_by_name(column).unwrap().as_string::<i32>().value(row).to_owned()
    };
    assert_eq!([text("method", 7), text("class", 7), text("mark", 7)], ["b", "mean", "best"]);
    let value = batch.column_by_name("value").unwrap().as_primitive::<Float64Type>().value(7);
    assert!((value - 0.7).abs() < 1e-12, "{value}");
    assert_eq!(batch.column_by_name("n").unwrap().as_primitive::<UInt32Type>().value(7), 2);
}
