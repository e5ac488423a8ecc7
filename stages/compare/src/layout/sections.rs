//! Which runs share a table.

use stages_tables::Natural;

use super::caption::block_name;
use super::rows::{RowValue, row_values};
use crate::CompareParams;
use crate::collect::{Collected, Coordinates, Run, coordinate_order};

/// A dataset under one combination of the variables that are neither rows nor averaged over.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Section {
    pub(crate) dataset: String,
    /// Values of these variables, in the order of [`Sections::variables`].
    pub(crate) others: Coordinates,
    /// Plain text.
    pub(crate) name: String,
}

/// All sections.
pub(crate) struct Sections<'a> {
    collected: &'a Collected,
    /// The variables that are not averaged over.
    kept: &'a [String],
    /// The place of the row variable in a run's coordinates.
    row: usize,
    /// The kept variables without the rows.
    pub(crate) variables: Vec<&'a String>,
    /// By dataset and coordinates.
    pub(crate) all: Vec<Section>,
}

impl<'a> Sections<'a> {
    /// Finds the sections of the runs; every run has a value of the variable `rows`.
    pub(crate) fn of(collected: &'a Collected, kept: &'a [String], rows: &str) -> Self {
        let variables: Vec<&String> = kept.iter().filter(|variable| *variable != rows).collect();
        let row = collected.position(rows).expect("every run has a row");
        let mut found = Self { collected, kept, row, variables, all: Vec::new() };
        let mut keys: Vec<(&String, Coordinates)> =
            collected.runs.iter().map(|run| (&run.table.dataset.name, found.others(run))).collect();
        keys.sort_by(|a, b| (a.0, coordinate_order(&a.1)).cmp(&(b.0, coordinate_order(&b.1))));
        keys.dedup();
        let section = |(dataset, others): (&String, Coordinates)| {
            let named: Vec<_> = found.variables.iter().copied().zip(&others).collect();
            let name = block_name(dataset, &named);
            Section { dataset: dataset.clone(), others, name }
        };
        found.all = keys.into_iter().map(section).collect();
        found
    }

    /// The runs of a section.
    pub(crate) fn runs(&self, section: &Section) -> impl Iterator<Item = &'a Run> {
        self.collected.runs.iter().filter(move |run| {
            run.table.dataset.name == section.dataset && self.others(run) == section.others
        })
    }

    /// The rows of a section, in the order in which they are printed.
    pub(crate) fn rows(&self, section: &Section, params: &CompareParams) -> Vec<RowValue> {
        row_values(self.collected, params, |run| {
            run.table.dataset.name == section.dataset && self.others(run) == section.others
        })
    }

    /// The value of the row variable in a run.
    pub(crate) fn row_of(&self, run: &'a Run) -> &'a str {
        run.coordinates[self.row].as_deref().expect("every run has a row")
    }

    /// Every value of the row variable, sorted.
    pub(crate) fn row_values(&self) -> Vec<String> {
        let mut values: Vec<&str> =
            self.collected.runs.iter().map(|run| self.row_of(run)).collect();
        values.sort_by_key(|value| Natural::of(Some(value)));
        values.dedup();
        values.into_iter().map(str::to_owned).collect()
    }

    /// A run's values of the variables that are not averaged over.
    pub(crate) fn coordinates(&self, run: &Run) -> Coordinates {
        self.values(run, self.kept.iter())
    }

    fn others(&self, run: &Run) -> Coordinates {
        self.values(run, self.variables.iter().copied())
    }

    fn values<'b>(&self, run: &Run, variables: impl Iterator<Item = &'b String>) -> Coordinates {
        let value = |variable: &String| run.coordinates[self.collected.position(variable)?].clone();
        variables.map(value).collect()
    }
}
