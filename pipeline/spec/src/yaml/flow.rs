//! Flow maps, flow lists and quoted text that begin and end in one line.

use serde_json::Value;

use super::line::key_length;
use super::plain::MAX_DEPTH;
use super::scalar::{resolve, starts_plain};
use super::{Fields, Tree};
use crate::placeholder::is_name;

/// A cursor over a line.
pub(super) struct Flow<'t> {
    rest: &'t str,
}

impl<'t> Flow<'t> {
    pub(super) fn new(rest: &'t str) -> Self {
        Self { rest }
    }

    /// What follows the value that was read.
    pub(super) fn rest(&self) -> &'t str {
        self.rest
    }

    /// The value that begins here; nothing if it is not plain.
    pub(super) fn value(&mut self, depth: usize) -> Option<Tree> {
        match self.rest.as_bytes().first()? {
            _ if depth > MAX_DEPTH => None,
            b'{' => self.map(depth),
            b'[' => self.list(depth),
            b'"' => self.double_quoted().map(text),
            b'\'' => self.single_quoted().map(text),
            _ => {
                let length = plain_length(self.rest)?;
                let (plain, rest) = self.rest.split_at(length);
                self.rest = rest;
                let plain = plain.trim_end_matches(' ');
                starts_plain(plain).then(|| resolve(plain)).flatten()
            }
        }
    }

    fn map(&mut self, depth: usize) -> Option<Tree> {
        let mut fields = Fields::new();
        self.skip(1);
        if self.take(b'}') {
            return Some(Tree::Map(fields));
        }
        loop {
            let length = key_length(self.rest)?;
            let key = &self.rest[..length];
            self.skip(length + 1);
            let value = self.value(depth + 1)?;
            if fields.insert(key.to_owned(), value).is_some() {
                return None;
            }
            if !self.goes_on(b'}')? {
                return Some(Tree::Map(fields));
            }
        }
    }

    fn list(&mut self, depth: usize) -> Option<Tree> {
        let mut items = Vec::new();
        self.skip(1);
        if self.take(b']') {
            return Some(Tree::List(items));
        }
        loop {
            items.push(self.value(depth + 1)?);
            if !self.goes_on(b']')? {
                return Some(Tree::List(items));
            }
        }
    }

    /// After an item: whether another follows; nothing if neither a comma nor the end is there.
    fn goes_on(&mut self, end: u8) -> Option<bool> {
        self.rest = self.rest.trim_start_matches(' ');
        if self.take(end) {
            return Some(false);
        }
        if !self.rest.starts_with(',') {
            return None;
        }
        self.skip(1);
        Some(true)
    }

    fn skip(&mut self, bytes: usize) {
        self.rest = self.rest[bytes..].trim_start_matches(' ');
    }

    fn take(&mut self, byte: u8) -> bool {
        let found = self.rest.as_bytes().first() == Some(&byte);
        if found {
            self.rest = &self.rest[1..];
        }
        found
    }

    fn double_quoted(&mut self) -> Option<String> {
        let mut rest = &self.rest[1..];
        let mut text = String::new();
        loop {
            let at = rest.find(['"', '\\'])?;
            text.push_str(&rest[..at]);
            if rest.as_bytes()[at] == b'"' {
                self.rest = &rest[at + 1..];
                return Some(text);
            }
            text.push(match rest.as_bytes().get(at + 1)? {
                b'"' => '"',
                b'\\' => '\\',
                b'n' => '\n',
                b't' => '\t',
                _ => return None,
            });
            rest = &rest[at + 2..];
        }
    }

    fn single_quoted(&mut self) -> Option<String> {
        let mut rest = &self.rest[1..];
        let mut text = String::new();
        loop {
            let at = rest.find('\'')?;
            text.push_str(&rest[..at]);
            rest = &rest[at + 1..];
            if !rest.starts_with('\'') {
                self.rest = rest;
                return Some(text);
            }
            text.push('\'');
            rest = &rest[1..];
        }
    }
}

fn text(text: String) -> Tree {
    Tree::Scalar(Value::String(text))
}

/// How far a text without quotes goes; nothing if something unusual is in it.
fn plain_length(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = 0;
    loop {
        match bytes.get(at)? {
            b',' | b']' | b'}' => return Some(at),
            b'{' | b'[' => return None,
            b':' if matches!(
                bytes.get(at + 1),
                None | Some(b' ' | b',' | b'[' | b']' | b'{' | b'}')
            ) =>
            {
                return None;
            }
            b'#' if at > 0 && bytes[at - 1] == b' ' => return None,
            b'$' if bytes.get(at + 1) == Some(&b'{') => {
                let (name, _) = text[at + 2..].split_once('}').filter(|(name, _)| is_name(name))?;
                at += name.len() + 3;
            }
            _ => at += 1,
        }
    }
}
