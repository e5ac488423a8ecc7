//! HTML tables without script, for a page that has its own style, which wins over the few rules here
//! that make the file readable by itself.
//!
//! Classes that such a page may style: `table` (the figure), `title`, `number`, `missing`,
//! `spread`, `second`, `sign`, `published`, `repeated` (a label that the row above has too), `rule`
//! (a row below a rule), `scroll` (around a table that may be wider than the page), `notes`, and
//! `offscreen` for what only a screen reader should say.
//! Every number has its full precision in `data-value`, to sort by.

use std::fmt::Write;

use super::plain::{DASH, notes, one_line};
use crate::layout::{Block, Cell, Origin, Row, Table};
use crate::number::Mark;
use crate::significance::Verdict;

use super::entry::Shown;

/// What a browser needs to show the file by itself.
const ALONE: &str = "<meta charset=\"utf-8\"/>\n<style>:where(figure.table){font-family:sans-serif}\
:where(figure.table table){border-collapse:collapse;font-variant-numeric:tabular-nums}\
:where(figure.table) :where(th,td){padding:.2em .7em;text-align:left}\
:where(figure.table) :where(.number){text-align:right}\
:where(figure.table .second){text-decoration:underline}\
:where(figure.table .offscreen){position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}\
</style>\n";

/// A figure per table.
pub(crate) fn html(blocks: &[Block]) -> String {
    let mut text = ALONE.to_owned();
    for block in blocks {
        put_figure(&mut text, &block.title, &block.main, &block.label);
        if let Some(second) = &block.second {
            put_figure(&mut text, &block.title, second, &format!("{}-settings", block.label));
        }
    }
    text
}

fn put_figure(text: &mut String, title: &str, table: &Table, label: &str) {
    let mut put = |line: std::fmt::Arguments<'_>| {
        writeln!(text, "{line}").expect("writing to a string never fails");
    };
    put(format_args!("<figure class=\"table\" data-label=\"{}\">", escape(label)));
    put(format_args!("<figcaption>"));
    put(format_args!("<p class=\"title\">{}</p>", escape(title)));
    if !table.caption.is_empty() {
        put(format_args!("<p>{}</p>", escape(&table.caption.join(" "))));
    }
    put(format_args!("</figcaption>"));
    let region = "class=\"scroll\" role=\"region\" tabindex=\"0\"";
    put(format_args!("<div {region} aria-label=\"{}\">", escape(title)));
    put(format_args!("<table>"));
    put(format_args!("<thead>"));
    for level in 0..table.levels() {
        put(format_args!("<tr>{}</tr>", header(table, level)));
    }
    put(format_args!("</thead>"));
    put(format_args!("<tbody>"));
    for at in 0..table.rows.len() {
        put(format_args!("{}", row(table, at)));
    }
    put(format_args!("</tbody>"));
    put(format_args!("</table>"));
    put(format_args!("</div>"));
    let notes = notes(table, "underlined");
    if !notes.is_empty() {
        put(format_args!("<ul class=\"notes\">"));
        for note in notes {
            put(format_args!("<li>{}</li>", escape(&note)));
        }
        put(format_args!("</ul>"));
    }
    put(format_args!("</figure>"));
}

/// The headers of a level; those of the labels and of the runs stand in the first and span all.
fn header(table: &Table, level: usize) -> String {
    let levels = table.levels();
    let spanning = |name: &str, class: &str| {
        let rows = if levels > 1 { format!(" rowspan=\"{levels}\"") } else { String::new() };
        format!("<th scope=\"col\"{class}{rows}>{}</th>", escape(name))
    };
    let number = " class=\"number\"";
    let mut cells = String::new();
    if level == 0 {
        cells.extend(table.row_headers.iter().map(|name| spanning(name, "")));
    }
    for span in table.header_spans(level) {
        let scope = match span.columns {
            1 if level + 1 == levels => format!("scope=\"col\"{number}"),
            1 => "scope=\"col\"".to_owned(),
            columns => format!("scope=\"colgroup\" colspan=\"{columns}\""),
        };
        put(&mut cells, format_args!("<th {scope}>{}</th>", escape(span.text)));
    }
    if level == 0 && table.counts_runs {
        cells.push_str(&spanning("runs", number));
    }
    cells
}

