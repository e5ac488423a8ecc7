//! From values per scan to a mean and standard deviation over runs, in three group-bys.
//!
//! Polars finds the groups; the arithmetic is done here, in double precision and in the order of
//! the rows, so that the numbers do not depend on threads, hashing or the version of a library.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_array::cast::AsArray;
use arrow_array::types::{UInt8Type, UInt32Type};
use polars::prelude::{Column, DataFrame, DataType, PlSmallStr, PolarsResult};
use stages_statistics::{mean, median, sample_std};

use crate::CompareError;
use crate::collect::Coordinates;
use crate::frame::to_frame;
use crate::groups::Groups;
use crate::long::field_of;

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
    /// Of the runs' scores, each the mean over the scans where the metric is defined.
    pub(crate) score: Spread,
    /// The same, where a distance that is undefined because only one mask has voxels counts as the
    /// diagonal of the grid.
    pub(crate) ranking: Spread,
    /// Mean over the runs of the sample standard deviation over scans; none for the mean over
    /// classes.
    pub(crate) scan_std: Option<f64>,
    /// Mean over the runs of the median over scans; none for the mean over classes.
    pub(crate) scan_median: Option<f64>,
    /// Mean over the runs of the mean over scans of the mean over the classes defined in a scan;
    /// for the mean over classes only.
    pub(crate) monai_mean: Option<f64>,
    /// Runs that there are.
    pub(crate) runs: u32,
    /// Scans per run: fewest and most.
    pub(crate) scans: [u32; 2],
    pub(crate) counts: Counts,
}

/// A mean over runs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Spread {
    /// Mean over the runs that have one.
    pub(crate) mean: Option<f64>,
    /// Sample standard deviation over the same runs; none for a single run.
    pub(crate) std: Option<f64>,
    /// Runs that have one.
    pub(crate) n: u32,
}

/// Values over all runs, one per scan and class.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) values: u32,
    /// Of which both masks have voxels, only the reference, only the prediction, none.
    pub(crate) ok: u32,
    pub(crate) pred_empty: u32,
    pub(crate) ref_empty: u32,
    pub(crate) both_empty: u32,
    /// Of which have no value.
    pub(crate) undefined: u32,
    /// Of which have none and count as the diagonal in the ranking.
    pub(crate) penalized: u32,
    /// Of which have none because neither mask has voxels.
    pub(crate) both_undefined: u32,
}

/// The columns of [`Counts`], in the order of [`Counts::array`].
const COUNTS: [&str; 8] = [
    "values",
    "ok",
    "pred_empty",
    "ref_empty",
    "both_empty",
    "undefined",
    "penalized",
    "both_undefined",
];

impl Counts {
    fn add(&mut self, state: Option<&str>, value: Option<f64>, penalty: Option<f64>) {
        self.values += 1;
        match state {
            Some("ok") => self.ok += 1,
            Some("pred_empty") => self.pred_empty += 1,
            Some("ref_empty") => self.ref_empty += 1,
            _ => self.both_empty += 1,
        }
        if value.is_none() {
            self.undefined += 1;
            self.penalized += u32::from(penalty.is_some());
            self.both_undefined += u32::from(state == Some("both_empty"));
        }
    }

    fn array(self) -> [u32; 8] {
        let Self { values, ok, pred_empty, ref_empty, .. } = self;
        let Self { both_empty, undefined, penalized, both_undefined, .. } = self;
        [values, ok, pred_empty, ref_empty, both_empty, undefined, penalized, both_undefined]
    }

    fn of([values, ok, pred_empty, ref_empty, both_empty, rest @ ..]: [u32; 8]) -> Self {
        let [undefined, penalized, both_undefined] = rest;
        Self { values, ok, pred_empty, ref_empty, both_empty, undefined, penalized, both_undefined }
    }
}

