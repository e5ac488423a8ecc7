//! What a run's tables hold, worked out by hand, and what happens to them.

use std::collections::BTreeMap;
use std::path::Path;

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int32Type, UInt8Type, UInt64Type};
use arrow_array::{Array, RecordBatch};
use tempfile::{TempDir, tempdir};

use super::columns::RUN_METRICS;
use super::write::write;
use super::{RunClinical, RunMetrics, RunPart, RunTable};
use crate::tests::rows;
use crate::{DatasetInfo, Grid, MetricRow, MetricsTable, Scoring, TableError};

fn coordinates(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// An evaluation of these scans, written unsorted, with its folder.
fn part(node: &str, pairs: &[(&str, &str)], dataset: &str, cases: &[&str]) -> (TempDir, RunPart) {
    let template = &rows::metrics().rows[0];
    let row = |case: &&str, value: f64| MetricRow {
        case_id: (*case).to_owned(),
        value: (value > 0.0).then_some(value),
        ..template.clone()
    };
    let native = |row: MetricRow| MetricRow { grid: Grid::Native, phase: None, ..row };
    let both = cases.iter().zip([0.5, 0.0, 0.25]);
    let rows = both.flat_map(|(case, value)| [row(case, value), native(row(case, value))]);
    let dir = tempdir().unwrap();
    let dataset = DatasetInfo { name: dataset.to_owned(), classes: Vec::new() };
    let table = MetricsTable { dataset, scoring: Scoring::default(), rows: rows.collect() };
    table.write(dir.path()).unwrap();
    let part = RunPart {
        node: node.to_owned(),
        action: format!("{node:f<8}"),
        coordinates: coordinates(pairs),
        dir: dir.path().to_owned(),
    };
    (dir, part)
}

fn texts(batches: &[RecordBatch], column: &str) -> Vec<Option<String>> {
    let of = |batch: &RecordBatch| {
        let column = batch.column_by_name(column).unwrap().as_dictionary::<Int32Type>().clone();
        let words = column.values().as_string::<i32>().clone();
        column.keys().iter().map(move |key| Some(words.value(key? as usize).to_owned())).collect()
    };
    batches.iter().flat_map(|batch| -> Vec<Option<String>> { of(batch) }).collect()
}

fn written(parts: &[&RunPart], path: &Path, batch_rows: usize) -> RunTable {
    write(&RUN_METRICS, "toy", parts, path, batch_rows).unwrap();
    RunTable::metrics(path).unwrap()
}

#[test]
fn rows_are_sorted_by_dataset_variables_and_scan_whatever_came_first() {
    let (_a, ten) = part("evaluate[seed=10]", &[("seed", "10")], "hearts", &["b", "a", "c"]);
    let (_b, nine) = part("evaluate[seed=9]", &[("seed", "9")], "hearts", &["a"]);
    let (_c, plain) = part("other", &[], "hearts", &["a"]);
    let (_d, first) = part("z", &[("seed", "11")], "brains", &["a"]);
    let dir = tempdir().unwrap();
    let path = dir.path().join("metrics.arrow");
    let table = written(&[&ten, &nine, &plain, &first], &path, 5);
    let batches = table.batches();
    // 2 + 2 + 2 + 6 rows in batches of five.
    assert_eq!(batches.iter().map(RecordBatch::num_rows).collect::<Vec<_>>(), [5, 5, 2]);
    let column = |name| -> Vec<String> {
        texts(batches, name).into_iter().map(|word| word.unwrap_or("-".to_owned())).collect()
    };
    let of = |words: [&str; 12]| words.map(str::to_owned).to_vec();
    let [x, y, z, u] = ["11", "-", "9", "10"];
    assert_eq!(column("seed"), of([x, x, y, y, z, z, u, u, u, u, u, u]));
    let [x, y] = ["brains", "hearts"];
    assert_eq!(column("dataset"), of([x, x, y, y, y, y, y, y, y, y, y, y]));
    let [a, b, c] = ["a", "b", "c"];
    assert_eq!(column("case_id"), of([a, a, a, a, a, a, a, a, b, b, c, c]));
    let [x, y] = ["native", "network"];
    assert_eq!(column("grid"), of([x, y, x, y, x, y, x, y, x, y, x, y]));
    assert_eq!(column("phase")[..2], ["-", "ES"]);
    assert_eq!(column("node")[11], "evaluate[seed=10]");
    assert_eq!(column("action")[2], "otherfff");
    assert_eq!(column("experiment")[0], "toy");
    // `a` came second and has no value, `b` first.
    let values = |batch: &RecordBatch| -> Vec<Option<f64>> {
        batch.column_by_name("value").unwrap().as_primitive::<Float64Type>().iter().collect()
    };
    let values: Vec<_> = batches.iter().flat_map(values).collect();
    let [a, b, c] = [None, Some(0.5), Some(0.25)];
    assert_eq!(values, [b, b, b, b, b, b, a, a, b, b, c, c]);
    let words = batches[0].column_by_name("grid").unwrap().as_dictionary::<Int32Type>().values();
    let words: Vec<_> = words.as_string::<i32>().iter().flatten().collect();
    assert_eq!(words, ["native", "network"], "in the order of first appearance");
    assert_eq!(table.variables()[0].column, "seed");
    let names: Vec<_> = table.datasets().iter().map(|dataset| dataset.name.as_str()).collect();
    assert_eq!(names, ["brains", "hearts"]);
}

#[test]
fn every_other_column_is_copied_with_its_nulls() {
    let dir = tempdir().unwrap();
    let table = rows::metrics();
    table.write(dir.path()).unwrap();
    let part = RunPart {
        node: "n".to_owned(),
        action: "0".to_owned(),
        coordinates: coordinates(&[("value", "7")]),
        dir: dir.path().to_owned(),
    };
    let path = dir.path().join("run.arrow");
    RunMetrics::write("toy", &[part], &path).unwrap();
    let read = RunTable::metrics(&path).unwrap();
    assert_eq!(read.scoring()["n"], table.scoring);
    assert_eq!(texts(read.batches(), "matrix.value"), vec![Some("7".to_owned()); 5]);
    // Native before network, the others as they were.
    let order = [1, 0, 2, 3, 4];
    let [batch] = read.batches() else { panic!("one batch") };
    let column = |name: &str| batch.column_by_name(name).unwrap();
    for (at, from) in order.into_iter().enumerate() {
        let row = &table.rows[from];
        let classes = column("class_id").as_primitive::<UInt8Type>();
        assert_eq!(classes.value(at), row.class_id);
        let number = |name| {
            let numbers = column(name).as_primitive::<Float64Type>();
            numbers.is_valid(at).then(|| numbers.value(at))
        };
        assert_eq!(number("value"), row.value);
        assert_eq!(number("diagonal_mm"), row.diagonal_mm);
        let voxels = column("ignored_voxels").as_primitive::<UInt64Type>();
        assert_eq!(voxels.is_valid(at).then(|| voxels.value(at)), row.ignored_voxels);
        let higher = column("higher_is_better").as_boolean();
        assert_eq!(higher.is_valid(at).then(|| higher.value(at)), row.higher_is_better);
        assert_eq!(texts(read.batches(), "state")[at].as_deref(), Some(row.state.as_str()));
    }
}

#[test]
fn the_same_parts_give_the_same_bytes_in_any_order() {
    let (_a, one) = part("a", &[("seed", "1")], "hearts", &["b", "a"]);
    let (_b, two) = part("b", &[("seed", "2")], "hearts", &["a"]);
    let dir = tempdir().unwrap();
    let [first, second] = ["1", "2"].map(|name| dir.path().join(name));
    RunMetrics::write("toy", &[one.clone(), two.clone()], &first).unwrap();
    RunMetrics::write("toy", &[two, one], &second).unwrap();
    assert_eq!(fs_err::read(&first).unwrap(), fs_err::read(&second).unwrap());
}

#[test]
fn clinical_quantities_are_there_where_a_part_has_them() {
    let (dir, with) = part("a", &[("seed", "1")], "hearts", &["a"]);
    let (_b, without) = part("b", &[("seed", "2")], "hearts", &["a"]);
    let path = dir.path().join("run.arrow");
    assert!(!RunClinical::write("toy", std::slice::from_ref(&without), &path).unwrap());
    assert!(!path.exists());
    rows::clinical().write(dir.path()).unwrap();
    assert!(RunClinical::write("toy", &[with, without], &path).unwrap());
    let table = RunTable::clinical(&path).unwrap();
    assert_eq!(texts(table.batches(), "seed"), vec![Some("1".to_owned()); 5]);
    assert_eq!(texts(table.batches(), "group").iter().flatten().count(), 1);
    assert_eq!(table.batches()[0].num_columns(), RunClinical::SCHEMA.columns.len());
}

#[test]
fn a_run_without_rows_has_an_empty_table() {
    let (dir, part) = part("a", &[("seed", "1")], "hearts", &[]);
    let path = dir.path().join("run.arrow");
    RunMetrics::write("toy", &[part], &path).unwrap();
    assert!(RunTable::metrics(&path).unwrap().batches().is_empty());
}

#[test]
fn another_table_is_refused_by_name() {
    let (dir, part) = part("a", &[], "hearts", &["a"]);
    let own = part.dir.join(MetricsTable::FILE);
    let error = RunTable::metrics(&own).err().unwrap();
    assert!(error.to_string().ends_with("the schema has no metadata `table`"), "{error}");
    let path = dir.path().join("run.arrow");
    RunMetrics::write("toy", &[part], &path).unwrap();
    let error = RunTable::clinical(&path).err().unwrap();
    assert!(error.to_string().contains("the table is `run_metrics`"), "{error}");
}

#[test]
fn a_part_that_cannot_be_read_is_named() {
    let part = RunPart {
        node: "gone".to_owned(),
        action: String::new(),
        coordinates: BTreeMap::new(),
        dir: "/nowhere".into(),
    };
    let dir = tempdir().unwrap();
    let error = RunMetrics::write("toy", &[part], &dir.path().join("x")).unwrap_err();
    assert!(matches!(&error, TableError::Io { path, .. } if path.starts_with("/nowhere")));
}
