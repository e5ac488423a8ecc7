//! The two tables of one block.

use std::collections::BTreeSet;

use crate::aggregate::{MEAN, Summary};
use crate::collect::{Collected, MetricKind};
use crate::comparison::Comparison;
use crate::number::{NumberFormat, marks};
use crate::significance::{Significance, Verdict, note};
use crate::{CompareError, CompareParams};

use super::caption::{
    checkpoint_note, empty_notes, grid_note, metric_and_unit, rows_differ, runs_per_row,
    runs_sentence, scans_sentence, scoring_notes, slug,
};
use super::rows::RowValue;
use super::{Cell, Column, Origin, Row, Section, Sections, Spread, Table};

/// The tables of one dataset under one combination of the other variables.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Block {
    /// Plain text.
    pub(crate) title: String,
    /// For references from the text of a paper: lower-case letters, digits and dashes.
    pub(crate) label: String,
    /// Class scores on the main grid, of the main checkpoint.
    pub(crate) main: Table,
    /// The mean over classes on every grid and of every checkpoint, where there are several.
    pub(crate) second: Option<Table>,
}

/// Grid and checkpoint.
type Setting = (String, String);

/// The tables of a comparison.
///
/// # Errors
/// When no run has a value for the main table.
pub(crate) fn blocks(
    collected: &Collected,
    comparison: &Comparison,
    sections: &Sections<'_>,
    significance: Option<&Significance<'_>>,
    params: &CompareParams,
) -> Result<Vec<Block>, CompareError> {
    let main = (params.grid.as_str().to_owned(), params.checkpoint.as_str().to_owned());
    let metrics: Vec<(&String, &MetricKind)> = [&params.metric]
        .into_iter()
        .chain(&params.also)
        .map(|metric| Ok((metric, check_main(collected, comparison, metric, &main)?)))
        .collect::<Result<_, CompareError>>()?;
    let block = |section: &Section, metric: &String, kind: &MetricKind| {
        let builder = Builder {
            params,
            metric,
            kind,
            classes: collected
                .dataset(&section.dataset)
                .into_iter()
                .flat_map(|dataset| {
                    dataset.foreground().map(|class| (class.id, class.name.clone()))
                })
                .collect(),
            rows: sections.rows(section, params),
            significance,
            scoring: scoring_notes(sections.runs(section).map(|run| &run.table.scoring)),
            row_position: comparison.kept.iter().position(|variable| *variable == params.rows),
            summaries: comparison
                .summaries
                .iter()
                .filter(|row| {
                    let other = comparison.kept.iter().zip(&row.coordinates);
                    let other = other.filter(|(variable, _)| **variable != params.rows);
                    row.metric == *metric
                        && row.dataset == section.dataset
                        && other.map(|(_, value)| value).eq(&section.others)
                })
                .collect(),
        };
        let (name, dataset) = (&section.name, &section.dataset);
        let further = Some(metric.as_str()).filter(|metric| *metric != params.metric);
        Block {
            title: format!("{} on {name}", metric_and_unit(metric, params.percent, kind)),
            label: format!("comparison-{}", slug(dataset, &section.others, further)),
            main: builder.main(&main),
            second: builder.second(),
        }
    };
    let of_section =
        |section| metrics.iter().map(move |(metric, kind)| block(section, metric, kind));
    Ok(sections.all.iter().flat_map(of_section).collect())
}

fn check_main<'a>(
    collected: &'a Collected,
    comparison: &Comparison,
    metric: &str,
    main: &Setting,
) -> Result<&'a MetricKind, CompareError> {
    let described = |metric: &str, grid: &str, checkpoint: &str| {
        format!("metric `{metric}`, grid `{grid}`, checkpoint `{checkpoint}`")
    };
    let wanted =
        |row: &&Summary| row.metric == metric && row.grid == main.0 && row.checkpoint == main.1;
    let kind = collected.metrics.get(metric);
    kind.filter(|_| comparison.summaries.iter().any(|row| wanted(&row))).ok_or_else(|| {
        let there = comparison.summaries.iter();
        let there: BTreeSet<_> =
            there.map(|row| described(&row.metric, &row.grid, &row.checkpoint)).collect();
        CompareError::NothingToShow {
            wanted: described(metric, &main.0, &main.1),
            available: there.into_iter().collect(),
        }
    })
}

/// What both tables of a block are made from.
struct Builder<'a> {
    params: &'a CompareParams,
    metric: &'a str,
    kind: &'a MetricKind,
    /// What was done to the label maps before they were scored.
    scoring: Vec<String>,
    /// Foreground classes of the dataset.
    classes: Vec<(u8, String)>,
    rows: Vec<RowValue>,
    significance: Option<&'a Significance<'a>>,
    /// Place of the row variable in a summary's coordinates.
    row_position: Option<usize>,
    /// The summaries of the block, of the metric shown.
    summaries: Vec<&'a Summary>,
}

