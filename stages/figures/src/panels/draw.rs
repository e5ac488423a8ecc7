//! Lays out panels and draws them.

use std::fmt::Write as _;

use super::crop::Window;
use super::overlay::{FALSE_NEGATIVE, FALSE_POSITIVE, WRONG_CLASS, areas, colour, contour, errors};
use super::{ErrorMaps, Overlay, PanelRow, QualitativePanels};
use crate::figure::Figure;
use crate::font::{Weight, width};
use crate::page::{MARGIN, Page};
use crate::plot::MIDDLE;
use crate::scene::{Anchor, Fill, Label, Mark, Paint, Pixels, Stroke};
use crate::series::{counted, shown};
use crate::text::{clean, shorten, wrap};

/// Width of the names of rows in px.
const ROW_NAMES: f64 = 92.0;
/// Distance between pictures in px.
const GAP: f64 = 4.0;
/// Further distance between methods in px.
const GROUP_GAP: f64 = 8.0;
/// Height of letters in px: names and captions.
const NAMES: f64 = 11.0;
/// Most columns side by side; further methods follow below.
const COLUMNS: usize = 8;
/// Highest picture, as a multiple of its width.
const HIGHEST: f64 = 1.6;
/// Most straight pieces of one border; beyond, the label is drawn as an area.
const BORDERS: usize = 20_000;
/// Brightness that an image keeps below errors: darker than any error, also without colours.
const DIMMED: f64 = 0.3;

pub(super) fn figure(panels: &QualitativePanels) -> Figure {
    let classes = classes(panels);
    let methods: Vec<_> = panels
        .rows
        .first()
        .map(|row| row.predictions.iter().map(|p| p.method.as_str()).collect())
        .unwrap_or_default();
    let per_method = if panels.error_maps == ErrorMaps::Shown { 2 } else { 1 };
    let in_block = ((COLUMNS - 2) / per_method).min(methods.len()).max(1);
    let columns = 2 + per_method * in_block.min(methods.len());
    let gaps = columns as f64 * GAP + (columns / 2) as f64 * GROUP_GAP;
    let wide = ROW_NAMES + columns as f64 * panels.picture_width + gaps + 2.0 * MARGIN;
    let mut page = Page::of_width(&panels.title, wide);
    if panels.rows.is_empty() {
        page.say(160.0, "No subject to show.");
        return page.finish("No subject to show.");
    }
    let starts = (0..methods.len().max(1)).step_by(in_block);
    for start in starts {
        let block = Block {
            panels,
            classes: &classes,
            methods: start..(start + in_block).min(methods.len()),
        };
        block.header(&mut page, &shown(&methods));
        for row in &panels.rows {
            block.row(&mut page, row);
        }
        page.cursor += 6.0;
    }
    legend(&mut page, panels, &classes);
    page.finish(&describe(panels))
}

/// Returns the labels that occur or are named, with their names, in the order of the legend.
fn classes(panels: &QualitativePanels) -> Vec<(u8, String)> {
    let mut classes: Vec<(u8, String)> = Vec::new();
    for class in &panels.classes {
        if class.label != 0 && classes.iter().all(|(label, _)| *label != class.label) {
            classes.push((class.label, clean(&class.name)));
        }
    }
    let mut occurs = [false; 256];
    for row in &panels.rows {
        let planes = row.predictions.iter().map(|p| &p.labels).chain([&row.truth]);
        planes.flatten().for_each(|label| occurs[usize::from(*label)] = true);
    }
    for label in 1..=u8::MAX {
        if occurs[usize::from(label)] && classes.iter().all(|(known, _)| *known != label) {
            classes.push((label, format!("label {label}")));
        }
    }
    classes
}

/// Rows of pictures for some of the methods.
struct Block<'a> {
    panels: &'a QualitativePanels,
    classes: &'a [(u8, String)],
    methods: std::ops::Range<usize>,
}

