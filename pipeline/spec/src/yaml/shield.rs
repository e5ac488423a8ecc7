//! Lets `${variable}` stand unquoted inside `{ }` and `[ ]`.
//!
//! There YAML ends plain text at a brace, so `{ seed: ${seed} }` would be a syntax error. The
//! readers get a text of the same length in which the braces of placeholders are other characters,
//! and what they read is turned back.

use std::borrow::Cow;
use std::collections::BTreeSet;

use crate::placeholder::is_name;

/// Pairs that plain text may hold after a `$`.
const PAIRS: [(char, char); 5] = [('<', '>'), ('(', ')'), ('^', '^'), ('~', '~'), ('/', '/')];

/// Which characters stand for the braces of placeholders.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shield {
    pair: Option<(char, char)>,
    defeated: bool,
}

impl Shield {
    /// A shield whose characters do not occur in the text after a `$`; none if the text has no
    /// placeholder, or, in a text made to defeat it, no pair is left.
    pub(super) fn new(text: &str) -> Self {
        let bytes = text.as_bytes();
        let dollars = text.match_indices('$').filter_map(|(at, _)| bytes.get(at + 1).copied());
        let after: BTreeSet<u8> = dollars.collect();
        let unused = |(open, _): &(char, char)| !after.contains(&(*open as u8));
        let placeholders = after.contains(&b'{');
        let pair = PAIRS.into_iter().find(unused).filter(|_| placeholders);
        Self { pair, defeated: placeholders && pair.is_none() }
    }

    /// Whether the text has placeholders that no pair can stand for.
    pub(super) fn is_defeated(self) -> bool {
        self.defeated
    }

    /// The text for the readers, byte for byte as long as the original.
    pub(super) fn cover(self, text: &str) -> Cow<'_, str> {
        self.pair.map_or(Cow::Borrowed(text), |pair| replace(text, ('{', '}'), pair))
    }

    /// What a reader read, as it was written.
    pub(super) fn uncover(self, text: &str) -> Cow<'_, str> {
        self.pair.map_or(Cow::Borrowed(text), |pair| replace(text, pair, ('{', '}')))
    }
}

fn replace(text: &str, from: (char, char), to: (char, char)) -> Cow<'_, str> {
    let opening = format!("${}", from.0);
    if !text.contains(&opening) {
        return Cow::Borrowed(text);
    }
    let mut written = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(&opening) {
        let (before, after) = (&rest[..at], &rest[at + opening.len()..]);
        written.push_str(before);
        written.push('$');
        let name = after.split_once(from.1).filter(|(name, _)| is_name(name));
        if let Some((name, tail)) = name {
            written.push(to.0);
            written.push_str(name);
            written.push(to.1);
            rest = tail;
        } else {
            written.push(from.0);
            rest = after;
        }
    }
    written.push_str(rest);
    Cow::Owned(written)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn only_placeholders_change() {
        let text = "{ a: ${seed}, b: ${ }, c: $<x> }";
        let shield = Shield::new(text);
        assert_eq!(shield.cover(text), "{ a: $(seed), b: ${ }, c: $<x> }");
        assert_eq!(shield.uncover("$(seed) $<x>"), "${seed} $<x>");
    }

    proptest! {
        #[test]
        fn uncovering_gives_the_text_back(text in "([a$<>(){}^~/ ]|\\$\\{a\\}){0,20}") {
            let shield = Shield::new(&text);
            let covered = shield.cover(&text);
            prop_assert_eq!(covered.len(), text.len());
            prop_assert_eq!(shield.uncover(&covered), text.as_str());
        }
    }
}
