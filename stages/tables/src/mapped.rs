//! A table of which only some columns are read, batch by batch.

use std::path::{Path, PathBuf};

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;

use crate::TableError;
use crate::ipc::{Mapped, arrow};

/// An Arrow IPC file that is mapped into memory: what is not looked at is not read. Batches can be
/// decoded by several threads at once.
pub struct MappedTable {
    path: PathBuf,
    mapped: Mapped,
}

impl MappedTable {
    /// Maps the file.
    ///
    /// # Errors
    /// When it cannot be opened, or is not a whole Arrow file.
    pub fn open(path: &Path) -> Result<Self, TableError> {
        Ok(Self { path: path.to_owned(), mapped: Mapped::open(path)? })
    }

    /// The same table with these columns only, by their places in the schema, ascending.
    #[must_use]
    pub fn project(self, columns: Vec<usize>) -> Self {
        Self { path: self.path, mapped: self.mapped.project(columns) }
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The columns of the file, whatever is read of them.
    pub fn schema(&self) -> &SchemaRef {
        &self.mapped.schema
    }

    /// How many batches there are.
    pub fn batches(&self) -> usize {
        self.mapped.blocks.len()
    }

    /// A batch, from 0; its columns lie in the mapped file.
    ///
    /// # Errors
    /// When the batch is damaged.
    ///
    /// # Panics
    /// When there is no such batch.
    pub fn batch(&self, at: usize) -> Result<RecordBatch, TableError> {
        self.mapped.batch(at).map_err(|source| arrow(&self.path, source))
    }
}
