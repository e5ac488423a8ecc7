//! The cases table: one row per scan (one volume: one phase of one subject).

use std::collections::BTreeMap;
use std::path::Path;

use arrow_array::cast::AsArray;
use arrow_array::types::{Float32Type, Float64Type, UInt8Type, UInt32Type};
use arrow_array::{Array, ArrayRef, RecordBatch};
use serde::Serialize;
use serde::de::DeserializeOwned;
use stages_imaging::Orientation;

use crate::cells::{Cells, some, some_text};
use crate::ipc::{Table, TableWriter, schema_with};
use crate::schema::TableSchema;
use crate::{DatasetInfo, Intensity, Reading, TableError};

mod schema;

/// One scan.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct CaseRow {
    /// Unique, such as `patient001_frame01`.
    pub case_id: String,
    /// The person or animal scanned; splits are made by subject.
    pub subject: String,
    /// `ED`, `ES`, or none where the dataset has no phases.
    pub phase: Option<String>,
    /// An attribute to stratify by, such as the pathology group.
    pub group: Option<String>,
    /// The part of the release that it comes from, such as `training`, where the dataset has parts.
    pub split: Option<String>,
    /// Everything else that is known of the scan or its subject, such as `Height` or `Vendor`, by
    /// key, as it was written.
    pub attributes: BTreeMap<String, String>,
    /// The first subject that is the same person, where a release holds one under several names; such
    /// subjects stay on one side of every split.
    pub same_as: Option<String>,
    /// Path of the image inside the volumes artifact, with `/`.
    pub image: String,
    /// Path of the label map, or none for a scan without annotation.
    pub label: Option<String>,
    /// Which volume of the files it is, and how their values are to be understood.
    pub reading: Reading,
    /// BLAKE3 of the image file.
    pub image_digest: String,
    /// BLAKE3 of the label file.
    pub label_digest: Option<String>,
    /// Voxels along x, y, z in storage order.
    pub shape: [u32; 3],
    /// Voxel size along x, y, z in mm.
    pub spacing_mm: [f64; 3],
    /// How the voxel axes lie in the patient; none where the file does not say.
    pub orientation: Option<Orientation>,
    /// Voxel type of the image file, such as `int16`.
    pub image_dtype: String,
    /// Voxel type of the label file.
    pub label_dtype: Option<String>,
    /// The distinct label values present, ascending.
    pub label_values: Vec<u8>,
    /// The image's values in short; none where nobody looked.
    pub intensity: Option<Intensity>,
}

/// All scans of a dataset, in the order of `case_id`.
#[derive(Debug, Clone, PartialEq)]
pub struct CasesTable {
    /// The dataset.
    pub dataset: DatasetInfo,
    /// One row per scan.
    pub rows: Vec<CaseRow>,
}

impl CasesTable {
    /// The file's name in its artifact.
    pub const FILE: &'static str = "cases.arrow";
    /// What its columns hold.
    pub const SCHEMA: TableSchema = schema::SCHEMA;

    /// Writes `cases.arrow` into a folder.
    pub fn write(&self, dir: &Path) -> Result<(), TableError> {
        let schema = schema_with(Self::SCHEMA.fields(), "dataset", &self.dataset);
        let mut writer = TableWriter::create(&dir.join(Self::FILE), schema)?;
        writer.write(columns(&self.rows))?;
        writer.finish()
    }

    /// Reads `cases.arrow` from a folder.
    pub fn read(dir: &Path) -> Result<Self, TableError> {
        let table = Table::open(&dir.join(Self::FILE))?;
        let mut rows = Vec::new();
        for batch in &table.batches {
            read_batch(&table, batch, &mut rows)?;
        }
        Ok(Self { dataset: table.metadata("dataset")?, rows })
    }
}

/// The columns, in the order of the schema.
fn columns(rows: &[CaseRow]) -> Vec<ArrayRef> {
    let cells = Cells(rows);
    let shape = |axis: usize| cells.number::<UInt32Type>(|row| row.shape[axis]);
    let spacing = |axis: usize| cells.number::<Float64Type>(|row| row.spacing_mm[axis]);
    let origin = |axis: usize| {
        cells.some_number::<Float64Type>(|row| row.orientation.map(|o| o.origin_mm[axis]))
    };
    let frame =
        |of: fn(&Reading) -> Option<u32>| cells.some_number::<UInt32Type>(|row| of(&row.reading));
    let measured = |of: fn(&Intensity) -> f64| {
        cells.some_number::<Float64Type>(|row| row.intensity.as_ref().map(of))
    };
    vec![
        cells.text(|row| &row.case_id),
        cells.text(|row| &row.subject),
        cells.some_text(|row| row.phase.as_deref()),
        cells.some_text(|row| row.group.as_deref()),
        cells.some_text(|row| row.split.as_deref()),
        cells.made_text(|row| json(&row.attributes)),
        cells.some_text(|row| row.same_as.as_deref()),
        cells.text(|row| &row.image),
        cells.some_text(|row| row.label.as_deref()),
        frame(|reading| reading.image_frame),
        frame(|reading| reading.label_frame),
        cells.some_number::<Float32Type>(|row| row.reading.fill),
        cells.some_made_text(|row| row.reading.remap.as_ref().map(json)),
        cells.text(|row| &row.image_digest),
        cells.some_text(|row| row.label_digest.as_deref()),
        shape(0),
        shape(1),
        shape(2),
        spacing(0),
        spacing(1),
        spacing(2),
        cells.some_made_text(|row| row.orientation.map(|o| String::from_iter(o.codes()))),
        origin(0),
        origin(1),
        origin(2),
        cells.some_list::<Float64Type>(|row| row.orientation.map(|o| o.direction.concat())),
        cells.text(|row| &row.image_dtype),
        cells.some_text(|row| row.label_dtype.as_deref()),
        cells.list::<UInt8Type>(|row| &row.label_values),
        measured(|intensity| intensity.min),
        measured(|intensity| intensity.max),
        measured(|intensity| intensity.mean),
        measured(|intensity| intensity.sd),
    ]
}

