//! From values per scan to a mean and standard deviation over runs, in three group-bys.
//!
//! Polars finds the groups; the arithmetic is done here, in double precision and in the order of
//! the rows, so that the numbers do not depend on threads, hashing or the version of a library.

use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_array::cast::AsArray;
use arrow_array::types::{UInt8Type, UInt32Type};
use polars::prelude::{Column, DataFrame, DataType, GroupsIndicator, PlSmallStr, PolarsResult};

use crate::CompareError;
use crate::collect::Coordinates;
use crate::frame::to_frame;
use crate::long::column_of;

/// The name of the mean over classes in the tables; its class id is null.
pub(crate) const MEAN: &str = "mean";

/// One number of the comparison: a class, or the mean over classes, of the runs that differ only
/// in the variables averaged over.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Summary {
    pub(crate) dataset: String,
    /// Values of the variables that are kept, in their order.
    pub(crate) coordinates: Coordinates,
    pub(crate) metric: String,
    pub(crate) grid: String,
    pub(crate) checkpoint: String,
    /// None for the mean over classes.
    pub(crate) class_id: Option<u8>,
    pub(crate) class_name: String,
    /// Mean over the runs that have a score.
    pub(crate) mean: Option<f64>,
    /// Sample standard deviation over the same runs; none for a single run.
    pub(crate) std: Option<f64>,
    /// Runs that have a score.
    pub(crate) n: u32,
    /// Runs that there are.
    pub(crate) runs: u32,
    /// Scans per run: fewest and most.
    pub(crate) scans: [u32; 2],
    /// Values over all runs: one per scan and class, defined or not.
    pub(crate) values: u32,
    /// Values left out because they are undefined, over all runs.
    pub(crate) undefined: u32,
    /// Values of a class that neither mask holds, defined or not, over all runs.
    pub(crate) both_empty: u32,
}

/// Columns that make a value's group besides the dataset and the matrix variables.
const KIND_KEYS: [&str; 3] = ["metric", "grid", "checkpoint"];
const CLASS_KEYS: [&str; 2] = ["class_id", "class_name"];

/// Aggregates the long table. `variables` are all matrix variables, `kept` those not averaged over.
pub(crate) fn summarize(
    long: &RecordBatch,
    variables: &[String],
    kept: &[String],
) -> Result<Vec<Summary>, CompareError> {
    let keys = |variables: &[String], rest: &[&str]| -> Vec<String> {
        let columns = variables.iter().map(|variable| key_of(variable));
        let rest = rest.iter().map(|key| (*key).to_owned());
        ["dataset".to_owned()].into_iter().chain(columns).chain(rest).collect()
    };
    let class_keys = [&KIND_KEYS[..], &CLASS_KEYS[..]].concat();
    let values = to_frame(&crossing(long, variables)?)?;

    let per_class = score_runs(&values, &keys(variables, &class_keys))?;
    let per_run = average_classes(&per_class, &keys(variables, &KIND_KEYS))?;
    let scores = per_class.vstack(&per_run)?;
    let summary = average_runs(&scores, &keys(kept, &class_keys))?;
    Ok(rows(&summary, kept)?)
}

/// The column of a matrix variable in the frames; no other column begins like this.
fn key_of(variable: &str) -> String {
    format!("matrix.{variable}")
}

/// The columns that polars needs, with types that it was built for.
fn crossing(long: &RecordBatch, variables: &[String]) -> Result<RecordBatch, CompareError> {
    let own = ["dataset"].into_iter().chain(KIND_KEYS).chain(CLASS_KEYS).chain(["value", "state"]);
    let own = own.map(|name| (name.to_owned(), name.to_owned()));
    let matrix = variables.iter().map(|variable| (column_of(variable), key_of(variable)));
    let column = |(from, to): (String, String)| {
        let array = long.column_by_name(&from).expect("a column of the long table");
        let array = match array.as_primitive_opt::<UInt8Type>() {
            // 8-bit types are a feature of polars that costs build time.
            Some(ids) => Arc::new(ids.unary::<_, UInt32Type>(u32::from)),
            None => Arc::clone(array),
        };
        (to, true, array)
    };
    Ok(crate::long::batch(own.chain(matrix).map(column).collect())?)
}

