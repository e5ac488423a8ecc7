//! The inputs: one metrics table per run, checked and put into a fixed order.

use std::collections::{BTreeMap, BTreeSet};

use pipeline_engine::InputArtifact;
use stages_tables::{DatasetInfo, MetricRow, MetricsTable, Natural};

use crate::CompareError;

/// Values of the matrix variables, in the order of [`Collected::variables`]; none where a run was
/// not made under a variable.
pub(crate) type Coordinates = Vec<Option<String>>;

/// The metrics of one run.
pub(crate) struct Run {
    pub(crate) coordinates: Coordinates,
    pub(crate) table: MetricsTable,
}

/// All runs.
pub(crate) struct Collected {
    /// Every matrix variable that some run was made under, sorted.
    pub(crate) variables: Vec<String>,
    /// By dataset and coordinates; the rows of each by scan, class, metric, grid and checkpoint.
    pub(crate) runs: Vec<Run>,
    /// Unit and direction of every metric.
    pub(crate) metrics: BTreeMap<String, MetricKind>,
}

/// What a metric's values mean.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct MetricKind {
    pub(crate) unit: String,
    /// None for a signed difference, of which 0 is the best.
    pub(crate) higher_is_better: Option<bool>,
}

impl MetricKind {
    /// `in `mm` with lower better`, for messages.
    pub(crate) fn described(&self) -> String {
        let better = match self.higher_is_better {
            Some(true) => "higher",
            Some(false) => "lower",
            None => "nearer to 0",
        };
        format!("in `{}` with {better} better", self.unit)
    }
}

impl Collected {
    /// Reads every input.
    ///
    /// # Errors
    /// When an input lacks the variable `rows`, two inputs are the same run, or two inputs
    /// disagree about the classes of a dataset or the meaning of a metric.
    pub(crate) fn read(inputs: &[InputArtifact], rows: &str) -> Result<Self, CompareError> {
        let variables: BTreeSet<&String> =
            inputs.iter().flat_map(|input| input.coordinates.keys()).collect();
        let variables: Vec<String> = variables.into_iter().cloned().collect();
        let mut runs = Vec::new();
        for input in inputs {
            if !input.coordinates.contains_key(rows) {
                let coordinates = &values(&variables, input);
                return Err(CompareError::NoRow {
                    run: described(&variables, coordinates),
                    rows: rows.to_owned(),
                    variables,
                });
            }
            let mut table = MetricsTable::read(&input.dir)?;
            table.rows.sort_by(|a, b| row_order(a).cmp(&row_order(b)));
            runs.push(Run { coordinates: values(&variables, input), table });
        }
        runs.sort_by(|a, b| run_order(a).cmp(&run_order(b)));
        check_distinct(&variables, &runs)?;
        check_classes(&variables, &runs)?;
        let metrics = metric_kinds(&variables, &runs)?;
        Ok(Self { variables, runs, metrics })
    }

    /// The place of a variable in the coordinates.
    pub(crate) fn position(&self, variable: &str) -> Option<usize> {
        self.variables.iter().position(|known| known == variable)
    }

    /// The dataset of this name.
    pub(crate) fn dataset(&self, name: &str) -> Option<&DatasetInfo> {
        self.runs.iter().map(|run| &run.table.dataset).find(|dataset| dataset.name == name)
    }
}

fn values(variables: &[String], input: &InputArtifact) -> Coordinates {
    variables.iter().map(|variable| input.coordinates.get(variable).cloned()).collect()
}

/// What a run's coordinates are sorted by.
pub(crate) fn coordinate_order(coordinates: &Coordinates) -> Vec<Natural<'_>> {
    coordinates.iter().map(|value| Natural::of(value.as_deref())).collect()
}

fn run_order(run: &Run) -> (&str, Vec<Natural<'_>>) {
    (&run.table.dataset.name, coordinate_order(&run.coordinates))
}

fn row_order(row: &MetricRow) -> (&str, u8, &str, &str, &str) {
    (&row.case_id, row.class_id, &row.metric, row.grid.as_str(), &row.checkpoint)
}

/// `method = full, seed = 8`, for messages.
fn described(variables: &[String], coordinates: &Coordinates) -> String {
    let named: Vec<_> = variables
        .iter()
        .zip(coordinates)
        .filter_map(|(variable, value)| Some(format!("{variable} = {}", value.as_deref()?)))
        .collect();
    if named.is_empty() { "no matrix variable".to_owned() } else { named.join(", ") }
}

fn check_distinct(variables: &[String], runs: &[Run]) -> Result<(), CompareError> {
    for pair in runs.windows(2) {
        if run_order(&pair[0]) == run_order(&pair[1]) {
            return Err(CompareError::SameRun {
                run: described(variables, &pair[1].coordinates),
                dataset: pair[1].table.dataset.name.clone(),
            });
        }
    }
    Ok(())
}

fn check_classes(variables: &[String], runs: &[Run]) -> Result<(), CompareError> {
    let classes = |dataset: &DatasetInfo| {
        let names = dataset.classes.iter().map(|class| format!("{} {}", class.id, class.name));
        names.collect::<Vec<_>>().join(", ")
    };
    for pair in runs.windows(2) {
        let [before, after] = [&pair[0].table.dataset, &pair[1].table.dataset];
        if before.name == after.name && before.classes != after.classes {
            return Err(CompareError::Classes {
                dataset: after.name.clone(),
                run: described(variables, &pair[1].coordinates),
                found: classes(after),
                expected: classes(before),
            });
        }
    }
    Ok(())
}

fn metric_kinds(
    variables: &[String],
    runs: &[Run],
) -> Result<BTreeMap<String, MetricKind>, CompareError> {
    let mut kinds: BTreeMap<String, MetricKind> = BTreeMap::new();
    for run in runs {
        for row in &run.table.rows {
            let found =
                MetricKind { unit: row.unit.clone(), higher_is_better: row.higher_is_better };
            match kinds.get(&row.metric) {
                None => {
                    kinds.insert(row.metric.clone(), found);
                }
                Some(expected) if *expected != found => {
                    return Err(CompareError::Metric {
                        metric: row.metric.clone(),
                        run: described(variables, &run.coordinates),
                        found: found.described(),
                        expected: expected.described(),
                    });
                }
                Some(_) => {}
            }
        }
    }
    Ok(kinds)
}
