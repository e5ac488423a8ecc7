//! The texts of a column, numbered.

use std::collections::BTreeMap;
use std::sync::Arc;

/// Numbers for texts, in the order in which they come up; 0 is no text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Words {
    known: BTreeMap<Arc<str>, u32>,
    list: Vec<Arc<str>>,
}

impl Words {
    /// The number of no text.
    pub(crate) const NONE: u32 = 0;

    /// The number of a text, from 1; a new one if it is new.
    pub(crate) fn number(&mut self, text: &str) -> u32 {
        if let Some(number) = self.known.get(text) {
            return *number;
        }
        let text: Arc<str> = text.into();
        self.list.push(Arc::clone(&text));
        // Columns have fewer rows than there are such numbers, so fewer texts.
        let number = u32::try_from(self.list.len()).expect("fewer texts than rows");
        self.known.insert(text, number);
        number
    }

    /// The number of a text that has one.
    pub(crate) fn find(&self, text: &str) -> Option<u32> {
        self.known.get(text).copied()
    }

    /// The text of a number.
    pub(crate) fn text(&self, number: u32) -> Option<&str> {
        let at = (number as usize).checked_sub(1)?;
        self.list.get(at).map(|text| &**text)
    }

    /// How many numbers there are, that of no text included.
    pub(crate) fn count(&self) -> usize {
        self.list.len() + 1
    }
}
