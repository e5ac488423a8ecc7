//! The table of every subject, and what the script needs to sort and filter it.

use std::collections::BTreeSet;
use std::fmt::Write;

use pipeline_page::escape;
use serde_json::{Value, json};

use super::data::{Scores, Setting};
use super::rows::{LeftOut, Row, choose, ranked, value};
use crate::report::words::{count, each, name, scrolling};

/// The id of the data for the script.
pub(in crate::report) const DATA_ID: &str = "scores-data";
/// Rows named as the best and as the worst.
const EXTREMES: usize = 5;

/// What tells rows apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Column {
    Subject,
    Dataset,
    Phase,
    Scan,
    Class,
}

/// The columns that tell anything, in order; the first is the subject's.
struct Columns(Vec<Column>);

/// Returns the HTML, nothing where there is nothing to show, and the data as JSON.
pub(in crate::report) fn drilldown(
    scores: &Result<Option<Scores>, String>,
) -> (String, Option<String>) {
    match scores {
        Ok(None) => (String::new(), None),
        Err(error) => {
            let html = format!(
                "<div class=\"notice warning\"><p>The metrics of this run cannot be read: {}.</p>\
                 </div>\n",
                escape(error)
            );
            (html, None)
        }
        Ok(Some(scores)) if scores.settings.is_empty() => {
            ("<p>The run's metrics tables have no rows.</p>\n".to_owned(), None)
        }
        Ok(Some(scores)) => {
            let (rows, settings, left_out) = choose(scores);
            let columns = Columns::of(scores, left_out);
            let html = page(scores, &rows, settings, left_out, &columns);
            (html, Some(data(scores, &rows, settings, &columns).to_string()))
        }
    }
}

impl Column {
    fn title(self) -> &'static str {
        match self {
            Self::Subject => "Subject",
            Self::Dataset => "Dataset",
            Self::Phase => "Phase",
            Self::Scan => "Scan",
            Self::Class => "Class",
        }
    }
}

impl Columns {
    fn of(scores: &Scores, left_out: LeftOut) -> Self {
        let datasets: BTreeSet<&str> = scores.scans.iter().map(|scan| &*scan.dataset).collect();
        let without_scan: BTreeSet<_> =
            scores.scans.iter().map(|scan| (&scan.dataset, &scan.subject, &scan.phase)).collect();
        let all = [
            (Column::Subject, true),
            (Column::Dataset, datasets.len() > 1),
            (Column::Phase, scores.scans.iter().any(|scan| scan.phase.is_some())),
            (Column::Scan, without_scan.len() < scores.scans.len()),
            (Column::Class, !left_out.classes),
        ];
        Self(all.into_iter().filter(|(_, tells)| *tells).map(|(column, _)| column).collect())
    }

    /// Titles, in order.
    fn titles(&self) -> Vec<&'static str> {
        self.0.iter().map(|column| column.title()).collect()
    }

    /// The texts of a scan, in the order of the titles, without that of the class, which comes last.
    fn of_scan<'a>(&self, scores: &'a Scores, scan: u32) -> Vec<&'a str> {
        let scan = &scores.scans[scan as usize];
        let text = |column: &Column| match column {
            Column::Subject => Some(scan.subject.as_str()),
            Column::Dataset => Some(scan.dataset.as_str()),
            Column::Phase => Some(scan.phase.as_deref().unwrap_or("–")),
            Column::Scan => Some(scan.id.as_str()),
            Column::Class => None,
        };
        self.0.iter().filter_map(text).collect()
    }

    /// The texts of a row, in the order of the titles.
    fn of_row<'a>(&self, scores: &'a Scores, row: Row) -> Vec<&'a str> {
        let mut texts = self.of_scan(scores, row.scan);
        texts.extend(row.class.map(|class| scores.classes[class as usize].as_str()));
        texts
    }
}

fn page(
    scores: &Scores,
    rows: &[Row],
    settings: usize,
    left_out: LeftOut,
    columns: &Columns,
) -> String {
    let setting = &scores.settings[0];
    let mut html = format!("<p>{}</p>\n", escape(&explanation(scores, left_out)));
    html.push_str(&extremes(scores, rows, columns));
    html.push_str(&controls(scores, settings, columns));
    html.push_str(&scrolling("Values of every subject", &table(scores, rows, columns)).replacen(
        "class=\"scroll\"",
        "class=\"scroll tall\"",
        1,
    ));
    let _ = writeln!(
        html,
        "<p class=\"small muted\" id=\"scores-note\">Best value of a row in bold. {}</p>",
        escape(&rest(setting, left_out))
    );
    html
}

