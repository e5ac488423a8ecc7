//! The training log: one row per epoch and quantity.

use std::path::Path;

use arrow_array::types::{Float64Type, UInt32Type};
use arrow_array::{Float64Array, StringArray, UInt32Array};
use arrow_schema::{DataType, Field};

use crate::TableError;
use crate::ipc::{Table, TableWriter, array, schema_with};

/// One quantity at one epoch.
#[derive(Debug, Clone, PartialEq)]
pub struct LogRow {
    /// Epoch, from 0.
    pub epoch: u32,
    /// What was measured, such as `loss/supervised` or `validation/dice/RV`.
    pub name: String,
    /// The value; the mean over the epoch's steps for losses.
    pub value: f64,
}

/// The log of one training: what the parameters and inputs decide, the same in every run.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct LogTable {
    /// Rows by epoch.
    pub rows: Vec<LogRow>,
}

/// The speed and memory of one training: different in every run, so apart from its log.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PerformanceTable {
    /// Rows by epoch: `images_per_second` and `training_seconds` without validation, `memory_mib`.
    pub rows: Vec<LogRow>,
}

impl LogTable {
    /// The file's name in its artifact.
    pub const FILE: &'static str = "training_log.arrow";

    /// Writes `training_log.arrow` into a folder.
    pub fn write(&self, dir: &Path) -> Result<(), TableError> {
        write(&self.rows, &dir.join(Self::FILE), "training_log")
    }

    /// Reads `training_log.arrow` from a folder.
    pub fn read(dir: &Path) -> Result<Self, TableError> {
        Ok(Self { rows: read(&dir.join(Self::FILE))? })
    }
}

impl PerformanceTable {
    /// The file's name in its artifact.
    pub const FILE: &'static str = "performance.arrow";

    /// Writes `performance.arrow` into a folder.
    pub fn write(&self, dir: &Path) -> Result<(), TableError> {
        write(&self.rows, &dir.join(Self::FILE), "performance")
    }

    /// Reads `performance.arrow` from a folder.
    pub fn read(dir: &Path) -> Result<Self, TableError> {
        Ok(Self { rows: read(&dir.join(Self::FILE))? })
    }
}

fn write(rows: &[LogRow], file: &Path, table: &str) -> Result<(), TableError> {
    let fields = vec![
        Field::new("epoch", DataType::UInt32, false),
        Field::new("name", DataType::Utf8, false),
        Field::new("value", DataType::Float64, false),
    ];
    let mut writer = TableWriter::create(file, schema_with(fields, "table", &table))?;
    writer.write(vec![
        array(UInt32Array::from_iter_values(rows.iter().map(|row| row.epoch))),
        array(StringArray::from_iter_values(rows.iter().map(|row| &row.name))),
        array(Float64Array::from_iter_values(rows.iter().map(|row| row.value))),
    ])?;
    writer.finish()
}

fn read(file: &Path) -> Result<Vec<LogRow>, TableError> {
    let table = Table::open(file)?;
    let mut rows = Vec::new();
    for batch in &table.batches {
        let epoch = table.numbers::<UInt32Type>(batch, "epoch")?;
        let name = table.strings(batch, "name")?;
        let value = table.numbers::<Float64Type>(batch, "value")?;
        rows.extend((0..batch.num_rows()).map(|i| LogRow {
            epoch: epoch.value(i),
            name: name.value(i).to_owned(),
            value: value.value(i),
        }));
    }
    Ok(rows)
}
