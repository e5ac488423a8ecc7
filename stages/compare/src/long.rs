//! All metrics of all runs as one long table, and how tables of this stage are written.

use std::io::BufWriter;
use std::path::Path;
use std::sync::Arc;

use arrow_array::{
    ArrayRef, BooleanArray, Float64Array, RecordBatch, StringArray, UInt8Array, UInt64Array,
};
use arrow_ipc::writer::FileWriter;
use arrow_schema::{DataType, Field, Schema};
use stages_tables::MetricRow;

use crate::CompareError;
use crate::collect::{Collected, Run};

/// The columns of a table of metrics that no matrix variable may take, as in a run's metrics table.
const OF_METRICS: [&str; 18] = [
    "experiment",
    "node",
    "action",
    "dataset",
    "case_id",
    "subject",
    "phase",
    "class_id",
    "class_name",
    "metric",
    "grid",
    "checkpoint",
    "value",
    "state",
    "unit",
    "higher_is_better",
    "diagonal_mm",
    "ignored_voxels",
];

/// Those of them that no table of this stage has.
const OF_RUNS: [&str; 3] = ["experiment", "node", "action"];

/// Those of the comparison besides these.
const OF_COMPARISON: [&str; 16] = [
    "mean",
    "std",
    "ranking",
    "ranking_std",
    "scan_std",
    "scan_median",
    "monai_mean",
    "n",
    "ranking_n",
    "n_scans",
    "n_ok",
    "n_pred_empty",
    "n_ref_empty",
    "n_both_empty",
    "n_undefined",
    "n_penalized",
];

/// The column of a matrix variable among metrics: its name, or `matrix.` before it where that name
/// is taken.
pub(crate) fn field_of(variable: &str) -> String {
    prefixed(variable, OF_METRICS.contains(&variable))
}

/// The column of a matrix variable in the comparison.
pub(crate) fn column_of(variable: &str) -> String {
    let is_taken = OF_COMPARISON.contains(&variable)
        || (OF_METRICS.contains(&variable) && !OF_RUNS.contains(&variable));
    prefixed(variable, is_taken)
}

fn prefixed(variable: &str, is_taken: bool) -> String {
    if is_taken { format!("matrix.{variable}") } else { variable.to_owned() }
}

/// Every value of every run: the dataset, one text column per matrix variable, and the columns of
/// the metrics tables.
pub(crate) fn long_batch(collected: &Collected) -> Result<RecordBatch, CompareError> {
    let rows: Vec<(&Run, &MetricRow)> = collected
        .runs
        .iter()
        .flat_map(|run| run.table.rows.iter().map(move |row| (run, row)))
        .collect();
    let text = |f: fn(&MetricRow) -> &str| -> ArrayRef {
        Arc::new(StringArray::from_iter_values(rows.iter().map(|(_, row)| f(row))))
    };
    let mut columns: Vec<(String, bool, ArrayRef)> = Vec::new();
    let mut add = |name: &str, null: bool, array: ArrayRef| {
        columns.push((name.to_owned(), null, array));
    };
    let datasets = rows.iter().map(|(run, _)| &run.table.dataset.name);
    add("dataset", false, Arc::new(StringArray::from_iter_values(datasets)));
    for (position, variable) in collected.variables.iter().enumerate() {
        let values = rows.iter().map(|(run, _)| run.coordinates[position].as_deref());
        add(&field_of(variable), true, Arc::new(values.collect::<StringArray>()));
    }
    add("case_id", false, text(|row| &row.case_id));
    add("subject", false, text(|row| &row.subject));
    let phases = rows.iter().map(|(_, row)| row.phase.as_deref());
    add("phase", true, Arc::new(phases.collect::<StringArray>()));
    let class_ids = rows.iter().map(|(_, row)| row.class_id);
    add("class_id", false, Arc::new(UInt8Array::from_iter_values(class_ids)));
    add("class_name", false, text(|row| &row.class_name));
    add("metric", false, text(|row| &row.metric));
    add("grid", false, text(|row| row.grid.as_str()));
    add("checkpoint", false, text(|row| &row.checkpoint));
    let values = rows.iter().map(|(_, row)| row.value);
    add("value", true, Arc::new(values.collect::<Float64Array>()));
    add("state", false, text(|row| row.state.as_str()));
    add("unit", false, text(|row| &row.unit));
    let higher = rows.iter().map(|(_, row)| row.higher_is_better);
    add("higher_is_better", true, Arc::new(higher.collect::<BooleanArray>()));
    let diagonals = rows.iter().map(|(_, row)| row.diagonal_mm);
    add("diagonal_mm", true, Arc::new(diagonals.collect::<Float64Array>()));
    let ignored = rows.iter().map(|(_, row)| row.ignored_voxels);
    add("ignored_voxels", true, Arc::new(ignored.collect::<UInt64Array>()));
    Ok(batch(columns)?)
}

/// A record batch of named columns and whether each may hold nulls.
pub(crate) fn batch(
    columns: Vec<(String, bool, ArrayRef)>,
) -> Result<RecordBatch, arrow_schema::ArrowError> {
    let field = |(name, null, array): &(String, bool, ArrayRef)| {
        let data_type: DataType = array.data_type().clone();
        Field::new(name, data_type, *null)
    };
    let fields: Vec<Field> = columns.iter().map(field).collect();
    let arrays = columns.into_iter().map(|(_, _, array)| array).collect();
    RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays)
}

/// Writes one record batch as an Arrow IPC file; the same rows always give the same bytes.
pub(crate) fn write_arrow(path: &Path, batch: &RecordBatch) -> Result<(), CompareError> {
    let failed = |source| CompareError::Write { path: path.to_owned(), source };
    let file = BufWriter::new(fs_err::File::create(path)?);
    let mut writer = FileWriter::try_new(file, &batch.schema()).map_err(failed)?;
    writer.write(batch).map_err(failed)?;
    writer.into_inner().map_err(failed)?;
    Ok(())
}
