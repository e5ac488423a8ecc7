//! The sheet that a figure is drawn on: title above, notes below, panels between.

use crate::error::FigureError;
use crate::figure::Figure;
use crate::font::Weight;
use crate::quantity::Size;
use crate::scene::{Anchor, Label, Mark, Paint, Scene};
use crate::text::{clean, wrap};

/// Free space around everything, in px.
pub(crate) const MARGIN: f64 = 12.0;
/// Height of the title's letters.
const TITLE: f64 = 14.0;
/// Height of the notes' letters.
const NOTES: f64 = 10.5;
/// Most lines of the title and of one note.
const LINES: usize = 4;

/// A figure in the making; `cursor` is where the next part begins.
#[derive(Debug)]
pub(crate) struct Page {
    /// Width of the figure.
    pub(crate) width: f64,
    /// Where the next part begins, from the top.
    pub(crate) cursor: f64,
    /// What was drawn so far.
    pub(crate) marks: Vec<Mark>,
    title: String,
    notes: Vec<String>,
}

impl Page {
    /// Begins a figure with its title.
    pub(crate) fn new(title: &str, size: Size) -> Result<Self, FigureError> {
        size.check()?;
        Ok(Self::of_width(title, size.width))
    }

    /// Begins a figure whose width is known to be usable.
    pub(crate) fn of_width(title: &str, width: f64) -> Self {
        let title = clean(title);
        let mut page = Self {
            width,
            cursor: MARGIN,
            marks: Vec::new(),
            title: String::new(),
            notes: Vec::new(),
        };
        if !title.is_empty() {
            for line in wrap(&title, width - 2.0 * MARGIN, LINES, TITLE, Weight::Bold) {
                page.cursor += TITLE;
                let label = Label::new(MARGIN, page.cursor, line, TITLE).bold();
                page.marks.push(Mark::Text(label));
                page.cursor += 4.0;
            }
            page.cursor += 6.0;
        }
        page.title = title;
        page
    }

    /// Adds a sentence that is going to stand below everything.
    pub(crate) fn note(&mut self, note: impl Into<String>) {
        self.notes.push(note.into());
    }

    /// Adds a sentence on what was left out, if anything was.
    pub(crate) fn note_left_out(&mut self, count: usize, what: &str, why: &str) {
        if count > 0 {
            let (plural, verb) = if count == 1 { ("", "was") } else { ("s", "were") };
            self.note(format!("{count} {what}{plural} {verb} left out: {why}."));
        }
    }

    /// Says in the middle of an empty panel that there is nothing to show.
    pub(crate) fn say(&mut self, height: f64, sentence: &str) {
        let lines = wrap(sentence, self.width - 4.0 * MARGIN, 3, 13.0, Weight::Regular);
        let first = self.cursor + height / 2.0 - 9.0 * (lines.len() as f64 - 1.0);
        self.marks.push(Mark::Rect {
            x: MARGIN,
            y: self.cursor,
            width: self.width - 2.0 * MARGIN,
            height,
            fill: None,
            stroke: Some(crate::scene::Stroke::solid(Paint::Grid, 1.0)),
        });
        for (index, line) in lines.into_iter().enumerate() {
            let label = Label::new(self.width / 2.0, first + 18.0 * index as f64, line, 13.0);
            self.marks.push(Mark::Text(label.anchored(Anchor::Middle).painted(Paint::Muted)));
        }
        self.cursor += height + 8.0;
    }

    /// Ends the figure: notes, height, and what it shows in words.
    pub(crate) fn finish(mut self, description: &str) -> Figure {
        for note in &self.notes {
            for line in wrap(note, self.width - 2.0 * MARGIN, LINES, NOTES, Weight::Regular) {
                self.cursor += NOTES + 4.0;
                let label = Label::new(MARGIN, self.cursor, line, NOTES).painted(Paint::Muted);
                self.marks.push(Mark::Text(label));
            }
        }
        let height = (self.cursor + MARGIN).ceil();
        let mut description = clean_long(description);
        for note in &self.notes {
            description.push(' ');
            description.push_str(note);
        }
        Figure {
            scene: Scene { width: self.width, height, marks: self.marks },
            title: if self.title.is_empty() { "Figure".into() } else { self.title },
            description,
            notes: self.notes,
        }
    }
}

/// Cleans a description, which may be longer than a name, sentence by sentence.
fn clean_long(text: &str) -> String {
    text.split_inclusive(". ").map(|part| clean(part) + " ").collect::<String>().trim().into()
}
