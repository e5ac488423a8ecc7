//! The lines of a plain document.

/// A line that is neither blank nor a comment.
#[derive(Debug, Clone, Copy)]
pub(super) struct Line<'t> {
    /// The spaces before the content.
    pub(super) indent: usize,
    /// What follows them, without spaces at the end.
    pub(super) content: &'t str,
}

impl Line<'_> {
    /// Whether it is an item of a list.
    pub(super) fn is_item(&self) -> bool {
        self.content.starts_with("- ") || self.content == "-"
    }

    /// Whether a space stands before `rest`, which is the end of the content.
    pub(super) fn has_space_before(&self, rest: &str) -> bool {
        self.content[..self.content.len() - rest.len()].ends_with(' ')
    }
}

/// A cursor over the lines.
#[derive(Debug)]
pub(super) struct Lines<'t> {
    text: &'t str,
    /// The first byte after the current line.
    next: usize,
    current: Option<Line<'t>>,
    odd: bool,
}

impl<'t> Lines<'t> {
    /// The lines of a text; nothing if it has characters that make its lines differ between
    /// versions of YAML, or that YAML does not allow.
    pub(super) fn new(text: &'t str) -> Option<Self> {
        let bytes = text.as_bytes();
        let control = |byte: u8| (byte < b' ' && byte != b'\n') || byte == 0x7f;
        // Counting all is faster than stopping at the first, because it is done many at a time.
        if bytes.iter().filter(|byte| control(**byte)).count() > 0 {
            let ends_line = |at: usize| bytes[at] == b'\r' && bytes.get(at + 1) == Some(&b'\n');
            if (0..bytes.len()).any(|at| control(bytes[at]) && !ends_line(at)) {
                return None;
            }
        }
        if !text.is_ascii() {
            let accepted = |c: char| {
                c.is_ascii()
                    || matches!(c, '\u{a0}'..='\u{2027}' | '\u{202a}'..='\u{d7ff}' | '\u{10000}'..)
            };
            if !text.chars().all(accepted) {
                return None;
            }
        }
        let mut lines = Self { text, next: 0, current: None, odd: false };
        lines.advance();
        Some(lines)
    }

    /// The current line; none at the end.
    pub(super) fn current(&self) -> Option<Line<'t>> {
        self.current
    }

    /// Whether a line was found that begins a document or a directive.
    pub(super) fn is_odd(&self) -> bool {
        self.odd
    }

    /// Goes to the next line.
    pub(super) fn advance(&mut self) {
        self.current = None;
        while let Some(line) = self.raw() {
            let content = line.trim_start_matches(' ');
            if content.is_empty() || content.starts_with('#') {
                continue;
            }
            let indent = line.len() - content.len();
            if indent == 0 && ["---", "...", "%"].iter().any(|mark| content.starts_with(mark)) {
                self.odd = true;
                return;
            }
            self.current = Some(Line { indent, content: content.trim_end_matches(' ') });
            return;
        }
    }

    /// Takes the rest of the current line for a line of its own.
    pub(super) fn replace(&mut self, line: Line<'t>) {
        self.current = Some(line);
    }

    fn raw(&mut self) -> Option<&'t str> {
        let rest = self.text.get(self.next..).filter(|rest| !rest.is_empty())?;
        let length = rest.find('\n').unwrap_or(rest.len());
        self.next += length + 1;
        let line = &rest[..length];
        Some(line.strip_suffix('\r').unwrap_or(line))
    }

    /// The text of a `|` block below the current line, whose owner has this indent; goes to the
    /// line after it. A text that begins with a blank line, or ends with the file, is not plain.
    pub(super) fn literal(&mut self, indent: usize, keep_newline: bool) -> Option<String> {
        let mut text = String::new();
        let mut margin = None;
        let mut blank_lines = 0;
        loop {
            let start = self.next;
            let Some(line) = self.raw() else { break };
            let content = line.trim_start_matches(' ');
            let own = line.len() - content.len();
            if content.is_empty() {
                if own > margin? {
                    return None;
                }
                blank_lines += 1;
                continue;
            }
            let margin = *margin.get_or_insert(own);
            if margin <= indent {
                return None;
            }
            if own < margin {
                if own > indent {
                    return None;
                }
                self.next = start;
                break;
            }
            if !text.is_empty() {
                text.push('\n');
            }
            text.extend(std::iter::repeat_n('\n', blank_lines));
            blank_lines = 0;
            text.push_str(&line[margin..]);
        }
        if text.is_empty() || self.next > self.text.len() {
            return None;
        }
        if keep_newline {
            text.push('\n');
        }
        self.advance();
        Some(text)
    }
}

/// Whether nothing but a comment follows a value.
pub(super) fn is_end(rest: &str) -> bool {
    let content = rest.trim_start_matches(' ');
    content.is_empty() || (content.starts_with('#') && content.len() < rest.len())
}

/// The length of the plain key at the start of a text, if its colon follows and it is text.
pub(super) fn key_length(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    if !bytes.first().is_some_and(|byte| byte.is_ascii_alphabetic() || *byte == b'_') {
        return None;
    }
    let in_key = |byte: &u8| byte.is_ascii_alphanumeric() || b"_-./".contains(byte);
    let length = bytes.iter().take_while(|byte| in_key(byte)).count();
    let colon =
        bytes.get(length) == Some(&b':') && matches!(bytes.get(length + 1), None | Some(b' '));
    // YAML limits keys on one line to 1024 characters.
    (colon && length < 512 && !super::scalar::is_word(&text[..length])).then_some(length)
}
