//! The facts table: one row per scan of a dataset that a person has had checked.

use std::path::Path;

use arrow_array::builder::{ListBuilder, UInt8Builder, UInt64Builder};
use arrow_array::{ArrayRef, Float64Array, StringArray, UInt32Array, UInt64Array};
use arrow_schema::{DataType, Field};
use serde::Serialize;

use crate::ipc::{TableWriter, array, schema_with};
use crate::{DatasetInfo, TableError};

/// What is known of one scan; none where a file is missing or cannot be read.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct FactRow {
    /// The scan.
    pub case_id: String,
    /// Its subject.
    pub subject: String,
    /// Its phase, if the dataset has phases.
    pub phase: Option<String>,
    /// Its group, if the dataset has groups.
    pub group: Option<String>,
    /// The part of the release that it comes from, where the dataset has parts.
    pub split: Option<String>,
    /// Path of the image, from the folder in which the manifest's paths start.
    pub image: Option<String>,
    /// Path of the label map.
    pub label: Option<String>,
    /// Size of the image file, companions included.
    pub image_bytes: Option<u64>,
    /// Size of the label file, companions included.
    pub label_bytes: Option<u64>,
    /// BLAKE3 of the image file, as in the cases table.
    pub image_digest: Option<String>,
    /// BLAKE3 of the label file.
    pub label_digest: Option<String>,
    /// Digest of the voxels, equal for equal images in different files.
    pub voxel_digest: Option<String>,
    /// Voxels along x, y, z in storage order.
    pub shape: Option<[u32; 3]>,
    /// Voxel size along x, y, z in mm.
    pub spacing_mm: Option<[f64; 3]>,
    /// Where the axes of the image point, such as `LPS`.
    pub orientation: Option<String>,
    /// Voxel type of the image file.
    pub image_dtype: Option<String>,
    /// Voxel type of the label file.
    pub label_dtype: Option<String>,
    /// Smallest voxel, 1st percentile, median, 99th percentile, largest voxel.
    pub intensity: Option<[f64; 5]>,
    /// The distinct label values, ascending.
    pub label_values: Vec<u8>,
    /// Voxels with each of them.
    pub label_voxels: Vec<u64>,
    /// Slices with foreground.
    pub labelled_slices: Option<u32>,
    /// The first slice with foreground, from 0.
    pub first_labelled: Option<u32>,
    /// The last one.
    pub last_labelled: Option<u32>,
    /// Findings about the scan that the stage `ingest` would refuse.
    pub errors: u32,
    /// Findings about the scan that a person should look at.
    pub warnings: u32,
    /// Findings that are good to know.
    pub notes: u32,
}

/// What is known of every scan of a dataset, in the order of `case_id`.
#[derive(Debug, Clone, PartialEq)]
pub struct FactsTable {
    /// The dataset.
    pub dataset: DatasetInfo,
    /// One row per scan.
    pub rows: Vec<FactRow>,
}

impl FactsTable {
    /// Writes the table into a file.
    pub fn write(&self, path: &Path) -> Result<(), TableError> {
        let (fields, columns): (Vec<Field>, Vec<ArrayRef>) = self.columns().into_iter().unzip();
        let mut writer = TableWriter::create(path, schema_with(fields, "dataset", &self.dataset))?;
        writer.write(columns)?;
        writer.finish()
    }

    fn columns(&self) -> Vec<(Field, ArrayRef)> {
        let mut columns = self.names();
        columns.extend(self.files());
        columns.extend(self.geometry());
        columns.extend(self.values());
        columns
    }

    fn names(&self) -> Vec<(Field, ArrayRef)> {
        vec![
            self.required("case_id", |row| &row.case_id),
            self.required("subject", |row| &row.subject),
            self.text("phase", |row| row.phase.as_deref()),
            self.text("group", |row| row.group.as_deref()),
            self.text("split", |row| row.split.as_deref()),
        ]
    }

    fn files(&self) -> Vec<(Field, ArrayRef)> {
        vec![
            self.text("image", |row| row.image.as_deref()),
            self.text("label", |row| row.label.as_deref()),
            self.bytes("image_bytes", |row| row.image_bytes),
            self.bytes("label_bytes", |row| row.label_bytes),
            self.text("image_digest", |row| row.image_digest.as_deref()),
            self.text("label_digest", |row| row.label_digest.as_deref()),
            self.text("voxel_digest", |row| row.voxel_digest.as_deref()),
        ]
    }

    fn geometry(&self) -> Vec<(Field, ArrayRef)> {
        let mut columns = Vec::new();
        for (axis, name) in ["nx", "ny", "nz"].into_iter().enumerate() {
            columns.push(self.count(name, move |row| row.shape.map(|shape| shape[axis])));
        }
        for (axis, name) in ["x", "y", "z"].into_iter().enumerate() {
            let name = format!("spacing_{name}_mm");
            columns.push(self.number(&name, move |row| row.spacing_mm.map(|mm| mm[axis])));
        }
        columns.push(self.text("orientation", |row| row.orientation.as_deref()));
        columns.push(self.text("image_dtype", |row| row.image_dtype.as_deref()));
        columns.push(self.text("label_dtype", |row| row.label_dtype.as_deref()));
        columns
    }

