//! The files: every figure as SVG and PNG, and the list of them.

use std::collections::BTreeSet;
use std::path::Path;

use serde::Serialize;
use stages_figures::{Figure, FigureError};

use crate::file_name::file_name;
use crate::{FigureKind, PlotsError};

/// Most figures of one experiment; further ones are left out with a warning.
const MOST: usize = 200;
/// The list's name.
const INDEX: &str = "figures.json";
/// The folder of those that take their colours from a page.
const PAGE: &str = "page";

/// A figure and what is said of it.
pub(crate) struct Drawn {
    pub(crate) kind: FigureKind,
    /// Parts of the name of its files.
    pub(crate) name: Vec<String>,
    /// What tells it from figures of the same name; empty where nothing has to.
    pub(crate) section: String,
    pub(crate) caption: String,
    pub(crate) figure: Result<Figure, FigureError>,
}

/// All figures, in the order in which they are listed.
#[derive(Default)]
pub(crate) struct Sheets {
    entries: Vec<(Entry, Figure)>,
    names: BTreeSet<String>,
    left_out: usize,
    /// What the user should know.
    pub(crate) warnings: Vec<String>,
}

/// A line of the list.
#[derive(Serialize)]
struct Entry {
    name: String,
    kind: &'static str,
    title: String,
    section: String,
    caption: String,
    alt: String,
    notes: Vec<String>,
    svg: String,
    png: String,
    page: String,
    width_px: f64,
    height_px: f64,
}

#[derive(Serialize)]
struct Index<'a> {
    version: u32,
    figures: Vec<&'a Entry>,
}

impl Sheets {
    /// Adds a figure; one that cannot be drawn becomes a warning.
    pub(crate) fn add(&mut self, drawn: Drawn) {
        let Drawn { kind, mut name, section, caption, figure } = drawn;
        name.push(section.clone());
        let parts: Vec<&str> = name.iter().map(String::as_str).collect();
        let name = self.unique(&file_name(&parts));
        let figure = match figure {
            Ok(_) if self.entries.len() == MOST => {
                self.left_out += 1;
                return;
            }
            Ok(figure) => figure,
            Err(error) => {
                self.warnings.push(format!("figure `{name}` is left out: {error}"));
                return;
            }
        };
        let entry = Entry {
            kind: kind.word(),
            title: figure.title().to_owned(),
            section,
            caption,
            alt: figure.description().to_owned(),
            notes: figure.notes().to_vec(),
            svg: format!("{name}.svg"),
            png: format!("{name}.png"),
            page: format!("{PAGE}/{name}.svg"),
            width_px: figure.width(),
            height_px: figure.height(),
            name,
        };
        self.entries.push((entry, figure));
    }

    /// The same for a figure that there may be no data for.
    pub(crate) fn add_some(&mut self, drawn: Option<Drawn>) {
        if let Some(drawn) = drawn {
            self.add(drawn);
        }
    }

    /// Whether there is a figure of a kind.
    pub(crate) fn has(&self, kind: FigureKind) -> bool {
        self.entries.iter().any(|(entry, _)| entry.kind == kind.word())
    }

    /// Writes everything; `check` is asked before each figure and may end it.
    pub(crate) fn write<E: From<PlotsError>>(
        mut self,
        dir: &Path,
        png_scale: f64,
        mut check: impl FnMut(usize, usize) -> Result<(), E>,
    ) -> Result<Vec<String>, E> {
        let count = self.entries.len();
        for (at, (entry, figure)) in self.entries.iter().enumerate() {
            check(at, count)?;
            let png = match figure.png(png_scale) {
                Ok(png) => png,
                // A scale that would fill the memory: the picture is as large as at scale 1.
                Err(error) => {
                    self.warnings
                        .push(format!("figure `{}` is drawn at scale 1: {error}", entry.name));
                    figure.png(1.0).unwrap_or_default()
                }
            };
            let page = figure.svg_inline(&entry.name);
            for (file, bytes) in [
                (&entry.svg, figure.svg().into_bytes()),
                (&entry.png, png),
                (&entry.page, page.into_bytes()),
            ] {
                write(&dir.join(file), &bytes)?;
            }
        }
        let figures = self.entries.iter().map(|(entry, _)| entry).collect();
        let index = serde_json::to_string_pretty(&Index { version: 1, figures });
        let index = index.expect("plain data serializes") + "\n";
        write(&dir.join(INDEX), index.as_bytes())?;
        if self.left_out > 0 {
            let left_out = self.left_out;
            self.warnings.push(format!(
                "{left_out} figures beyond {MOST} are left out; list fewer under `only`, or more \
                 variables under `over`"
            ));
        }
        Ok(self.warnings)
    }

    /// A name that no figure has, also where upper and lower case are the same.
    fn unique(&mut self, name: &str) -> String {
        let numbered = (2..).map(|number| format!("{name}-{number}"));
        let mut candidates = std::iter::once(name.to_owned()).chain(numbered);
        let free = candidates.find(|name| self.names.insert(name.to_lowercase()));
        free.expect("numbers do not end")
    }
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), PlotsError> {
    if let Some(folder) = path.parent() {
        fs_err::create_dir_all(folder)?;
    }
    Ok(fs_err::write(path, bytes)?)
}
