//! The cases table: one row per scan (one volume: one phase of one subject).

use std::path::Path;

use arrow_array::builder::{ListBuilder, UInt8Builder};
use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, UInt8Type, UInt32Type};
use arrow_array::{Array, Float64Array, StringArray, UInt32Array};
use arrow_schema::{DataType, Field};

use crate::ipc::{Table, TableWriter, array, schema_with};
use crate::{DatasetInfo, TableError};

/// One scan.
#[derive(Debug, Clone, PartialEq)]
pub struct CaseRow {
    /// Unique, such as `patient001_frame01`.
    pub case_id: String,
    /// The person or animal scanned; splits are made by subject.
    pub subject: String,
    /// `ED`, `ES`, or none where the dataset has no phases.
    pub phase: Option<String>,
    /// An attribute to stratify by, such as the pathology group.
    pub group: Option<String>,
    /// The first subject with these very images, where a release holds one person under two names;
    /// such subjects stay on one side of every split.
    pub same_as: Option<String>,
    /// Path of the image inside the volumes artifact, with `/`.
    pub image: String,
    /// Path of the label map, or none for a scan without annotation.
    pub label: Option<String>,
    /// BLAKE3 of the image file.
    pub image_digest: String,
    /// BLAKE3 of the label file.
    pub label_digest: Option<String>,
    /// Voxels along x, y, z in storage order.
    pub shape: [u32; 3],
    /// Voxel size along x, y, z in mm.
    pub spacing_mm: [f64; 3],
    /// Voxel type of the image file, such as `int16`.
    pub image_dtype: String,
    /// Voxel type of the label file.
    pub label_dtype: Option<String>,
    /// The distinct label values present, ascending.
    pub label_values: Vec<u8>,
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

    /// Writes `cases.arrow` into a folder.
    pub fn write(&self, dir: &Path) -> Result<(), TableError> {
        let text = |name: &str, null| Field::new(name, DataType::Utf8, null);
        let count = |name: &str| Field::new(name, DataType::UInt32, false);
        let mm = |name: &str| Field::new(name, DataType::Float64, false);
        let item = Field::new_list_field(DataType::UInt8, true);
        let fields = vec![
            text("case_id", false),
            text("subject", false),
            text("phase", true),
            text("group", true),
            text("same_as", true),
            text("image", false),
            text("label", true),
            text("image_digest", false),
            text("label_digest", true),
            count("nx"),
            count("ny"),
            count("nz"),
            mm("spacing_x_mm"),
            mm("spacing_y_mm"),
            mm("spacing_z_mm"),
            text("image_dtype", false),
            text("label_dtype", true),
            Field::new("label_values", DataType::List(item.into()), false),
        ];
        let rows = &self.rows;
        let all =
            |f: fn(&CaseRow) -> &str| array(StringArray::from_iter_values(rows.iter().map(f)));
        let some =
            |f: fn(&CaseRow) -> Option<&str>| array(rows.iter().map(f).collect::<StringArray>());
        let shape = |axis: usize| {
            array(UInt32Array::from_iter_values(rows.iter().map(move |row| row.shape[axis])))
        };
        let spacing = |axis: usize| {
            array(Float64Array::from_iter_values(rows.iter().map(move |row| row.spacing_mm[axis])))
        };
        let mut values = ListBuilder::new(UInt8Builder::new());
        for row in rows {
            values.append_value(row.label_values.iter().map(|value| Some(*value)));
        }
        let mut writer = TableWriter::create(
            &dir.join(Self::FILE),
            schema_with(fields, "dataset", &self.dataset),
        )?;
        writer.write(vec![
            all(|row| &row.case_id),
            all(|row| &row.subject),
            some(|row| row.phase.as_deref()),
            some(|row| row.group.as_deref()),
            some(|row| row.same_as.as_deref()),
            all(|row| &row.image),
            some(|row| row.label.as_deref()),
            all(|row| &row.image_digest),
            some(|row| row.label_digest.as_deref()),
            shape(0),
            shape(1),
            shape(2),
            spacing(0),
            spacing(1),
            spacing(2),
            all(|row| &row.image_dtype),
            some(|row| row.label_dtype.as_deref()),
            array(values.finish()),
        ])?;
        writer.finish()
    }

    /// Reads `cases.arrow` from a folder.
    pub fn read(dir: &Path) -> Result<Self, TableError> {
        let table = Table::open(&dir.join(Self::FILE))?;
        let mut rows = Vec::new();
        for batch in &table.batches {
            let text = |name: &str| table.strings(batch, name);
            let count = |name: &str| table.numbers::<UInt32Type>(batch, name);
            let mm = |name: &str| table.numbers::<Float64Type>(batch, name);
            let (case_id, subject, phase) = (text("case_id")?, text("subject")?, text("phase")?);
            let (group, same_as) = (text("group")?, text("same_as")?);
            let (image, label) = (text("image")?, text("label")?);
            let (image_digest, label_digest) = (text("image_digest")?, text("label_digest")?);
            let (image_dtype, label_dtype) = (text("image_dtype")?, text("label_dtype")?);
            let shape = [count("nx")?, count("ny")?, count("nz")?];
            let spacing = [mm("spacing_x_mm")?, mm("spacing_y_mm")?, mm("spacing_z_mm")?];
            let values = table
                .column(batch, "label_values", "list of u8")?
                .as_list_opt::<i32>()
                .ok_or_else(|| table.wrong("label_values", "list of u8"))?;
            let some = |column: &StringArray, i: usize| {
                column.is_valid(i).then(|| column.value(i).to_owned())
            };
            for i in 0..batch.num_rows() {
                let list = values.value(i);
                let list = list
                    .as_primitive_opt::<UInt8Type>()
                    .ok_or_else(|| table.wrong("label_values", "list of u8"))?;
                rows.push(CaseRow {
                    case_id: case_id.value(i).to_owned(),
                    subject: subject.value(i).to_owned(),
                    phase: some(phase, i),
                    group: some(group, i),
                    same_as: some(same_as, i),
                    image: image.value(i).to_owned(),
                    label: some(label, i),
                    image_digest: image_digest.value(i).to_owned(),
                    label_digest: some(label_digest, i),
                    shape: shape.map(|column| column.value(i)),
                    spacing_mm: spacing.map(|column| column.value(i)),
                    image_dtype: image_dtype.value(i).to_owned(),
                    label_dtype: some(label_dtype, i),
                    label_values: list.values().to_vec(),
                });
            }
        }
        Ok(Self { dataset: table.metadata("dataset")?, rows })
    }
}
