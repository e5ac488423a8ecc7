//! Text columns of batches as numbers.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::Int32Type;
use arrow_array::{Array, ArrayRef, Int32Array, RecordBatch, StringArray};
use rayon::prelude::*;

use super::Words;
use super::source::column_of;
use crate::CompareError;

/// The numbers of one column of one batch.
pub(super) struct Coded {
    keys: Keys,
    /// The number of every key; shared by batches of one dictionary.
    numbers: Arc<Vec<u32>>,
}

enum Keys {
    /// A column that the batch lacks: no text anywhere.
    Absent,
    Dictionary(Int32Array),
    /// Made here; `u32::MAX` is no text.
    Made(Vec<u32>),
}

impl Coded {
    /// What `of` gives for the number of every row, added to `sums` by `add`.
    pub(super) fn fold<T: Copy>(&self, of: &[T], sums: &mut [T], add: impl Fn(T, T) -> T) {
        let none = of[Words::NONE as usize];
        let each: Vec<T> = self.numbers.iter().map(|number| of[*number as usize]).collect();
        match &self.keys {
            Keys::Absent => sums.iter_mut().for_each(|sum| *sum = add(*sum, none)),
            Keys::Dictionary(keys) if keys.null_count() == 0 => {
                for (sum, key) in sums.iter_mut().zip(keys.values()) {
                    *sum = add(*sum, each[*key as usize]);
                }
            }
            Keys::Dictionary(keys) => {
                for (sum, key) in sums.iter_mut().zip(keys) {
                    *sum = add(*sum, key.map_or(none, |key| each[key as usize]));
                }
            }
            Keys::Made(keys) => {
                for (sum, key) in sums.iter_mut().zip(keys) {
                    *sum = add(*sum, each.get(*key as usize).copied().unwrap_or(none));
                }
            }
        }
    }

    /// The number of a row.
    pub(super) fn number(&self, row: usize) -> u32 {
        let key = match &self.keys {
            Keys::Absent => None,
            Keys::Dictionary(keys) => keys.is_valid(row).then(|| keys.value(row) as usize),
            Keys::Made(keys) => Some(keys[row] as usize),
        };
        key.and_then(|key| self.numbers.get(key).copied()).unwrap_or(Words::NONE)
    }
}

/// A field of some batches: its texts, and their numbers in every batch.
pub(super) fn coded(
    field: &str,
    batches: &[RecordBatch],
) -> Result<(Words, Vec<Coded>), CompareError> {
    let column = column_of(field);
    let found: Vec<Found> =
        batches.par_iter().map(|batch| Found::of(batch.column_by_name(column))).collect();
    let mut words = Words::default();
    let mut last: Option<(ArrayRef, Arc<Vec<u32>>)> = None;
    let mut coded = Vec::with_capacity(found.len());
    for found in found {
        coded.push(match found {
            Found::Absent => Coded { keys: Keys::Absent, numbers: Arc::default() },
            Found::Made(texts, keys) => {
                let numbers = texts.iter().map(|text| words.number(text)).collect();
                Coded { keys: Keys::Made(keys), numbers: Arc::new(numbers) }
            }
            Found::Dictionary(keys, values) => {
                let same = last.as_ref().filter(|(known, _)| Arc::ptr_eq(known, &values));
                let numbers = match same {
                    Some((_, numbers)) => Arc::clone(numbers),
                    None => Arc::new(numbers_of(values.as_string(), &mut words)),
                };
                last = Some((values, Arc::clone(&numbers)));
                Coded { keys: Keys::Dictionary(keys), numbers }
            }
            Found::Other(found) => {
                return Err(CompareError::FieldType { field: field.to_owned(), found });
            }
        });
    }
    Ok((words, coded))
}

fn numbers_of(values: &StringArray, words: &mut Words) -> Vec<u32> {
    let number = |text: Option<&str>| text.map_or(Words::NONE, |text| words.number(text));
    values.iter().map(number).collect()
}

/// A column as it comes.
enum Found {
    Absent,
    /// Texts in the order in which they come up, and the place of each row's in them.
    Made(Vec<String>, Vec<u32>),
    Dictionary(Int32Array, ArrayRef),
    /// A type that is no text.
    Other(String),
}

impl Found {
    fn of(column: Option<&ArrayRef>) -> Self {
        let Some(column) = column else { return Self::Absent };
        if let Some(dictionary) = column.as_dictionary_opt::<Int32Type>()
            && dictionary.values().as_string_opt::<i32>().is_some()
        {
            return Self::Dictionary(dictionary.keys().clone(), Arc::clone(dictionary.values()));
        }
        match column.as_string_opt::<i32>() {
            Some(texts) => Self::made(texts),
            None => Self::Other(column.data_type().to_string()),
        }
    }

    fn made(texts: &StringArray) -> Self {
        let mut words = Words::default();
        let mut last = ("", u32::MAX);
        let key = |text: Option<&str>| match text {
            None => u32::MAX,
            Some(text) => words.number(text) - 1,
        };
        let mut key = key;
        let mut keys = Vec::with_capacity(texts.len());
        for text in texts {
            // Neighbours are mostly the same.
            let found = match text {
                Some(text) if last.1 != u32::MAX && last.0 == text => last.1,
                text => key(text),
            };
            last = (text.unwrap_or_default(), found);
            keys.push(found);
        }
        let list = (1..words.count() as u32).filter_map(|number| words.text(number));
        Self::Made(list.map(str::to_owned).collect(), keys)
    }
}
