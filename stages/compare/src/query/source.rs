//! Where metric rows come from.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use arrow_array::RecordBatch;
use arrow_schema::{DataType, SchemaRef};
use stages_tables::{MappedTable, Scoring, TableError};

use super::coded::coded;
use crate::CompareError;
use crate::layout::scoring_notes;

/// The columns of metric rows that are no text, or say what a value means rather than where it
/// belongs: nothing is grouped by them.
const NO_FIELDS: [&str; 9] = [
    "class_id",
    "value",
    "state",
    "unit",
    "higher_is_better",
    "diagonal_mm",
    "ignored_voxels",
    "class_name",
    "action",
];

/// The columns that every source must have.
const NEEDED: [&str; 6] = ["dataset", "class_name", "metric", "grid", "checkpoint", "value"];

/// Rows of metrics: of tables of whole runs (`metrics.arrow` in the folder of a run), or made in
/// memory. Columns go by name; text may be plain or out of a dictionary.
pub struct MetricRows {
    pub(super) parts: Vec<Part>,
}

/// One file, or one batch in memory.
pub(super) enum Part {
    File(PathBuf),
    Memory(RecordBatch),
}

/// A part that is open, with the columns asked for.
pub(super) enum Opened<'a> {
    File(Box<MappedTable>),
    Memory(&'a RecordBatch),
}

impl MetricRows {
    /// The rows of these files, one after the other.
    ///
    /// # Errors
    /// When a file cannot be read or lacks a column.
    pub fn open(files: &[PathBuf]) -> Result<Self, CompareError> {
        let mut rows = Self { parts: Vec::new() };
        for file in files {
            rows.add_file(file)?;
        }
        Ok(rows)
    }

    /// Adds the rows of a file.
    ///
    /// # Errors
    /// When the file cannot be read or lacks a column.
    pub fn add_file(&mut self, file: &Path) -> Result<(), CompareError> {
        let table = MappedTable::open(file)?;
        check(table.schema(), Some(file))?;
        self.parts.push(Part::File(file.to_owned()));
        Ok(())
    }

    /// Adds rows.
    pub(crate) fn add_batch(&mut self, batch: RecordBatch) -> Result<(), CompareError> {
        check(&batch.schema(), None)?;
        self.parts.push(Part::Memory(batch));
        Ok(())
    }

    /// Rows in memory.
    pub(crate) fn of(batch: RecordBatch) -> Result<Self, CompareError> {
        let mut rows = Self { parts: Vec::new() };
        rows.add_batch(batch)?;
        Ok(rows)
    }

    /// What was done to label maps before they were scored, one sentence each; as far as the files
    /// say it.
    ///
    /// # Errors
    /// When a file cannot be read any more.
    pub fn scoring_notes(&self) -> Result<Vec<String>, CompareError> {
        let mut all: Vec<Scoring> = Vec::new();
        for part in &self.parts {
            let Part::File(file) = part else { continue };
            let table = MappedTable::open(file)?;
            let Some(text) = table.schema().metadata().get("scoring") else { continue };
            // By node; a node that is not listed did nothing.
            let listed: BTreeMap<String, Scoring> =
                serde_json::from_str(text).map_err(|error| TableError::Value {
                    path: file.clone(),
                    message: format!("metadata `scoring` is not valid: {error}"),
                })?;
            if listed.is_empty() {
                continue;
            }
            let nodes = part.open(&["node"].into())?;
            let batches: Vec<RecordBatch> =
                (0..nodes.batches()).map(|at| nodes.batch(at)).collect::<Result<_, _>>()?;
            let (words, _) = coded("node", &batches)?;
            if words.count() > listed.len() + 1 {
                all.push(Scoring::default());
            }
            all.extend(listed.into_values());
        }
        Ok(scoring_notes(all.iter()))
    }

    /// What rows can be told apart by: `class`, and every other column of text, matrix variables
    /// among them, sorted.
    ///
    /// # Errors
    /// When a file cannot be read any more.
    pub fn fields(&self) -> Result<Vec<String>, CompareError> {
        let mut fields: BTreeSet<String> = [CLASS.to_owned()].into();
        for part in &self.parts {
            let schema = match part {
                Part::File(file) => MappedTable::open(file)?.schema().clone(),
                Part::Memory(batch) => batch.schema(),
            };
            let text = schema.fields().iter().filter(|field| is_text(field.data_type()));
            let text = text.filter(|field| !NO_FIELDS.contains(&field.name().as_str()));
            fields.extend(text.map(|field| match field.name().as_str() {
                CLASS => VARIABLE_CLASS.to_owned(),
                name => name.to_owned(),
            }));
        }
        Ok(fields.into_iter().collect())
    }
}

/// The field of classes; its column is `class_name`.
pub(crate) const CLASS: &str = "class";

/// The field of a matrix variable that is called `class`.
const VARIABLE_CLASS: &str = "matrix.class";

/// The column of a field.
pub(super) fn column_of(field: &str) -> &str {
    match field {
        CLASS => "class_name",
        VARIABLE_CLASS => CLASS,
        field => field,
    }
}

fn is_text(data_type: &DataType) -> bool {
    match data_type {
        DataType::Utf8 => true,
        DataType::Dictionary(key, value) => **key == DataType::Int32 && **value == DataType::Utf8,
        _ => false,
    }
}

fn check(schema: &SchemaRef, file: Option<&Path>) -> Result<(), CompareError> {
    for column in NEEDED {
        let found = schema.field_with_name(column).ok().map(|field| field.data_type().clone());
        let fits = |found: &DataType| match column {
            "value" => *found == DataType::Float64,
            _ => is_text(found),
        };
        if !found.as_ref().is_some_and(fits) {
            return Err(CompareError::NoMetricRows {
                file: file.map_or_else(|| PathBuf::from("the rows"), Path::to_owned),
                column,
                found: found.map(|found| found.to_string()),
            });
        }
    }
    Ok(())
}

impl Part {
    /// Opens it for these columns; those that it lacks are no mistake.
    pub(super) fn open(&self, columns: &BTreeSet<&str>) -> Result<Opened<'_>, CompareError> {
        match self {
            Self::Memory(batch) => Ok(Opened::Memory(batch)),
            Self::File(file) => {
                let table = MappedTable::open(file)?;
                let wanted = table.schema().fields().iter().enumerate();
                let wanted = wanted.filter(|(_, field)| columns.contains(field.name().as_str()));
                let wanted = wanted.map(|(at, _)| at).collect();
                Ok(Opened::File(Box::new(table.project(wanted))))
            }
        }
    }
}

impl Opened<'_> {
    pub(super) fn batches(&self) -> usize {
        match self {
            Self::File(table) => table.batches(),
            Self::Memory(_) => 1,
        }
    }

    pub(super) fn batch(&self, at: usize) -> Result<RecordBatch, CompareError> {
        match self {
            Self::File(table) => Ok(table.batch(at)?),
            Self::Memory(batch) => Ok((*batch).clone()),
        }
    }
}