/// The columns of numbers that every run has.
const NUMBERS: [&str; 5] = ["score", "ranking", "scan_std", "scan_median", "monai_mean"];
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

    let run_keys = keys(variables, &KIND_KEYS);
    let per_class = score_runs(&values, &keys(variables, &class_keys))?;
    // Both frames have their groups in the order of the long table.
    let per_run = average_classes(&per_class, &run_keys, monai_means(&values, &run_keys)?)?;
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
    let more = ["value", "state", "diagonal_mm", "case_id"];
    let own = ["dataset"].into_iter().chain(KIND_KEYS).chain(CLASS_KEYS).chain(more);
    let own = own.map(|name| (name.to_owned(), name.to_owned()));
    let matrix = variables.iter().map(|variable| (field_of(variable), key_of(variable)));
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

/// The scores of every class in every run, over its scans.
fn score_runs(values: &DataFrame, keys: &[String]) -> PolarsResult<DataFrame> {
    let value = doubles(values, "value")?;
    let diagonal = doubles(values, "diagonal_mm")?;
    let state = values.column("state")?.str()?;
    let penalty = |row: usize| {
        let one_sided = matches!(state.get(row), Some("pred_empty" | "ref_empty"));
        diagonal[row].filter(|_| one_sided)
    };
    let groups = Groups::of(values, keys)?;
    let defined = groups.each(|rows| rows.iter().filter_map(|row| value[*row]).collect::<Vec<_>>());
    let each = |f: fn(&[f64]) -> Option<f64>| defined.iter().map(|all| f(all)).collect::<Vec<_>>();
    let ranking = groups.each(|rows| {
        let values = rows.iter().filter_map(|row| value[*row].or(penalty(*row)));
        mean(&values.collect::<Vec<_>>())
    });
    let counts = groups.each(|rows| {
        let mut counts = Counts::default();
        for row in rows {
            counts.add(state.get(*row), value[*row], penalty(*row));
        }
        counts
    });
    let numbers =
        [each(mean), ranking, each(sample_std), each(median), vec![None; groups.rows.len()]];
    let scans = groups.each(|rows| rows.len() as u32);
    let mut columns = vec![Column::new(name("scans"), scans)];
    columns.extend(number_columns(numbers));
    columns.extend(count_columns(&counts));
    groups.frame(&columns)
}

/// The mean over scans of the mean over the classes that are defined in a scan, of every run: the
/// other order of averaging, which MONAI calls `mean`.
fn monai_means(values: &DataFrame, keys: &[String]) -> PolarsResult<Vec<Option<f64>>> {
    let value = doubles(values, "value")?;
    let case = values.column("case_id")?.str()?;
    let groups = Groups::of(values, keys)?;
    Ok(groups.each(|rows| {
        let mut cases: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
        for row in rows {
            let values = cases.entry(case.get(*row).unwrap_or_default()).or_default();
            values.extend(value[*row]);
        }
        mean(&cases.values().filter_map(|values| mean(values)).collect::<Vec<_>>())
    }))
}

/// The headline of every run: the mean over its classes. Undefined if one of them is: a mean over
/// other classes than those of its neighbours would not be comparable.
fn average_classes(
    per_class: &DataFrame,
    keys: &[String],
    monai_means: Vec<Option<f64>>,
) -> PolarsResult<DataFrame> {
    let groups = Groups::of(per_class, keys)?;
    let length = groups.rows.len();
    let over_classes = |column: &str| -> PolarsResult<Vec<Option<f64>>> {
        let score = doubles(per_class, column)?;
        Ok(groups.each(|rows| {
            let defined: Option<Vec<f64>> = rows.iter().map(|row| score[*row]).collect();
            mean(&defined?)
        }))
    };
    let numbers = [
        over_classes("score")?,
        over_classes("ranking")?,
        vec![None; length],
        vec![None; length],
        monai_means,
    ];
    let scans = counts(per_class, "scans")?;
    let most = groups.each(|rows| rows.iter().map(|row| scans[*row]).max().unwrap_or(0));
    let mut columns = vec![
        Column::full_null(name("class_id"), length, &DataType::UInt32),
        Column::new(name("class_name"), vec![MEAN; length]),
        Column::new(name("scans"), most),
    ];
    columns.extend(number_columns(numbers));
    columns.extend(count_columns(&summed_counts(per_class, &groups)?));
    groups.frame(&columns)
}

