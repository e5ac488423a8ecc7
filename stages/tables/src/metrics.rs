//! The metrics table: one row per scan, class, metric, grid and checkpoint.

use std::collections::BTreeMap;
use std::path::Path;

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, UInt8Type, UInt64Type};
use arrow_array::{Array, BooleanArray, Float64Array, StringArray, UInt8Array, UInt64Array};
use arrow_schema::{DataType, Field};
use serde::{Deserialize, Serialize};

use crate::ipc::{Table, TableWriter, add_metadata, array, schema_with};
use crate::{DatasetInfo, TableError};

/// Which grid a metric was computed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Grid {
    /// The network's grid: resampled and cropped, as the paper's authors report.
    Network,
    /// The scan's own voxel grid.
    Native,
}

/// Whether a value is defined, and if not, why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum MetricState {
    /// Both masks have voxels.
    Ok,
    /// The prediction has none.
    PredEmpty,
    /// The reference has none.
    RefEmpty,
    /// Neither has any.
    BothEmpty,
}

impl Grid {
    /// The word in the table.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Network => "network",
            Self::Native => "native",
        }
    }
}

impl MetricState {
    /// The word in the table.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::PredEmpty => "pred_empty",
            Self::RefEmpty => "ref_empty",
            Self::BothEmpty => "both_empty",
        }
    }
}

/// One value.
#[derive(Debug, Clone, PartialEq)]
pub struct MetricRow {
    /// The scan.
    pub case_id: String,
    /// Its subject.
    pub subject: String,
    /// Its phase, if the dataset has phases.
    pub phase: Option<String>,
    /// The class id.
    pub class_id: u8,
    /// The class name.
    pub class_name: String,
    /// The metric, such as `dice`.
    pub metric: String,
    /// The grid it was computed on.
    pub grid: Grid,
    /// The checkpoint that predicted: `best` or `last`.
    pub checkpoint: String,
    /// The value, or none where it is undefined.
    pub value: Option<f64>,
    /// Which of the two masks has voxels.
    pub state: MetricState,
    /// `1` for a ratio, `mm`, `ml`, …
    pub unit: String,
    /// The direction; none for a signed difference, of which 0 is the best.
    pub higher_is_better: Option<bool>,
    /// For a surface distance in mm, the diagonal of its grid: what stands for the value in a
    /// ranking where only one of the masks has voxels.
    pub diagonal_mm: Option<f64>,
    /// Voxels of the scan that were left out because of the ignore label; none without such a
    /// label.
    pub ignored_voxels: Option<u64>,
}

/// What was done to the label maps before they were scored.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scoring {
    /// The neighbours (`faces`, `edges`, `corners`) by which each predicted class was reduced to
    /// its largest component, if it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub largest_component: Option<String>,
    /// The label whose voxels were left out, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ignore_label: Option<u8>,
    /// The tolerance of the metric `nsd` by class, in mm.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub nsd_class_tolerances_mm: BTreeMap<String, f64>,
}

/// All values of one evaluation.
#[derive(Debug, Clone, PartialEq)]
pub struct MetricsTable {
    /// The dataset.
    pub dataset: DatasetInfo,
    /// What was done before scoring.
    pub scoring: Scoring,
    /// The rows.
    pub rows: Vec<MetricRow>,
}

impl MetricsTable {
    /// The file's name in its artifact.
    pub const FILE: &'static str = "metrics.arrow";