impl Builder<'_> {
    /// Class scores and their mean.
    fn main(&self, setting: &Setting) -> Table {
        let mut columns: Vec<(Option<u8>, String)> =
            self.classes.iter().map(|(id, name)| (Some(*id), name.clone())).collect();
        if columns.len() != 1 {
            columns.push((None, MEAN.to_owned()));
        }
        let entries: Vec<Vec<Option<&Summary>>> = columns
            .iter()
            .map(|(class, _)| self.rows.iter().map(|row| self.find(row, setting, *class)).collect())
            .collect();
        let places = self.rows.iter().enumerate().flat_map(|(at, row)| {
            let columns = columns.iter().zip(&entries).filter(|((class, _), _)| class.is_some());
            columns.filter_map(move |((_, class), entries)| {
                Some((format!("{} {class}", row.label), entries[at]?))
            })
        });
        let places: Vec<_> = places.collect();
        let shown: Vec<_> = entries.iter().flatten().flatten().copied().collect();
        let subject = format!("Grid {}, checkpoint {}.", setting.0, setting.1);
        let scans = scans_sentence(&shown, self.classes.len());
        let headers = columns.iter().map(|(_, name)| name.clone()).collect();
        let mut table = self.table(subject, headers, &entries);
        table.caption.push(scans);
        table.notes.extend([grid_note(&setting.0, self.metric), checkpoint_note(&setting.1)]);
        table.notes.extend(empty_notes(&places, self.kind));
        table
    }

    /// The mean over classes on every grid and of every checkpoint; none if there is but one.
    fn second(&self) -> Option<Table> {
        let class = match self.classes.as_slice() {
            [(id, _)] => Some(*id),
            _ => None,
        };
        // Network before native, best before last: the reverse of the alphabet for the grids.
        let mut settings: Vec<Setting> =
            self.summaries.iter().map(|row| (row.grid.clone(), row.checkpoint.clone())).collect();
        settings.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
        settings.dedup();
        if settings.len() < 2 {
            return None;
        }
        let entries: Vec<Vec<Option<&Summary>>> = settings
            .iter()
            .map(|setting| self.rows.iter().map(|row| self.find(row, setting, class)).collect())
            .collect();
        let subject = match self.classes.as_slice() {
            [(_, class)] => format!("{class}, by grid and checkpoint."),
            _ => "Mean over classes, by grid and checkpoint.".to_owned(),
        };
        let headers =
            settings.iter().map(|(grid, checkpoint)| format!("{grid} {checkpoint}")).collect();
        let mut table = self.table(subject, headers, &entries);
        let places = self.rows.iter().enumerate().flat_map(|(at, row)| {
            let columns = settings.iter().zip(&entries);
            columns.filter_map(move |((grid, checkpoint), entries)| {
                Some((format!("{} {grid} {checkpoint}", row.label), entries[at]?))
            })
        });
        let places: Vec<_> = places.collect();
        let distinct: BTreeSet<_> = settings.iter().map(|(grid, _)| grid.clone()).collect();
        table.notes.extend(distinct.iter().rev().map(|grid| grid_note(grid, self.metric)));
        let distinct: BTreeSet<_> = settings.iter().map(|(_, checkpoint)| checkpoint).collect();
        table.notes.extend(distinct.iter().map(|checkpoint| checkpoint_note(checkpoint)));
        table.notes.extend(empty_notes(&places, self.kind));
        Some(table)
    }

    /// The parts that both tables share. `entries` holds a list per column, in the order of rows.
    fn table(
        &self,
        subject: String,
        columns: Vec<String>,
        entries: &[Vec<Option<&Summary>>],
    ) -> Table {
        let counts_runs = rows_differ(&self.rows);
        let format = NumberFormat::of(&self.kind.unit, self.params);
        let ranked: Vec<bool> = self.rows.iter().map(|row| row.ranked).collect();
        let column = |entries: &Vec<Option<&Summary>>| -> Vec<Cell> {
            let means: Vec<_> =
                entries.iter().map(|entry| entry.and_then(|row| row.ranking.mean)).collect();
            let marks = marks(&means, &ranked, self.kind.higher_is_better, format);
            let cell = |((entry, mean), mark): ((&Option<_>, &Option<f64>), _)| Cell {
                value: mean.map(|mean| format.digits(mean)),
                spread: entry
                    .and_then(|row: &Summary| row.ranking.std)
                    .map_or(Spread::None, |std| Spread::Std(format.digits(std))),
                n: None,
                mark,
                verdict: entry.map_or(Verdict::Untested, |entry| self.verdict(entry)),
            };
            entries.iter().zip(&means).zip(marks).map(cell).collect()
        };
        let cells: Vec<Vec<Cell>> = entries.iter().map(column).collect();
        let row = |(at, row): (usize, &RowValue)| Row {
            labels: vec![row.label.clone()],
            cells: cells.iter().map(|column| column[at].clone()).collect(),
            runs: Some(row.runs.len() as u32),
            origin: Origin::Measured,
            rule_above: false,
        };
        let mut notes = Vec::new();
        if counts_runs {
            notes.push(runs_per_row(&self.rows));
        }
        notes.extend(self.scoring.iter().cloned());
        let unranked: Vec<_> =
            self.rows.iter().filter(|row| !row.ranked).map(|row| row.label.as_str()).collect();
        if !unranked.is_empty() {
            notes.push(format!("Not ranked: {}.", unranked.join(", ")));
        }
        Table {
            caption: vec![subject, runs_sentence(&self.rows, counts_runs)],
            row_headers: vec![self.params.rows.clone()],
            columns: columns.into_iter().map(|name| Column { headers: vec![name] }).collect(),
            rows: self.rows.iter().enumerate().map(row).collect(),
            counts_runs,
            notes,
            signs: self.significance.and_then(|significance| {
                let entries: Vec<_> = entries.iter().flatten().flatten().copied().collect();
                note(significance, &entries)
            }),
        }
    }

    /// How an entry differs from the reference.
    fn verdict(&self, entry: &Summary) -> Verdict {
        let compared = self.significance.and_then(|significance| significance.of(entry));
        compared.map_or(Verdict::Untested, |(_, tested)| tested.verdict)
    }

    fn find(&self, row: &RowValue, setting: &Setting, class: Option<u8>) -> Option<&Summary> {
        let position = self.row_position?;
        self.summaries.iter().copied().find(|summary| {
            summary.coordinates[position].as_deref() == Some(row.value.as_str())
                && (&summary.grid, &summary.checkpoint) == (&setting.0, &setting.1)
                && summary.class_id == class
        })
    }
}
