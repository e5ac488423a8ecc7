//! The metrics table: one row per scan, class, metric, grid and checkpoint.

use std::collections::BTreeMap;
use std::path::Path;

use arrow_array::types::{Float64Type, UInt8Type, UInt64Type};
use serde::{Deserialize, Serialize};

use crate::cells::{Cells, some, some_text, some_truth};
use crate::ipc::{Table, TableWriter, add_metadata, schema_with};
use crate::schema::{Column, ColumnType, MetadataEntry, TableSchema};
use crate::{DatasetInfo, TableError};

/// The columns, shared with the table of a whole run.
pub(crate) const COLUMNS: [Column; 14] = {
    use ColumnType::{Float64, Text, Truth, UInt8, UInt64};
    [
        Column::new(
            "case_id",
            Text,
            "The scan, such as `patient001_frame01`; for a difference of clinical values the subject.",
        ),
        Column::new("subject", Text, "Its subject: the person or animal scanned."),
        Column::new("phase", Text, "Its phase, such as `ED` or `ES`.")
            .null("the dataset has no phases, or the value is of a subject"),
        Column::new("class_id", UInt8, "The class: its value in label maps, from 1."),
        Column::new("class_name", Text, "The name of the class, such as `RV`."),
        Column::new("metric", Text, "The metric, such as `dice` or `hd95`; see `metrics.md`."),
        Column::new(
            "grid",
            Text,
            "What it was computed on: `native`, the scan's own voxels, or `network`, the resampled \
             and cropped slices.",
        ),
        Column::new(
            "checkpoint",
            Text,
            "Which weights predicted: `best` (of the epoch that was best on the validation scans) \
             or `last`; for a method in a program of its own, what it says.",
        ),
        Column::new("value", Float64, "The value.")
            .null("it is not defined: see `state`")
            .unit("column `unit`"),
        Column::new(
            "state",
            Text,
            "Which masks have voxels: `ok` (both), `pred_empty` (the prediction has none), \
             `ref_empty` (the reference has none), `both_empty`.",
        ),
        Column::new("unit", Text, "The unit of `value`: `1` for ratios, `mm`, `ml`, ..."),
        Column::new("higher_is_better", Truth, "The direction: false where smaller is better.")
            .null("the metric is a signed difference, of which 0 is the best"),
        Column::new(
            "diagonal_mm",
            Float64,
            "The diagonal of the metric's grid: what stands for a surface distance in a ranking \
             where only one of the masks has voxels.",
        )
        .null("the metric is no surface distance in mm")
        .unit("mm"),
        Column::new(
            "ignored_voxels",
            UInt64,
            "Voxels of the scan that were left out because of the ignore label.",
        )
        .null("the evaluation has no ignore label")
        .unit("voxels"),
    ]
};

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

impl MetricRow {
    /// The value that ranks a method: a distance that is undefined because only one mask has voxels
    /// counts as the diagonal of its grid.
    pub fn ranking_value(&self) -> Option<f64> {
        let one_sided = matches!(self.state, MetricState::PredEmpty | MetricState::RefEmpty);
        self.value.or(self.diagonal_mm.filter(|_| one_sided))
    }
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
    /// What its columns hold.
    pub const SCHEMA: TableSchema = TableSchema {
        name: "metrics",
        file: Self::FILE,
        origin: "in the artifact `metrics` of every evaluation (stage `evaluate`)",
        rows: "one value: of a scan, class, metric, grid and checkpoint",
        columns: &COLUMNS,
        metadata: &[
            MetadataEntry { key: "dataset", meaning: "The dataset: `name` and `classes`." },
            MetadataEntry {
                key: "scoring",
                meaning: "What was done before scoring: `largest_component`, `ignore_label`, \
                          `nsd_class_tolerances_mm`, each where it applies.",
            },
        ],
    };

    /// Writes `metrics.arrow` into a folder.
    pub fn write(&self, dir: &Path) -> Result<(), TableError> {
        let cells = Cells(&self.rows);
        let mut schema = schema_with(Self::SCHEMA.fields(), "dataset", &self.dataset);
        add_metadata(&mut schema, "scoring", &self.scoring);
        let mut writer = TableWriter::create(&dir.join(Self::FILE), schema)?;
        writer.write(vec![
            cells.text(|row| &row.case_id),
            cells.text(|row| &row.subject),
            cells.some_text(|row| row.phase.as_deref()),
            cells.number::<UInt8Type>(|row| row.class_id),
            cells.text(|row| &row.class_name),
            cells.text(|row| &row.metric),
            cells.text(|row| row.grid.as_str()),
            cells.text(|row| &row.checkpoint),
            cells.some_number::<Float64Type>(|row| row.value),
            cells.text(|row| row.state.as_str()),
            cells.text(|row| &row.unit),
            cells.some_truth(|row| row.higher_is_better),
            cells.some_number::<Float64Type>(|row| row.diagonal_mm),
            cells.some_number::<UInt64Type>(|row| row.ignored_voxels),
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
            let higher = table.truths(batch, "higher_is_better")?;
            for i in 0..batch.num_rows() {
                let unknown =
                    |what: &str, word: &str| table.value_error(format!("unknown {what} `{word}`"));
                rows.push(MetricRow {
                    case_id: case_id.value(i).to_owned(),
                    subject: subject.value(i).to_owned(),
                    phase: some_text(phase, i),
                    class_id: class_id.value(i),
                    class_name: class_name.value(i).to_owned(),
                    metric: metric.value(i).to_owned(),
                    grid: [Grid::Network, Grid::Native]
                        .into_iter()
                        .find(|known| known.as_str() == grid.value(i))
                        .ok_or_else(|| unknown("grid", grid.value(i)))?,
                    checkpoint: checkpoint.value(i).to_owned(),
                    value: some(value, i),
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
                    higher_is_better: some_truth(higher, i),
                    diagonal_mm: some(diagonal, i),
                    ignored_voxels: some(ignored, i),
                });
            }
        }
        let (dataset, scoring) = (table.metadata("dataset")?, table.metadata("scoring")?);
        Ok(Self { dataset, scoring, rows })
    }
}
