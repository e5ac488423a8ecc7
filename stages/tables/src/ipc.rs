//! Writing and reading one Arrow IPC file; reading maps the file instead of copying it.

use std::collections::BTreeMap;
use std::io::BufWriter;
use std::path::Path;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::ArrowPrimitiveType;
use arrow_array::{
    Array, ArrayRef, BooleanArray, ListArray, PrimitiveArray, RecordBatch, StringArray,
};
use arrow_buffer::Buffer;
use arrow_ipc::convert::try_fb_to_schema;
use arrow_ipc::reader::{FileDecoder, read_footer_length};
use arrow_ipc::writer::FileWriter;
use arrow_ipc::{Block, root_as_footer};
use arrow_schema::{ArrowError, Field, Schema, SchemaRef};
use serde::{Serialize, de::DeserializeOwned};

use crate::TableError;
use crate::damage::{check_block, check_dictionary};

/// A table file open for writing; batches go to disk as they come.
pub(crate) struct TableWriter {
    path: std::path::PathBuf,
    schema: SchemaRef,
    inner: FileWriter<BufWriter<fs_err::File>>,
}

impl TableWriter {
    /// Creates the file with this schema.
    pub(crate) fn create(path: &Path, schema: Schema) -> Result<Self, TableError> {
        let file = fs_err::File::create(path).map_err(|source| io(path, source))?;
        let schema = Arc::new(schema);
        let inner = FileWriter::try_new(BufWriter::with_capacity(1 << 20, file), &schema)
            .map_err(|source| arrow(path, source))?;
        Ok(Self { path: path.to_owned(), schema, inner })
    }

    /// Appends one record batch made of these columns.
    pub(crate) fn write(&mut self, columns: Vec<ArrayRef>) -> Result<(), TableError> {
        let batch = RecordBatch::try_new(Arc::clone(&self.schema), columns)
            .map_err(|source| arrow(&self.path, source))?;
        self.inner.write(&batch).map_err(|source| arrow(&self.path, source))
    }

    /// Writes the footer and flushes.
    pub(crate) fn finish(mut self) -> Result<(), TableError> {
        self.inner.finish().map_err(|source| arrow(&self.path, source))?;
        self.inner.into_inner().map_err(|source| arrow(&self.path, source))?;
        Ok(())
    }
}

/// A table read from a mapped file.
pub(crate) struct Table {
    pub(crate) path: std::path::PathBuf,
    pub(crate) schema: SchemaRef,
    pub(crate) batches: Vec<RecordBatch>,
}

impl Table {
    /// Maps the file and decodes its batches without copying their buffers.
    pub(crate) fn open(path: &Path) -> Result<Self, TableError> {
        let mapped = Mapped::open(path)?;
        let batches = (0..mapped.blocks.len()).map(|at| mapped.batch(at));
        let batches = batches.collect::<Result<Vec<_>, ArrowError>>();
        let batches = batches.map_err(|source| arrow(path, source))?;
        Ok(Self { path: path.to_owned(), schema: mapped.schema, batches })
    }

    /// A value of the schema metadata, parsed as JSON.
    pub(crate) fn metadata<T: DeserializeOwned>(&self, key: &str) -> Result<T, TableError> {
        let text = self.schema.metadata().get(key).ok_or_else(|| TableError::Value {
            path: self.path.clone(),
            message: format!("the schema has no metadata `{key}`"),
        })?;
        serde_json::from_str(text).map_err(|error| TableError::Value {
            path: self.path.clone(),
            message: format!("metadata `{key}` is not valid: {error}"),
        })
    }

    /// A string column of one batch.
    pub(crate) fn strings<'a>(
        &self,
        batch: &'a RecordBatch,
        column: &str,
    ) -> Result<&'a StringArray, TableError> {
        self.column(batch, column, "utf8")?
            .as_string_opt()
            .ok_or_else(|| self.wrong(column, "utf8"))
    }

    /// A primitive column of one batch.
    pub(crate) fn numbers<'a, T: ArrowPrimitiveType>(
        &self,
        batch: &'a RecordBatch,
        column: &str,
    ) -> Result<&'a PrimitiveArray<T>, TableError> {
        self.column(batch, column, "number")?
            .as_primitive_opt()
            .ok_or_else(|| self.wrong(column, "number"))
    }

    /// A column of one batch that is true or false.
    pub(crate) fn truths<'a>(
        &self,
        batch: &'a RecordBatch,
        column: &str,
    ) -> Result<&'a BooleanArray, TableError> {
        self.column(batch, column, "boolean")?
            .as_boolean_opt()
            .ok_or_else(|| self.wrong(column, "boolean"))
    }

    /// A column of lists of one batch.
    pub(crate) fn lists<'a>(
        &self,
        batch: &'a RecordBatch,
        column: &str,
        expected: &'static str,
    ) -> Result<&'a ListArray, TableError> {
        self.column(batch, column, expected)?
            .as_list_opt()
            .ok_or_else(|| self.wrong(column, expected))
    }

    /// Any column of one batch.
    pub(crate) fn column<'a>(
        &self,
        batch: &'a RecordBatch,
        column: &str,
        expected: &'static str,
    ) -> Result<&'a ArrayRef, TableError> {
        batch.column_by_name(column).ok_or_else(|| self.wrong(column, expected))
    }

    pub(crate) fn wrong(&self, column: &str, expected: &'static str) -> TableError {
        TableError::Column { path: self.path.clone(), column: column.to_owned(), expected }
    }

    pub(crate) fn value_error(&self, message: String) -> TableError {
        TableError::Value { path: self.path.clone(), message }
    }
}