/// What lies over the image of one picture.
enum Layer<'a> {
    Nothing,
    Labels(&'a [u8]),
    Errors(&'a [u8]),
}

impl Block<'_> {
    /// Returns the left edge of a column; each method and its errors stand close together.
    fn left(&self, column: usize) -> f64 {
        let groups = if self.panels.error_maps == ErrorMaps::Shown { column / 2 } else { 0 };
        let pictures = column as f64 * (self.panels.picture_width + GAP);
        MARGIN + ROW_NAMES + pictures + groups as f64 * GROUP_GAP
    }

    fn header(&self, page: &mut Page, methods: &[String]) {
        let mut names = vec!["Image", "Ground truth"];
        for index in self.methods.clone() {
            names.push(&methods[index]);
            if self.panels.error_maps == ErrorMaps::Shown {
                names.push("its errors");
            }
        }
        let limit = self.panels.picture_width;
        let lines: Vec<_> =
            names.iter().map(|name| wrap(name, limit, 2, NAMES, Weight::Bold)).collect();
        let most = lines.iter().map(Vec::len).max().unwrap_or(1);
        for (column, (lines, name)) in lines.iter().zip(&names).enumerate() {
            let middle = self.left(column) + limit / 2.0;
            let mut y = page.cursor + 14.0 * (most - lines.len()) as f64;
            for line in lines {
                y += 14.0;
                let label = Label::new(middle, y, line, NAMES).anchored(Anchor::Middle);
                page.marks.push(Mark::Text(label.bold().standing_for(name)));
            }
        }
        page.cursor += 14.0 * most as f64 + 6.0;
    }

    fn row(&self, page: &mut Page, row: &PanelRow) {
        let window = Window::of(row, self.panels.crop);
        let cut = |plane: &[u8]| window.cut(plane, row.image.width);
        let ratio = row.image.pixel_aspect * window.height() as f64 / window.width() as f64;
        let cell = self.panels.picture_width;
        let height = cell * ratio.clamp(0.3, HIGHEST);
        // The picture fills the width or the height of its place, in its own proportions.
        let drawn = if ratio * cell > height { height / ratio } else { cell };
        let picture = Picture {
            columns: window.width(),
            size: (drawn, drawn * ratio),
            grey: cut(&row.image.grey),
            truth: cut(&row.truth),
            panels: self.panels,
            labels: self.classes.iter().map(|(label, _)| *label).collect(),
        };
        name_row(page, row, height);
        let mut column = 0;
        let mut put = |page: &mut Page, layer: Layer<'_>, caption: &str, title: String| {
            let left = self.left(column);
            let place = (left, page.cursor, cell, height);
            page.marks.push(Mark::Group { title, marks: picture.marks(place, &layer) });
            let caption = clean(caption);
            let text = shorten(&caption, cell, NAMES, Weight::Regular);
            let label = Label::new(left + cell / 2.0, page.cursor + height + 13.0, text, NAMES);
            if !caption.is_empty() {
                let label = label.anchored(Anchor::Middle).standing_for(&caption);
                page.marks.push(Mark::Text(label));
            }
            column += 1;
        };
        let subject = &row.subject;
        put(page, Layer::Nothing, "", format!("{subject}: image"));
        put(page, Layer::Labels(&picture.truth), "", format!("{subject}: ground truth"));
        for prediction in &row.predictions[self.methods.clone()] {
            let labels = cut(&prediction.labels);
            let title = format!("{subject}, {}: {}", prediction.method, prediction.caption);
            put(page, Layer::Labels(&labels), &prediction.caption, title);
            if self.panels.error_maps == ErrorMaps::Shown {
                let title = format!("{subject}, {}: errors", prediction.method);
                put(page, Layer::Errors(&labels), "", title);
            }
        }
        page.cursor += height + 22.0;
    }
}

/// Writes why a row is shown, its subject and further words, in the middle of its height.
fn name_row(page: &mut Page, row: &PanelRow, height: f64) {
    let limit = ROW_NAMES - 10.0;
    let mut lines = Vec::new();
    for (text, weight, paint) in [
        (clean(&row.name), Weight::Bold, Paint::Ink),
        (clean(&row.subject), Weight::Regular, Paint::Ink),
        (clean(&row.detail), Weight::Regular, Paint::Muted),
    ] {
        if !text.is_empty() {
            let wrapped = wrap(&text, limit, 2, NAMES, weight);
            lines.extend(wrapped.into_iter().map(|line| (line, text.clone(), weight, paint)));
        }
    }
    let mut y = page.cursor + height / 2.0 - 7.0 * lines.len() as f64;
    for (line, whole, weight, paint) in lines {
        y += 14.0;
        let label = Label { weight, ..Label::new(MARGIN, y - 2.0, line, NAMES) };
        page.marks.push(Mark::Text(label.painted(paint).standing_for(&whole)));
    }
}

/// The planes of one row, cut, and how large they are drawn.
struct Picture<'a> {
    columns: usize,
    size: (f64, f64),
    grey: Vec<u8>,
    truth: Vec<u8>,
    panels: &'a QualitativePanels,
    labels: Vec<u8>,
}

