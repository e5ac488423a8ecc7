//! From metrics and a layout to a table, and from a table to files.

use std::path::Path;

use super::axis::Axis;
use super::caption::{Counts, Told};
use super::cells::{Cell, Cells, Key};
use super::marks::{Competitor, all_marks};
use super::names::Names;
use super::plan::Plan;
use super::published_rows::published_rows;
use super::statistic::Estimate;
use super::tested::tested;
use super::{AcrossName, LayoutParams};
use crate::layout::{Block, Cell as Entry, Column, Origin, Row, Spread, Table};
use crate::number::{Mark, NumberFormat};
use crate::query::{MetricRows, Scores, scores};
use crate::render::{LatexNumbers, html, latex, markdown, table_csv, typst};
use crate::significance::Verdict;
use crate::{CompareError, CompareParams};

/// What a table is made from.
#[derive(Clone, Copy)]
pub struct TableRequest<'a> {
    /// For references from the text of a paper.
    pub name: &'a str,
    /// The layout.
    pub layout: &'a LayoutParams,
    /// What the layout leaves open.
    pub compare: &'a CompareParams,
    /// Sentences below the table that the metrics do not know, such as what was done to label maps
    /// before they were scored.
    pub notes: &'a [String],
}

/// A table that was made.
#[derive(Debug, Clone, PartialEq)]
pub struct MadeTable {
    pub(super) block: Block,
    /// The entries in full precision.
    pub(super) facts: Vec<Fact>,
    /// The fields of rows and columns.
    pub(super) fields: Vec<String>,
    siunitx: bool,
    /// What a person should know.
    pub warnings: Vec<String>,
}

/// An entry in full precision.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Fact {
    /// The values of the fields of rows and columns; none where a run has none.
    pub(super) key: Vec<Option<String>>,
    pub(super) metric: String,
    pub(super) unit: String,
    pub(super) estimate: Estimate,
    pub(super) n: u32,
    pub(super) mark: Mark,
    pub(super) verdict: Verdict,
}

/// A format of tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TableFormat {
    /// Markdown.
    Markdown,
    /// LaTeX with booktabs.
    Latex,
    /// HTML without style.
    Html,
    /// Comma-separated values in full precision.
    Csv,
    /// Typst.
    Typst,
}

impl TableFormat {
    /// All formats.
    pub const ALL: [Self; 5] = [Self::Markdown, Self::Latex, Self::Html, Self::Csv, Self::Typst];

    /// The extension of its files.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Markdown => "md",
            Self::Latex => "tex",
            Self::Html => "html",
            Self::Csv => "csv",
            Self::Typst => "typ",
        }
    }
}

/// An entry and everything about it.
struct Found<'a> {
    row: usize,
    column: usize,
    cell: &'a Cell,
    estimate: Estimate,
    n: u32,
    metric: &'a str,
    format: NumberFormat,
    unit: &'a str,
    higher_is_better: Option<bool>,
}

