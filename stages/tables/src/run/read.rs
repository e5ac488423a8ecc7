//! Reading a run's tables.

use std::collections::BTreeMap;
use std::path::Path;

use arrow_array::RecordBatch;

use super::columns::{Kind, RUN_CLINICAL, RUN_METRICS};
use super::metadata::{Metadata, RunVariable};
use crate::ipc::Table;
use crate::{DatasetInfo, Scoring, TableError};

/// A table of a whole run; its columns are those of the mapped file.
pub struct RunTable {
    table: Table,
    metadata: Metadata,
}

impl RunTable {
    /// Maps a run's `metrics.arrow`. Nothing may change the file while it is mapped; to replace it,
    /// rename another one over it.
    ///
    /// # Errors
    /// When the file cannot be read, is damaged, or is another table.
    pub fn metrics(path: &Path) -> Result<Self, TableError> {
        Self::open(path, &RUN_METRICS)
    }

    /// Maps a run's `clinical.arrow`, in the same way.
    ///
    /// # Errors
    /// When the file cannot be read, is damaged, or is another table.
    pub fn clinical(path: &Path) -> Result<Self, TableError> {
        Self::open(path, &RUN_CLINICAL)
    }

    fn open(path: &Path, kind: &Kind) -> Result<Self, TableError> {
        let table = Table::open(path)?;
        let metadata = Metadata::of(&table, kind)?;
        let columns: Vec<String> =
            metadata.variables.iter().map(|variable| variable.column.clone()).collect();
        let differences = kind.schema.differences(&table.schema, &columns);
        if !differences.is_empty() {
            return Err(table.value_error(differences.join("; ")));
        }
        Ok(Self { table, metadata })
    }

    /// The rows, in order; text columns are dictionaries, the same in all batches.
    pub fn batches(&self) -> &[RecordBatch] {
        &self.table.batches
    }

    /// The matrix variables, by name.
    pub fn variables(&self) -> &[RunVariable] {
        &self.metadata.variables
    }

    /// The datasets, by name.
    pub fn datasets(&self) -> &[DatasetInfo] {
        &self.metadata.datasets
    }

    /// By node, what was done before scoring, where anything was.
    pub fn scoring(&self) -> &BTreeMap<String, Scoring> {
        &self.metadata.scoring
    }
}
