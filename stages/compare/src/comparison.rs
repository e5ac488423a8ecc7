//! The comparison in full precision: one row per number, for programs.

use std::fmt::Write;
use std::sync::Arc;

use arrow_array::{ArrayRef, Float64Array, RecordBatch, StringArray, UInt8Array, UInt32Array};

use crate::CompareError;
use crate::aggregate::{Summary, summarize};
use crate::collect::{Collected, MetricKind, coordinate_order};
use crate::long::{batch, column_of};
use crate::render::csv_field;

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

    /// The table as Arrow. `std` is null for a single run, `class_id` for the mean over classes,
    /// `mean` where nothing is defined; `n` counts the runs averaged, `n_scans` the scans of a run
    /// (the most, if they differ), `n_undefined` and `n_both_empty` values over all runs.
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
            ("mean", true, double(|row| row.mean)),
            ("std", true, double(|row| row.std)),
            ("unit", false, Arc::new(StringArray::from_iter_values(units)) as ArrayRef),
            ("n", false, count(|row| row.n)),
            ("n_scans", false, count(|row| row.scans[1])),
            ("n_undefined", false, count(|row| row.undefined)),
            ("n_both_empty", false, count(|row| row.both_empty)),
        ];
        columns.extend(rest.map(|(name, null, array)| (name.to_owned(), null, array)));
        Ok(batch(columns)?)
    }

    /// The same table as CSV: UTF-8, a header line, empty fields for null, numbers that read back
    /// to the same double.
    pub(crate) fn csv(&self, collected: &Collected) -> String {
        let number = |value: Option<f64>| value.map(|value| value.to_string()).unwrap_or_default();
        let columns = self.kept.iter().map(|variable| column_of(variable));
        let rest = "metric,grid,checkpoint,class_id,class_name,mean,std,unit,n,n_scans,n_undefined,n_both_empty";
        let header = ["dataset".to_owned()].into_iter().chain(columns);
        let header: Vec<_> = header.map(|name| csv_field(&name)).collect();
        let mut text = format!("{},{rest}\n", header.join(","));
        for row in &self.summaries {
            let class_id = row.class_id.map(|id| id.to_string()).unwrap_or_default();
            let counts = [row.n, row.scans[1], row.undefined, row.both_empty];
            let fields = [row.dataset.clone()]
                .into_iter()
                .chain(row.coordinates.iter().map(|value| value.clone().unwrap_or_default()))
                .chain([row.metric.clone(), row.grid.clone(), row.checkpoint.clone(), class_id])
                .chain([row.class_name.clone(), number(row.mean), number(row.std)])
                .chain([unit(collected, row).to_owned()])
                .chain(counts.map(|count| count.to_string()));
            let fields: Vec<_> = fields.map(|field| csv_field(&field)).collect();
            writeln!(text, "{}", fields.join(",")).expect("writing to a string never fails");
        }
        text
    }
}

fn unit<'a>(collected: &'a Collected, row: &Summary) -> &'a str {
    collected.metrics.get(&row.metric).map_or("", |MetricKind { unit, .. }| unit)
}

type Order<'a> = (&'a str, Vec<(u8, i128, &'a str)>, &'a str, &'a str, &'a str, (bool, Option<u8>));

fn order(row: &Summary) -> Order<'_> {
    let class = (row.class_id.is_none(), row.class_id);
    let coordinates = coordinate_order(&row.coordinates);
    (&row.dataset, coordinates, &row.metric, &row.grid, &row.checkpoint, class)
}
