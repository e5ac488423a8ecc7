//! Writing a run's tables: one pass over the nodes' tables for the words, one for the rows.

use std::collections::BTreeSet;
use std::path::Path;

use arrow_array::types::{Float64Type, UInt8Type, UInt64Type};
use arrow_array::{Array, ArrayRef, ArrowPrimitiveType, BooleanArray, PrimitiveArray, StringArray};

use super::columns::{CLINICAL_SCHEMA, Kind, METRICS_SCHEMA, RUN_CLINICAL, RUN_METRICS};
use super::dictionary::{Cursor, Dictionary, Words};
use super::metadata::{RunVariable, schema_of};
use super::source::{Place, RunPart, Source};
use crate::cells::{some, some_truth};
use crate::ipc::{TableWriter, array};
use crate::schema::{Column, ColumnType, TableSchema};
use crate::{ClinicalTable, TableError};

/// The metrics of a whole run.
#[derive(Debug, Clone, Copy)]
pub struct RunMetrics;

/// The clinical quantities of a whole run.
#[derive(Debug, Clone, Copy)]
pub struct RunClinical;

impl RunMetrics {
    /// The file's name in the run's folder.
    pub const FILE: &'static str = "metrics.arrow";
    /// What its columns hold.
    pub const SCHEMA: TableSchema = METRICS_SCHEMA;

    /// Writes the metrics of these parts, whatever their order, into a file.
    ///
    /// The same parts give the same bytes. In memory at any time are the different words of every
    /// text column, eight bytes for each row, and one batch of the file.
    ///
    /// # Errors
    /// When a part's `metrics.arrow` cannot be read or `path` cannot be written.
    pub fn write(experiment: &str, parts: &[RunPart], path: &Path) -> Result<(), TableError> {
        write(&RUN_METRICS, experiment, &parts.iter().collect::<Vec<_>>(), path, BATCH_ROWS)
    }
}

impl RunClinical {
    /// The file's name in the run's folder.
    pub const FILE: &'static str = "clinical.arrow";
    /// What its columns hold.
    pub const SCHEMA: TableSchema = CLINICAL_SCHEMA;

    /// Writes the clinical quantities of those of these parts that have any into a file; returns
    /// whether there was one.
    ///
    /// # Errors
    /// When a part's `clinical.arrow` cannot be read or `path` cannot be written.
    pub fn write(experiment: &str, parts: &[RunPart], path: &Path) -> Result<bool, TableError> {
        let parts: Vec<_> =
            parts.iter().filter(|part| part.dir.join(ClinicalTable::FILE).exists()).collect();
        if !parts.is_empty() {
            write(&RUN_CLINICAL, experiment, &parts, path, BATCH_ROWS)?;
        }
        Ok(!parts.is_empty())
    }
}

/// Rows of a record batch: some 10 MiB, enough batches for readers that go parallel.
const BATCH_ROWS: usize = 1 << 17;

pub(super) fn write(
    kind: &Kind,
    experiment: &str,
    parts: &[&RunPart],
    path: &Path,
    batch_rows: usize,
) -> Result<(), TableError> {
    let names: BTreeSet<&String> = parts.iter().flat_map(|part| part.coordinates.keys()).collect();
    let names: Vec<String> = names.into_iter().cloned().collect();
    let mut sources =
        parts.iter().map(|part| Source::open(part, kind)).collect::<Result<Vec<_>, _>>()?;
    sources.sort_by(|a, b| a.order(b, &names));
    let named =
        |name: &String| RunVariable { column: kind.schema.column_of(name), name: name.clone() };
    let variables: Vec<RunVariable> = names.iter().map(named).collect();

    let columns = RunColumns::new(kind, experiment, &names, &sources, path)?;
    let mut writer = TableWriter::create(path, schema_of(kind, &variables, &sources))?;
    let mut batch = Batch::default();
    for (position, source) in sources.iter().enumerate() {
        let mut places = source.places.as_slice();
        while !places.is_empty() {
            let room = batch_rows - batch.rows;
            let (now, later) = places.split_at(room.min(places.len()));
            batch.add(position, now);
            places = later;
            if batch.rows == batch_rows {
                writer.write(columns.arrays(&sources, &batch)?)?;
                batch = Batch::default();
            }
        }
    }
    if batch.rows > 0 {
        writer.write(columns.arrays(&sources, &batch)?)?;
    }
    writer.finish()
}

/// The rows of one record batch: which source, and which of its rows.
#[derive(Default)]
struct Batch<'a> {
    pieces: Vec<(usize, &'a [Place])>,
    rows: usize,
}

impl<'a> Batch<'a> {
    fn add(&mut self, source: usize, places: &'a [Place]) {
        self.rows += places.len();
        self.pieces.push((source, places));
    }
}

