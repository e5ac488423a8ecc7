//! The clinical table: volumes, ejection fractions and masses, one row per subject and quantity.

use std::path::Path;

use arrow_array::types::Float64Type;

use crate::cells::{Cells, some, some_text};
use crate::ipc::{Table, TableWriter, schema_with};
use crate::schema::{Column, ColumnType, MetadataEntry, TableSchema};
use crate::{DatasetInfo, TableError};

/// The columns, shared with the table of a whole run.
pub(crate) const COLUMNS: [Column; 10] = {
    use ColumnType::{Float64, Text};
    const MISSING: &str = "the structure or a phase is missing: see `state`";
    [
        Column::new("subject", Text, "The subject."),
        Column::new("group", Text, "Its group, such as a diagnosis.")
            .null("the dataset has no groups"),
        Column::new("structure", Text, "The structure: the name of its class, such as `LV`."),
        Column::new(
            "quantity",
            Text,
            "`edv`, `esv` (volumes at the end of diastole and systole), `stroke_volume`, \
             `ejection_fraction` or `mass`.",
        ),
        Column::new("unit", Text, "The unit of the three numbers: `ml`, `%` or `g`."),
        Column::new("checkpoint", Text, "Which weights predicted, as in the metrics."),
        Column::new("prediction", Float64, "The quantity from the predicted masks.")
            .null(MISSING)
            .unit("column `unit`"),
        Column::new("reference", Float64, "The quantity from the annotated masks.")
            .null(MISSING)
            .unit("column `unit`"),
        Column::new("difference", Float64, "Prediction less reference.")
            .null("one of the two is missing")
            .unit("column `unit`"),
        Column::new(
            "state",
            Text,
            "`ok`, or what is missing: `pred_empty`, `ref_empty`, `both_empty` (the structure), \
             `phase_missing` (a scan of one of the phases was not predicted).",
        ),
    ]
};

/// Whether a subject has all that a quantity needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ClinicalState {
    /// It has.
    Ok,
    /// The structure is missing in a prediction.
    PredEmpty,
    /// The structure is missing in a reference.
    RefEmpty,
    /// The structure is missing in both.
    BothEmpty,
    /// A scan of one of the phases was not predicted.
    PhaseMissing,
}

impl ClinicalState {
    const ALL: [Self; 5] =
        [Self::Ok, Self::PredEmpty, Self::RefEmpty, Self::BothEmpty, Self::PhaseMissing];

    /// The word in the table.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::PredEmpty => "pred_empty",
            Self::RefEmpty => "ref_empty",
            Self::BothEmpty => "both_empty",
            Self::PhaseMissing => "phase_missing",
        }
    }
}

/// One quantity of one subject.
#[derive(Debug, Clone, PartialEq)]
pub struct ClinicalRow {
    /// The subject.
    pub subject: String,
    /// Its group, such as a diagnosis, if the dataset has groups.
    pub group: Option<String>,
    /// The structure: the name of its class.
    pub structure: String,
    /// `edv`, `esv`, `stroke_volume`, `ejection_fraction` or `mass`.
    pub quantity: String,
    /// `ml`, `%` or `g`.
    pub unit: String,
    /// The checkpoint that predicted.
    pub checkpoint: String,
    /// From the predicted masks, or none where the structure or a phase is missing.
    pub prediction: Option<f64>,
    /// From the annotated masks, or none where the structure or a phase is missing.
    pub reference: Option<f64>,
    /// Prediction less reference, where both are there.
    pub difference: Option<f64>,
    /// What is missing, if anything.
    pub state: ClinicalState,
}

/// All clinical quantities of one evaluation.
#[derive(Debug, Clone, PartialEq)]
pub struct ClinicalTable {
    /// The dataset.
    pub dataset: DatasetInfo,
    /// The rows.
    pub rows: Vec<ClinicalRow>,
}

impl ClinicalTable {
    /// The file's name in its artifact, beside the metrics.
    pub const FILE: &'static str = "clinical.arrow";
    /// What its columns hold.
    pub const SCHEMA: TableSchema = TableSchema {
        name: "clinical",
        file: Self::FILE,
        origin: "in the artifact `metrics` of an evaluation with the parameter `clinical`",
        rows: "one quantity of one subject and checkpoint",
        columns: &COLUMNS,
        metadata: &[MetadataEntry {
            key: "dataset",
            meaning: "The dataset: `name` and `classes`.",
        }],
    };

    /// Writes `clinical.arrow` into a folder.
    pub fn write(&self, dir: &Path) -> Result<(), TableError> {
        let cells = Cells(&self.rows);
        let schema = schema_with(Self::SCHEMA.fields(), "dataset", &self.dataset);
        let mut writer = TableWriter::create(&dir.join(Self::FILE), schema)?;
        writer.write(vec![
            cells.text(|row| &row.subject),
            cells.some_text(|row| row.group.as_deref()),
            cells.text(|row| &row.structure),
            cells.text(|row| &row.quantity),
            cells.text(|row| &row.unit),
            cells.text(|row| &row.checkpoint),
            cells.some_number::<Float64Type>(|row| row.prediction),
            cells.some_number::<Float64Type>(|row| row.reference),
            cells.some_number::<Float64Type>(|row| row.difference),
            cells.text(|row| row.state.as_str()),
        ])?;
        writer.finish()
    }

    /// Reads `clinical.arrow` from a folder.
    pub fn read(dir: &Path) -> Result<Self, TableError> {
        let table = Table::open(&dir.join(Self::FILE))?;
        let mut rows = Vec::new();
        for batch in &table.batches {
            let text = |name: &str| table.strings(batch, name);
            let number = |name: &str| table.numbers::<Float64Type>(batch, name);
            let (subject, group, structure) =
                (text("subject")?, text("group")?, text("structure")?);
            let (quantity, unit, checkpoint) =
                (text("quantity")?, text("unit")?, text("checkpoint")?);
            let state = text("state")?;
            let values = [number("prediction")?, number("reference")?, number("difference")?];
            for i in 0..batch.num_rows() {
                let [prediction, reference, difference] = values.map(|column| some(column, i));
                let mut states = ClinicalState::ALL.into_iter();
                let known = states.find(|known| known.as_str() == state.value(i));
                let unknown = || table.value_error(format!("unknown state `{}`", state.value(i)));
                rows.push(ClinicalRow {
                    subject: subject.value(i).to_owned(),
                    group: some_text(group, i),
                    structure: structure.value(i).to_owned(),
                    quantity: quantity.value(i).to_owned(),
                    unit: unit.value(i).to_owned(),
                    checkpoint: checkpoint.value(i).to_owned(),
                    prediction,
                    reference,
                    difference,
                    state: known.ok_or_else(unknown)?,
                });
            }
        }
        Ok(Self { dataset: table.metadata("dataset")?, rows })
    }
}
