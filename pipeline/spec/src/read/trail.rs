//! The way to the field that is being read.

use std::fmt;

use crate::{FieldPath, Segment};

/// A path that costs nothing until a mistake needs it: each step knows the one before.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Trail<'a> {
    /// The document itself.
    Root,
    /// A path that is there already.
    Path(&'a FieldPath),
    /// Into a map.
    Key(&'a Trail<'a>, &'a str),
    /// Into a list.
    Index(&'a Trail<'a>, usize),
}

impl<'a> Trail<'a> {
    /// The value under a key of this one.
    pub(crate) fn key(&'a self, key: &'a str) -> Self {
        Self::Key(self, key)
    }

    /// An item of this list.
    pub(crate) fn index(&'a self, index: usize) -> Self {
        Self::Index(self, index)
    }

    /// The path as a value of its own.
    pub(crate) fn path(&self) -> FieldPath {
        match self {
            Self::Root => FieldPath::root(),
            Self::Path(path) => (*path).clone(),
            Self::Key(parent, key) => parent.path().then(Segment::Key((*key).to_owned())),
            Self::Index(parent, index) => parent.path().then(Segment::Index(*index)),
        }
    }
}

impl fmt::Display for Trail<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.path().fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn becomes_the_path_of_its_steps() {
        let path = FieldPath::parse("stages.train");
        let start = Trail::Path(&path);
        let with = start.key("with");
        let list = with.key("rates");
        assert_eq!(list.index(2).path(), FieldPath::parse("stages.train.with.rates[2]"));
        assert_eq!(Trail::Root.key("a.b").to_string(), "\"a.b\"");
    }
}
