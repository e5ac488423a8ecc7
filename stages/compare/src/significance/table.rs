//! The comparisons in full precision: one row per comparison, for programs.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, UInt8Type, UInt32Type};
use arrow_array::{
    Array, ArrayRef, BooleanArray, Float64Array, RecordBatch, StringArray, UInt8Array, UInt32Array,
};
use arrow_schema::DataType;
use stages_statistics::NullDistribution;

use super::Significance;
use super::family::Family;
use super::paired::{Outcome, Tested};
use crate::CompareError;
use crate::long::batch;
use crate::render::csv_label;

/// The columns besides those of the matrix variables.
const OWN_COLUMNS: [&str; 34] = [
    "dataset",
    "reference",
    "metric",
    "grid",
    "checkpoint",
    "class_id",
    "class_name",
    "unit",
    "higher_is_better",
    "n_subjects",
    "n_dropped",
    "n_zeros",
    "mean",
    "reference_mean",
    "difference",
    "difference_std",
    "difference_median",
    "difference_lower_quartile",
    "difference_upper_quartile",
    "hodges_lehmann",
    "ci_low",
    "ci_high",
    "confidence",
    "resamples",
    "statistic",
    "rank_sum_positive",
    "rank_sum_negative",
    "rank_biserial",
    "distribution",
    "p",
    "p_adjusted",
    "n_comparisons",
    "level",
    "verdict",
];

/// The column of a matrix variable: its name, or `matrix.` before it where that name is taken.
fn column_of(variable: &str) -> String {
    if OWN_COLUMNS.contains(&variable) { format!("matrix.{variable}") } else { variable.to_owned() }
}