    /// Writes `metrics.arrow` into a folder.
    pub fn write(&self, dir: &Path) -> Result<(), TableError> {
        let text = |name: &str, null| Field::new(name, DataType::Utf8, null);
        let fields = vec![
            text("case_id", false),
            text("subject", false),
            text("phase", true),
            Field::new("class_id", DataType::UInt8, false),
            text("class_name", false),
            text("metric", false),
            text("grid", false),
            text("checkpoint", false),
            Field::new("value", DataType::Float64, true),
            text("state", false),
            text("unit", false),
            Field::new("higher_is_better", DataType::Boolean, true),
            Field::new("diagonal_mm", DataType::Float64, true),
            Field::new("ignored_voxels", DataType::UInt64, true),
        ];
        let rows = &self.rows;
        let all =
            |f: fn(&MetricRow) -> &str| array(StringArray::from_iter_values(rows.iter().map(f)));
        let mut schema = schema_with(fields, "dataset", &self.dataset);
        add_metadata(&mut schema, "scoring", &self.scoring);
        let mut writer = TableWriter::create(&dir.join(Self::FILE), schema)?;
        writer.write(vec![
            all(|row| &row.case_id),
            all(|row| &row.subject),
            array(rows.iter().map(|row| row.phase.as_deref()).collect::<StringArray>()),
            array(UInt8Array::from_iter_values(rows.iter().map(|row| row.class_id))),
            all(|row| &row.class_name),
            all(|row| &row.metric),
            all(|row| row.grid.as_str()),
            all(|row| &row.checkpoint),
            array(rows.iter().map(|row| row.value).collect::<Float64Array>()),
            all(|row| row.state.as_str()),
            all(|row| &row.unit),
            array(rows.iter().map(|row| row.higher_is_better).collect::<BooleanArray>()),
            array(rows.iter().map(|row| row.diagonal_mm).collect::<Float64Array>()),
            array(rows.iter().map(|row| row.ignored_voxels).collect::<UInt64Array>()),
        ])?;
        writer.finish()
    }

    /// Reads `metrics.arrow` from a folder.
    pub fn read(dir: &Path) -> Result<Self, TableError> {
        let table = Table::open(&dir.join(Self::FILE))?;
        let mut rows = Vec::new();
        for batch in &table.batches {
            let text = |name: &str| table.strings(batch, name);
            let (case_id, subject, phase) = (text("case_id")?, text("subject")?, text("phase")?);
            let (class_name, metric) = (text("class_name")?, text("metric")?);
            let (grid, checkpoint) = (text("grid")?, text("checkpoint")?);
            let (state, unit) = (text("state")?, text("unit")?);
            let class_id = table.numbers::<UInt8Type>(batch, "class_id")?;
            let value = table.numbers::<Float64Type>(batch, "value")?;
            let diagonal = table.numbers::<Float64Type>(batch, "diagonal_mm")?;
            let ignored = table.numbers::<UInt64Type>(batch, "ignored_voxels")?;
            let higher = table
                .column(batch, "higher_is_better", "boolean")?
                .as_boolean_opt()
                .ok_or_else(|| table.wrong("higher_is_better", "boolean"))?;
            for i in 0..batch.num_rows() {
                let unknown =
                    |what: &str, word: &str| table.value_error(format!("unknown {what} `{word}`"));
                rows.push(MetricRow {
                    case_id: case_id.value(i).to_owned(),
                    subject: subject.value(i).to_owned(),
                    phase: phase.is_valid(i).then(|| phase.value(i).to_owned()),
                    class_id: class_id.value(i),
                    class_name: class_name.value(i).to_owned(),
                    metric: metric.value(i).to_owned(),
                    grid: [Grid::Network, Grid::Native]
                        .into_iter()
                        .find(|known| known.as_str() == grid.value(i))
                        .ok_or_else(|| unknown("grid", grid.value(i)))?,
                    checkpoint: checkpoint.value(i).to_owned(),
                    value: value.is_valid(i).then(|| value.value(i)),
                    state: [
                        MetricState::Ok,
                        MetricState::PredEmpty,
                        MetricState::RefEmpty,
                        MetricState::BothEmpty,
                    ]
                    .into_iter()
                    .find(|known| known.as_str() == state.value(i))
                    .ok_or_else(|| unknown("state", state.value(i)))?,
                    unit: unit.value(i).to_owned(),
                    higher_is_better: higher.is_valid(i).then(|| higher.value(i)),
                    diagonal_mm: diagonal.is_valid(i).then(|| diagonal.value(i)),
                    ignored_voxels: ignored.is_valid(i).then(|| ignored.value(i)),
                });
            }
        }
        let (dataset, scoring) = (table.metadata("dataset")?, table.metadata("scoring")?);
        Ok(Self { dataset, scoring, rows })
    }
}
