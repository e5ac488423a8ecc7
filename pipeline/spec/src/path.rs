//! Where a value sits in a document.

use std::fmt;

/// One step into a document.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Segment {
    /// Into a map, by key.
    Key(String),
    /// Into a list, by position from 0.
    Index(usize),
}

/// The way from the root of a document to one value, such as `stages.train.with.lr[0]`.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct FieldPath(Vec<Segment>);

impl FieldPath {
    /// The document itself.
    pub const fn root() -> Self {
        Self(Vec::new())
    }

    /// Reads the dotted form, as [`fmt::Display`] writes it: `a.b[0]."c.d"`.
    ///
    /// Every text is a path: a bracket that holds no number is taken as part of a key.
    pub fn parse(text: &str) -> Self {
        let mut path = Self::root();
        let mut rest = text;
        while !rest.is_empty() {
            rest = rest.strip_prefix('.').unwrap_or(rest);
            if let Some((index, after)) = leading_index(rest) {
                path.0.push(Segment::Index(index));
                rest = after;
            } else if let Some((key, after)) = leading_quoted(rest) {
                path.0.push(Segment::Key(key));
                rest = after;
            } else {
                let end = key_end(rest);
                if end > 0 {
                    path.0.push(Segment::Key(rest[..end].to_owned()));
                }
                rest = &rest[end..];
            }
        }
        path
    }

    /// The steps, outermost first.
    pub fn segments(&self) -> &[Segment] {
        &self.0
    }

    /// The path of the value under `key` of this one.
    #[must_use]
    pub fn key(&self, key: impl Into<String>) -> Self {
        self.child(Segment::Key(key.into()))
    }

    /// The path of an item of this list.
    #[must_use]
    pub fn index(&self, index: usize) -> Self {
        self.child(Segment::Index(index))
    }

    /// The path one step further in.
    #[must_use]
    pub fn child(&self, segment: Segment) -> Self {
        let mut path = self.clone();
        path.0.push(segment);
        path
    }

    /// This path, one step further in.
    pub(crate) fn then(mut self, segment: Segment) -> Self {
        self.0.push(segment);
        self
    }

    /// The path that continues this one with all steps of `tail`.
    #[must_use]
    pub fn join(&self, tail: &Self) -> Self {
        let mut path = self.clone();
        path.0.extend_from_slice(&tail.0);
        path
    }

    /// The path without its last step; none for the root.
    pub fn parent(&self) -> Option<Self> {
        let (_, rest) = self.0.split_last()?;
        Some(Self(rest.to_vec()))
    }

    /// Whether `other` is this path or an ancestor of it.
    pub fn starts_with(&self, other: &Self) -> bool {
        self.0.starts_with(&other.0)
    }

    /// The key at a position, if that step is a key.
    pub fn key_at(&self, position: usize) -> Option<&str> {
        match self.0.get(position)? {
            Segment::Key(key) => Some(key),
            Segment::Index(_) => None,
        }
    }

    /// The path of a parameter without `stages` and `with`, which may be left out in arguments; any
    /// other path as it is.
    pub(crate) fn short(&self) -> Self {
        match (self.key_at(0), self.key_at(1), self.key_at(2)) {
            (Some("stages"), Some(node), Some("with")) => {
                Self::root().key(node).join(&self.tail(3))
            }
            _ => self.clone(),
        }
    }

    /// The steps from `position` on, as a path of their own.
    #[must_use]
    pub fn tail(&self, position: usize) -> Self {
        Self(self.0.get(position..).unwrap_or_default().to_vec())
    }
}

impl From<&serde_path_to_error::Path> for FieldPath {
    fn from(path: &serde_path_to_error::Path) -> Self {
        use serde_path_to_error::Segment as Found;
        let segments = path.iter().filter_map(|segment| match segment {
            Found::Seq { index } => Some(Segment::Index(*index)),
            Found::Map { key } => Some(Segment::Key(key.clone())),
            Found::Enum { variant } => Some(Segment::Key(variant.clone())),
            Found::Unknown => None,
        });
        Self(segments.collect())
    }
}

impl fmt::Display for FieldPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, segment) in self.0.iter().enumerate() {
            match segment {
                Segment::Index(index) => write!(f, "[{index}]")?,
                Segment::Key(key) => {
                    if position > 0 {
                        f.write_str(".")?;
                    }
                    if needs_quotes(key) {
                        write!(f, "\"{}\"", key.replace('\\', "\\\\").replace('"', "\\\""))?;
                    } else {
                        f.write_str(key)?;
                    }
                }
            }
        }
        Ok(())
    }
}

fn needs_quotes(key: &str) -> bool {
    key.is_empty() || key.starts_with('"') || key.contains(['.', '[', ']'])
}

fn key_end(text: &str) -> usize {
    let mut from = 0;
    while let Some(found) = text[from..].find(['.', '[']) {
        let at = from + found;
        if text[at..].starts_with('.') || (at > 0 && leading_index(&text[at..]).is_some()) {
            return at;
        }
        from = at + 1;
    }
    text.len()
}

fn leading_index(text: &str) -> Option<(usize, &str)> {
    let (number, rest) = text.strip_prefix('[')?.split_once(']')?;
    if !rest.is_empty() && !rest.starts_with(['.', '[']) {
        return None;
    }
    Some((number.parse().ok()?, rest))
}

fn leading_quoted(text: &str) -> Option<(String, &str)> {
    let body = text.strip_prefix('"')?;
    let mut key = String::new();
    let mut characters = body.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return Some((key, &body[at + 1..])),
            '\\' => key.push(characters.next()?.1),
            other => key.push(other),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn reads_keys_and_indices() {
        let path = FieldPath::parse("train.regularizers[1].local_mi");
        let by_hand = FieldPath::root().key("train").key("regularizers").index(1).key("local_mi");
        assert_eq!(path, by_hand);
        assert_eq!(path.to_string(), "train.regularizers[1].local_mi");
        assert!(path.starts_with(&FieldPath::parse("train.regularizers")));
        assert!(!FieldPath::parse("trainer").starts_with(&FieldPath::parse("train")));
    }

    #[test]
    fn quotes_keys_that_hold_dots() {
        let path = FieldPath::root().key("a.b").key("c");
        assert_eq!(path.to_string(), "\"a.b\".c");
        assert_eq!(FieldPath::parse("\"a.b\".c"), path);
    }

    proptest! {
        #[test]
        fn reading_what_was_written_gives_the_path_back(
            steps in prop::collection::vec(
                prop_oneof![
                    "[a-z0-9_.\"\\[\\]\\\\]{1,6}".prop_map(Segment::Key),
                    (0_usize..40).prop_map(Segment::Index),
                ],
                0..5,
            )
        ) {
            let path = FieldPath(steps);
            prop_assert_eq!(FieldPath::parse(&path.to_string()), path);
        }
    }
}
