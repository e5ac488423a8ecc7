//! The fast reader: the plain part of YAML that almost all files are written in.
//!
//! It takes block maps and lists, flow maps and lists on one line, quoted text without unusual
//! escapes, `|` text, comments, and nothing else. Whatever it does not take, a mistake or a rare
//! form, it leaves to the two full readers: [`read_plain`] then gives nothing. What it does take, it
//! reads as they do; a property test compares them.

use super::flow::Flow;
use super::line::{Line, Lines, is_end, key_length};
use super::scalar::{plain_text, resolve};
use super::{Fields, Tree};

/// Lists and maps inside each other; deeper ones are left to the full readers.
pub(super) const MAX_DEPTH: usize = 32;

/// The values of a plain document; nothing if it is not plain.
pub(super) fn read_plain(text: &str) -> Option<Tree> {
    let mut lines = Lines::new(text)?;
    let first = lines.current()?;
    if first.indent != 0 {
        return None;
    }
    let tree = Block { lines: &mut lines }.node(0, 0)?;
    lines.current().is_none().then_some(tree).filter(|_| !lines.is_odd())
}

struct Block<'l, 't> {
    lines: &'l mut Lines<'t>,
}

impl Block<'_, '_> {
    /// The list or map that begins in the current line.
    fn node(&mut self, indent: usize, depth: usize) -> Option<Tree> {
        if depth > MAX_DEPTH {
            return None;
        }
        if self.lines.current()?.is_item() {
            self.list(indent, depth)
        } else {
            self.map(indent, depth)
        }
    }

    fn map(&mut self, indent: usize, depth: usize) -> Option<Tree> {
        let mut fields = Fields::new();
        while let Some(line) = self.lines.current().filter(|line| line.indent >= indent) {
            if line.indent > indent || line.is_item() {
                return None;
            }
            let content = line.content;
            let length = key_length(content)?;
            let rest = content[length + 1..].trim_start_matches(' ');
            let value = self.value(line, rest, indent, true, depth)?;
            if fields.insert(content[..length].to_owned(), value).is_some() {
                return None;
            }
        }
        Some(Tree::Map(fields))
    }

    fn list(&mut self, indent: usize, depth: usize) -> Option<Tree> {
        let mut items = Vec::new();
        let more = |line: &Line<'_>| line.indent == indent && line.is_item();
        while let Some(line) = self.lines.current().filter(more) {
            let rest = line.content[1..].trim_start_matches(' ');
            let item = if key_length(rest).is_some() {
                // A map that begins beside the dash.
                let column = indent + (line.content.len() - rest.len());
                self.lines.replace(Line { indent: column, content: rest });
                if depth > MAX_DEPTH {
                    return None;
                }
                self.map(column, depth + 1)?
            } else {
                self.value(line, rest, indent, false, depth)?
            };
            items.push(item);
        }
        if self.lines.current().is_some_and(|line| line.indent > indent) {
            return None;
        }
        Some(Tree::List(items))
    }

    /// The value that stands in the rest of a line, or below it.
    fn value(
        &mut self,
        line: Line<'_>,
        rest: &str,
        indent: usize,
        of_key: bool,
        depth: usize,
    ) -> Option<Tree> {
        if rest == "|" || rest == "|-" {
            let text = self.lines.literal(indent, rest == "|")?;
            return Some(Tree::Scalar(text.into()));
        }
        self.lines.advance();
        if rest.is_empty() || (rest.starts_with('#') && line.has_space_before(rest)) {
            return self.below(indent, of_key, depth);
        }
        // A deeper line would continue the value.
        if self.lines.current().is_some_and(|next| next.indent > indent) {
            return None;
        }
        match rest.as_bytes()[0] {
            b'{' | b'[' | b'"' | b'\'' => {
                let mut flow = Flow::new(rest);
                let tree = flow.value(depth + 1)?;
                is_end(flow.rest()).then_some(tree)
            }
            _ => resolve(plain_text(rest)?),
        }
    }

    /// The value of a key or dash with nothing beside it.
    fn below(&mut self, indent: usize, of_key: bool, depth: usize) -> Option<Tree> {
        match self.lines.current() {
            Some(next) if next.indent > indent => self.node(next.indent, depth + 1),
            Some(next) if of_key && next.indent == indent && next.is_item() => {
                self.list(indent, depth + 1)
            }
            _ => Some(Tree::Scalar(serde_json::Value::Null)),
        }
    }
}

#[cfg(test)]
mod tests;
