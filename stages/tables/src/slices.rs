//! The slices table: every slice of every scan, resampled onto one canvas, as 8-bit planes.

use std::path::Path;

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int32Type, UInt32Type};
use serde::{Deserialize, Serialize};
use stages_imaging::GridConvention;

use crate::cells::Cells;
use crate::ipc::{self, Table, TableWriter, schema_with};
use crate::planes::{locate, plane_column, planes_of};
use crate::schema::{Column, ColumnType, MetadataEntry, TableSchema};
use crate::{DatasetInfo, TableError};

/// What all slices of the table share.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SlicesInfo {
    /// The dataset.
    pub dataset: DatasetInfo,
    /// Rows of the canvas (the y axis).
    pub height: u32,
    /// Columns of the canvas (the x axis).
    pub width: u32,
    /// How native and resampled grids correspond.
    pub convention: GridConvention,
}

/// How a slice's plane on the canvas relates to the scan's own grid. The same for every slice of a
/// scan.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PlaneGeometry {
    /// Native pixels along x (columns) and y (rows).
    pub native: [u32; 2],
    /// Pixels along x and y after resampling, before padding or cropping.
    pub resampled: [u32; 2],
    /// Native pixels per resampled pixel along x and y; used by [`GridConvention::FirstCentre`].
    pub step: [f64; 2],
    /// Canvas column and row of the resampled image's first pixel; negative where it was cropped.
    pub offset: [i32; 2],
}

/// One slice without its planes.
#[derive(Debug, Clone, PartialEq)]
pub struct SliceMeta {
    /// The scan.
    pub case_id: String,
    /// Its subject.
    pub subject: String,
    /// Position along z, from 0.
    pub slice: u32,
    /// Whether the label plane holds an annotation; without one it is all zero and must not be read.
    pub labelled: bool,
    /// Whether any class but background is present in the label plane.
    pub foreground: bool,
    /// Where the plane lies in the scan.
    pub geometry: PlaneGeometry,
}

/// Writes `slices.arrow`, one record batch per scan.
pub struct SlicesWriter {
    writer: TableWriter,
    path: std::path::PathBuf,
    plane_bytes: usize,
}

/// The file's name in its artifact.
const FILE: &str = "slices.arrow";

const COLUMNS: [Column; 15] = {
    use ColumnType::{Float64, Int32, Plane, Text, Truth, UInt32};
    const PIXELS: &str = "pixels";
    [
        Column::new("case_id", Text, "The scan."),
        Column::new("subject", Text, "Its subject."),
        Column::new("slice", UInt32, "The slice's position along z, from 0."),
        Column::new(
            "labelled",
            Truth,
            "Whether `label` holds an annotation; without one it is all zero and means nothing.",
        ),
        Column::new("foreground", Truth, "Whether `label` holds any class but background."),
        Column::new("native_x", UInt32, "Columns of the scan's own slice.").unit(PIXELS),
        Column::new("native_y", UInt32, "Rows of the scan's own slice.").unit(PIXELS),
        Column::new("resampled_x", UInt32, "Columns after resampling, before padding or cropping.")
            .unit(PIXELS),
        Column::new("resampled_y", UInt32, "Rows after resampling, before padding or cropping.")
            .unit(PIXELS),
        Column::new("step_x", Float64, "Native pixels per resampled pixel along x.").unit(PIXELS),
        Column::new("step_y", Float64, "Native pixels per resampled pixel along y.").unit(PIXELS),
        Column::new(
            "offset_x",
            Int32,
            "Canvas column of the resampled image's first; negative where it was cropped.",
        )
        .unit(PIXELS),
        Column::new("offset_y", Int32, "Canvas row of the resampled image's first.").unit(PIXELS),
        Column::new("image", Plane, "The image, grey values from 0 to 255, row by row."),
        Column::new("label", Plane, "The class ids, row by row."),
    ]
};

impl SlicesWriter {
    /// The file's name in its artifact.
    pub const FILE: &'static str = FILE;
    /// What its columns hold.
    pub const SCHEMA: TableSchema = TableSchema {
        name: "slices",
        file: FILE,
        origin: "in the artifact `slices` (stage `extract`)",
        rows: "one slice; scans by `case_id`, one record batch each, slices from the first",
        columns: &COLUMNS,
        metadata: &[MetadataEntry {
            key: "slices",
            meaning: "What all slices share: `dataset`, `height` and `width` of the canvas, and \
                      `convention`, how native and resampled grids correspond.",
        }],
    };

    /// Creates the file in a folder.
    pub fn create(dir: &Path, info: &SlicesInfo) -> Result<Self, TableError> {
        let plane_bytes = info.height as usize * info.width as usize;
        let fields = Self::SCHEMA.fields_with_planes(plane_bytes);
        let path = dir.join(FILE);
        let writer = TableWriter::create(&path, schema_with(fields, "slices", info))?;
        Ok(Self { writer, path, plane_bytes })
    }

