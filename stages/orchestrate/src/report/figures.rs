//! The figures that stages exported, as drawings that take their colours from the page.

use std::fmt::Write;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use pipeline_page::escape;
use serde::Deserialize;

use super::files::{ExportedFile, Files, text};
use super::markup;
use super::words::{count, name};

/// What all figures of a page may take together.
const LARGEST_TOTAL: usize = 16 << 20;
/// Larger drawings are not embedded a second time to be saved.
const LARGEST_LINK: usize = 96 << 10;
/// The list of figures, in the folder of the figures.
const INDEX: &str = "figures.json";

/// The list; what it also says is not needed here.
#[derive(Deserialize)]
struct Index {
    figures: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    /// The figure's own title.
    title: String,
    /// What tells it from figures of the same title.
    #[serde(default)]
    section: String,
    /// What it shows.
    #[serde(default)]
    caption: String,
    /// The drawing in colours of its own, to be saved.
    svg: String,
    /// The drawing that takes its colours from the page.
    #[serde(default)]
    page: Option<String>,
    /// What should be known of it.
    #[serde(default)]
    notes: Vec<String>,
}

/// Writes every figure of every list; nothing if there is none.
pub(super) fn figures(files: &Files) -> String {
    let mut html = String::new();
    let mut room = LARGEST_TOTAL;
    let mut without_room: Vec<String> = Vec::new();
    let indices = files.keys().filter(|path| path.rsplit('/').next() == Some(INDEX));
    for (list, path) in indices.enumerate() {
        let folder = path.strip_suffix(INDEX).unwrap_or_default();
        let index = text(files, path).map(serde_json::from_str::<Index>);
        let index = match index {
            Some(Ok(index)) => index,
            Some(Err(error)) => {
                notice(&mut html, path, &error.to_string());
                continue;
            }
            None => {
                notice(&mut html, path, "it cannot be read");
                continue;
            }
        };
        for (place, entry) in index.figures.iter().enumerate() {
            let file = format!("{folder}{}", entry.page.as_ref().unwrap_or(&entry.svg));
            let drawing = match files.get(&file) {
                Some(ExportedFile::Text(drawing)) => drawing,
                Some(ExportedFile::Unreadable(why)) => {
                    notice(&mut html, &file, why);
                    continue;
                }
                None => {
                    notice(&mut html, &file, "the run exported no such file");
                    continue;
                }
            };
            if drawing.len() > room {
                without_room.push(format!("{folder}{}", entry.svg));
                continue;
            }
            room -= drawing.len();
            let id = format!("figure-{list}-{place}");
            match markup::svg(drawing, &id) {
                Ok(svg) => figure(&mut html, files, folder, entry, &id, &svg),
                Err(refused) => notice(&mut html, &file, &refused.0),
            }
        }
    }
    if !without_room.is_empty() {
        let list: Vec<String> =
            without_room.iter().map(|path| format!("<code>{}</code>", name(path))).collect();
        let _ = writeln!(
            html,
            "<p>{} would make this page too large; they lie beside it: {}.</p>",
            count(without_room.len(), "more figure"),
            list.join(", ")
        );
    }
    html
}

fn figure(html: &mut String, files: &Files, folder: &str, entry: &Entry, id: &str, svg: &str) {
    let title = if entry.section.is_empty() {
        entry.title.clone()
    } else {
        format!("{} ({})", entry.title, entry.section)
    };
    let _ = write!(
        html,
        "<figure class=\"drawing\" aria-labelledby=\"{id}-heading\">\n\
         <h3 id=\"{id}-heading\" class=\"offscreen\">{}</h3>\n\
         <div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"{}\">\n{svg}\n</div>\n\
         <figcaption>{}",
        name(&title),
        name(&title),
        escape(&entry.caption)
    );
    // The drawing shows its title and its notes; an image's text is not read out.
    for note in &entry.notes {
        let _ = write!(html, "<span class=\"offscreen\"> {}</span>", escape(note));
    }
    html.push_str("</figcaption>\n");
    let file = format!("{folder}{}", entry.svg);
    if let Some(drawing) = text(files, &file).filter(|text| text.len() <= LARGEST_LINK) {
        let saved = file.rsplit('/').next().unwrap_or(&file);
        let _ = writeln!(
            html,
            "<p class=\"actions\"><a class=\"button\" download=\"{}\" \
             href=\"data:image/svg+xml;base64,{}\">SVG<span class=\"offscreen\"> of {}</span></a></p>",
            name(saved),
            STANDARD.encode(drawing),
            name(&title)
        );
    }
    html.push_str("</figure>\n");
}

fn notice(html: &mut String, file: &str, why: &str) {
    let _ = writeln!(
        html,
        "<div class=\"notice warning\"><p>The figure <code>{}</code> cannot be shown: {}.</p></div>",
        name(file),
        escape(why)
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    const SVG: &str = "<svg role=\"img\"><title id=\"t\">x</title></svg>";

    fn files(list: &[(&str, &str)]) -> Files {
        let file = |text: &str| ExportedFile::Text(text.into());
        list.iter().map(|(path, text)| ((*path).to_owned(), file(text))).collect()
    }

    #[test]
    fn figures_stand_in_the_order_of_their_list_with_ids_of_their_own() {
        let index = r#"{"version": 1, "figures": [
            {"title": "B & b", "section": "RV", "caption": "c", "svg": "b.svg", "page": "page/b.svg"},
            {"title": "A", "svg": "a.svg", "notes": ["n <1>"]},
            {"title": "gone", "svg": "gone.svg"}]}"#;
        let page = figures(&files(&[
            ("figures/figures.json", index),
            ("figures/b.svg", SVG),
            ("figures/page/b.svg", SVG),
            ("figures/a.svg", SVG),
        ]));
        let place = |text: &str| page.find(text).unwrap_or_else(|| panic!("no {text} in {page}"));
        assert!(place("B &amp; b (RV)") < place(">A</h3>"));
        assert!(place("id=\"figure-0-0-t\"") < place("id=\"figure-0-1-t\""));
        place("n &lt;1&gt;");
        place("<code>figures/gone.svg</code> cannot be shown: the run exported no such file");
        assert_eq!(page.matches("download=").count(), 2);
    }

    #[test]
    fn a_broken_list_is_told() {
        let page = figures(&files(&[("figures.json", "{}")]));
        assert!(page.contains("missing field `figures`"), "{page}");
        assert_eq!(figures(&Files::new()), "");
    }
}
