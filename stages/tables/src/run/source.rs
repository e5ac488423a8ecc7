//! The table of one node, and the order in which its rows go into the run's.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::path::PathBuf;

use arrow_array::types::UInt8Type;

use super::columns::Kind;
use super::dictionary::Words;
use crate::ipc::Table;
use crate::schema::ColumnType;
use crate::{DatasetInfo, Natural, Scoring, TableError};

/// An evaluation of a run whose rows go into the run's tables.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunPart {
    /// The node of the graph.
    pub node: String,
    /// The key of the action that made its artifact, in hexadecimal.
    pub action: String,
    /// The matrix variables that it was made under.
    pub coordinates: BTreeMap<String, String>,
    /// The folder of its artifact.
    pub dir: PathBuf,
}

/// A row of a table: its batch, and its row in that.
pub(super) type Place = [u32; 2];

/// The table of one node.
pub(super) struct Source<'a> {
    pub(super) part: &'a RunPart,
    pub(super) table: Table,
    pub(super) dataset: DatasetInfo,
    pub(super) scoring: Option<Scoring>,
    /// Every row, in the order of the run's table.
    pub(super) places: Vec<Place>,
}

impl<'a> Source<'a> {
    /// Opens the table of a part and orders its rows.
    pub(super) fn open(part: &'a RunPart, kind: &Kind) -> Result<Self, TableError> {
        let table = Table::open(&part.dir.join(kind.part.file))?;
        let dataset = table.metadata("dataset")?;
        let scored = kind.part.metadata.iter().any(|entry| entry.key == "scoring");
        let scoring = if scored { Some(table.metadata("scoring")?) } else { None };
        let places = ordered(&table, kind)?;
        Ok(Self { part, table, dataset, scoring, places })
    }

    /// Orders two tables: by dataset, matrix variables and node.
    pub(super) fn order(&self, other: &Self, variables: &[String]) -> Ordering {
        let coordinate = |source: &Self, name: &String| source.part.coordinates.get(name).cloned();
        let by_variables = variables
            .iter()
            .map(|name| (coordinate(self, name), coordinate(other, name)))
            .map(|(a, b)| Natural::of(a.as_deref()).cmp(&Natural::of(b.as_deref())));
        (self.dataset.name.cmp(&other.dataset.name))
            .then_with(|| by_variables.fold(Ordering::Equal, Ordering::then))
            .then_with(|| self.part.node.cmp(&other.part.node))
    }
}

/// What rows are compared by: a rank for each column of the order, in at most five columns.
type Key = [u32; 5];

/// The rows in the order of `kind`; equal ones as in the file.
fn ordered(table: &Table, kind: &Kind) -> Result<Vec<Place>, TableError> {
    let mut places: Vec<Place> = Vec::new();
    for (batch, rows) in (0..).zip(&table.batches) {
        let count = u32::try_from(rows.num_rows())
            .map_err(|_| table.value_error("a batch has too many rows".to_owned()))?;
        places.extend((0..count).map(|row| [batch, row]));
    }
    let mut keys: Vec<(Key, Place)> = places.iter().map(|place| (Key::default(), *place)).collect();
    for (position, name) in kind.order.iter().enumerate() {
        let is_text = kind
            .part
            .columns
            .iter()
            .any(|column| column.name == Some(name) && column.kind == ColumnType::Text);
        let ranks = if is_text { text_ranks(table, name)? } else { numbers(table, name)? };
        for ((key, _), rank) in keys.iter_mut().zip(ranks) {
            key[position] = rank;
        }
    }
    if !keys.is_sorted() {
        keys.sort_unstable();
        places.clear();
        places.extend(keys.into_iter().map(|(_, place)| place));
    }
    Ok(places)
}

/// The place of every cell of a text column among the column's words.
fn text_ranks(table: &Table, name: &str) -> Result<Vec<u32>, TableError> {
    let mut words = Words::default();
    let mut positions = Vec::new();
    for batch in &table.batches {
        let column = table.strings(batch, name)?;
        let mut last: Option<(&str, usize)> = None;
        for row in 0..batch.num_rows() {
            let word = column.value(row);
            let position = match last {
                Some((text, position)) if text == word => position,
                _ => words.add(word),
            };
            last = Some((word, position));
            positions.push(position);
        }
    }
    let ranks = words.ranks();
    Ok(positions.into_iter().map(|position| ranks[position]).collect())
}

fn numbers(table: &Table, name: &str) -> Result<Vec<u32>, TableError> {
    let mut numbers = Vec::new();
    for batch in &table.batches {
        let column = table.numbers::<UInt8Type>(batch, name)?;
        numbers.extend(column.values().iter().map(|number| u32::from(*number)));
    }
    Ok(numbers)
}
