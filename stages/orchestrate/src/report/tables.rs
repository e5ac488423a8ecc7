//! The tables that stages exported, to read, to copy and to take along.

use std::fmt::Write;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use pipeline_page::{escape, identifier};

use super::files::{ExportedFile, Files, text};
use super::markup;
use super::words::name;

/// Larger files are not embedded to be saved; they lie beside the page.
const LARGEST_LINK: usize = 64 << 10;
/// Forms of a table that can be saved: ending, what it is called, media type.
const FORMS: [(&str, &str, &str); 5] = [
    ("csv", "CSV", "text/csv"),
    ("tex", "LaTeX", "text/plain"),
    ("typ", "Typst", "text/plain"),
    ("md", "Markdown", "text/plain"),
    ("html", "HTML", "text/plain"),
];

/// Writes every table; nothing if there is none.
pub(super) fn tables(files: &Files) -> String {
    let mut stems: Vec<&str> = files.keys().filter_map(|path| path.strip_suffix(".html")).collect();
    // The comparison comes first, then the tables that a person laid out, then what tests say.
    stems.sort_by_key(|stem| {
        let file = stem.rsplit('/').next().unwrap_or(stem);
        let laid_out = stem.split('/').rev().nth(1) == Some("tables");
        (if laid_out { 1 } else { 2 * u8::from(file.starts_with("significance")) }, *stem)
    });
    stems.iter().map(|stem| table(files, stem)).collect()
}

fn table(files: &Files, stem: &str) -> String {
    let id = format!("table-{}", identifier(stem));
    let title = title(stem);
    let body = match &files[&format!("{stem}.html")] {
        ExportedFile::Unreadable(why) => Err(why.clone()),
        ExportedFile::Text(fragment) => markup::html(fragment).map_err(|refused| refused.0),
    };
    let mut html = format!(
        "<section class=\"result-table\" aria-labelledby=\"{id}\">\n<h3 id=\"{id}\">{}</h3>\n",
        name(&title)
    );
    match body {
        Ok(body) => html.push_str(&body),
        Err(why) => {
            let _ = writeln!(
                html,
                "<div class=\"notice warning\"><p>The table <code>{}.html</code> cannot be shown: {}.\
                 </p></div>",
                name(stem),
                escape(&why)
            );
        }
    }
    html.push_str(&actions(files, stem, &id, &title));
    html.push_str("</section>\n");
    html
}

/// `tables/main_results` -> `Main results`.
fn title(stem: &str) -> String {
    let file = stem.rsplit('/').next().unwrap_or(stem).replace(['_', '-'], " ");
    let mut letters = file.chars();
    letters.next().map_or(file.clone(), |first| first.to_uppercase().chain(letters).collect())
}

fn actions(files: &Files, stem: &str, id: &str, title: &str) -> String {
    let mut html = String::from("<div class=\"actions\">\n");
    let latex = text(files, &format!("{stem}.tex"));
    if latex.is_some() {
        let _ = writeln!(
            html,
            "<button type=\"button\" data-copy=\"{id}-latex\" hidden>Copy LaTeX<span \
             class=\"offscreen\"> of {}</span></button>",
            name(title)
        );
    }
    for (ending, form, media) in FORMS {
        let path = format!("{stem}.{ending}");
        let Some(content) = text(files, &path).filter(|text| text.len() <= LARGEST_LINK) else {
            continue;
        };
        let file = path.rsplit('/').next().unwrap_or(&path);
        let _ = writeln!(
            html,
            "<a class=\"button\" download=\"{}\" href=\"data:{media};charset=utf-8;base64,{}\">{form}\
             <span class=\"offscreen\"> of {}</span></a>",
            name(file),
            STANDARD.encode(content),
            name(title)
        );
    }
    html.push_str("</div>\n");
    if let Some(latex) = latex {
        let _ = writeln!(
            html,
            "<details><summary>LaTeX</summary>\n<pre tabindex=\"0\" role=\"region\" \
             aria-label=\"LaTeX of {}\"><code id=\"{id}-latex\">{}</code></pre></details>",
            name(title),
            escape(latex)
        );
    }
    html
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(list: &[(&str, &str)]) -> Files {
        let file = |text: &str| ExportedFile::Text(text.into());
        list.iter().map(|(path, text)| ((*path).to_owned(), file(text))).collect()
    }

    #[test]
    fn the_comparison_comes_first_and_tests_last() {
        let page = tables(&files(&[
            ("comparison.html", "<p>all</p>"),
            ("comparison.tex", "\\textbf{a} & b"),
            ("significance.html", "<p>tests</p>"),
            ("tables/main_results.html", "<p>main</p>"),
        ]));
        let place = |text: &str| page.find(text).unwrap_or_else(|| panic!("no {text} in {page}"));
        assert!(place(">Comparison</h3>") < place(">Main results</h3>"));
        assert!(place(">Main results</h3>") < place(">Significance</h3>"));
        assert!(page.contains("<code id=\"table-comparison-latex\">\\textbf{a} &amp; b</code>"));
        assert_eq!(page.matches("data-copy=").count(), 1);
        // printf '\\textbf{a} & b' | base64
        assert!(page.contains("download=\"comparison.tex\" href=\"data:text/plain;charset=utf-8;base64,XHRleHRiZnthfSAmIGI=\""));
    }

    #[test]
    fn a_broken_table_is_told_and_the_others_stay() {
        let mut files = files(&[("a.html", "<table>"), ("b.html", "<p>fine</p>")]);
        files.insert("c.html".into(), ExportedFile::Unreadable("it is gone".into()));
        let page = tables(&files);
        assert!(page.contains("<code>a.html</code> cannot be shown"), "{page}");
        assert!(page.contains("it is gone") && page.contains("<p>fine</p>"));
        assert_eq!(tables(&Files::new()), "");
    }
}