/// Appends the rows of one batch.
fn read_batch(
    table: &Table,
    batch: &RecordBatch,
    rows: &mut Vec<CaseRow>,
) -> Result<(), TableError> {
    let text = |name: &str| table.strings(batch, name);
    let count = |name: &str| table.numbers::<UInt32Type>(batch, name);
    let number = |name: &str| table.numbers::<Float64Type>(batch, name);
    let (case_id, subject, phase) = (text("case_id")?, text("subject")?, text("phase")?);
    let (group, same_as, split) = (text("group")?, text("same_as")?, text("split")?);
    let (attributes, remap) = (text("attributes")?, text("remap")?);
    let (image, label) = (text("image")?, text("label")?);
    let (image_frame, label_frame) = (count("image_frame")?, count("label_frame")?);
    let fill = table.numbers::<Float32Type>(batch, "fill")?;
    let (image_digest, label_digest) = (text("image_digest")?, text("label_digest")?);
    let (image_dtype, label_dtype) = (text("image_dtype")?, text("label_dtype")?);
    let shape = [count("nx")?, count("ny")?, count("nz")?];
    let spacing = [number("spacing_x_mm")?, number("spacing_y_mm")?, number("spacing_z_mm")?];
    let measures = ["min", "max", "mean", "sd"];
    let [min, max, mean, sd] = measures.map(|name| number(&format!("intensity_{name}")));
    let (min, max, mean, sd) = (min?, max?, mean?, sd?);
    let origin = ["origin_x_mm", "origin_y_mm", "origin_z_mm"].map(number);
    let [x, y, z] = origin;
    let origin = [x?, y?, z?];
    let directions = table.lists(batch, "direction", "list of f64")?;
    let values = table.lists(batch, "label_values", "list of u8")?;
    for i in 0..batch.num_rows() {
        let list = values.value(i);
        let list = list
            .as_primitive_opt::<UInt8Type>()
            .ok_or_else(|| table.wrong("label_values", "list of u8"))?;
        let orientation = || {
            let numbers = directions.value(i);
            let numbers = numbers.as_primitive_opt::<Float64Type>()?.values().as_chunks().0;
            let direction = numbers.try_into().ok()?;
            Some(Orientation { direction, origin_mm: origin.map(|column| column.value(i)) })
        };
        let orientation = directions
            .is_valid(i)
            .then(|| orientation().ok_or_else(|| table.wrong("direction", "list of nine f64")));
        let intensity = || {
            let (min, max, mean, sd) = (min.value(i), max.value(i), mean.value(i), sd.value(i));
            Intensity { min, max, mean, sd }
        };
        let remap = remap.is_valid(i).then(|| parsed(table, "remap", remap.value(i)));
        rows.push(CaseRow {
            case_id: case_id.value(i).to_owned(),
            subject: subject.value(i).to_owned(),
            phase: some_text(phase, i),
            group: some_text(group, i),
            split: some_text(split, i),
            attributes: parsed(table, "attributes", attributes.value(i))?,
            same_as: some_text(same_as, i),
            image: image.value(i).to_owned(),
            label: some_text(label, i),
            reading: Reading {
                image_frame: some(image_frame, i),
                label_frame: some(label_frame, i),
                fill: some(fill, i),
                remap: remap.transpose()?,
            },
            image_digest: image_digest.value(i).to_owned(),
            label_digest: some_text(label_digest, i),
            shape: shape.map(|column| column.value(i)),
            spacing_mm: spacing.map(|column| column.value(i)),
            orientation: orientation.transpose()?,
            image_dtype: image_dtype.value(i).to_owned(),
            label_dtype: some_text(label_dtype, i),
            label_values: list.values().to_vec(),
            intensity: min.is_valid(i).then(intensity),
        });
    }
    Ok(())
}

/// A map as JSON text, keys in order.
fn json(map: &impl Serialize) -> String {
    serde_json::to_string(map).expect("a map with keys of text or numbers serializes")
}

/// The content of a cell that is JSON text.
fn parsed<T: DeserializeOwned>(table: &Table, column: &str, text: &str) -> Result<T, TableError> {
    serde_json::from_str(text).map_err(|error| {
        table.value_error(format!("column `{column}` has a cell that is not valid: {error}"))
    })
}
