//! What is said around a table of a layout.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use stages_tables::Natural;

use super::axis::Axis;
use super::cells::{Cell, Cells, Key};
use super::names::Names;
use super::plan::Plan;
use super::{AcrossName, StatisticName};
use crate::layout::{checkpoint_note, grid_note, listed_runs, of_literature};
use crate::query::{Scores, Tally};

/// Places of a kind that a note lists; of more it gives the number.
const MOST_PLACES: usize = 8;
/// Rows whose runs a note lists.
const MOST_ROWS: usize = 12;

/// The parts of a table that its texts are about.
pub(super) struct Told<'a> {
    pub(super) plan: &'a Plan<'a>,
    pub(super) scores: &'a Scores,
    pub(super) names: &'a Names<'a>,
    pub(super) rows: &'a Axis,
    pub(super) columns: &'a Axis,
    pub(super) cells: &'a Cells,
    /// Whether the number of runs is said row by row or entry by entry.
    pub(super) counts: Counts,
}

/// Where the number of repetitions is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Counts {
    /// It is the same everywhere.
    Caption(u32),
    /// In a column of its own.
    Rows,
    /// Beside every entry.
    Entries,
}

impl Told<'_> {
    /// The metrics and the dataset.
    pub(super) fn title(&self) -> String {
        let metrics = self.texts("metric");
        let metrics: Vec<String> =
            metrics.iter().map(|metric| self.names.metric_and_unit(metric)).collect();
        let metrics = match metrics.as_slice() {
            [all @ .., last] if !all.is_empty() => format!("{} and {last}", all.join(", ")),
            all => all.join(""),
        };
        match self.texts("dataset").as_slice() {
            [dataset] => {
                let dataset = self.names.value("dataset", Some(dataset));
                format!("{metrics} on {dataset}")
            }
            _ => metrics,
        }
    }

    /// The sentences above the table.
    pub(super) fn caption(&self) -> Vec<String> {
        if let Some(caption) = &self.plan.layout.caption {
            return vec![caption.clone()];
        }
        let mut settings = Vec::new();
        for field in ["grid", "checkpoint"] {
            if let ([value], false) = (self.texts(field).as_slice(), self.is_shown(field)) {
                settings.push(format!("{field} {value}"));
            }
        }
        for (field, values) in &self.plan.layout.wanted {
            if !self.is_shown(field)
                && !["metric", "grid", "checkpoint", "dataset"].contains(&field.as_str())
            {
                let values = values.iter().map(|value| self.names.value(field, Some(value)));
                settings.push(format!("{field} {}", values.collect::<Vec<_>>().join(", ")));
            }
        }
        let settings = (!settings.is_empty()).then(|| {
            let mut text = settings.join(", ");
            text[..1].make_ascii_uppercase();
            format!("{text}.")
        });
        settings.into_iter().chain([self.entries(), self.scoring()]).collect()
    }

    /// What the entries are, and over what.
    fn entries(&self) -> String {
        let confidence = 100.0 * self.plan.layout.confidence.unwrap_or(0.95);
        let confidence = (confidence * 1e6).round() / 1e6;
        let (what, beside) = match self.plan.layout.statistic {
            StatisticName::MeanStd => ("means (sample standard deviations)", "standard deviation"),
            StatisticName::Mean => ("means", ""),
            StatisticName::Median => ("medians", ""),
            StatisticName::MedianIqr => ("medians [quartiles]", "quartiles"),
            StatisticName::MeanCi => ("means [confidence intervals]", "interval"),
        };
        let interval = match self.plan.layout.statistic {
            StatisticName::MeanCi => {
                format!("; the intervals are of {confidence} %, from Student's distribution")
            }
            _ => String::new(),
        };
        let single =
            if beside.is_empty() { String::new() } else { format!(", so there is no {beside}") };
        if self.plan.layout.across == AcrossName::Subjects {
            return match self.counts {
                Counts::Caption(1) => format!("Entries are of a single subject{single}."),
                Counts::Caption(n) => format!("Entries are {what} over {n} subjects{interval}."),
                _ => format!("Entries are {what} over n subjects{interval}."),
            };
        }
        let runs = self.common_runs().map(|runs| self.listed(&runs)).unwrap_or_default();
        let runs = if runs.is_empty() { runs } else { format!(" ({runs})") };
        match self.counts {
            Counts::Caption(1) => format!("Entries are of a single run{runs}{single}."),
            Counts::Caption(n) => format!("Entries are {what} over {n} runs{runs}{interval}."),
            Counts::Rows => {
                format!("Entries are {what} over the runs counted in the last column{interval}.")
            }
            Counts::Entries => format!("Entries are {what} over n runs{interval}."),
        }
    }

    /// How a score comes about.
    fn scoring(&self) -> String {
        let of = match self.plan.layout.across {
            AcrossName::Runs => "in a run is its mean over its scans",
            AcrossName::Subjects => "in a subject is the mean over its scans, then over the runs",
        };
        let has_mean = self.columns.keys.iter().chain(&self.rows.keys).flatten();
        let has_mean = has_mean.into_iter().any(|number| *number == super::cells::MEAN_CLASS);
        if self.is_shown("class") {
            let mean = self.names.mean();
            let mean = if has_mean {
                format!("; {mean} is the mean over the classes")
            } else {
                String::new()
            };
            return format!("The score of a class {of}{mean}.");
        }
        let classes = if self.texts("class").len() > 1 { ", then over the classes" } else { "" };
        match self.plan.layout.across {
            AcrossName::Runs => format!("The score of a run is the mean over its scans{classes}."),
            AcrossName::Subjects => format!("The score of a class {of}{classes}."),
        }
    }

    /// The sentences below the table.
    pub(super) fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        let differ = self.plan.layout.across == AcrossName::Runs && self.common_runs().is_none();
        if differ && self.rows.keys.len() <= MOST_ROWS {
            let runs = self.rows.keys.iter().map(|row| {
                let label = self.rows.texts(row, self.scores, self.names).join(", ");
                format!("{label}: {}", self.listed(&self.runs_of(row)))
            });
            notes.push(format!("Runs: {}.", runs.collect::<Vec<_>>().join("; ")));
        }
        let metrics = self.texts("metric");
        for grid in self.texts("grid").iter().rev() {
            let of_metrics: BTreeSet<_> =
                metrics.iter().map(|metric| grid_note(grid, metric)).collect();
            match (of_metrics.len(), metrics.len()) {
                (1, _) => notes.extend(of_metrics),
                _ => notes.extend(metrics.iter().map(|metric| {
                    format!("{}: {}", self.names.metric_and_unit(metric), grid_note(grid, metric))
                })),
            }
        }
        notes.extend(self.texts("checkpoint").iter().map(|of| checkpoint_note(of)));
        if let Some(rank) = self.plan.rank() {
            let unranked =
                self.plan.layout.unranked.as_ref().unwrap_or(&self.plan.compare.unranked);
            let there = self.texts(rank);
            let unranked = unranked.iter().filter(|value| there.contains(value));
            let named: Vec<_> = unranked.map(|value| self.names.value(rank, Some(value))).collect();
            if !named.is_empty() {
                notes.push(format!("Not ranked: {}.", named.join(", ")));
            }
        }
        notes.extend(self.empty_notes());
        notes
    }

    /// Values that are undefined, replaced, or a number by definition.
    fn empty_notes(&self) -> Vec<String> {
        type Count = fn(&Tally) -> u64;
        let literature = |cell: &Cell| of_literature(self.metric(cell));
        let kinds: [(&str, Count, Option<bool>); 5] = [
            ("Left out as undefined, class in neither mask", |of| of.both_undefined, None),
            ("Left out as undefined", |of| of.one_undefined, None),
            (
                "Counted as the diagonal of the grid, class in one mask only",
                |of| of.penalized,
                None,
            ),
            ("A number by definition, class in neither mask", |of| of.by_definition, None),
            (
                "Counted as 0, the best value, although the prediction misses the structure",
                |of| of.missed,
                Some(true),
            ),
        ];
        let mut notes = Vec::new();
        for (what, count, only_literature) in kinds {
            let found: Vec<_> = self
                .cells
                .entries
                .iter()
                .filter(|(_, cell)| count(&cell.tally) > 0)
                .filter(|(_, cell)| only_literature.is_none_or(|only| only == literature(cell)))
                .collect();
            if found.is_empty() {
                continue;
            }
            if found.len() > MOST_PLACES {
                let (part, all) = found.iter().fold((0, 0), |(part, all), (_, cell)| {
                    (part + count(&cell.tally), all + cell.tally.values)
                });
                let entries = found.len();
                notes.push(format!("{what}: in {entries} entries ({part} of {all} values)."));
                continue;
            }
            let mut places: Vec<_> = found
                .into_iter()
                .map(|((row, column), cell)| {
                    let at =
                        |axis: &Axis, key: &Key| axis.keys.iter().position(|known| known == key);
                    let place = [
                        self.rows.texts(row, self.scores, self.names),
                        self.columns.texts(column, self.scores, self.names),
                    ];
                    let text = place.concat().join(" ");
                    let values =
                        format!("{text} ({} of {})", count(&cell.tally), cell.tally.values);
                    ((at(self.rows, row), at(self.columns, column)), values)
                })
                .collect();
            places.sort();
            let places: Vec<_> = places.into_iter().map(|(_, place)| place).collect();
            notes.push(format!("{what}: {}.", places.join(", ")));
        }
        notes
    }

    fn metric(&self, cell: &Cell) -> &str {
        let place = self.scores.place("metric").expect("metrics are always grouped by");
        self.scores.text(place, cell.metric).unwrap_or_default()
    }

    fn is_shown(&self, field: &str) -> bool {
        self.rows.fields.iter().chain(&self.columns.fields).any(|shown| shown == field)
    }

    /// The values that a field has in the table, as the rows of metrics spell them, sorted.
    fn texts(&self, field: &str) -> Vec<String> {
        let Some(place) = self.scores.place(field) else { return Vec::new() };
        let numbers: BTreeSet<u32> =
            self.scores.groups.iter().map(|group| group.key[place]).collect();
        let texts = numbers.into_iter().filter_map(|number| self.scores.text(place, number));
        let sorted = super::plan::sorted(texts);
        // As they are shown, where they are.
        let shown = [self.rows, self.columns]
            .into_iter()
            .find(|axis| axis.fields.contains(&field.to_owned()));
        let Some(axis) = shown else { return sorted };
        let at = axis.fields.iter().position(|known| known == field).unwrap_or(0);
        let mut in_order: Vec<String> = Vec::new();
        for text in axis.keys.iter().filter_map(|key| self.scores.text(place, key[at])) {
            if !in_order.iter().any(|known| known == text) {
                in_order.push(text.to_owned());
            }
        }
        in_order
    }

    fn runs_of(&self, row: &Key) -> BTreeSet<Key> {
        let cells = self.cells.entries.iter().filter(|((of, _), _)| of == row);
        cells.flat_map(|(_, cell)| cell.runs.iter().cloned()).collect()
    }

    /// The runs of every row, if they are the same.
    fn common_runs(&self) -> Option<BTreeSet<Key>> {
        let mut cells = self.cells.entries.values();
        let first = &cells.next()?.runs;
        cells.all(|cell| cell.runs == *first).then(|| first.clone())
    }

    /// `seed 8, 9, 10`.
    fn listed(&self, runs: &BTreeSet<Key>) -> String {
        let named = |run: &Key| -> Vec<(String, String)> {
            let over = self.plan.over.iter().zip(run);
            let named = over.filter_map(|(field, number)| {
                let text = self.scores.text(self.scores.place(field)?, *number)?;
                Some((field.clone(), text.to_owned()))
            });
            named.collect()
        };
        let mut named: Vec<Vec<(String, String)>> = runs.iter().map(named).collect();
        named.sort_by(|a, b| {
            let pairs = a.iter().zip(b);
            let orders =
                pairs.map(|((_, a), (_, b))| Natural::of(Some(a)).cmp(&Natural::of(Some(b))));
            orders.fold(Ordering::Equal, Ordering::then).then(a.len().cmp(&b.len()))
        });
        listed_runs(&named)
    }
}
