//! The clinical table: volumes, ejection fractions and masses, one row per subject and quantity.

use std::path::Path;

use arrow_array::types::Float64Type;
use arrow_array::{Array, Float64Array, StringArray};
use arrow_schema::{DataType, Field};

use crate::ipc::{Table, TableWriter, array, schema_with};
use crate::{DatasetInfo, TableError};

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

    /// Writes `clinical.arrow` into a folder.
    pub fn write(&self, dir: &Path) -> Result<(), TableError> {
        let text = |name: &str, null| Field::new(name, DataType::Utf8, null);
        let number = |name: &str| Field::new(name, DataType::Float64, true);
        let fields = vec![
            text("subject", false),
            text("group", true),
            text("structure", false),
            text("quantity", false),
            text("unit", false),
            text("checkpoint", false),
            number("prediction"),
            number("reference"),
            number("difference"),
            text("state", false),
        ];
        let rows = &self.rows;
        let all =
            |f: fn(&ClinicalRow) -> &str| array(StringArray::from_iter_values(rows.iter().map(f)));
        let numbers = |f: fn(&ClinicalRow) -> Option<f64>| {
            array(rows.iter().map(f).collect::<Float64Array>())
        };
        let schema = schema_with(fields, "dataset", &self.dataset);
        let mut writer = TableWriter::create(&dir.join(Self::FILE), schema)?;
        writer.write(vec![
            all(|row| &row.subject),
            array(rows.iter().map(|row| row.group.as_deref()).collect::<StringArray>()),
            all(|row| &row.structure),
            all(|row| &row.quantity),
            all(|row| &row.unit),
            all(|row| &row.checkpoint),
            numbers(|row| row.prediction),
            numbers(|row| row.reference),
            numbers(|row| row.difference),
            all(|row| row.state.as_str()),
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
                let [prediction, reference, difference] =
                    values.map(|column| column.is_valid(i).then(|| column.value(i)));
                let mut states = ClinicalState::ALL.into_iter();
                let known = states.find(|known| known.as_str() == state.value(i));
                let unknown = || table.value_error(format!("unknown state `{}`", state.value(i)));
                rows.push(ClinicalRow {
                    subject: subject.value(i).to_owned(),
                    group: group.is_valid(i).then(|| group.value(i).to_owned()),
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