/// A column of the run's table.
enum RunColumn {
    /// The same word for all rows of a source.
    Whole { dictionary: Dictionary, words: Vec<Option<String>> },
    /// Text of the nodes' tables.
    Words { name: &'static str, dictionary: Dictionary },
    /// Anything else of the nodes' tables.
    Copied { name: &'static str, kind: ColumnType },
}

struct RunColumns(Vec<RunColumn>);

impl RunColumns {
    /// Gathers the words of every text column.
    fn new(
        kind: &Kind,
        experiment: &str,
        variables: &[String],
        sources: &[Source<'_>],
        path: &Path,
    ) -> Result<Self, TableError> {
        let whole = |name: &str, of: &dyn Fn(&Source<'_>) -> Option<String>| {
            let words: Vec<Option<String>> = sources.iter().map(of).collect();
            let mut known = Words::default();
            for word in words.iter().flatten() {
                known.add(word);
            }
            Ok(RunColumn::Whole { dictionary: known.finish(path, name)?, words })
        };
        let mut columns = Vec::new();
        for Column { name, kind: cells, .. } in kind.schema.columns {
            match name {
                None => {
                    for variable in variables {
                        let value =
                            |source: &Source<'_>| source.part.coordinates.get(variable).cloned();
                        columns.push(whole(variable, &value)?);
                    }
                }
                Some(name) if kind.part.has_column(name) => {
                    columns.push(if *cells == ColumnType::Category {
                        let dictionary = words_of(name, sources)?.finish(path, name)?;
                        RunColumn::Words { name, dictionary }
                    } else {
                        RunColumn::Copied { name, kind: *cells }
                    });
                }
                Some(name @ "experiment") => {
                    columns.push(whole(name, &|_| Some(experiment.to_owned()))?);
                }
                Some(name @ "node") => {
                    columns.push(whole(name, &|source| Some(source.part.node.clone()))?);
                }
                Some(name @ "action") => {
                    columns.push(whole(name, &|source| Some(source.part.action.clone()))?);
                }
                Some(name) => {
                    columns.push(whole(name, &|source| Some(source.dataset.name.clone()))?);
                }
            }
        }
        Ok(Self(columns))
    }

    /// The columns of one record batch.
    fn arrays(
        &self,
        sources: &[Source<'_>],
        batch: &Batch<'_>,
    ) -> Result<Vec<ArrayRef>, TableError> {
        let gather = Gather { sources, batch };
        self.0
            .iter()
            .map(|column| match column {
                RunColumn::Whole { dictionary, words } => Ok(gather.whole(dictionary, words)),
                RunColumn::Words { name, dictionary } => gather.words(name, dictionary),
                RunColumn::Copied { name, kind } => match kind {
                    ColumnType::UInt8 => gather.numbers::<UInt8Type>(name),
                    ColumnType::UInt64 => gather.numbers::<UInt64Type>(name),
                    ColumnType::Truth => gather.truths(name),
                    _ => gather.numbers::<Float64Type>(name),
                },
            })
            .collect()
    }
}

/// The words of a text column, in the order in which they appear in the run's table.
fn words_of(name: &str, sources: &[Source<'_>]) -> Result<Words, TableError> {
    let mut words = Words::default();
    for source in sources {
        let columns = texts(source, name)?;
        let mut last = None;
        for [batch, row] in &source.places {
            let (column, row) = (columns[*batch as usize], *row as usize);
            let word = column.is_valid(row).then(|| column.value(row));
            if let Some(word) = word.filter(|_| word != last) {
                words.add(word);
            }
            last = word;
        }
    }
    Ok(words)
}

fn texts<'a>(source: &'a Source<'_>, name: &str) -> Result<Vec<&'a StringArray>, TableError> {
    source.table.batches.iter().map(|batch| source.table.strings(batch, name)).collect()
}

/// The cells of the rows of one batch.
struct Gather<'a> {
    sources: &'a [Source<'a>],
    batch: &'a Batch<'a>,
}

impl Gather<'_> {
    fn whole(&self, dictionary: &Dictionary, words: &[Option<String>]) -> ArrayRef {
        let mut codes = Vec::with_capacity(self.batch.rows);
        for (source, places) in &self.batch.pieces {
            let code = words[*source].as_deref().map(|word| dictionary.code(word));
            codes.extend(std::iter::repeat_n(code, places.len()));
        }
        dictionary.column(codes)
    }

    fn words(&self, name: &str, dictionary: &Dictionary) -> Result<ArrayRef, TableError> {
        let mut codes = Vec::with_capacity(self.batch.rows);
        for (source, places) in &self.batch.pieces {
            let columns = texts(&self.sources[*source], name)?;
            let mut cursor = Cursor::new(dictionary);
            codes.extend(
                places
                    .iter()
                    .map(|[batch, row]| cursor.code(columns[*batch as usize], *row as usize)),
            );
        }
        Ok(dictionary.column(codes))
    }

    fn numbers<T: ArrowPrimitiveType>(&self, name: &str) -> Result<ArrayRef, TableError> {
        let mut cells = Vec::with_capacity(self.batch.rows);
        for (source, places) in &self.batch.pieces {
            let table = &self.sources[*source].table;
            let columns = table.batches.iter().map(|batch| table.numbers::<T>(batch, name));
            let columns = columns.collect::<Result<Vec<_>, _>>()?;
            let cell = |[batch, row]: &Place| some(columns[*batch as usize], *row as usize);
            cells.extend(places.iter().map(cell));
        }
        Ok(array(cells.into_iter().collect::<PrimitiveArray<T>>()))
    }

    fn truths(&self, name: &str) -> Result<ArrayRef, TableError> {
        let mut cells = Vec::with_capacity(self.batch.rows);
        for (source, places) in &self.batch.pieces {
            let table = &self.sources[*source].table;
            let columns = table.batches.iter().map(|batch| table.truths(batch, name));
            let columns = columns.collect::<Result<Vec<_>, _>>()?;
            let cell = |[batch, row]: &Place| some_truth(columns[*batch as usize], *row as usize);
            cells.extend(places.iter().map(cell));
        }
        Ok(array(cells.into_iter().collect::<BooleanArray>()))
    }
}
