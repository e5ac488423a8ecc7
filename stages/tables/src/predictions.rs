//! The predictions table: label maps on the network grid, one row per slice and checkpoint.

use std::path::Path;

use arrow_array::cast::AsArray;
use arrow_array::types::UInt32Type;
use serde::{Deserialize, Serialize};

use crate::cells::Cells;
use crate::ipc::{self, Table, TableWriter, schema_with};
use crate::planes::{locate, plane_column, planes_of};
use crate::schema::{Column, ColumnType, MetadataEntry, TableSchema};
use crate::{DatasetInfo, TableError};

/// The part of the canvas that the network saw; all predictions of a table share it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Window {
    /// The dataset.
    pub dataset: DatasetInfo,
    /// Rows of a predicted plane.
    pub height: u32,
    /// Columns of a predicted plane.
    pub width: u32,
    /// Canvas row of the window's first row.
    pub top: u32,
    /// Canvas column of the window's first column.
    pub left: u32,
}

/// One predicted slice without its plane.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PredictionMeta {
    /// The scan.
    pub case_id: String,
    /// Position along z, from 0.
    pub slice: u32,
    /// The checkpoint that predicted: `best` or `last`.
    pub checkpoint: String,
}

const FILE: &str = "predictions.arrow";

/// Writes `predictions.arrow`.
pub struct PredictionsWriter {
    writer: TableWriter,
    path: std::path::PathBuf,
    plane_bytes: usize,
}

impl PredictionsWriter {
    /// The file's name in its artifact.
    pub const FILE: &'static str = FILE;
    /// What its columns hold.
    pub const SCHEMA: TableSchema = TableSchema {
        name: "predictions",
        file: FILE,
        origin: "in the artifact `predictions` (stage `predict`, or a program of the user's)",
        rows: "one predicted slice of a scan by one checkpoint",
        columns: &[
            Column::new("case_id", ColumnType::Text, "The scan."),
            Column::new("slice", ColumnType::UInt32, "The slice's position along z, from 0."),
            Column::new("checkpoint", ColumnType::Text, "Which weights predicted."),
            Column::new("label", ColumnType::Plane, "The predicted class ids, row by row."),
        ],
        metadata: &[MetadataEntry {
            key: "window",
            meaning: "What all planes share: `dataset`, `height` and `width` of a plane, and the \
                      row `top` and column `left` of the canvas where it starts.",
        }],
    };

    /// Creates the file in a folder.
    pub fn create(dir: &Path, window: &Window) -> Result<Self, TableError> {
        let plane_bytes = window.height as usize * window.width as usize;
        let fields = Self::SCHEMA.fields_with_planes(plane_bytes);
        let path = dir.join(FILE);
        let writer = TableWriter::create(&path, schema_with(fields, "window", window))?;
        Ok(Self { writer, path, plane_bytes })
    }

    /// Appends slices; `labels` holds one plane of `height * width` class ids per slice.
    pub fn write(&mut self, slices: &[PredictionMeta], labels: Vec<u8>) -> Result<(), TableError> {
        if labels.len() != slices.len() * self.plane_bytes {
            return Err(TableError::Value {
                path: self.path.clone(),
                message: format!(
                    "{} slices need {} label bytes, found {}",
                    slices.len(),
                    slices.len() * self.plane_bytes,
                    labels.len()
                ),
            });
        }
        let cells = Cells(slices);
        let columns = vec![
            cells.text(|slice| &slice.case_id),
            cells.number::<UInt32Type>(|slice| slice.slice),
            cells.text(|slice| &slice.checkpoint),
            plane_column(self.plane_bytes, labels)
                .map_err(|source| ipc::arrow(&self.path, source))?,
        ];
        self.writer.write(columns)
    }

    /// Completes the file.
    pub fn finish(self) -> Result<(), TableError> {
        self.writer.finish()
    }
}

/// Reads `predictions.arrow`; planes are borrowed from the mapped file.
pub struct PredictionsReader {
    window: Window,
    slices: Vec<PredictionMeta>,
    first_rows: Vec<usize>,
    table: Table,
}

impl PredictionsReader {
    /// Opens the file in a folder.
    pub fn open(dir: &Path) -> Result<Self, TableError> {
        let table = Table::open(&dir.join(FILE))?;
        let window: Window = table.metadata("window")?;
        let plane_bytes = window.height as usize * window.width as usize;
        let mut slices = Vec::new();
        let mut first_rows = Vec::new();
        for batch in &table.batches {
            first_rows.push(slices.len());
            let case_id = table.strings(batch, "case_id")?;
            let slice = table.numbers::<UInt32Type>(batch, "slice")?;
            let checkpoint = table.strings(batch, "checkpoint")?;
            planes_of(&table, batch, "label", plane_bytes)?;
            slices.extend((0..batch.num_rows()).map(|i| PredictionMeta {
                case_id: case_id.value(i).to_owned(),
                slice: slice.value(i),
                checkpoint: checkpoint.value(i).to_owned(),
            }));
        }
        Ok(Self { window, slices, first_rows, table })
    }

    /// The part of the canvas that was predicted.
    pub fn window(&self) -> &Window {
        &self.window
    }

    /// Every predicted slice, in file order.
    pub fn slices(&self) -> &[PredictionMeta] {
        &self.slices
    }

    /// The label plane of one row: `height * width` class ids, row by row.
    pub fn label(&self, row: usize) -> &[u8] {
        let (batch, row) = locate(&self.first_rows, row);
        self.table.batches[batch]
            .column_by_name("label")
            .expect("checked when opened")
            .as_fixed_size_binary()
            .value(row)
    }
}
