//! Writes a scene as SVG.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::font::{FAMILIES, Weight};
use crate::png;
use crate::scene::{Anchor, Fill, Label, Mark, Paint, Pixels, Scene, Stroke};
use crate::text::{clean, escape};

/// Where the text is going to stand.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Place<'a> {
    /// A file of its own: black on white, without style sheets, for any program.
    File,
    /// Inside a page, whose ids start with this and whose colours it takes.
    Page(&'a str),
}

/// Returns the SVG of a scene; equal scenes give equal bytes.
pub(crate) fn write(scene: &Scene, title: &str, description: &str, place: Place<'_>) -> String {
    let (width, height) = (number(scene.width), number(scene.height));
    let id = match place {
        Place::File => "figure".to_owned(),
        Place::Page(prefix) => identifier(prefix),
    };
    let (namespace, class) = match place {
        Place::File => ("xmlns=\"http://www.w3.org/2000/svg\" ", ""),
        Place::Page(_) => ("", " class=\"figure\""),
    };
    let mut writer = Writer { text: String::new(), place };
    let _ = write!(
        writer.text,
        "<svg {namespace}width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" \
         role=\"img\" aria-labelledby=\"{id}-title {id}-desc\" font-family=\"{FAMILIES}\"{class}>\
         \n<title id=\"{id}-title\">{}</title>\n<desc id=\"{id}-desc\">{}</desc>\n",
        escape(&clean(title)),
        escape(description),
    );
    if matches!(place, Place::File) {
        let _ = writeln!(
            writer.text,
            "<rect width=\"{width}\" height=\"{height}\" fill=\"{}\"/>",
            hex(Paint::Surface.rgb())
        );
    }
    scene.marks.iter().for_each(|mark| writer.mark(mark));
    writer.text.push_str("</svg>\n");
    writer.text
}

/// Turns any text into the start of an id that HTML, CSS and XML accept.
fn identifier(prefix: &str) -> String {
    let fits = |letter: char| letter.is_ascii_alphanumeric() || letter == '-' || letter == '_';
    let kept: String =
        prefix.chars().map(|letter| if fits(letter) { letter } else { '-' }).collect();
    if kept.starts_with(|letter: char| letter.is_ascii_alphabetic()) {
        kept
    } else {
        format!("figure-{kept}")
    }
}

/// Writes a length or place: hundredths of a px are finer than any screen or printer shows.
pub(crate) fn number(value: f64) -> String {
    let hundredths = (value * 100.0).round();
    // Also what is not a number, which no caller passes.
    if !hundredths.is_finite() || hundredths == 0.0 {
        return "0".into();
    }
    let text = format!("{:.2}", hundredths / 100.0);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn hex([red, green, blue]: [u8; 3]) -> String {
    format!("#{red:02x}{green:02x}{blue:02x}")
}

struct Writer<'a> {
    text: String,
    place: Place<'a>,
}