/// What the numbers are.
fn explanation(scores: &Scores, left_out: LeftOut) -> String {
    let averaged = scores.most_averaged();
    let over = scores.over.join(" and ");
    let mean = if averaged > 1 {
        format!("Each value is the mean of up to {averaged} runs that differ in {over}.")
    } else {
        "Each value is of a single run.".to_owned()
    };
    let classes = if left_out.classes { " Classes are averaged." } else { "" };
    let measured = scores.measured();
    let scans = count(measured.len(), "scan");
    let subjects: BTreeSet<_> = measured
        .iter()
        .map(|scan| &scores.scans[*scan as usize])
        .map(|scan| (&scan.dataset, &scan.subject))
        .collect();
    let subjects = count(subjects.len(), "subject");
    format!("{scans} of {subjects}. {mean}{classes}")
}

/// What is not on the page, and where it is.
fn rest(setting: &Setting, left_out: LeftOut) -> String {
    let mut text = String::new();
    if left_out.scans > 0 {
        let _ = write!(
            text,
            "To keep this page small, {} between the best and the worst by {} are left out. ",
            count(left_out.scans, "scan"),
            setting.metric
        );
    }
    if left_out.settings > 0 {
        let settings = count(left_out.settings, "combination");
        let _ = write!(text, "{settings} of metric, grid and checkpoint are not on this page. ");
    }
    text.push_str(
        "Every single value, of every seed, is in metrics.arrow beside this page; the command \
         orchestrate table makes tables of them.",
    );
    text
}

/// The worst and the best rows.
fn extremes(scores: &Scores, rows: &[Row], columns: &Columns) -> String {
    let ranked = ranked(scores, rows);
    let most = EXTREMES.min(ranked.len() / 2);
    if most == 0 {
        return String::new();
    }
    let setting = &scores.settings[0];
    let line = |(row, mean): &(usize, f64)| {
        let words = columns.of_row(scores, rows[*row]);
        let decimals = setting.decimals();
        format!("<li>{}: {mean:.decimals$}</li>\n", name(&words.join(", ")))
    };
    let worst: String = ranked.iter().take(most).map(line).collect();
    let best: String = ranked.iter().rev().take(most).map(line).collect();
    let unit = unit(setting);
    format!(
        "<div class=\"extremes\">\n<div><h3>Worst</h3>\n<ol>\n{worst}</ol></div>\n\
         <div><h3>Best</h3>\n<ol>\n{best}</ol></div>\n</div>\n\
         <p class=\"small muted\">By {}{}, mean over {}.</p>\n",
        name(&setting.title()),
        escape(&unit),
        count(scores.series.len(), "column")
    )
}

/// ` (mm)`, or nothing for a ratio.
fn unit(setting: &Setting) -> String {
    if setting.unit == "1" { String::new() } else { format!(" ({})", setting.unit) }
}

/// What the script uses; it shows where the script runs.
fn controls(scores: &Scores, settings: usize, columns: &Columns) -> String {
    let options = |list: &[String]| -> String {
        let option = |(value, text): (usize, &String)| {
            format!("<option value=\"{value}\">{}</option>", name(text))
        };
        list.iter().enumerate().map(option).collect()
    };
    let titles: Vec<String> = scores.settings[..settings]
        .iter()
        .map(|setting| format!("{}{}", setting.title(), unit(setting)))
        .collect();
    let mut html = String::from("<form class=\"controls\" id=\"scores-controls\" hidden>\n");
    let mut select = |field: &str, label: &str, first: &str, list: &[String]| {
        let _ = writeln!(
            html,
            "<label>{label} <select name=\"{field}\">{first}{}</select></label>",
            options(list)
        );
    };
    select("setting", "Metric", "", &titles);
    if columns.0.contains(&Column::Class) && scores.classes.len() > 1 {
        let first = "<option value=\"all\">each class</option><option value=\"mean\">mean of \
                     classes</option>";
        select("class", "Class", first, &scores.classes);
    }
    html.push_str(
        "<label>Find <input type=\"search\" name=\"find\" autocomplete=\"off\" \
         placeholder=\"subject, phase, class\"></label>\n<button type=\"reset\">Reset</button>\n\
         <p role=\"status\" id=\"scores-status\" class=\"small muted\"></p>\n</form>\n",
    );
    html
}