fn row(table: &Table, at: usize) -> String {
    let row = &table.rows[at];
    let classes = [(row.rule_above, "rule"), (row.origin == Origin::Published, "published")];
    let classes: Vec<&str> = classes.iter().filter(|(is, _)| *is).map(|(_, name)| *name).collect();
    let class = match classes.as_slice() {
        [] => String::new(),
        names => format!(" class=\"{}\"", names.join(" ")),
    };
    let mut cells = String::new();
    let shown = table.shown_labels(at);
    for (level, label) in row.labels.iter().enumerate() {
        let repeated = if shown[level].is_none() { " class=\"repeated\"" } else { "" };
        let sign = if level + 1 == row.labels.len() { published(row) } else { "" };
        put(&mut cells, format_args!("<th scope=\"row\"{repeated}>{}{sign}</th>", escape(label)));
    }
    cells.extend(row.cells.iter().map(cell));
    if table.counts_runs {
        match row.runs {
            Some(n) => {
                put(&mut cells, format_args!("<td class=\"number\" data-value=\"{n}\">{n}</td>"));
            }
            None => cells.push_str(&missing()),
        }
    }
    format!("<tr{class}>{cells}</tr>")
}

fn published(row: &Row) -> &'static str {
    match row.origin {
        Origin::Measured => "",
        Origin::Published => {
            "<sup aria-hidden=\"true\">p</sup><span class=\"offscreen\"> (published)</span>"
        }
    }
}

fn missing() -> String {
    format!(
        "<td class=\"number missing\"><span aria-hidden=\"true\">{DASH}</span>\
         <span class=\"offscreen\"> (no value)</span></td>"
    )
}

fn cell(cell: &Cell) -> String {
    let number = match Shown::of(cell) {
        Shown::Missing => return missing(),
        Shown::Range(range) => escape(&range),
        Shown::Number(number) => {
            let beside = [&number.beside, &number.count].map(|part| match part.as_str() {
                "" => String::new(),
                part => format!(" <span class=\"spread\">{}</span>", escape(part)),
            });
            let sign = number.sign.map_or(String::new(), String::from);
            format!("{}{}{}{}", escape(&sign), number.whole, number.fraction, beside.concat())
        }
    };
    let (number, rank) = match cell.mark {
        Mark::Best => (format!("<strong>{number}</strong>"), Some("best")),
        Mark::Second => (format!("<u class=\"second\">{number}</u>"), Some("second best")),
        Mark::None => (number, None),
    };
    let verdict = match cell.verdict {
        Verdict::Better => Some("significantly better"),
        Verdict::Worse => Some("significantly worse"),
        Verdict::Untested | Verdict::NotSignificant => None,
    };
    let sign = cell.verdict.sign();
    let sign = sign.map(|sign| format!("<sup class=\"sign\" aria-hidden=\"true\">{sign}</sup>"));
    let said: Vec<&str> = rank.into_iter().chain(verdict).collect();
    let said = match said.as_slice() {
        [] => String::new(),
        said => format!("<span class=\"offscreen\"> ({})</span>", said.join(", ")),
    };
    let value = cell.value.as_ref().map(|value| format!(" data-value=\"{}\"", value.exact));
    let (value, sign) = (value.unwrap_or_default(), sign.unwrap_or_default());
    format!("<td class=\"number\"{value}>{number}{sign}{said}</td>")
}

fn put(text: &mut String, part: std::fmt::Arguments<'_>) {
    text.write_fmt(part).expect("writing to a string never fails");
}

/// Text in which nothing is a tag or a reference, in content and in quoted attributes.
pub(super) fn escape(text: &str) -> String {
    let mut escaped = String::new();
    for c in one_line(text) {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::escape;

    #[test]
    fn escapes_tags_references_and_both_quotes() {
        assert_eq!(
            escape("<script>alert('x')</script>"),
            "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;"
        );
        assert_eq!(escape("a\" onload=\"b & &lt;"), "a&quot; onload=&quot;b &amp; &amp;lt;");
        assert_eq!(escape("two\nlines µ 中"), "two lines µ 中");
    }
}