/// A mapped file whose batches are decoded one by one.
pub(crate) struct Mapped {
    pub(crate) schema: SchemaRef,
    pub(crate) blocks: Vec<Block>,
    decoder: FileDecoder,
    buffer: Buffer,
}

impl Mapped {
    /// Maps the file and reads everything but its batches.
    #[expect(unsafe_code, reason = "memory-mapping a file that nobody writes to")]
    pub(crate) fn open(path: &Path) -> Result<Self, TableError> {
        let file = fs_err::File::open(path).map_err(|source| io(path, source))?;
        // SAFETY: artifacts are immutable once published, and tables of a run's folder are replaced
        // by renaming, so the file does not change or shrink while it is mapped.
        let map = unsafe { memmap2::Mmap::map(file.file()) }.map_err(|source| io(path, source))?;
        Self::of(map).map_err(|source| arrow(path, source))
    }

    fn of(map: memmap2::Mmap) -> Result<Self, ArrowError> {
        let buffer = bytes_of(map);
        let invalid = |what: &str| ArrowError::IpcError(what.to_owned());
        let trailer_start =
            buffer.len().checked_sub(10).ok_or_else(|| invalid("file too short"))?;
        let trailer: [u8; 10] =
            buffer[trailer_start..].try_into().map_err(|_| invalid("file too short"))?;
        let footer_length = read_footer_length(trailer)?;
        let footer_start =
            trailer_start.checked_sub(footer_length).ok_or_else(|| invalid("footer too long"))?;
        let footer = root_as_footer(&buffer[footer_start..trailer_start])
            .map_err(|error| ArrowError::IpcError(format!("invalid footer: {error}")))?;
        let schema = footer.schema().ok_or_else(|| invalid("no schema"))?;
        let schema = Arc::new(try_fb_to_schema(schema)?);
        let mut decoder = FileDecoder::new(Arc::clone(&schema), footer.version());
        for block in footer.dictionaries().iter().flatten() {
            let data = block_of(&buffer, block)?;
            check_dictionary(&data, block)?;
            decoder.read_dictionary(block, &data)?;
        }
        let blocks = footer.recordBatches().iter().flatten().copied().collect();
        Ok(Self { schema, blocks, decoder, buffer })
    }

    /// Decodes only these columns from now on, in this order.
    pub(crate) fn project(mut self, columns: Vec<usize>) -> Self {
        self.decoder = self.decoder.with_projection(columns);
        self
    }

    /// One batch, without copying its buffers.
    pub(crate) fn batch(&self, at: usize) -> Result<RecordBatch, ArrowError> {
        let block = &self.blocks[at];
        let data = block_of(&self.buffer, block)?;
        check_block(&data, block, &self.schema)?;
        let batch = self.decoder.read_record_batch(block, &data)?;
        batch.ok_or_else(|| ArrowError::IpcError("a block holds no batch".to_owned()))
    }
}

/// The part of the file that a batch or dictionary takes.
fn block_of(buffer: &Buffer, block: &Block) -> Result<Buffer, ArrowError> {
    let invalid = |what: &str| ArrowError::IpcError(what.to_owned());
    let start = usize::try_from(block.offset()).map_err(|_| invalid("negative offset"))?;
    let body = usize::try_from(block.bodyLength()).map_err(|_| invalid("negative length"))?;
    let header = usize::try_from(block.metaDataLength()).map_err(|_| invalid("negative length"))?;
    let length = body.checked_add(header).ok_or_else(|| invalid("a batch is too long"))?;
    if start.checked_add(length).is_none_or(|end| end > buffer.len()) {
        return Err(invalid("a batch reaches past the end of the file"));
    }
    Ok(buffer.slice_with_length(start, length))
}

/// Wraps a mapping so that Arrow can keep it alive.
fn bytes_of(map: memmap2::Mmap) -> Buffer {
    let map = Arc::new(map);
    let length = map.len();
    let start = std::ptr::NonNull::from(&map[..]).cast::<u8>();
    #[expect(unsafe_code, reason = "Arrow takes foreign memory only by pointer")]
    // SAFETY: `start` points at `length` bytes that live as long as `map`, which the buffer owns.
    unsafe {
        Buffer::from_custom_allocation(start, length, map)
    }
}

/// A schema with one metadata entry, written as JSON.
pub(crate) fn schema_with(fields: Vec<Field>, key: &str, value: &impl Serialize) -> Schema {
    let text = serde_json::to_string(value).expect("plain data serializes");
    Schema::new_with_metadata(fields, BTreeMap::from([(key.to_owned(), text)]))
}

/// Adds another metadata entry, written as JSON.
pub(crate) fn add_metadata(schema: &mut Schema, key: &str, value: &impl Serialize) {
    let text = serde_json::to_string(value).expect("plain data serializes");
    schema.metadata.insert(key.to_owned(), text);
}

pub(crate) fn io(path: &Path, source: std::io::Error) -> TableError {
    TableError::Io { path: path.to_owned(), source }
}

pub(crate) fn arrow(path: &Path, source: ArrowError) -> TableError {
    TableError::Arrow { path: path.to_owned(), source }
}

/// An array as a reference, short.
pub(crate) fn array(array: impl Array + 'static) -> ArrayRef {
    Arc::new(array)
}