    /// Appends the slices of one scan. `images` and `labels` hold `slices.len()` planes of
    /// `height * width` bytes, row by row.
    pub fn write(
        &mut self,
        slices: &[SliceMeta],
        images: Vec<u8>,
        labels: Vec<u8>,
    ) -> Result<(), TableError> {
        for (name, planes) in [("image", &images), ("label", &labels)] {
            if planes.len() != slices.len() * self.plane_bytes {
                return Err(TableError::Value {
                    path: self.path.clone(),
                    message: format!(
                        "{} slices need {} {name} bytes, found {}",
                        slices.len(),
                        slices.len() * self.plane_bytes,
                        planes.len()
                    ),
                });
            }
        }
        let cells = Cells(slices);
        let plane = |planes| {
            plane_column(self.plane_bytes, planes).map_err(|source| ipc::arrow(&self.path, source))
        };
        let columns = vec![
            cells.text(|slice| &slice.case_id),
            cells.text(|slice| &slice.subject),
            cells.number::<UInt32Type>(|slice| slice.slice),
            cells.truth(|slice| slice.labelled),
            cells.truth(|slice| slice.foreground),
            cells.number::<UInt32Type>(|slice| slice.geometry.native[0]),
            cells.number::<UInt32Type>(|slice| slice.geometry.native[1]),
            cells.number::<UInt32Type>(|slice| slice.geometry.resampled[0]),
            cells.number::<UInt32Type>(|slice| slice.geometry.resampled[1]),
            cells.number::<Float64Type>(|slice| slice.geometry.step[0]),
            cells.number::<Float64Type>(|slice| slice.geometry.step[1]),
            cells.number::<Int32Type>(|slice| slice.geometry.offset[0]),
            cells.number::<Int32Type>(|slice| slice.geometry.offset[1]),
            plane(images)?,
            plane(labels)?,
        ];
        self.writer.write(columns)
    }

    /// Completes the file.
    pub fn finish(self) -> Result<(), TableError> {
        self.writer.finish()
    }
}

/// Reads `slices.arrow`; planes are borrowed from the mapped file.
pub struct SlicesReader {
    info: SlicesInfo,
    slices: Vec<SliceMeta>,
    first_rows: Vec<usize>,
    table: Table,
}

impl SlicesReader {
    /// Opens the file in a folder.
    pub fn open(dir: &Path) -> Result<Self, TableError> {
        let table = Table::open(&dir.join(FILE))?;
        let info: SlicesInfo = table.metadata("slices")?;
        let plane_bytes = info.height as usize * info.width as usize;
        let mut slices = Vec::new();
        let mut first_rows = Vec::new();
        for batch in &table.batches {
            first_rows.push(slices.len());
            let count = |name: &str| table.numbers::<UInt32Type>(batch, name);
            let real = |name: &str| table.numbers::<Float64Type>(batch, name);
            let whole = |name: &str| table.numbers::<Int32Type>(batch, name);
            let truth = |name: &str| table.truths(batch, name);
            let case_id = table.strings(batch, "case_id")?;
            let subject = table.strings(batch, "subject")?;
            let slice = count("slice")?;
            let (labelled, foreground) = (truth("labelled")?, truth("foreground")?);
            let native = [count("native_x")?, count("native_y")?];
            let resampled = [count("resampled_x")?, count("resampled_y")?];
            let step = [real("step_x")?, real("step_y")?];
            let offset = [whole("offset_x")?, whole("offset_y")?];
            planes_of(&table, batch, "image", plane_bytes)?;
            planes_of(&table, batch, "label", plane_bytes)?;
            slices.extend((0..batch.num_rows()).map(|i| SliceMeta {
                case_id: case_id.value(i).to_owned(),
                subject: subject.value(i).to_owned(),
                slice: slice.value(i),
                labelled: labelled.value(i),
                foreground: foreground.value(i),
                geometry: PlaneGeometry {
                    native: native.map(|column| column.value(i)),
                    resampled: resampled.map(|column| column.value(i)),
                    step: step.map(|column| column.value(i)),
                    offset: offset.map(|column| column.value(i)),
                },
            }));
        }
        Ok(Self { info, slices, first_rows, table })
    }

    /// What all slices share.
    pub fn info(&self) -> &SlicesInfo {
        &self.info
    }

    /// Every slice, in file order: scans by `case_id`, slices by position.
    pub fn slices(&self) -> &[SliceMeta] {
        &self.slices
    }

    /// The image plane of one slice: `height * width` bytes, row by row.
    pub fn image(&self, row: usize) -> &[u8] {
        self.plane("image", row)
    }

    /// The label plane of one slice: `height * width` class ids, row by row.
    pub fn label(&self, row: usize) -> &[u8] {
        self.plane("label", row)
    }

    fn plane(&self, column: &str, row: usize) -> &[u8] {
        let (batch, row) = locate(&self.first_rows, row);
        self.table.batches[batch]
            .column_by_name(column)
            .expect("checked when opened")
            .as_fixed_size_binary()
            .value(row)
    }
}