/// The table of the first setting, for readers without scripts; the script replaces its rows.
fn table(scores: &Scores, rows: &[Row], columns: &Columns) -> String {
    let setting = &scores.settings[0];
    let mut head = each(columns.titles(), |title| format!("<th scope=\"col\">{title}</th>"));
    for series in &scores.series {
        let _ = write!(head, "<th scope=\"col\" class=\"number\">{}</th>", name(series));
    }
    let spread = scores.series.len() > 1;
    if spread {
        head.push_str("<th scope=\"col\" class=\"number\">Range</th>");
    }
    let mut body = String::new();
    for row in rows {
        let values: Vec<Option<f64>> =
            (0..scores.series.len() as u32).map(|series| value(scores, 0, *row, series)).collect();
        // What has other metrics only.
        if values.iter().all(Option::is_none) {
            continue;
        }
        for (place, text) in columns.of_row(scores, *row).into_iter().enumerate() {
            let text = name(text);
            if place == 0 {
                let _ = write!(body, "<tr><th scope=\"row\">{text}</th>");
            } else {
                let _ = write!(body, "<td>{text}</td>");
            }
        }
        numbers(&mut body, setting, &values, spread);
        body.push_str("</tr>\n");
    }
    format!(
        "<table id=\"scores\">\n<caption id=\"scores-caption\">{}{}</caption>\n<thead><tr>{head}</tr>\
         </thead>\n<tbody>\n{body}</tbody>\n</table>\n",
        name(&setting.title()),
        escape(&unit(setting))
    )
}

fn numbers(body: &mut String, setting: &Setting, values: &[Option<f64>], spread: bool) {
    let defined = || values.iter().flatten().copied();
    let best = defined().max_by(|a, b| setting.goodness(*a).total_cmp(&setting.goodness(*b)));
    let decimals = setting.decimals();
    for value in values {
        let text = match value {
            None => "<span class=\"muted\">–</span>".to_owned(),
            Some(value) if spread && Some(*value) == best => {
                format!("<strong>{value:.decimals$}</strong>")
            }
            Some(value) => format!("{value:.decimals$}"),
        };
        let _ = write!(body, "<td class=\"number\">{text}</td>");
    }
    if spread {
        let low = defined().fold(f64::INFINITY, f64::min);
        let high = defined().fold(f64::NEG_INFINITY, f64::max);
        let text =
            if low <= high { format!("{:.decimals$}", high - low) } else { "–".to_owned() };
        let _ = write!(body, "<td class=\"number\">{text}</td>");
    }
}

/// What the script needs. Numbers have one decimal more than is shown.
fn data(scores: &Scores, rows: &[Row], settings: usize, columns: &Columns) -> Value {
    let listed: Vec<Value> = scores.settings[..settings]
        .iter()
        .map(|one| {
            let title = format!("{}{}", one.title(), unit(one));
            json!({ "title": title, "direction": one.direction(), "decimals": one.decimals() })
        })
        .collect();
    let scans: Vec<Vec<&str>> =
        (0..scores.scans.len() as u32).map(|scan| columns.of_scan(scores, scan)).collect();
    let values: Vec<Vec<Value>> = (0..settings as u32)
        .map(|setting| {
            let scale = 10_f64.powi(scores.settings[setting as usize].decimals() as i32 + 1);
            let number = |value: f64| json!((value * scale).round() / scale);
            let series = || 0..scores.series.len() as u32;
            rows.iter()
                .flat_map(|row| series().map(move |series| value(scores, setting, *row, series)))
                .map(|value| value.map_or(Value::Null, number))
                .collect()
        })
        .collect();
    json!({
        "columns": columns.titles(),
        "series": scores.series,
        "classes": scores.classes,
        "scans": scans,
        "rows": rows.iter().map(|row| json!([row.scan, row.class])).collect::<Vec<_>>(),
        "settings": listed,
        "values": values,
    })
}