/// The score of every class in every run: the mean over its scans.
fn score_runs(values: &DataFrame, keys: &[String]) -> PolarsResult<DataFrame> {
    let value = doubles(values, "value")?;
    let state = values.column("state")?.str()?;
    let groups = Groups::of(values, keys)?;
    let score = groups.each(|rows| mean(rows.iter().filter_map(|row| value[*row])));
    let scans = groups.each(|rows| rows.len() as u32);
    let undefined = groups.each(|rows| count(rows, |row| value[row].is_none()));
    let both_empty = groups.each(|rows| count(rows, |row| state.get(row) == Some("both_empty")));
    groups.frame(&[
        Column::new(name("score"), score),
        Column::new(name("values"), scans.clone()),
        Column::new(name("scans"), scans),
        Column::new(name("undefined"), undefined),
        Column::new(name("both_empty"), both_empty),
    ])
}

/// The headline of every run: the mean over its classes. Undefined if one of them is: a mean over
/// other classes than those of its neighbours would not be comparable.
fn average_classes(per_class: &DataFrame, keys: &[String]) -> PolarsResult<DataFrame> {
    let score = doubles(per_class, "score")?;
    let (scans, values) = (counts(per_class, "scans")?, counts(per_class, "values")?);
    let (undefined, both_empty) =
        (counts(per_class, "undefined")?, counts(per_class, "both_empty")?);
    let groups = Groups::of(per_class, keys)?;
    let all = groups.each(|rows| {
        let defined: Option<Vec<f64>> = rows.iter().map(|row| score[*row]).collect();
        mean(defined.into_iter().flatten())
    });
    let most = groups.each(|rows| rows.iter().map(|row| scans[*row]).max().unwrap_or(0));
    let length = groups.rows.len();
    groups.frame(&[
        Column::full_null(name("class_id"), length, &DataType::UInt32),
        Column::new(name("class_name"), vec![MEAN; length]),
        Column::new(name("score"), all),
        Column::new(name("values"), groups.each(|rows| sum(rows, &values))),
        Column::new(name("scans"), most),
        Column::new(name("undefined"), groups.each(|rows| sum(rows, &undefined))),
        Column::new(name("both_empty"), groups.each(|rows| sum(rows, &both_empty))),
    ])
}

/// Mean and sample standard deviation over the runs of every group.
fn average_runs(scores: &DataFrame, keys: &[String]) -> PolarsResult<DataFrame> {
    let score = doubles(scores, "score")?;
    let (scans, values) = (counts(scores, "scans")?, counts(scores, "values")?);
    let (undefined, both_empty) = (counts(scores, "undefined")?, counts(scores, "both_empty")?);
    let groups = Groups::of(scores, keys)?;
    let defined = groups.each(|rows| rows.iter().filter_map(|row| score[*row]).collect::<Vec<_>>());
    let spread: Vec<_> = defined.iter().map(|scores| sample_std(scores)).collect();
    let average: Vec<_> = defined.iter().map(|scores| mean(scores.iter().copied())).collect();
    let n: Vec<_> = defined.iter().map(|scores| scores.len() as u32).collect();
    let fewest = groups.each(|rows| rows.iter().map(|row| scans[*row]).min().unwrap_or(0));
    let most = groups.each(|rows| rows.iter().map(|row| scans[*row]).max().unwrap_or(0));
    groups.frame(&[
        Column::new(name("mean"), average),
        Column::new(name("std"), spread),
        Column::new(name("n"), n),
        Column::new(name("runs"), groups.each(|rows| rows.len() as u32)),
        Column::new(name("fewest_scans"), fewest),
        Column::new(name("most_scans"), most),
        Column::new(name("values"), groups.each(|rows| sum(rows, &values))),
        Column::new(name("undefined"), groups.each(|rows| sum(rows, &undefined))),
        Column::new(name("both_empty"), groups.each(|rows| sum(rows, &both_empty))),
    ])
}

/// The groups of a frame's rows that agree in the key columns.
struct Groups {
    keys: DataFrame,
    /// Rows of every group, ascending; groups by their first row.
    rows: Vec<Vec<usize>>,
}

