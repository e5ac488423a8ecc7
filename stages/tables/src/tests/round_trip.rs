//! What is written is what is read, with nulls and without rows.

use proptest::prelude::*;
use tempfile::tempdir;

use super::rows;
use crate::{
    CasesTable, ClinicalTable, LogRow, LogTable, MetricRow, MetricsTable, PartitionTable,
    PredictionsReader, PredictionsWriter, Scoring, SlicesReader, SlicesWriter, TableError,
};

#[test]
fn cases_come_back_with_their_nulls_and_lists() {
    let dir = tempdir().unwrap();
    let table = rows::cases();
    table.write(dir.path()).unwrap();
    assert_eq!(CasesTable::read(dir.path()).unwrap(), table);
}

#[test]
fn every_role_comes_back_and_is_found_by_role() {
    let dir = tempdir().unwrap();
    let table = rows::partition();
    table.write(dir.path()).unwrap();
    let read = PartitionTable::read(dir.path()).unwrap();
    assert_eq!(read, table);
    let test: Vec<_> = read.with_role(crate::Role::Test).map(|row| row.case_id.as_str()).collect();
    assert_eq!(test, ["case3"]);
}

#[test]
fn every_metric_state_and_grid_comes_back() {
    let dir = tempdir().unwrap();
    let table = rows::metrics();
    table.write(dir.path()).unwrap();
    assert_eq!(MetricsTable::read(dir.path()).unwrap(), table);
}

#[test]
fn every_clinical_state_comes_back() {
    let dir = tempdir().unwrap();
    let table = rows::clinical();
    table.write(dir.path()).unwrap();
    assert_eq!(ClinicalTable::read(dir.path()).unwrap(), table);
}

#[test]
fn the_training_log_comes_back_to_the_last_bit() {
    let dir = tempdir().unwrap();
    let table = rows::log();
    table.write(dir.path()).unwrap();
    let read = LogTable::read(dir.path()).unwrap();
    assert_eq!(read, table);
    assert!(read.rows[1].value.is_sign_negative(), "-0.0 keeps its sign");
}

#[test]
fn tables_without_rows_come_back_empty_and_keep_their_dataset() {
    let dir = tempdir().unwrap();
    let dataset = rows::dataset();
    let cases = CasesTable { dataset: dataset.clone(), rows: Vec::new() };
    let partition = PartitionTable { dataset: dataset.clone(), rows: Vec::new() };
    let metrics = MetricsTable { dataset, scoring: Scoring::default(), rows: Vec::new() };
    cases.write(dir.path()).unwrap();
    partition.write(dir.path()).unwrap();
    metrics.write(dir.path()).unwrap();
    LogTable::default().write(dir.path()).unwrap();
    SlicesWriter::create(dir.path(), &rows::slices_info()).unwrap().finish().unwrap();
    PredictionsWriter::create(dir.path(), &rows::window()).unwrap().finish().unwrap();

    assert_eq!(CasesTable::read(dir.path()).unwrap(), cases);
    assert_eq!(PartitionTable::read(dir.path()).unwrap(), partition);
    assert_eq!(MetricsTable::read(dir.path()).unwrap(), metrics);
    assert_eq!(LogTable::read(dir.path()).unwrap(), LogTable::default());
    let slices = SlicesReader::open(dir.path()).unwrap();
    assert_eq!((slices.info(), slices.slices().len()), (&rows::slices_info(), 0));
    let predictions = PredictionsReader::open(dir.path()).unwrap();
    assert_eq!((predictions.window(), predictions.slices().len()), (&rows::window(), 0));
}

#[test]
fn a_word_that_is_no_role_is_named() {
    let dir = tempdir().unwrap();
    let mut table = rows::partition();
    table.rows.truncate(1);
    table.write(dir.path()).unwrap();
    // `labelled` and `Labelled` have the same length, so the file stays well formed.
    let path = dir.path().join(PartitionTable::FILE);
    let mut bytes = fs_err::read(&path).unwrap();
    let is_value = |window: &[u8]| &window[2..] == b"labelled" && &window[..2] != b"un";
    let start = bytes.windows(10).position(is_value).unwrap();
    bytes[start + 2] = b'L';
    fs_err::write(&path, bytes).unwrap();
    let error = PartitionTable::read(dir.path()).unwrap_err();
    assert!(matches!(error, TableError::Value { .. }), "{error}");
    assert!(error.to_string().ends_with("partition.arrow: unknown role `Labelled`"), "{error}");
}

#[test]
fn a_file_of_another_table_names_the_missing_column() {
    let dir = tempdir().unwrap();
    rows::partition().write(dir.path()).unwrap();
    fs_err::rename(dir.path().join(PartitionTable::FILE), dir.path().join(MetricsTable::FILE))
        .unwrap();
    let error = MetricsTable::read(dir.path()).unwrap_err();
    let TableError::Column { column, .. } = &error else { panic!("{error}") };
    assert_eq!(column, "phase");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_log_comes_back(
        rows in prop::collection::vec(
            (any::<u32>(), ".{0,12}", prop::num::f64::NORMAL | prop::num::f64::ZERO), 0..40
        )
    ) {
        let dir = tempdir().unwrap();
        let rows = rows.into_iter().map(|(epoch, name, value)| LogRow { epoch, name, value });
        let table = LogTable { rows: rows.collect() };
        table.write(dir.path()).unwrap();
        prop_assert_eq!(LogTable::read(dir.path()).unwrap(), table);
    }

    #[test]
    fn any_pattern_of_nulls_comes_back(nulls in prop::collection::vec(any::<[bool; 2]>(), 0..70)) {
        let dir = tempdir().unwrap();
        let template = &rows::metrics().rows[0];
        let rows = nulls.iter().enumerate().map(|(index, [value, phase])| MetricRow {
            case_id: format!("case{index}"),
            value: value.then_some(index as f64),
            phase: phase.then(|| format!("phase {index}")),
            ..template.clone()
        });
        let table = MetricsTable {
            dataset: rows::dataset(),
            scoring: Scoring::default(),
            rows: rows.collect(),
        };
        table.write(dir.path()).unwrap();
        prop_assert_eq!(MetricsTable::read(dir.path()).unwrap(), table);
    }
}
