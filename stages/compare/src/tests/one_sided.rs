//! Distances of structures that only one mask has: three aggregates, and what the tables say.

use arrow_array::RecordBatch;
use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, UInt32Type};
use arrow_ipc::reader::FileReader;
use serde_json::json;
use stages_tables::{DatasetInfo, Grid, MetricRow, MetricState, Scoring};

use super::toy::{Toy, dataset, read, rows};

use MetricState::{BothEmpty, Ok as Defined, PredEmpty, RefEmpty};

const DIAGONAL: f64 = 100.0;

/// HD95 of one scan: of every class.
fn hd95(heart: &DatasetInfo, scan: usize, values: &[(Option<f64>, MetricState)]) -> Vec<MetricRow> {
    let plain: Vec<_> = values.iter().map(|(value, _)| *value).collect();
    let mut all = rows(heart, Grid::Native, "best", &[&plain]);
    for (row, (_, state)) in all.iter_mut().zip(values) {
        row.case_id = format!("scan{scan}");
        row.state = *state;
        row.metric = "hd95".to_owned();
        row.unit = "mm".to_owned();
        row.higher_is_better = Some(false);
        row.diagonal_mm = Some(DIAGONAL);
    }
    all
}

fn heart() -> DatasetInfo {
    dataset("acdc", &["RV", "LV"])
}

/// Method `a` finds RV in the first of four scans, misses it in the second, invents it in the
/// third, and in the fourth it is not there; LV it always finds. Method `b` finds everything.
fn toy() -> Toy {
    let heart = heart();
    let a = [
        [(Some(4.0), Defined), (Some(2.0), Defined)],
        [(None, PredEmpty), (Some(4.0), Defined)],
        [(None, RefEmpty), (Some(6.0), Defined)],
        [(None, BothEmpty), (Some(8.0), Defined)],
    ];
    let b = [(Some(20.0), Defined), (Some(10.0), Defined)];
    let scans = a.iter().enumerate().flat_map(|(scan, values)| hd95(&heart, scan, values));
    Toy::new().run(&[("method", "a"), ("seed", "1")], &heart, scans.collect()).run(
        &[("method", "b"), ("seed", "1")],
        &heart,
        hd95(&heart, 0, &b),
    )
}

fn params() -> serde_json::Value {
    json!({"metric": "hd95", "grid": "native"})
}

fn comparison(toy: &Toy) -> RecordBatch {
    let file = fs_err::File::open(toy.output().join("comparison.arrow")).unwrap();
    FileReader::try_new(file, None).unwrap().next().unwrap().unwrap()
}

/// Rows are sorted: method `a` first, RV, LV, mean.
fn number(batch: &RecordBatch, column: &str, row: usize) -> Option<f64> {
    let column = batch.column_by_name(column).unwrap().as_primitive::<Float64Type>();
    column.iter().nth(row).unwrap()
}

#[test]
fn three_aggregates_by_hand() {
    let toy = toy();
    toy.compare(&params()).unwrap();
    let batch = comparison(&toy);
    // RV: one value; with the two one-sided scans at 100 mm (4 + 100 + 100) / 3.
    assert_eq!(number(&batch, "mean", 0), Some(4.0));
    assert_eq!(number(&batch, "ranking", 0), Some(68.0));
    assert_eq!(
        (number(&batch, "scan_std", 0), number(&batch, "scan_median", 0)),
        (None, Some(4.0))
    );
    // LV: 2, 4, 6, 8; squares 9 + 1 + 1 + 9 over 3.
    assert_eq!((number(&batch, "mean", 1), number(&batch, "ranking", 1)), (Some(5.0), Some(5.0)));
    assert_eq!(number(&batch, "scan_std", 1), Some((20.0_f64 / 3.0).sqrt()));
    assert_eq!(number(&batch, "scan_median", 1), Some(5.0));
    // The mean over classes of both; and by scan (3 + 4 + 6 + 8) / 4.
    assert_eq!((number(&batch, "mean", 2), number(&batch, "ranking", 2)), (Some(4.5), Some(36.5)));
    assert_eq!(
        (number(&batch, "monai_mean", 1), number(&batch, "monai_mean", 2)),
        (None, Some(5.25))
    );
    let count = |column: &str, row: usize| {
        batch.column_by_name(column).unwrap().as_primitive::<UInt32Type>().value(row)
    };
    let columns = [
        "n_scans",
        "n_ok",
        "n_pred_empty",
        "n_ref_empty",
        "n_both_empty",
        "n_undefined",
        "n_penalized",
    ];
    assert_eq!(columns.map(|column| count(column, 0)), [4, 1, 1, 1, 1, 3, 2]);
    assert_eq!(columns.map(|column| count(column, 1)), [4, 4, 0, 0, 0, 0, 0]);
    assert_eq!(columns.map(|column| count(column, 2)), [4, 5, 1, 1, 1, 3, 2]);
}

