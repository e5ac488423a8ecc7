//! The words of a text column of a whole file, each once.

use std::path::Path;
use std::sync::Arc;

use arrow_array::types::Int32Type;
use arrow_array::{Array, ArrayRef, DictionaryArray, Int32Array, StringArray};
use indexmap::IndexSet;

use crate::TableError;
use crate::ipc;

/// Words in the order in which they first appeared.
#[derive(Debug, Default)]
pub(super) struct Words {
    words: IndexSet<String>,
    bytes: usize,
}

impl Words {
    /// Adds a word unless it is there, and returns its position.
    pub(super) fn add(&mut self, word: &str) -> usize {
        if let Some(position) = self.words.get_index_of(word) {
            return position;
        }
        self.bytes += word.len();
        self.words.insert_full(word.to_owned()).0
    }

    /// Every word, in order.
    pub(super) fn iter(&self) -> impl Iterator<Item = &str> {
        self.words.iter().map(String::as_str)
    }

    /// The position of every word among all words sorted by their bytes.
    pub(super) fn ranks(&self) -> Vec<u32> {
        let mut sorted: Vec<usize> = (0..self.words.len()).collect();
        sorted.sort_unstable_by_key(|position| &self.words[*position]);
        let mut ranks = vec![0; sorted.len()];
        for (rank, position) in (0..).zip(sorted) {
            ranks[position] = rank;
        }
        ranks
    }

    /// Makes the dictionary that all batches of a file share.
    ///
    /// # Errors
    /// When the words together are longer than Arrow's text columns can be (2 GiB).
    pub(super) fn finish(self, path: &Path, column: &str) -> Result<Dictionary, TableError> {
        if i32::try_from(self.bytes).is_err() || i32::try_from(self.words.len()).is_err() {
            return Err(TableError::Value {
                path: path.to_owned(),
                message: format!(
                    "column `{column}` would have {} different words of {} bytes together; a \
                     dictionary holds at most {} bytes",
                    self.words.len(),
                    self.bytes,
                    i32::MAX
                ),
            });
        }
        let values = ipc::array(StringArray::from_iter_values(self.iter()));
        Ok(Dictionary { words: self.words, values })
    }
}

/// The words of one column, and their array.
pub(super) struct Dictionary {
    words: IndexSet<String>,
    values: ArrayRef,
}

impl Dictionary {
    /// The position of a word.
    pub(super) fn code(&self, word: &str) -> i32 {
        let position = self.words.get_index_of(word).expect("every word of the file was added");
        i32::try_from(position).expect("checked when the dictionary was made")
    }

    /// A column of these positions.
    pub(super) fn column(&self, codes: Vec<Option<i32>>) -> ArrayRef {
        let keys: Int32Array = codes.into_iter().collect();
        let column = DictionaryArray::<Int32Type>::try_new(keys, Arc::clone(&self.values));
        ipc::array(column.expect("every code is the position of a word"))
    }
}

/// Positions of the texts of a column, looked up anew only where the text changes.
pub(super) struct Cursor<'a> {
    dictionary: &'a Dictionary,
    last: Option<(&'a str, i32)>,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(dictionary: &'a Dictionary) -> Self {
        Self { dictionary, last: None }
    }

    /// The position of the text of a row, or none where it is null.
    pub(super) fn code(&mut self, column: &'a StringArray, row: usize) -> Option<i32> {
        if column.is_null(row) {
            return None;
        }
        let word = column.value(row);
        match self.last {
            Some((last, code)) if last == word => Some(code),
            _ => {
                let code = self.dictionary.code(word);
                self.last = Some((word, code));
                Some(code)
            }
        }
    }
}
