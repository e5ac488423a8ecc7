//! The training log: one row per epoch and quantity.

use std::path::Path;

use arrow_array::types::{Float64Type, UInt32Type};

use crate::TableError;
use crate::cells::Cells;
use crate::ipc::{Table, TableWriter, schema_with};
use crate::schema::{Column, ColumnType, MetadataEntry, TableSchema};

/// The columns of both tables.
const COLUMNS: &[Column] = &[
    Column::new("epoch", ColumnType::UInt32, "The epoch, from 0."),
    Column::new("name", ColumnType::Text, "What was measured; a slash separates parts."),
    Column::new(
        "value",
        ColumnType::Float64,
        "The value; the mean over the epoch's steps for losses.",
    ),
];

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
    /// What its columns hold.
    pub const SCHEMA: TableSchema = TableSchema {
        name: "training log",
        file: Self::FILE,
        origin: "in the artifact `training_log` (stage `train`)",
        rows: "one quantity at one epoch, such as `loss/supervised` or `validation/dice/RV`, by epoch",
        columns: COLUMNS,
        metadata: &[MetadataEntry { key: "table", meaning: "`\"training_log\"`." }],
    };

    /// Writes `training_log.arrow` into a folder.
    pub fn write(&self, dir: &Path) -> Result<(), TableError> {
        write(&self.rows, &dir.join(Self::FILE), &Self::SCHEMA, "training_log")
    }

    /// Reads `training_log.arrow` from a folder.
    pub fn read(dir: &Path) -> Result<Self, TableError> {
        Ok(Self { rows: read(&dir.join(Self::FILE))? })
    }
}

impl PerformanceTable {
    /// The file's name in its artifact.
    pub const FILE: &'static str = "performance.arrow";
    /// What its columns hold.
    pub const SCHEMA: TableSchema = TableSchema {
        name: "performance",
        file: Self::FILE,
        origin: "in the artifact `performance` (stage `train`); differs from run to run",
        rows: "one quantity at one epoch: `images_per_second` and `training_seconds` without \
               validation, `memory_mib`, by epoch",
        columns: COLUMNS,
        metadata: &[MetadataEntry { key: "table", meaning: "`\"performance\"`." }],
    };

    /// Writes `performance.arrow` into a folder.
    pub fn write(&self, dir: &Path) -> Result<(), TableError> {
        write(&self.rows, &dir.join(Self::FILE), &Self::SCHEMA, "performance")
    }

    /// Reads `performance.arrow` from a folder.
    pub fn read(dir: &Path) -> Result<Self, TableError> {
        Ok(Self { rows: read(&dir.join(Self::FILE))? })
    }
}

fn write(
    rows: &[LogRow],
    file: &Path,
    schema: &TableSchema,
    table: &str,
) -> Result<(), TableError> {
    let cells = Cells(rows);
    let mut writer = TableWriter::create(file, schema_with(schema.fields(), "table", &table))?;
    writer.write(vec![
        cells.number::<UInt32Type>(|row| row.epoch),
        cells.text(|row| &row.name),
        cells.number::<Float64Type>(|row| row.value),
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