impl Groups {
    fn of(frame: &DataFrame, keys: &[String]) -> PolarsResult<Self> {
        let by = frame.select_to_vec(keys)?;
        let grouped = frame.group_by_with_series(by, false, true)?;
        let rows_of = |group: GroupsIndicator<'_>| {
            let mut rows: Vec<usize> = match group {
                GroupsIndicator::Idx((_, rows)) => rows.iter().map(|row| *row as usize).collect(),
                GroupsIndicator::Slice([first, length]) => {
                    (first as usize..(first + length) as usize).collect()
                }
            };
            rows.sort_unstable();
            rows
        };
        let rows: Vec<_> = grouped.get_groups().iter().map(rows_of).collect();
        Ok(Self { keys: DataFrame::new(rows.len(), grouped.keys())?, rows })
    }

    fn each<T>(&self, f: impl Fn(&[usize]) -> T) -> Vec<T> {
        self.rows.iter().map(|rows| f(rows)).collect()
    }

    /// One row per group: its keys and these columns.
    fn frame(&self, columns: &[Column]) -> PolarsResult<DataFrame> {
        self.keys.hstack(columns)
    }
}

/// The mean in the order given, or none of nothing.
fn mean(values: impl Iterator<Item = f64>) -> Option<f64> {
    let (sum, count) = values.fold((0.0, 0.0), |(sum, count), value| (sum + value, count + 1.0));
    (count > 0.0).then(|| sum / count)
}

/// The standard deviation with `n - 1` below, or none of fewer than two.
fn sample_std(values: &[f64]) -> Option<f64> {
    if values.len() < 2 {
        return None;
    }
    let mean = mean(values.iter().copied())?;
    let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    Some((squares / (values.len() - 1) as f64).sqrt())
}

fn count(rows: &[usize], f: impl Fn(usize) -> bool) -> u32 {
    rows.iter().filter(|row| f(**row)).count() as u32
}

fn sum(rows: &[usize], values: &[u32]) -> u32 {
    rows.iter().map(|row| values[*row]).sum()
}

fn name(text: &'static str) -> PlSmallStr {
    PlSmallStr::from_static(text)
}

fn doubles(frame: &DataFrame, column: &str) -> PolarsResult<Vec<Option<f64>>> {
    Ok(frame.column(column)?.f64()?.iter().collect())
}

fn counts(frame: &DataFrame, column: &str) -> PolarsResult<Vec<u32>> {
    Ok(frame.column(column)?.u32()?.iter().map(Option::unwrap_or_default).collect())
}

/// The rows of the last frame as plain data.
fn rows(frame: &DataFrame, kept: &[String]) -> PolarsResult<Vec<Summary>> {
    let texts = |column: &str| -> PolarsResult<Vec<Option<String>>> {
        let column = frame.column(column)?.str()?;
        Ok(column.iter().map(|value| value.map(str::to_owned)).collect())
    };
    let coordinates: Vec<_> =
        kept.iter().map(|variable| texts(&key_of(variable))).collect::<PolarsResult<_>>()?;
    let [dataset, metric, grid, checkpoint, class_name] = [
        texts("dataset")?,
        texts("metric")?,
        texts("grid")?,
        texts("checkpoint")?,
        texts("class_name")?,
    ];
    let class_id: Vec<Option<u32>> = frame.column("class_id")?.u32()?.iter().collect();
    let (mean, std) = (doubles(frame, "mean")?, doubles(frame, "std")?);
    let (n, runs) = (counts(frame, "n")?, counts(frame, "runs")?);
    let (fewest, most) = (counts(frame, "fewest_scans")?, counts(frame, "most_scans")?);
    let values = counts(frame, "values")?;
    let (undefined, both_empty) = (counts(frame, "undefined")?, counts(frame, "both_empty")?);
    let text = |column: &[Option<String>], row: usize| column[row].clone().unwrap_or_default();
    let summary = |row: usize| Summary {
        dataset: text(&dataset, row),
        coordinates: coordinates.iter().map(|column| column[row].clone()).collect(),
        metric: text(&metric, row),
        grid: text(&grid, row),
        checkpoint: text(&checkpoint, row),
        class_id: class_id[row].map(|id| id as u8),
        class_name: text(&class_name, row),
        mean: mean[row],
        std: std[row],
        n: n[row],
        runs: runs[row],
        scans: [fewest[row], most[row]],
        values: values[row],
        undefined: undefined[row],
        both_empty: both_empty[row],
    };
    Ok((0..frame.height()).map(summary).collect())
}
