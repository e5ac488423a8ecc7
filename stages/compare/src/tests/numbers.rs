//! Polars' group-by against numbers worked out by hand.

use arrow_array::RecordBatch;
use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, UInt32Type};
use arrow_ipc::reader::FileReader;
use serde_json::json;
use stages_tables::Grid;

use super::toy::{Toy, dataset, example, rows};

fn arrow(toy: &Toy, file: &str) -> RecordBatch {
    let file = fs_err::File::open(toy.output().join(file)).unwrap();
    let mut batches = FileReader::try_new(file, None).unwrap();
    let batch = batches.next().unwrap().unwrap();
    assert!(batches.next().is_none());
    batch
}

/// Mean, standard deviation and the counts of one row of the comparison.
type Entry = (Option<f64>, Option<f64>, [u32; 4]);

fn entry(batch: &RecordBatch, method: &str, grid: &str, checkpoint: &str, class: &str) -> Entry {
    let is = |column: &str, row: usize, value: &str| {
        batch.column_by_name(column).unwrap().as_string::<i32>().value(row) == value
    };
    let found: Vec<_> = (0..batch.num_rows())
        .filter(|row| {
            is("method", *row, method)
                && is("grid", *row, grid)
                && is("checkpoint", *row, checkpoint)
                && is("class_name", *row, class)
        })
        .collect();
    assert_eq!(found.len(), 1, "{method} {grid} {checkpoint} {class}");
    let double = |column: &str| {
        let column = batch.column_by_name(column).unwrap().as_primitive::<Float64Type>();
        column.iter().nth(found[0]).unwrap()
    };
    let count = |column: &str| {
        batch.column_by_name(column).unwrap().as_primitive::<UInt32Type>().value(found[0])
    };
    let counts = ["n", "n_scans", "n_undefined", "n_both_empty"].map(count);
    (double("mean"), double("std"), counts)
}

fn assert_close(found: Option<f64>, expected: Option<f64>) {
    let close = match (found, expected) {
        (Some(found), Some(expected)) => (found - expected).abs() < 1e-12,
        (found, expected) => found == expected,
    };
    assert!(close, "found {found:?}, expected {expected:?}");
}

#[test]
fn means_and_deviations_are_those_worked_out_by_hand() {
    let toy = example();
    toy.compare(&json!({})).unwrap();
    let batch = arrow(&toy, "comparison.arrow");
    // RV of ours_kl on the network grid: seeds score d + (0 + 0.04) / 2 = 0.82, 0.84, 0.89.
    // Mean 0.85; squared differences 0.0009 + 0.0001 + 0.0016 = 0.0026, over 2, root.
    let (mean, std, counts) = entry(&batch, "ours_kl", "network", "best", "RV");
    assert_close(mean, Some(0.85));
    assert_close(std, Some(0.0013_f64.sqrt()));
    assert_eq!(counts, [3, 2, 0, 0]);
    // The mean over classes: RV d + 0.02, LV d + 0.04, so d + 0.03; the deviation is the same.
    let (mean, std, counts) = entry(&batch, "ours_kl", "network", "best", "mean");
    assert_close(mean, Some(0.86));
    assert_close(std, Some(0.0013_f64.sqrt()));
    assert_eq!(counts, [3, 2, 0, 0]);
    // LV natively: the first scan is undefined, so the mean is of one scan, d - 0.05 per seed.
    let (mean, _, counts) = entry(&batch, "full", "native", "best", "LV");
    assert_close(mean, Some(0.86));
    assert_eq!(counts, [3, 2, 3, 3]);
    // A single run: no deviation. The LV of its first scan counts as 1: (1 + 0.76) / 2.
    let (mean, std, counts) = entry(&batch, "partial", "network", "best", "LV");
    assert_close(mean, Some(0.88));
    assert_eq!((std, counts), (None, [1, 2, 0, 1]));
}

#[test]
fn a_class_undefined_in_every_scan_leaves_no_mean_over_classes() {
    let heart = dataset("heart", &["RV", "LV"]);
    let native = |values: &[&[Option<f64>]]| rows(&heart, Grid::Native, "best", values);
    let toy = Toy::new()
        .run(
            &[("method", "a"), ("seed", "1")],
            &heart,
            native(&[&[Some(0.5), None], &[Some(0.7), None]]),
        )
        .run(&[("method", "a"), ("seed", "2")], &heart, native(&[&[Some(0.7), Some(0.9)]]));
    let markdown = toy.text(&json!({"grid": "native"}), "comparison.md");
    let batch = arrow(&toy, "comparison.arrow");
    // LV: seed 1 has no score and is left out, so one run is averaged, without deviation.
    let lv = entry(&batch, "a", "native", "best", "LV");
    assert_eq!(lv, (Some(0.9), None, [1, 2, 2, 2]));
    // The mean over classes of seed 2 is 0.8; seed 1 has none.
    let (mean, std, counts) = entry(&batch, "a", "native", "best", "mean");
    assert_close(mean, Some(0.8));
    assert_eq!((std, counts), (None, [1, 2, 2, 2]));
    assert!(markdown.contains("its scans (1 to 2)"), "{markdown}");
    assert!(markdown.contains("class in neither mask: a LV (2 of 3)"), "{markdown}");
}

#[test]
fn the_csv_reads_back_to_the_same_doubles() {
    let toy = example();
    let csv = toy.text(&json!({}), "comparison.csv");
    let means = arrow(&toy, "comparison.arrow");
    let means = means.column_by_name("mean").unwrap().as_primitive::<Float64Type>();
    let header: Vec<_> = csv.lines().next().unwrap().split(',').collect();
    let column = header.iter().position(|name| *name == "mean").unwrap();
    let read: Vec<Option<f64>> =
        csv.lines().skip(1).map(|line| line.split(',').nth(column).unwrap().parse().ok()).collect();
    assert_eq!(read, means.iter().collect::<Vec<_>>());
    assert!(read.len() > 20);
}
