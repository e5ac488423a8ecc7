//! The comparison in full precision: one row per number, for programs.

use std::fmt::Write;
use std::sync::Arc;

use arrow_array::{ArrayRef, Float64Array, RecordBatch, StringArray, UInt8Array, UInt32Array};
use stages_tables::Natural;

use crate::CompareError;
use crate::aggregate::{Summary, summarize};
use crate::collect::{Collected, MetricKind, coordinate_order};
use crate::long::{batch, column_of};
use crate::render::csv_label;

/// A column's name and its entry of a row.
type Column<T> = (&'static str, fn(&Summary) -> T);

/// The columns of numbers.
const NUMBERS: [Column<Option<f64>>; 7] = [
    ("mean", |row| row.score.mean),
    ("std", |row| row.score.std),
    ("ranking", |row| row.ranking.mean),
    ("ranking_std", |row| row.ranking.std),
    ("scan_std", |row| row.scan_std),
    ("scan_median", |row| row.scan_median),
    ("monai_mean", |row| row.monai_mean),
];

/// The columns of counts.
const COUNTS: [Column<u32>; 9] = [
    ("n", |row| row.score.n),
    ("ranking_n", |row| row.ranking.n),
    ("n_scans", |row| row.scans[1]),
    ("n_ok", |row| row.counts.ok),
    ("n_pred_empty", |row| row.counts.pred_empty),
    ("n_ref_empty", |row| row.counts.ref_empty),
    ("n_both_empty", |row| row.counts.both_empty),
    ("n_undefined", |row| row.counts.undefined),
    ("n_penalized", |row| row.counts.penalized),
];

/// Every number of the comparison.
pub(crate) struct Comparison {
    /// The matrix variables that are not averaged over, sorted.
    pub(crate) kept: Vec<String>,
    /// By dataset, coordinates, metric, grid, checkpoint and class, the mean over classes last.
    pub(crate) summaries: Vec<Summary>,
}

impl Comparison {
    /// Aggregates the long table of these runs over the variables `over`.
    pub(crate) fn new(
        collected: &Collected,
        long: &RecordBatch,
        over: &[String],
    ) -> Result<Self, CompareError> {
        let is_kept = |variable: &&String| !over.contains(variable);
        let kept: Vec<_> = collected.variables.iter().filter(is_kept).cloned().collect();
        let mut summaries = summarize(long, &collected.variables, &kept)?;
        summaries.sort_by(|a, b| order(a).cmp(&order(b)));
        Ok(Self { kept, summaries })
    }

    /// The table as Arrow.
    ///
    /// `mean`, `std` and `n` are of the scans where the metric is defined; `ranking`,
    /// `ranking_std` and `ranking_n` of these and of the one-sided cases at the diagonal. `std` is
    /// null for a single run, `class_id` for the mean over classes, a mean where nothing is
    /// defined; `n` counts the runs averaged, `n_scans` the scans of a run (the most, if they
    /// differ), the other counts are of values over all runs.
    pub(crate) fn batch(&self, collected: &Collected) -> Result<RecordBatch, CompareError> {
        let rows = &self.summaries;
        let text = |f: fn(&Summary) -> &str| -> ArrayRef {
            Arc::new(StringArray::from_iter_values(rows.iter().map(f)))
        };
        let count = |f: fn(&Summary) -> u32| -> ArrayRef {
            Arc::new(UInt32Array::from_iter_values(rows.iter().map(f)))
        };
        let double = |f: fn(&Summary) -> Option<f64>| -> ArrayRef {
            Arc::new(rows.iter().map(f).collect::<Float64Array>())
        };
        let units = rows.iter().map(|row| unit(collected, row));
        let mut columns = vec![("dataset".to_owned(), false, text(|row| &row.dataset))];
        for (position, variable) in self.kept.iter().enumerate() {
            let values = rows.iter().map(|row| row.coordinates[position].as_deref());
            let array: ArrayRef = Arc::new(values.collect::<StringArray>());
            columns.push((column_of(variable), true, array));
        }
        let class_ids: ArrayRef =
            Arc::new(rows.iter().map(|row| row.class_id).collect::<UInt8Array>());
        let rest = [
            ("metric", false, text(|row| &row.metric)),
            ("grid", false, text(|row| &row.grid)),
            ("checkpoint", false, text(|row| &row.checkpoint)),
            ("class_id", true, class_ids),
            ("class_name", false, text(|row| &row.class_name)),
            ("unit", false, Arc::new(StringArray::from_iter_values(units)) as ArrayRef),
        ];
        columns.extend(rest.map(|(name, null, array)| (name.to_owned(), null, array)));
        columns.extend(NUMBERS.map(|(name, of)| (name.to_owned(), true, double(of))));
        columns.extend(COUNTS.map(|(name, of)| (name.to_owned(), false, count(of))));
        Ok(batch(columns)?)
    }

    /// The same table as CSV: UTF-8, a header line, empty fields for null, numbers that read back
    /// to the same double.
    pub(crate) fn csv(&self, collected: &Collected) -> String {
        let number = |value: Option<f64>| value.map(|value| value.to_string()).unwrap_or_default();
        let columns = self.kept.iter().map(|variable| column_of(variable));
        let own = ["metric", "grid", "checkpoint", "class_id", "class_name", "unit"].into_iter();
        let own = own.chain(NUMBERS.map(|(name, _)| name)).chain(COUNTS.map(|(name, _)| name));
        let header =
            ["dataset".to_owned()].into_iter().chain(columns).chain(own.map(str::to_owned));
        let header: Vec<_> = header.map(|name| csv_label(&name)).collect();
        let mut text = format!("{}\n", header.join(","));
        for row in &self.summaries {
            let class_id = row.class_id.map(|id| id.to_string()).unwrap_or_default();
            let fields = [row.dataset.clone()]
                .into_iter()
                .chain(row.coordinates.iter().map(|value| value.clone().unwrap_or_default()))
                .chain([row.metric.clone(), row.grid.clone(), row.checkpoint.clone(), class_id])
                .chain([row.class_name.clone(), unit(collected, row).to_owned()])
                .chain(NUMBERS.map(|(_, of)| number(of(row))))
                .chain(COUNTS.map(|(_, of)| of(row).to_string()));
            let fields: Vec<_> = fields.map(|field| csv_label(&field)).collect();
            writeln!(text, "{}", fields.join(",")).expect("writing to a string never fails");
        }
        text
    }
}

fn unit<'a>(collected: &'a Collected, row: &Summary) -> &'a str {
    collected.metrics.get(&row.metric).map_or("", |MetricKind { unit, .. }| unit)
}

type Order<'a> = (&'a str, Vec<Natural<'a>>, &'a str, &'a str, &'a str, (bool, Option<u8>));

fn order(row: &Summary) -> Order<'_> {
    let class = (row.class_id.is_none(), row.class_id);
    let coordinates = coordinate_order(&row.coordinates);
    (&row.dataset, coordinates, &row.metric, &row.grid, &row.checkpoint, class)
}