#[test]
fn the_table_ranks_by_the_diagonal_and_says_so() {
    let markdown = toy().text(&params(), "comparison.md");
    // Without the misses `a` would be better.
    assert!(markdown.contains("# HD95 in mm on acdc"), "{markdown}");
    assert!(markdown.contains("| b      | **20.00** |"), "{markdown}");
    assert!(markdown.contains("|   68.00   |"), "{markdown}");
    for note in [
        "Counted as the diagonal of the grid, class in one mask only: a RV (2 of 4).",
        "Left out as undefined, class in neither mask: a RV (1 of 4).",
        "a class in neither prediction nor annotation is undefined and left out.",
    ] {
        assert!(markdown.contains(note), "{markdown}");
    }
}

#[test]
fn an_aggregate_of_nothing_is_nothing() {
    let heart = heart();
    let none = [(None, BothEmpty), (Some(1.0), Defined)];
    let toy = Toy::new().run(&[("method", "a")], &heart, hd95(&heart, 0, &none));
    toy.compare(&params()).unwrap();
    let batch = comparison(&toy);
    for column in ["mean", "ranking", "scan_std", "scan_median"] {
        assert_eq!([0, 2].map(|row| number(&batch, column, row)), [None, None], "{column}");
    }
    assert_eq!(number(&batch, "monai_mean", 2), Some(1.0));
}

#[test]
fn without_a_diagonal_a_one_sided_case_is_left_out() {
    let heart = heart();
    let mut scans = hd95(&heart, 0, &[(None, RefEmpty), (Some(0.5), Defined)]);
    for row in &mut scans {
        row.metric = "recall".to_owned();
        row.unit = "1".to_owned();
        row.higher_is_better = Some(true);
        row.diagonal_mm = None;
    }
    let toy = Toy::new().run(&[("method", "a")], &heart, scans);
    let markdown = toy.text(&json!({"metric": "recall", "grid": "native"}), "comparison.md");
    let note = "Left out as undefined, class in one mask only: a RV (1 of 1).";
    assert!(markdown.contains(note), "{markdown}");
}

#[test]
fn further_metrics_have_tables_of_their_own() {
    let heart = heart();
    let dice = rows(&heart, Grid::Native, "best", &[&[Some(0.9), Some(0.8)]]);
    let both = [dice, hd95(&heart, 0, &[(Some(4.0), Defined), (Some(2.0), Defined)])].concat();
    let toy = Toy::new().run(&[("method", "a")], &heart, both);
    let params = json!({"grid": "native", "also": ["hd95"]});
    let markdown = toy.text(&params, "comparison.md");
    let dice_at = markdown.find("# Dice in % on acdc").unwrap();
    let hd95_at = markdown.find("# HD95 in mm on acdc").unwrap();
    assert!(dice_at < hd95_at);
    let latex = read(&toy.output(), "comparison.tex");
    assert!(latex.contains("tab:comparison-acdc}") && latex.contains("tab:comparison-acdc-hd95}"));
    let error = toy.compare(&json!({"grid": "native", "also": ["assd"]})).unwrap_err();
    assert!(error.message.contains("metric `assd`"), "{}", error.message);
}

#[test]
fn what_was_done_before_scoring_is_said() {
    let heart = heart();
    let values = || hd95(&heart, 0, &[(Some(4.0), Defined), (Some(2.0), Defined)]);
    let largest = || Scoring {
        largest_component: Some("faces".to_owned()),
        ignore_label: Some(255),
        ..Scoring::default()
    };
    let one = |method: &'static str| [("method", method)];
    let same = Toy::new().run_scored(&one("a"), &heart, largest(), values()).run_scored(
        &one("b"),
        &heart,
        largest(),
        values(),
    );
    let markdown = same.text(&params(), "comparison.md");
    let note = "Before scoring: every predicted class was reduced to its largest component \
                (faces); voxels annotated as 255 were left out.";
    assert!(markdown.contains(note), "{markdown}");
    let differ = Toy::new().run_scored(&one("a"), &heart, Scoring::default(), values()).run_scored(
        &one("b"),
        &heart,
        largest(),
        values(),
    );
    let markdown = differ.text(&params(), "comparison.md");
    let note = "Runs differ in what was done before scoring: nothing was done / every predicted";
    assert!(markdown.contains(note), "{markdown}");
}