/// Mean and sample standard deviation over the runs of every group.
fn average_runs(scores: &DataFrame, keys: &[String]) -> PolarsResult<DataFrame> {
    let groups = Groups::of(scores, keys)?;
    let mut columns = Vec::new();
    for column in NUMBERS {
        let score = doubles(scores, column)?;
        let defined =
            groups.each(|rows| rows.iter().filter_map(|row| score[*row]).collect::<Vec<_>>());
        let average: Vec<_> = defined.iter().map(|all| mean(all)).collect();
        columns.push(Column::new(PlSmallStr::from_str(column), average));
        if ["score", "ranking"].contains(&column) {
            let spread: Vec<_> = defined.iter().map(|all| sample_std(all)).collect();
            let n: Vec<_> = defined.iter().map(|all| all.len() as u32).collect();
            columns.push(Column::new(PlSmallStr::from_string(format!("{column}_std")), spread));
            columns.push(Column::new(PlSmallStr::from_string(format!("{column}_n")), n));
        }
    }
    let scans = counts(scores, "scans")?;
    let fewest = groups.each(|rows| rows.iter().map(|row| scans[*row]).min().unwrap_or(0));
    let most = groups.each(|rows| rows.iter().map(|row| scans[*row]).max().unwrap_or(0));
    columns.push(Column::new(name("runs"), groups.each(|rows| rows.len() as u32)));
    columns.push(Column::new(name("fewest_scans"), fewest));
    columns.push(Column::new(name("most_scans"), most));
    columns.extend(count_columns(&summed_counts(scores, &groups)?));
    groups.frame(&columns)
}

fn number_columns(numbers: [Vec<Option<f64>>; 5]) -> impl Iterator<Item = Column> {
    NUMBERS.into_iter().zip(numbers).map(|(column, numbers)| Column::new(name(column), numbers))
}

fn count_columns(counts: &[Counts]) -> impl Iterator<Item = Column> {
    COUNTS.into_iter().enumerate().map(|(at, column)| {
        Column::new(
            name(column),
            counts.iter().map(|counts| counts.array()[at]).collect::<Vec<_>>(),
        )
    })
}

/// The counts of every group's rows together.
fn summed_counts(frame: &DataFrame, groups: &Groups) -> PolarsResult<Vec<Counts>> {
    let columns = count_arrays(frame)?;
    Ok(groups.each(|rows| {
        Counts::of(std::array::from_fn(|at| rows.iter().map(|row| columns[at][*row]).sum()))
    }))
}

fn count_arrays(frame: &DataFrame) -> PolarsResult<Vec<Vec<u32>>> {
    COUNTS.iter().map(|column| counts(frame, column)).collect()
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
    let spread = |column: &str| -> PolarsResult<Vec<Spread>> {
        let mean = doubles(frame, column)?;
        let std = doubles(frame, &format!("{column}_std"))?;
        let n = counts(frame, &format!("{column}_n"))?;
        let spread = |row| Spread { mean: mean[row], std: std[row], n: n[row] };
        Ok((0..frame.height()).map(spread).collect())
    };
    let (score, ranking) = (spread("score")?, spread("ranking")?);
    let scan_std = doubles(frame, "scan_std")?;
    let scan_median = doubles(frame, "scan_median")?;
    let monai_mean = doubles(frame, "monai_mean")?;
    let runs = counts(frame, "runs")?;
    let (fewest, most) = (counts(frame, "fewest_scans")?, counts(frame, "most_scans")?);
    let columns = count_arrays(frame)?;
    let text = |column: &[Option<String>], row: usize| column[row].clone().unwrap_or_default();
    let summary = |row: usize| Summary {
        dataset: text(&dataset, row),
        coordinates: coordinates.iter().map(|column| column[row].clone()).collect(),
        metric: text(&metric, row),
        grid: text(&grid, row),
        checkpoint: text(&checkpoint, row),
        class_id: class_id[row].map(|id| id as u8),
        class_name: text(&class_name, row),
        score: score[row],
        ranking: ranking[row],
        scan_std: scan_std[row],
        scan_median: scan_median[row],
        monai_mean: monai_mean[row],
        runs: runs[row],
        scans: [fewest[row], most[row]],
        counts: Counts::of(std::array::from_fn(|at| columns[at][row])),
    };
    Ok((0..frame.height()).map(summary).collect())
}
