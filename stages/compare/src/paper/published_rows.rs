//! Rows of published numbers, below our own.

use super::axis::{Axis, value};
use super::names::Names;
use super::plan::Plan;
use crate::CompareError;
use crate::aggregate::MEAN;
use crate::layout::{Cell, Digits, Origin, Row, Spread};
use crate::number::{Mark, NumberFormat};
use crate::published::{Published, PublishedEntry};
use crate::query::Scores;
use crate::significance::Verdict;

/// A field that published numbers say something about.
enum Stated<'a> {
    /// Its value.
    Value(&'a str),
    /// Nothing, so that a number stands beside every value.
    Nothing,
    /// Never: a matrix variable of ours.
    Never,
}

fn stated<'a>(entry: &PublishedEntry<'a>, field: &str, method: &str) -> Stated<'a> {
    match field {
        "dataset" => Stated::Value(entry.dataset),
        "class" => Stated::Value(entry.class.unwrap_or(MEAN)),
        "metric" => Stated::Value(entry.metric),
        "checkpoint" => entry.checkpoint.map_or(Stated::Nothing, Stated::Value),
        "grid" => Stated::Nothing,
        field if field == method => Stated::Value(entry.method),
        _ => Stated::Never,
    }
}

/// The rows of these numbers.
///
/// # Errors
/// When methods are no rows, or no number belongs into any column.
pub(super) fn published_rows(
    published: &Published,
    (rows, columns): (&Axis, &Axis),
    scores: &Scores,
    plan: &Plan<'_>,
) -> Result<Vec<Row>, CompareError> {
    let method = plan.compare.rows.as_str();
    if !rows.fields.iter().any(|field| field == method) {
        return Err(CompareError::Layout(format!(
            "published numbers stand in rows of `{method}`, which is not among the `rows`"
        )));
    }
    let names = Names::of(plan, &scores.metrics);
    let entries: Vec<PublishedEntry<'_>> =
        published.entries().filter(|entry| chosen(entry, plan, scores, method)).collect();
    // Rows in the order of the publication, each once.
    let mut keys: Vec<Vec<Option<&str>>> = Vec::new();
    for entry in &entries {
        let key = |field: &String| match stated(entry, field, method) {
            Stated::Value(value) => Some(value),
            Stated::Nothing | Stated::Never => None,
        };
        let key: Vec<Option<&str>> = rows.fields.iter().map(key).collect();
        if !keys.contains(&key) {
            keys.push(key);
        }
    }
    let mut made = Vec::new();
    for key in keys {
        let of_row: Vec<&PublishedEntry<'_>> = entries
            .iter()
            .filter(|entry| {
                rows.fields.iter().zip(&key).all(|(field, value)| {
                    match stated(entry, field, method) {
                        Stated::Value(stated) => Some(stated) == *value,
                        _ => true,
                    }
                })
            })
            .collect();
        let cells: Vec<Cell> = columns
            .keys
            .iter()
            .map(|column| cell(&of_row, column, columns, scores, plan))
            .collect();
        if cells.iter().all(|cell| cell.value.is_none()) {
            continue;
        }
        let label = |(field, value): (&String, Option<&str>)| match value {
            Some(value) if field == method => {
                let of_paper = of_row.first().map_or(value, |entry| entry.name);
                names.chosen(field, value).unwrap_or(of_paper).to_owned()
            }
            Some(MEAN) if field == "class" => names.mean(),
            value => names.value(field, value),
        };
        made.push(Row {
            labels: rows.fields.iter().zip(key.iter().copied()).map(label).collect(),
            cells,
            runs: None,
            origin: Origin::Published,
            rule_above: made.is_empty(),
        });
    }
    if made.is_empty() {
        let mut known: Vec<String> = published
            .entries()
            .map(|entry| {
                format!("{} of {} on {}", entry.metric, entry.class.unwrap_or(MEAN), entry.dataset)
            })
            .collect();
        known.dedup();
        known.sort();
        known.dedup();
        return Err(CompareError::NoPublished { source_name: published.source.clone(), known });
    }
    Ok(made)
}

/// Whether the layout wants a number.
fn chosen(entry: &PublishedEntry<'_>, plan: &Plan<'_>, scores: &Scores, method: &str) -> bool {
    let shown = |field: &str| plan.rows.iter().chain(&plan.columns).any(|shown| shown == field);
    let fits = |field: &str| -> bool {
        let Stated::Value(found) = stated(entry, field, method) else { return true };
        let wanted = plan.wanted.get(field);
        if field == "class" {
            // Of a table without classes, the mean; of a dataset with one class, that class.
            return shown(field) || found == MEAN || of_one_class(entry, scores);
        }
        if let Some(wanted) = wanted {
            return wanted.iter().any(|wanted| wanted == found);
        }
        // What the table does not show is the same in all of it.
        shown(field)
            || scores.place(field).is_none_or(|place| {
                scores
                    .groups
                    .iter()
                    .all(|group| scores.text(place, group.key[place]) == Some(found))
            })
    };
    ["dataset", "class", "metric", "checkpoint"].into_iter().all(fits)
        && plan
            .wanted
            .get(method)
            .is_none_or(|wanted| wanted.iter().any(|name| name == entry.method))
}

fn of_one_class(entry: &PublishedEntry<'_>, scores: &Scores) -> bool {
    let (Some(class), Some(dataset)) = (scores.place("class"), scores.place("dataset")) else {
        return false;
    };
    let mut groups = scores.groups.iter();
    groups.all(|group| {
        scores.text(dataset, group.key[dataset]) != Some(entry.dataset)
            || scores.text(class, group.key[class]) == entry.class
    })
}

/// The number that belongs into a column; the one whose checkpoint is stated before others.
fn cell(
    entries: &[&PublishedEntry<'_>],
    column: &[u32],
    columns: &Axis,
    scores: &Scores,
    plan: &Plan<'_>,
) -> Cell {
    let fits = |entry: &&&PublishedEntry<'_>| {
        columns.fields.iter().zip(column).all(|(field, number)| {
            match stated(entry, field, &plan.compare.rows) {
                Stated::Value(stated) => value(scores, field, *number) == Some(stated),
                Stated::Nothing => true,
                Stated::Never => false,
            }
        })
    };
    let found = entries.iter().filter(fits).max_by_key(|entry| entry.checkpoint.is_some());
    let mut made = Cell {
        value: None,
        spread: Spread::None,
        n: None,
        mark: Mark::None,
        verdict: Verdict::Untested,
    };
    if let Some(entry) = found {
        let format = NumberFormat::new(entry.unit, plan.percent, plan.decimals);
        // Printed numbers have few digits; the rest is noise of changing the unit there and back.
        let printed = |number: f64| {
            let digits = format.digits(number);
            Digits { exact: (digits.exact * 1e9).round() / 1e9, ..digits }
        };
        made.value = Some(printed(entry.mean));
        made.spread = entry.std.map_or(Spread::None, |std| Spread::Std(printed(std)));
    }
    made
}
