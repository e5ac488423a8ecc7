//! A mistake as a person reads it.

use std::fmt::Write;

use crate::{Diagnostic, Place};

/// Longer source lines are cut around the place.
const MAX_LINE: usize = 120;

/// Whether to use the terminal's colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Paint {
    /// Text only.
    Plain,
    /// ANSI colours.
    Colour,
}

impl Paint {
    fn on(self, code: &str, text: &str) -> String {
        match self {
            Self::Plain => text.to_owned(),
            Self::Colour => format!("\x1b[{code}m{text}\x1b[0m"),
        }
    }
}

impl Diagnostic {
    /// Writes the mistake with its code, the line it is in, and what would be accepted.
    pub fn render(&self, paint: Paint) -> String {
        let mut text = String::new();
        let head = paint.on("1;31", &format!("error[{}]", self.code));
        let _ = writeln!(text, "{head}: {}", paint.on("1", &self.message));
        let margin = self.place.as_ref().map_or(1, |place| place.line.to_string().len());
        if let Some(place) = &self.place {
            let bar = paint.on("34", "|");
            let arrow = paint.on("34", "-->");
            let _ = writeln!(text, "{:margin$}{arrow} {place}", "");
            let (line, before, marked) = excerpt(place);
            let number = paint.on("34", &place.line.to_string());
            let _ = writeln!(text, "{:margin$} {bar}", "");
            let _ = writeln!(text, "{number} {bar} {line}");
            let label = place.label.as_deref().unwrap_or_default();
            let marks = paint.on("1;31", format!("{} {label}", "^".repeat(marked)).trim_end());
            let _ = writeln!(text, "{:margin$} {bar} {:before$}{marks}", "", "");
        }
        if let Some(help) = &self.help {
            let help_word = paint.on("1;32", "help");
            let _ = writeln!(text, "{:margin$} = {help_word}: {help}", "");
        }
        text
    }
}

/// The line of a place, how many characters come before it, and how many it covers.
fn excerpt(place: &Place) -> (String, usize, usize) {
    // Control characters would move the marks or the cursor.
    let plain = |c: char| if c.is_control() { ' ' } else { c };
    let line: Vec<char> = place.line_text().chars().map(plain).collect();
    let before = (place.column - 1).min(line.len());
    let covered = place.text().lines().next().map_or(0, |first| first.chars().count());
    let marked = covered.clamp(1, (line.len() - before).max(1));
    if line.len() <= MAX_LINE {
        return (line.into_iter().collect(), before, marked);
    }
    let start = before.saturating_sub(MAX_LINE / 3);
    let end = (start + MAX_LINE).min(line.len());
    let (left, right) = (if start > 0 { "…" } else { "" }, if end < line.len() { "…" } else { "" });
    let shown: String = line[start..end].iter().collect();
    let shift = before - start + left.chars().count();
    (format!("{left}{shown}{right}"), shift, marked.min(end - before))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    fn at(text: &str, span: std::ops::Range<usize>) -> String {
        let place = Place::new("f.yaml", &Arc::from(text), span);
        Diagnostic::new("spec::x", "wrong").at(place).with_help("right").render(Paint::Plain)
    }

    #[test]
    fn marks_the_place() {
        assert_eq!(
            at("a: 1\nbb: twö\n", 9..13),
            "error[spec::x]: wrong\n --> f.yaml:2:5\n  |\n2 | bb: twö\n  |     ^^^\n  = help: right\n"
        );
    }

    #[test]
    fn marks_something_at_the_end_and_in_nothing() {
        assert!(at("a", 1..1).contains("\n  |  ^\n"), "{}", at("a", 1..1));
        assert!(at("", 0..0).contains("\n1 | \n  | ^\n"), "{}", at("", 0..0));
    }

    #[test]
    fn long_lines_are_cut_around_the_place() {
        let text = format!("{}HERE{}", "a".repeat(500), "b".repeat(500));
        let shown = at(&text, 500..504);
        let lines: Vec<&str> = shown.lines().collect();
        let column = lines[3].chars().position(|c| c == 'H').unwrap();
        assert_eq!(lines[4].chars().position(|c| c == '^'), Some(column));
        assert!(lines[3].chars().count() < 140, "{shown}");
    }

    #[test]
    fn a_mistake_without_a_place_is_one_line_and_its_help() {
        let text = Diagnostic::new("cli::x", "wrong").with_help("right").render(Paint::Plain);
        assert_eq!(text, "error[cli::x]: wrong\n  = help: right\n");
        let coloured = Diagnostic::new("cli::x", "wrong").render(Paint::Colour);
        assert_eq!(coloured, "\x1b[1;31merror[cli::x]\x1b[0m: \x1b[1mwrong\x1b[0m\n");
    }
}
