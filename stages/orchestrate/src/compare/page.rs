//! What is told, before it is known whether to a terminal or in Markdown.

use super::sheet::{Sheet, escaped, plain};

/// A part of a page.
#[derive(Debug, Clone)]
pub(super) enum Part {
    /// The title of what follows.
    Heading(String),
    /// A line; the number is how far it belongs to the line before it.
    Line(usize, String),
    /// A table.
    Table(Sheet),
    /// A sentence on what the numbers mean.
    Note(String),
}

/// Columns of a note in the terminal.
const WIDTH: usize = 98;

/// For a terminal.
pub(super) fn text(parts: &[Part]) -> String {
    let mut text = String::new();
    let mut begun = true;
    for part in parts {
        match part {
            Part::Heading(title) => {
                let gap = if text.is_empty() { "" } else { "\n" };
                text = format!("{text}{gap}{}\n", plain(title));
            }
            Part::Line(level, line) => {
                let indent = "  ".repeat(level + 1);
                text = format!("{text}{indent}{}\n", plain(line));
            }
            Part::Table(sheet) => text.push_str(&sheet.text("  ")),
            Part::Note(note) => {
                let gap = if begun { "" } else { "\n" };
                text.push_str(gap);
                for line in wrapped(&plain(note)) {
                    text = format!("{text}  {line}\n");
                }
            }
        }
        begun = matches!(part, Part::Note(_) | Part::Heading(_));
    }
    text
}

/// For a page.
pub(super) fn markdown(parts: &[Part]) -> String {
    let mut text = String::new();
    let mut listed = false;
    for part in parts {
        let is_line = matches!(part, Part::Line(..));
        let goes_on = listed && is_line;
        if !(text.is_empty() || goes_on) {
            text.push('\n');
        }
        listed = is_line;
        match part {
            Part::Heading(title) => text = format!("{text}## {}\n", escaped(title)),
            Part::Line(level, line) => {
                let indent = "  ".repeat(*level);
                text = format!("{text}{indent}- {}\n", escaped(line));
            }
            Part::Table(sheet) => text.push_str(&sheet.markdown()),
            Part::Note(note) => text = format!("{text}{}\n", escaped(note)),
        }
    }
    text
}

/// Lines of words.
fn wrapped(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= WIDTH => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}
