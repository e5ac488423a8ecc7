//! The slices table: every slice of every scan, resampled onto one canvas, as 8-bit planes.

use std::path::Path;

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int32Type, UInt32Type};
use arrow_array::{BooleanArray, Float64Array, Int32Array, StringArray, UInt32Array};
use arrow_schema::{DataType, Field};
use serde::{Deserialize, Serialize};
use stages_imaging::GridConvention;

use crate::ipc::{self, Table, TableWriter, array, schema_with};
use crate::planes::{locate, plane_column, planes_of};
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

impl SlicesWriter {
    /// The file's name in its artifact.
    pub const FILE: &'static str = FILE;

    /// Creates the file in a folder.
    pub fn create(dir: &Path, info: &SlicesInfo) -> Result<Self, TableError> {
        let plane_bytes = info.height as usize * info.width as usize;
        let plane = DataType::FixedSizeBinary(i32::try_from(plane_bytes).unwrap_or(i32::MAX));
        let fields = vec![
            Field::new("case_id", DataType::Utf8, false),
            Field::new("subject", DataType::Utf8, false),
            Field::new("slice", DataType::UInt32, false),
            Field::new("labelled", DataType::Boolean, false),
            Field::new("foreground", DataType::Boolean, false),
            Field::new("native_x", DataType::UInt32, false),
            Field::new("native_y", DataType::UInt32, false),
            Field::new("resampled_x", DataType::UInt32, false),
            Field::new("resampled_y", DataType::UInt32, false),
            Field::new("step_x", DataType::Float64, false),
            Field::new("step_y", DataType::Float64, false),
            Field::new("offset_x", DataType::Int32, false),
            Field::new("offset_y", DataType::Int32, false),
            Field::new("image", plane.clone(), false),
            Field::new("label", plane, false),
        ];
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
        let text =
            |f: fn(&SliceMeta) -> &str| array(StringArray::from_iter_values(slices.iter().map(f)));
        let count =
            |f: fn(&SliceMeta) -> u32| array(UInt32Array::from_iter_values(slices.iter().map(f)));
        let real =
            |f: fn(&SliceMeta) -> f64| array(Float64Array::from_iter_values(slices.iter().map(f)));
        let whole =
            |f: fn(&SliceMeta) -> i32| array(Int32Array::from_iter_values(slices.iter().map(f)));
        let truth = |f: fn(&SliceMeta) -> bool| {
            array(slices.iter().map(|slice| Some(f(slice))).collect::<BooleanArray>())
        };
        let plane = |planes| {
            plane_column(self.plane_bytes, planes).map_err(|source| ipc::arrow(&self.path, source))
        };
        let columns = vec![
            text(|slice| &slice.case_id),
            text(|slice| &slice.subject),
            count(|slice| slice.slice),
            truth(|slice| slice.labelled),
            truth(|slice| slice.foreground),
            count(|slice| slice.geometry.native[0]),
            count(|slice| slice.geometry.native[1]),
            count(|slice| slice.geometry.resampled[0]),
            count(|slice| slice.geometry.resampled[1]),
            real(|slice| slice.geometry.step[0]),
            real(|slice| slice.geometry.step[1]),
            whole(|slice| slice.geometry.offset[0]),
            whole(|slice| slice.geometry.offset[1]),
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
            let truth = |name: &str| {
                table
                    .column(batch, name, "boolean")?
                    .as_boolean_opt()
                    .ok_or_else(|| table.wrong(name, "boolean"))
            };
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
