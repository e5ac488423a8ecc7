//! The facts table: one row per scan of a dataset that a person has had checked.

use std::path::Path;

use arrow_array::ArrayRef;
use arrow_array::types::{Float64Type, UInt8Type, UInt32Type, UInt64Type};
use serde::Serialize;

use crate::cells::Cells;
use crate::ipc::{TableWriter, schema_with};
use crate::schema::TableSchema;
use crate::{DatasetInfo, TableError};

mod schema;

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
    /// What its columns hold.
    pub const SCHEMA: TableSchema = schema::SCHEMA;

    /// Writes the table into a file.
    pub fn write(&self, path: &Path) -> Result<(), TableError> {
        let schema = schema_with(Self::SCHEMA.fields(), "dataset", &self.dataset);
        let mut writer = TableWriter::create(path, schema)?;
        writer.write(columns(&self.rows))?;
        writer.finish()
    }
}

/// The columns, in the order of the schema.
fn columns(rows: &[FactRow]) -> Vec<ArrayRef> {
    let cells = Cells(rows);
    let count = |of: fn(&FactRow) -> Option<u32>| cells.some_number::<UInt32Type>(of);
    let shape = |axis: usize| cells.some_number::<UInt32Type>(|row| row.shape.map(|n| n[axis]));
    let spacing =
        |axis: usize| cells.some_number::<Float64Type>(|row| row.spacing_mm.map(|mm| mm[axis]));
    let intensity =
        |i: usize| cells.some_number::<Float64Type>(|row| row.intensity.map(|values| values[i]));
    vec![
        cells.text(|row| &row.case_id),
        cells.text(|row| &row.subject),
        cells.some_text(|row| row.phase.as_deref()),
        cells.some_text(|row| row.group.as_deref()),
        cells.some_text(|row| row.split.as_deref()),
        cells.some_text(|row| row.image.as_deref()),
        cells.some_text(|row| row.label.as_deref()),
        cells.some_number::<UInt64Type>(|row| row.image_bytes),
        cells.some_number::<UInt64Type>(|row| row.label_bytes),
        cells.some_text(|row| row.image_digest.as_deref()),
        cells.some_text(|row| row.label_digest.as_deref()),
        cells.some_text(|row| row.voxel_digest.as_deref()),
        shape(0),
        shape(1),
        shape(2),
        spacing(0),
        spacing(1),
        spacing(2),
        cells.some_text(|row| row.orientation.as_deref()),
        cells.some_text(|row| row.image_dtype.as_deref()),
        cells.some_text(|row| row.label_dtype.as_deref()),
        intensity(0),
        intensity(1),
        intensity(2),
        intensity(3),
        intensity(4),
        cells.list::<UInt8Type>(|row| &row.label_values),
        cells.list::<UInt64Type>(|row| &row.label_voxels),
        count(|row| row.labelled_slices),
        count(|row| row.first_labelled),
        count(|row| row.last_labelled),
        cells.number::<UInt32Type>(|row| row.errors),
        cells.number::<UInt32Type>(|row| row.warnings),
        cells.number::<UInt32Type>(|row| row.notes),
    ]
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