impl MadeTable {
    /// Makes the table of a layout.
    ///
    /// # Errors
    /// When the layout names what the metrics do not have, or leaves a difference between them
    /// without a place.
    #[expect(clippy::too_many_lines, reason = "the parts of a table, one after the other")]
    pub fn make(rows: &MetricRows, request: &TableRequest<'_>) -> Result<Self, CompareError> {
        let TableRequest { layout, compare, .. } = *request;
        let mut plan = Plan::of(layout, compare, rows.fields()?)?;
        if layout.across == AcrossName::Subjects && !plan.knows("subject") {
            let message = "the metrics name no subjects, which the statistic is taken over";
            return Err(CompareError::Layout(message.to_owned()));
        }
        let scores = scores(rows, &plan.request(layout.across))?;
        plan.settle(&scores)?;
        let cells = Cells::of(&scores, &plan, layout.across);
        let rows_axis = Axis::of(&plan.rows, cells.rows(), &scores, &plan);
        let columns_axis = Axis::of(&plan.columns, cells.columns(), &scores, &plan);
        check_values(&plan, &scores, (&rows_axis, &columns_axis))?;
        let found = found(&cells, &scores, &plan, (&rows_axis, &columns_axis));
        let competitors: Vec<Competitor> = found
            .iter()
            .map(|found| Competitor {
                row: found.row,
                column: found.column,
                value: found.estimate.value,
                format: found.format,
                higher_is_better: found.higher_is_better,
            })
            .collect();
        let marks = all_marks(&competitors, &rows_axis, &columns_axis, &scores, &plan);
        let tests = match &layout.significance {
            Some(params) => {
                Some(tested(rows, &plan, (&rows_axis, &columns_axis), &scores, params)?)
            }
            None => None,
        };
        let mark_of = |at: (usize, usize)| marks.get(&at).copied().unwrap_or(Mark::None);
        let verdict_of = |at: (usize, usize)| {
            let verdicts = tests.as_ref().and_then(|tests| tests.verdicts.get(&at));
            verdicts.copied().unwrap_or(Verdict::Untested)
        };
        let counts = counts(&found, layout.across);
        let names = Names::of(&plan, &scores.metrics);
        let told = Told {
            plan: &plan,
            scores: &scores,
            names: &names,
            rows: &rows_axis,
            columns: &columns_axis,
            cells: &cells,
            counts,
        };
        let mut made = Vec::new();
        for (row, key) in rows_axis.keys.iter().enumerate() {
            let of_row = || found.iter().filter(|found| found.row == row);
            let cell = |column: usize| {
                of_row().find(|found| found.column == column).map_or_else(missing, |found| Entry {
                    value: found.estimate.value.map(|value| found.format.digits(value)),
                    spread: found.estimate.spread(found.format),
                    n: (counts == Counts::Entries && found.n > 0).then_some(found.n),
                    mark: mark_of((row, column)),
                    verdict: verdict_of((row, column)),
                })
            };
            let above = row.checked_sub(1).map(|above| &rows_axis.keys[above]);
            made.push(Row {
                labels: rows_axis.texts(key, &scores, &names),
                cells: (0..columns_axis.keys.len()).map(cell).collect(),
                runs: (counts != Counts::Entries && layout.across == AcrossName::Runs)
                    .then(|| of_row().map(|found| found.n).max())
                    .flatten(),
                origin: Origin::Measured,
                rule_above: key.len() > 1 && above.is_some_and(|above| above[0] != key[0]),
            });
        }
        let mut notes = told.notes();
        notes.extend(request.notes.iter().cloned());
        if let Some(published) = &layout.published {
            let published = published.numbers();
            made.extend(published_rows(published, (&rows_axis, &columns_axis), &scores, &plan)?);
            notes.extend(published.sentences());
        }
        let header = |key: &Key| {
            let mut headers = columns_axis.texts(key, &scores, &names);
            if headers.is_empty() {
                headers.push(names.metric(found.first().map_or("", |found| found.metric)));
            }
            Column { headers }
        };
        let table = Table {
            caption: told.caption(),
            row_headers: rows_axis.fields.iter().map(|field| names.header(field)).collect(),
            columns: columns_axis.keys.iter().map(header).collect(),
            rows: made,
            counts_runs: counts == Counts::Rows,
            notes,
            signs: tests.as_ref().and_then(|tests| tests.note.clone()),
        };
        let title = layout.title.clone().unwrap_or_else(|| told.title());
        let label = request.name.to_owned();
        let fact = |found: &Found<'_>| Fact {
            key: [&rows_axis, &columns_axis]
                .into_iter()
                .zip([&rows_axis.keys[found.row], &columns_axis.keys[found.column]])
                .flat_map(|(axis, key)| axis.fields.iter().zip(key))
                .map(|(field, number)| {
                    super::axis::value(&scores, field, *number).map(str::to_owned)
                })
                .collect(),
            metric: found.metric.to_owned(),
            unit: found.unit.to_owned(),
            estimate: found.estimate,
            n: found.n,
            mark: mark_of((found.row, found.column)),
            verdict: verdict_of((found.row, found.column)),
        };
        Ok(Self {
            facts: found.iter().map(fact).collect(),
            fields: plan.rows.iter().chain(&plan.columns).cloned().collect(),
            block: Block { title, label, main: table, second: None },
            siunitx: compare.siunitx,
            warnings: tests.map(|tests| tests.warnings).unwrap_or_default(),
        })
    }

    /// The table as text.
    pub fn text(&self, format: TableFormat) -> String {
        let block = std::slice::from_ref(&self.block);
        match format {
            TableFormat::Markdown => markdown(block),
            TableFormat::Latex => latex(block, LatexNumbers::of(self.siunitx)),
            TableFormat::Html => html(block),
            TableFormat::Csv => table_csv(&self.block.main),
            TableFormat::Typst => typst(block),
        }
    }

    /// Writes the entries in full precision, one a row, as an Arrow IPC file: the values of the
    /// fields, `metric`, `unit`, `value`, `std`, `low`, `high`, `n`, `mark` and `verdict`.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn write_arrow(&self, path: &Path) -> Result<(), CompareError> {
        super::arrow::write(self, path)
    }
}

fn missing() -> Entry {
    Entry {
        value: None,
        spread: Spread::None,
        n: None,
        mark: Mark::None,
        verdict: Verdict::Untested,
    }
}