impl Picture<'_> {
    fn marks(
        &self,
        (left, top, width, height): (f64, f64, f64, f64),
        layer: &Layer<'_>,
    ) -> Vec<Mark> {
        let black = Some(Fill { paint: Paint::Rgb([0, 0, 0]), opacity: 1.0 });
        let mut marks =
            vec![Mark::Rect { x: left, y: top, width, height, fill: black, stroke: None }];
        let x = left + (width - self.size.0) / 2.0;
        let y = top + (height - self.size.1) / 2.0;
        let dimmed = || self.grey.iter().map(|grey| (f64::from(*grey) * DIMMED) as u8).collect();
        let grey = match layer {
            Layer::Errors(_) => dimmed(),
            _ => self.grey.clone(),
        };
        marks.push(self.image((x, y), Pixels::Grey(grey), true));
        match layer {
            Layer::Nothing => {}
            Layer::Labels(labels) if self.panels.overlay == Overlay::Fill => {
                let pixels = Pixels::Rgba(areas(labels, &self.labels));
                marks.push(self.image((x, y), pixels, false));
            }
            Layer::Labels(labels) => {
                for (index, class) in self.labels.iter().enumerate() {
                    if !labels.contains(class) {
                        continue;
                    }
                    let stroke = Stroke::solid(Paint::Rgb(colour(index)), 1.5);
                    let lines = self.contour((x, y), labels, |label| label == *class, &stroke);
                    if lines.len() > BORDERS {
                        let own = |label: &u8| if label == class { *label } else { 0 };
                        let labels: Vec<_> = labels.iter().map(own).collect();
                        let pixels = Pixels::Rgba(areas(&labels, &self.labels));
                        marks.push(self.image((x, y), pixels, false));
                    } else {
                        marks.push(Mark::Segments { segments: lines, stroke });
                    }
                }
            }
            Layer::Errors(labels) => {
                let pixels = Pixels::Rgba(errors(&self.truth, labels));
                marks.push(self.image((x, y), pixels, false));
                let white = Stroke { opacity: 0.6, ..Stroke::solid(Paint::Rgb([255; 3]), 0.8) };
                let lines = self.contour((x, y), &self.truth, |label| label != 0, &white);
                if !lines.is_empty() && lines.len() <= BORDERS {
                    marks.push(Mark::Segments { segments: lines, stroke: white });
                }
            }
        }
        marks
    }

    fn image(&self, (x, y): (f64, f64), pixels: Pixels, smooth: bool) -> Mark {
        let (width, height) = self.size;
        let rows = self.grey.len() / self.columns;
        Mark::Image { x, y, width, height, columns: self.columns, rows, pixels, smooth }
    }

    fn contour(
        &self,
        (x, y): (f64, f64),
        labels: &[u8],
        is_inside: impl Fn(u8) -> bool,
        stroke: &Stroke,
    ) -> Vec<[f64; 4]> {
        let rows = labels.len() / self.columns;
        let (sx, sy) = (self.size.0 / self.columns as f64, self.size.1 / rows as f64);
        let inset = (stroke.width / 2.0 / sx, stroke.width / 2.0 / sy);
        let lines = contour(labels, self.columns, is_inside, inset);
        let place =
            |[x1, y1, x2, y2]: [f64; 4]| [x + x1 * sx, y + y1 * sy, x + x2 * sx, y + y2 * sy];
        lines.into_iter().map(place).collect()
    }
}

/// Draws what colours mean: classes, then kinds of errors.
fn legend(page: &mut Page, panels: &QualitativePanels, classes: &[(u8, String)]) {
    let named: Vec<_> = classes
        .iter()
        .enumerate()
        .map(|(index, (_, name))| (colour(index), name.as_str()))
        .collect();
    let errors = [
        (FALSE_POSITIVE, "error: labelled, is background"),
        (FALSE_NEGATIVE, "error: missed"),
        (WRONG_CLASS, "error: another class"),
    ];
    let shown = panels.error_maps == ErrorMaps::Shown
        && panels.rows.iter().any(|row| !row.predictions.is_empty());
    for entries in [named.as_slice(), if shown { &errors } else { &[] }] {
        let mut x = MARGIN + ROW_NAMES;
        for (index, (rgb, name)) in entries.iter().enumerate() {
            let text = shorten(name, 220.0, NAMES, Weight::Regular);
            let length = width(&text, NAMES, Weight::Regular).mul_add(1.06, 34.0);
            if index > 0 && x + length > page.width - MARGIN {
                x = MARGIN + ROW_NAMES;
                page.cursor += 17.0;
            }
            let fill = Some(Fill { paint: Paint::Rgb(*rgb), opacity: 1.0 });
            let stroke = Some(Stroke::solid(Paint::Muted, 0.8));
            let y = page.cursor + 2.0;
            page.marks.push(Mark::Rect { x, y, width: 13.0, height: 11.0, fill, stroke });
            let label = Label::new(x + 19.0, y + 5.5 + MIDDLE * NAMES, text, NAMES);
            page.marks.push(Mark::Text(label.standing_for(name)));
            x += length;
        }
        if !entries.is_empty() {
            page.cursor += 19.0;
        }
    }
}

fn describe(panels: &QualitativePanels) -> String {
    let mut text = format!(
        "Image, ground truth and predictions of {}.",
        counted(panels.rows.len(), "subject", "subjects")
    );
    for row in &panels.rows {
        let scores: Vec<_> = row
            .predictions
            .iter()
            .filter(|prediction| !prediction.caption.is_empty())
            .map(|prediction| format!("{} {}", prediction.method, prediction.caption))
            .collect();
        let scores =
            if scores.is_empty() { String::new() } else { format!(": {}", scores.join(", ")) };
        let _ = write!(text, " {} {}{scores}.", row.name, row.subject);
    }
    text
}

#[cfg(test)]
#[path = "../tests/panels.rs"]
mod tests;
