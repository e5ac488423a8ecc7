//! What is asked of two runs.

use std::collections::{BTreeMap, BTreeSet};

use stages_tables::{Grid, MetricRow, MetricsTable};

use crate::DifferenceError;

/// The metrics of one repetition of one row.
#[derive(Debug, Clone, PartialEq)]
pub struct Measured {
    /// The values of the matrix variables that it was made under.
    pub coordinates: BTreeMap<String, String>,
    /// The metrics.
    pub table: MetricsTable,
}

/// Which values are compared, and what makes a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// The metric, such as `dice`.
    pub metric: String,
    /// The grid; without one the network's, if it was measured there.
    pub grid: Option<Grid>,
    /// The checkpoint; without one `best`, if there is that.
    pub checkpoint: Option<String>,
    /// The variables whose values repeat a row, such as `seed`.
    pub over: BTreeSet<String>,
    /// Variables that tell no rows apart.
    pub ignored: BTreeSet<String>,
}

/// The one metric, grid and checkpoint that are compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Setting {
    pub(crate) metric: String,
    pub(crate) grid: Grid,
    pub(crate) checkpoint: String,
}

impl Setting {
    /// What is asked for, as far as the runs have it.
    pub(crate) fn choose(
        question: &Question,
        a: &[Measured],
        b: &[Measured],
    ) -> Result<Self, DifferenceError> {
        let rows = || a.iter().chain(b).flat_map(|measured| &measured.table.rows);
        let metric = &question.metric;
        let of_metric = || rows().filter(|row| row.metric == *metric);
        if of_metric().next().is_none() {
            let known: BTreeSet<&str> = rows().map(|row| row.metric.as_str()).collect();
            return Err(unknown("metric", metric, known));
        }
        let grids: BTreeSet<Grid> = of_metric().map(|row| row.grid).collect();
        let grid = question.grid.or_else(|| grids.first().copied()).unwrap_or(Grid::Network);
        let of_grid = || of_metric().filter(|row| row.grid == grid);
        if of_grid().next().is_none() {
            let known = grids.into_iter().map(Grid::as_str).collect();
            return Err(unknown("grid", grid.as_str(), known));
        }
        // `best` comes before `last`.
        let checkpoints: BTreeSet<&str> = of_grid().map(|row| row.checkpoint.as_str()).collect();
        let first = checkpoints.first().copied().unwrap_or_default();
        let checkpoint = question.checkpoint.as_deref().unwrap_or(first).to_owned();
        if !checkpoints.contains(checkpoint.as_str()) {
            return Err(unknown("checkpoint", &checkpoint, checkpoints));
        }
        Ok(Self { metric: metric.clone(), grid, checkpoint })
    }

    /// Whether a value is one of those that are compared.
    pub(crate) fn holds(&self, row: &MetricRow) -> bool {
        row.metric == self.metric && row.grid == self.grid && row.checkpoint == self.checkpoint
    }
}

fn unknown(what: &'static str, asked: &str, known: BTreeSet<&str>) -> DifferenceError {
    let known = known.into_iter().map(str::to_owned).collect();
    DifferenceError::Unknown { what, asked: asked.to_owned(), known }
}