/// The table as Arrow: the dataset, one text column per matrix variable that is not averaged over,
/// and the numbers of every comparison, null where there is no pair of values. `n_comparisons`
/// counts the family that `p_adjusted` is adjusted for: the same dataset, grid, checkpoint and
/// variables other than the rows.
pub(crate) fn significance_batch(
    significance: &Significance<'_>,
    kept: &[String],
) -> Result<RecordBatch, CompareError> {
    let rows: Vec<(&Family, &Tested)> = significance
        .families
        .iter()
        .flat_map(|family| family.tested.iter().map(move |tested| (family, tested)))
        .collect();
    let params = significance.params;
    let text = |f: &dyn Fn(&Family, &Tested) -> String| -> ArrayRef {
        Arc::new(StringArray::from_iter_values(rows.iter().map(|(family, row)| f(family, row))))
    };
    let count = |f: &dyn Fn(&Family, &Tested) -> u32| -> ArrayRef {
        Arc::new(UInt32Array::from_iter_values(rows.iter().map(|(family, row)| f(family, row))))
    };
    let number = |f: &dyn Fn(&Outcome) -> Option<f64>| -> ArrayRef {
        let values = rows.iter().map(|(_, row)| row.outcome.as_ref().and_then(f));
        Arc::new(values.collect::<Float64Array>())
    };
    let constant = |value: f64| -> ArrayRef {
        Arc::new(Float64Array::from_iter_values(rows.iter().map(|_| value)))
    };
    let class_ids = rows.iter().map(|(_, row)| row.class_id).collect::<UInt8Array>();
    let zeros = rows.iter().map(|(_, row)| Some(row.outcome.as_ref()?.test.zeros as u32));
    let higher = rows.iter().map(|(_, row)| row.kind.higher_is_better).collect::<BooleanArray>();
    let distributions =
        rows.iter().map(|(_, row)| row.outcome.as_ref().map(|o| word(o.test.distribution)));
    let adjusted = rows.iter().map(|(_, row)| row.adjusted).collect::<Float64Array>();

    let mut columns: Vec<(String, bool, ArrayRef)> = Vec::new();
    let mut add = |name: &str, null: bool, array: ArrayRef| {
        columns.push((name.to_owned(), null, array));
    };
    add("dataset", false, text(&|family, _| family.section.dataset.clone()));
    for (position, variable) in kept.iter().enumerate() {
        let values = rows.iter().map(|(_, row)| row.coordinates[position].as_deref());
        add(&column_of(variable), true, Arc::new(values.collect::<StringArray>()));
    }
    add("reference", false, text(&|_, _| params.reference.clone()));
    add("metric", false, text(&|_, row| row.metric.clone()));
    add("grid", false, text(&|family, _| family.grid.clone()));
    add("checkpoint", false, text(&|family, _| family.checkpoint.clone()));
    add("class_id", true, Arc::new(class_ids));
    add("class_name", false, text(&|_, row| row.class_name.clone()));
    add("unit", false, text(&|_, row| row.kind.unit.clone()));
    add("higher_is_better", true, Arc::new(higher));
    add("n_subjects", false, count(&|_, row| row.subjects));
    add("n_dropped", false, count(&|_, row| row.dropped));
    add("n_zeros", true, Arc::new(zeros.collect::<UInt32Array>()));
    add("mean", true, number(&|o| Some(o.mean)));
    add("reference_mean", true, number(&|o| Some(o.reference_mean)));
    add("difference", true, number(&|o| Some(o.difference.mean)));
    add("difference_std", true, number(&|o| o.difference.std));
    add("difference_median", true, number(&|o| Some(o.difference.median)));
    add("difference_lower_quartile", true, number(&|o| Some(o.difference.lower_quartile)));
    add("difference_upper_quartile", true, number(&|o| Some(o.difference.upper_quartile)));
    add("hodges_lehmann", true, number(&|o| Some(o.hodges_lehmann)));
    add("ci_low", true, number(&|o| o.interval.map(|interval| interval.low)));
    add("ci_high", true, number(&|o| o.interval.map(|interval| interval.high)));
    add("confidence", false, constant(params.bootstrap.confidence));
    add("resamples", false, count(&|_, _| params.bootstrap.resamples));
    add("statistic", true, number(&|o| Some(o.test.statistic)));
    add("rank_sum_positive", true, number(&|o| Some(o.test.positive)));
    add("rank_sum_negative", true, number(&|o| Some(o.test.negative)));
    add("rank_biserial", true, number(&|o| o.test.rank_biserial()));
    add("distribution", true, Arc::new(distributions.collect::<StringArray>()));
    add("p", true, number(&|o| Some(o.test.p)));
    add("p_adjusted", true, Arc::new(adjusted));
    add("n_comparisons", false, count(&|family, _| family.comparisons()));
    add("level", false, constant(params.level));
    add("verdict", false, text(&|_, row| row.verdict.as_str().to_owned()));
    Ok(batch(columns)?)
}

fn word(distribution: NullDistribution) -> &'static str {
    match distribution {
        NullDistribution::Exact => "exact",
        NullDistribution::Permutation => "permutation",
        NullDistribution::Normal => "normal",
    }
}

/// A table as CSV: UTF-8, a header line, empty fields for null, numbers that read back to the same
/// double.
pub(crate) fn csv(table: &RecordBatch) -> String {
    let schema = table.schema();
    let header: Vec<_> = schema.fields().iter().map(|field| csv_label(field.name())).collect();
    let mut text = format!("{}\n", header.join(","));
    for row in 0..table.num_rows() {
        let fields: Vec<_> =
            table.columns().iter().map(|column| csv_label(&field(column, row))).collect();
        text.push_str(&fields.join(","));
        text.push('\n');
    }
    text
}

/// A value of the types that [`significance_batch`] uses.
fn field(column: &ArrayRef, row: usize) -> String {
    if column.is_null(row) {
        return String::new();
    }
    match column.data_type() {
        DataType::Float64 => column.as_primitive::<Float64Type>().value(row).to_string(),
        DataType::UInt32 => column.as_primitive::<UInt32Type>().value(row).to_string(),
        DataType::UInt8 => column.as_primitive::<UInt8Type>().value(row).to_string(),
        DataType::Boolean => column.as_boolean().value(row).to_string(),
        _ => column.as_string::<i32>().value(row).to_owned(),
    }
}