impl Writer<'_> {
    fn mark(&mut self, mark: &Mark) {
        match mark {
            Mark::Line { points, stroke } => {
                self.text.push_str("<polyline points=\"");
                self.points(points);
                self.text.push_str("\" fill=\"none\"");
                self.stroke(stroke);
                self.text.push_str(" stroke-linejoin=\"round\"/>\n");
            }
            Mark::Segments { segments, stroke } => {
                self.text.push_str("<path d=\"");
                for [x1, y1, x2, y2] in segments {
                    let (x1, y1) = (number(*x1), number(*y1));
                    let _ = write!(self.text, "M{x1} {y1}L{} {}", number(*x2), number(*y2));
                }
                self.text.push_str("\" fill=\"none\"");
                self.stroke(stroke);
                self.text.push_str("/>\n");
            }
            Mark::Area { points, fill, stroke } => {
                self.text.push_str("<polygon points=\"");
                self.points(points);
                self.text.push('"');
                self.inside(fill.as_ref(), stroke.as_ref());
                self.text.push_str("/>\n");
            }
            Mark::Rect { x, y, width, height, fill, stroke } => {
                let (x, y) = (number(*x), number(*y));
                let (width, height) = (number(*width), number(*height));
                let _ = write!(
                    self.text,
                    "<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\""
                );
                self.inside(fill.as_ref(), stroke.as_ref());
                self.text.push_str("/>\n");
            }
            Mark::Circle { x, y, radius, fill, stroke } => {
                let (x, y, radius) = (number(*x), number(*y), number(*radius));
                let _ = write!(self.text, "<circle cx=\"{x}\" cy=\"{y}\" r=\"{radius}\"");
                self.inside(fill.as_ref(), stroke.as_ref());
                self.text.push_str("/>\n");
            }
            Mark::Text(label) => self.label(label),
            Mark::Image { x, y, width, height, columns, rows, pixels, smooth } => {
                let area = [*x, *y, *width, *height];
                self.image(area, (*columns, *rows), pixels, *smooth);
            }
            Mark::Group { title, marks } => {
                let _ = writeln!(self.text, "<g><title>{}</title>", escape(&clean(title)));
                for mark in marks {
                    self.mark(mark);
                }
                self.text.push_str("</g>\n");
            }
        }
    }

    fn points(&mut self, points: &[(f64, f64)]) {
        for (index, (x, y)) in points.iter().enumerate() {
            let space = if index == 0 { "" } else { " " };
            let _ = write!(self.text, "{space}{},{}", number(*x), number(*y));
        }
    }

    fn label(&mut self, label: &Label) {
        let (x, y, size) = (number(label.x), number(label.y), number(label.size));
        let fill = self.paint(label.paint);
        let _ = write!(self.text, "<text x=\"{x}\" y=\"{y}\" font-size=\"{size}\" fill=\"{fill}\"");
        match label.anchor {
            Anchor::Start => {}
            Anchor::Middle => self.text.push_str(" text-anchor=\"middle\""),
            Anchor::End => self.text.push_str(" text-anchor=\"end\""),
        }
        if label.weight == Weight::Bold {
            self.text.push_str(" font-weight=\"bold\"");
        }
        self.text.push('>');
        if let Some(full) = &label.full {
            let _ = write!(self.text, "<title>{}</title>", escape(&clean(full)));
        }
        let _ = writeln!(self.text, "{}</text>", escape(&clean(&label.shown)));
    }

    fn image(
        &mut self,
        area: [f64; 4],
        (columns, rows): (usize, usize),
        pixels: &Pixels,
        smooth: bool,
    ) {
        let [x, y, width, height] = area.map(number);
        let data = STANDARD.encode(png::encode(columns, rows, pixels, None));
        let rendering = if smooth { "auto" } else { "pixelated" };
        let _ = writeln!(
            self.text,
            "<image x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" \
             preserveAspectRatio=\"none\" image-rendering=\"{rendering}\" \
             href=\"data:image/png;base64,{data}\"/>"
        );
    }

    fn inside(&mut self, fill: Option<&Fill>, stroke: Option<&Stroke>) {
        match fill {
            Some(fill) => {
                let _ = write!(self.text, " fill=\"{}\"", self.paint(fill.paint));
                self.opacity("fill-opacity", fill.opacity);
            }
            None => self.text.push_str(" fill=\"none\""),
        }
        if let Some(stroke) = stroke {
            self.stroke(stroke);
        }
    }

    fn stroke(&mut self, stroke: &Stroke) {
        let (paint, width) = (self.paint(stroke.paint), number(stroke.width));
        let _ = write!(self.text, " stroke=\"{paint}\" stroke-width=\"{width}\"");
        self.opacity("stroke-opacity", stroke.opacity);
        if !stroke.dash.is_empty() {
            let dashes: Vec<_> = stroke.dash.iter().copied().map(number).collect();
            let _ = write!(self.text, " stroke-dasharray=\"{}\"", dashes.join(" "));
        }
    }

    fn opacity(&mut self, attribute: &str, opacity: f64) {
        if opacity < 1.0 {
            let _ = write!(self.text, " {attribute}=\"{}\"", number(opacity));
        }
    }

    /// Returns a colour; in a page, one that the page may set.
    fn paint(&self, paint: Paint) -> String {
        let colour = hex(paint.rgb());
        if matches!(self.place, Place::File) {
            return colour;
        }
        match paint {
            Paint::Ink => "var(--figure-ink, currentColor)".into(),
            Paint::Muted => "var(--figure-muted, currentColor)".into(),
            // Grey that lets any background through.
            Paint::Grid => "var(--figure-grid, rgba(128, 128, 128, 0.3))".into(),
            Paint::Surface => "var(--figure-surface, Canvas)".into(),
            Paint::Series(index) if index + 1 == crate::palette::COLOURS => {
                format!("var(--figure-series-{}, currentColor)", index + 1)
            }
            Paint::Series(index) => format!("var(--figure-series-{}, {colour})", index + 1),
            Paint::Rgb(_) => colour,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short_and_never_minus_zero() {
        let cases = [(1.0, "1"), (-0.001, "0"), (0.126, "0.13"), (10.50, "10.5"), (f64::NAN, "0")];
        for (value, expected) in cases {
            assert_eq!(number(value), expected);
        }
    }

    #[test]
    fn ids_are_made_of_letters_digits_and_dashes() {
        assert_eq!(identifier("run 1/<x>"), "run-1--x-");
        assert_eq!(identifier("1"), "figure-1");
        assert_eq!(identifier(""), "figure-");
    }

    #[test]
    fn a_page_chooses_the_colours_and_a_file_needs_no_page() {
        let marks = vec![Mark::Text(Label::new(1.0, 2.0, "a<b", 12.0))];
        let scene = Scene { width: 10.0, height: 20.0, marks };
        let page = write(&scene, "t", "d", Place::Page("x"));
        assert!(page.contains("fill=\"var(--figure-ink, currentColor)\">a&lt;b</text>"), "{page}");
        assert!(page.contains("aria-labelledby=\"x-title x-desc\""));
        let file = write(&scene, "t", "d", Place::File);
        assert!(
            file.contains("<text x=\"1\" y=\"2\" font-size=\"12\" fill=\"#1a1a1a\">"),
            "{file}"
        );
        assert!(file.contains("<rect width=\"10\" height=\"20\" fill=\"#ffffff\"/>"));
        assert!(!file.contains("var("));
    }
}