    fn values(&self) -> Vec<(Field, ArrayRef)> {
        let mut columns = Vec::new();
        let statistics = ["min", "p1", "median", "p99", "max"];
        for (i, name) in statistics.into_iter().enumerate() {
            let name = format!("intensity_{name}");
            columns.push(self.number(&name, move |row| row.intensity.map(|values| values[i])));
        }
        let list = |name: &str, item: DataType| {
            Field::new(name, DataType::List(Field::new_list_field(item, true).into()), false)
        };
        let mut values = ListBuilder::new(UInt8Builder::new());
        let mut voxels = ListBuilder::new(UInt64Builder::new());
        for row in &self.rows {
            values.append_value(row.label_values.iter().map(|value| Some(*value)));
            voxels.append_value(row.label_voxels.iter().map(|count| Some(*count)));
        }
        columns.push((list("label_values", DataType::UInt8), array(values.finish())));
        columns.push((list("label_voxels", DataType::UInt64), array(voxels.finish())));
        columns.extend([
            self.count("labelled_slices", |row| row.labelled_slices),
            self.count("first_labelled", |row| row.first_labelled),
            self.count("last_labelled", |row| row.last_labelled),
            self.count("errors", |row| Some(row.errors)),
            self.count("warnings", |row| Some(row.warnings)),
            self.count("notes", |row| Some(row.notes)),
        ]);
        columns
    }

    fn required(&self, name: &str, of: fn(&FactRow) -> &str) -> (Field, ArrayRef) {
        let column = StringArray::from_iter_values(self.rows.iter().map(of));
        (Field::new(name, DataType::Utf8, false), array(column))
    }

    fn text(&self, name: &str, of: fn(&FactRow) -> Option<&str>) -> (Field, ArrayRef) {
        let column: StringArray = self.rows.iter().map(of).collect();
        (Field::new(name, DataType::Utf8, true), array(column))
    }

    fn bytes(&self, name: &str, of: fn(&FactRow) -> Option<u64>) -> (Field, ArrayRef) {
        let column: UInt64Array = self.rows.iter().map(of).collect();
        (Field::new(name, DataType::UInt64, true), array(column))
    }

    fn count(&self, name: &str, of: impl Fn(&FactRow) -> Option<u32>) -> (Field, ArrayRef) {
        let column: UInt32Array = self.rows.iter().map(of).collect();
        (Field::new(name, DataType::UInt32, true), array(column))
    }

    fn number(&self, name: &str, of: impl Fn(&FactRow) -> Option<f64>) -> (Field, ArrayRef) {
        let column: Float64Array = self.rows.iter().map(of).collect();
        (Field::new(name, DataType::Float64, true), array(column))
    }
}

#[cfg(test)]
mod tests {
    use arrow_array::Array;
    use arrow_array::cast::AsArray;
    use arrow_array::types::{Float64Type, UInt32Type, UInt64Type};

    use super::*;
    use crate::ipc::Table;

    #[test]
    fn a_case_that_cannot_be_read_has_gaps_in_its_row() {
        let whole = FactRow {
            case_id: "a".to_owned(),
            shape: Some([3, 4, 5]),
            spacing_mm: Some([1.0, 2.0, 3.0]),
            intensity: Some([0.0, 1.0, 2.0, 3.0, 4.0]),
            label_values: vec![0, 2],
            label_voxels: vec![58, 2],
            image_bytes: Some(1 << 40),
            warnings: 1,
            ..FactRow::default()
        };
        let broken = FactRow { case_id: "b".to_owned(), errors: 2, ..FactRow::default() };
        let dataset = DatasetInfo { name: "toy".to_owned(), classes: Vec::new() };
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("facts.arrow");
        FactsTable { dataset, rows: vec![whole, broken] }.write(&path).unwrap();

        let table = Table::open(&path).unwrap();
        let [batch] = table.batches.as_slice() else { panic!("one batch") };
        let ny = table.numbers::<UInt32Type>(batch, "ny").unwrap();
        assert_eq!((ny.value(0), ny.is_null(1)), (4, true));
        let p99 = table.numbers::<Float64Type>(batch, "intensity_p99").unwrap();
        assert_eq!((p99.value(0), p99.is_null(1)), (3.0, true));
        let z = table.numbers::<Float64Type>(batch, "spacing_z_mm").unwrap();
        assert_eq!(z.value(0), 3.0);
        let bytes = table.numbers::<UInt64Type>(batch, "image_bytes").unwrap();
        assert_eq!(bytes.value(0), 1 << 40);
        let voxels = batch.column_by_name("label_voxels").unwrap().as_list::<i32>();
        assert_eq!(voxels.value(0).as_primitive::<UInt64Type>().values(), &[58, 2]);
        let errors = table.numbers::<UInt32Type>(batch, "errors").unwrap();
        assert_eq!(errors.values(), &[0, 2]);
    }
}
