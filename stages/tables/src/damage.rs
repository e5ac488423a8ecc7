//! Checks what Arrow's decoder takes on trust, so that a damaged file is an error and not a panic.

use arrow_ipc::{Block, Message, RecordBatch as Batch, root_as_message};
use arrow_schema::{ArrowError, DataType, Schema};

/// Checks that the header of a record batch and every buffer it names lie inside the block, where
/// Arrow's format puts them, in whole elements.
pub(crate) fn check_block(data: &[u8], block: &Block, schema: &Schema) -> Result<(), ArrowError> {
    let (message, body) = parts(data, block)?;
    let batch = message
        .header_as_record_batch()
        .ok_or_else(|| invalid("a block holds something other than a batch"))?;
    let mut widths = Vec::new();
    for field in schema.fields() {
        element_widths(field.data_type(), &mut widths)?;
    }
    check_buffers(batch, &widths, body)
}

/// Checks the same of the words of a dictionary column.
pub(crate) fn check_dictionary(data: &[u8], block: &Block) -> Result<(), ArrowError> {
    let (message, body) = parts(data, block)?;
    let words = message
        .header_as_dictionary_batch()
        .and_then(|dictionary| dictionary.data())
        .ok_or_else(|| invalid("a block holds something other than a dictionary"))?;
    let mut widths = Vec::new();
    element_widths(&DataType::Utf8, &mut widths)?;
    check_buffers(words, &widths, body)
}

fn invalid(what: &str) -> ArrowError {
    ArrowError::IpcError(what.to_owned())
}

/// The header of a block, and the length of what follows it.
fn parts<'a>(data: &'a [u8], block: &Block) -> Result<(Message<'a>, usize), ArrowError> {
    let metadata = usize::try_from(block.metaDataLength())
        .ok()
        .and_then(|length| data.get(..length))
        .ok_or_else(|| invalid("a batch's header reaches past its block"))?;
    let prefix = if metadata.starts_with(&[0xff; 4]) { 8 } else { 4 };
    let message = metadata.get(prefix..).ok_or_else(|| invalid("a batch's header is too short"))?;
    let message = root_as_message(message)
        .map_err(|error| ArrowError::IpcError(format!("invalid batch header: {error}")))?;
    Ok((message, data.len() - metadata.len()))
}

fn check_buffers(batch: Batch<'_>, widths: &[usize], body: usize) -> Result<(), ArrowError> {
    let buffers = batch.buffers().unwrap_or_default();
    if buffers.len() != widths.len() {
        return Err(invalid("a batch has another number of buffers than its columns need"));
    }
    for (buffer, width) in buffers.iter().zip(widths) {
        whole_elements_inside(buffer.offset(), buffer.length(), *width, body)
            .ok_or_else(|| invalid("a column does not lie inside its batch"))?;
    }
    Ok(())
}

/// The size in bytes of one element of every buffer of a column, in file order.
fn element_widths(data_type: &DataType, widths: &mut Vec<usize>) -> Result<(), ArrowError> {
    const VALIDITY: usize = 1;
    const OFFSET: usize = size_of::<i32>();
    match data_type {
        DataType::Utf8 => widths.extend([VALIDITY, OFFSET, 1]),
        DataType::Boolean | DataType::FixedSizeBinary(0..) => widths.extend([VALIDITY, 1]),
        DataType::List(item) => {
            widths.extend([VALIDITY, OFFSET]);
            element_widths(item.data_type(), widths)?;
        }
        DataType::Dictionary(index, words) if **words == DataType::Utf8 => {
            element_widths(index, widths)?;
        }
        other => {
            let width = other.primitive_width().ok_or_else(|| {
                ArrowError::IpcError(format!("no table has a column of type {other}"))
            })?;
            widths.extend([VALIDITY, width]);
        }
    }
    Ok(())
}

fn whole_elements_inside(offset: i64, length: i64, width: usize, body: usize) -> Option<()> {
    // The format aligns every buffer to 8 bytes.
    let (offset, length) = (usize::try_from(offset).ok()?, usize::try_from(length).ok()?);
    let end = offset.checked_add(length)?;
    (end <= body && offset.is_multiple_of(8) && length.is_multiple_of(width)).then_some(())
}
