//! Columns of equally large byte planes, read in place from the mapped file.

use arrow_array::cast::AsArray;
use arrow_array::{FixedSizeBinaryArray, RecordBatch};
use arrow_buffer::Buffer;

use crate::TableError;
use crate::ipc::{Table, array};

/// One plane per row as a column.
pub(crate) fn plane_column(
    plane_bytes: usize,
    planes: Vec<u8>,
) -> Result<arrow_array::ArrayRef, arrow_schema::ArrowError> {
    let width = i32::try_from(plane_bytes).map_err(|_| {
        arrow_schema::ArrowError::InvalidArgumentError("plane too large".to_owned())
    })?;
    Ok(array(FixedSizeBinaryArray::try_new(width, Buffer::from_vec(planes), None)?))
}

/// The plane column of one batch, checked for its width.
pub(crate) fn planes_of<'a>(
    table: &Table,
    batch: &'a RecordBatch,
    column: &str,
    plane_bytes: usize,
) -> Result<&'a FixedSizeBinaryArray, TableError> {
    table
        .column(batch, column, "fixed-size binary")?
        .as_fixed_size_binary_opt()
        .filter(|planes| usize::try_from(planes.value_length()) == Ok(plane_bytes))
        .ok_or_else(|| table.wrong(column, "fixed-size binary of height x width"))
}

/// Where a global row lies: batch and row inside it, given the first row of every batch.
pub(crate) fn locate(first_rows: &[usize], row: usize) -> (usize, usize) {
    let batch = first_rows.partition_point(|first| *first <= row) - 1;
    (batch, row - first_rows[batch])
}