/// The entries that there are, by row, then by column.
fn found<'a>(
    cells: &'a Cells,
    scores: &'a Scores,
    plan: &Plan<'_>,
    (rows, columns): (&Axis, &Axis),
) -> Vec<Found<'a>> {
    let place = scores.place("metric").expect("metrics are always grouped by");
    let confidence = plan.layout.confidence.unwrap_or(0.95);
    let mut found = Vec::new();
    for (row, row_key) in rows.keys.iter().enumerate() {
        for (column, column_key) in columns.keys.iter().enumerate() {
            let Some(cell) = cells.entries.get(&(row_key.clone(), column_key.clone())) else {
                continue;
            };
            let metric = scores.text(place, cell.metric).unwrap_or_default();
            let kind = scores.metrics.get(metric);
            let unit = kind.map_or("", |kind| kind.unit.as_str());
            let values = cell.values();
            found.push(Found {
                row,
                column,
                cell,
                estimate: Estimate::of(&values, plan.layout.statistic, confidence),
                n: values.len() as u32,
                metric,
                format: NumberFormat::new(unit, plan.percent, plan.decimals),
                unit,
                higher_is_better: kind.and_then(|kind| kind.higher_is_better),
            });
        }
    }
    found
}

/// Where the number of repetitions is said: once, if it is always the same.
fn counts(found: &[Found<'_>], across: AcrossName) -> Counts {
    let defined = || found.iter().filter(|found| found.n > 0);
    let (Some(least), Some(most)) =
        (defined().map(|found| found.n).min(), defined().map(|found| found.n).max())
    else {
        // Nothing is defined; the runs that there are still say something.
        return Counts::Caption(
            found.iter().map(|found| found.cell.runs.len()).max().unwrap_or(0) as u32
        );
    };
    if least == most {
        return Counts::Caption(least);
    }
    let mut pairs = defined().zip(defined().skip(1));
    let same_in_rows = pairs.all(|(a, b)| a.row != b.row || a.n == b.n);
    if same_in_rows && across == AcrossName::Runs { Counts::Rows } else { Counts::Entries }
}

/// Checks that everything the layout names is in the table.
fn check_values(
    plan: &Plan<'_>,
    scores: &Scores,
    (rows, columns): (&Axis, &Axis),
) -> Result<(), CompareError> {
    let fields: Vec<&String> = rows.fields.iter().chain(&columns.fields).collect();
    let values = |field: &str| -> Vec<&str> {
        let numbers = rows.numbers(field).into_iter().chain(columns.numbers(field));
        numbers.filter_map(|number| super::axis::value(scores, field, number)).collect()
    };
    let layout = plan.layout;
    let published = layout.published.iter().flat_map(|table| table.numbers().entries());
    let mut known: Vec<&str> = fields.iter().flat_map(|field| values(field)).collect();
    known.extend(published.map(|entry| entry.method));
    // Values that choose can have names too, which captions use.
    known.extend(plan.wanted.values().flatten().map(String::as_str));
    let metrics: Vec<&str> = scores.metrics.keys().map(String::as_str).collect();
    let is_known = |value: &str| known.contains(&value) || metrics.contains(&value);
    let is_name = |name: &str| {
        let of_field = name.split_once('=').is_some_and(|(field, value)| {
            fields.iter().any(|known| *known == field) && is_known(value)
        });
        is_known(name) || of_field || fields.iter().any(|field| *field == name)
    };
    let unknown = |part: &str, value: &str, field: Option<&str>, known: Vec<&str>| {
        CompareError::UnknownValue {
            part: part.to_owned(),
            field: field.map(str::to_owned),
            value: value.to_owned(),
            known: super::plan::sorted(known.into_iter()),
        }
    };
    if let Some(value) = layout.order.iter().find(|value| !is_known(value)) {
        return Err(unknown("order", value, None, known));
    }
    if let Some(name) = layout.names.keys().find(|name| !is_name(name)) {
        let fields = fields.iter().map(|field| field.as_str());
        return Err(unknown("names", name, None, known.into_iter().chain(fields).collect()));
    }
    let rank = plan.rank().unwrap_or_default();
    let of_rank = values(rank);
    let mut unranked = layout.unranked.iter().flatten();
    if let Some(value) = unranked.find(|value| !of_rank.contains(&value.as_str())) {
        return Err(unknown("unranked", value, Some(rank), of_rank));
    }
    if layout.rank.is_some() && !fields.iter().any(|field| *field == rank) {
        return Err(CompareError::Layout(format!(
            "`rank` is `{rank}`, which is neither among the rows nor the columns"
        )));
    }
    Ok(())
}

/// The warnings of a table, with its name.
pub(crate) fn warnings_of(name: &str, table: &MadeTable) -> Vec<String> {
    table.warnings.iter().map(|warning| format!("table `{name}`: {warning}")).collect()
}
