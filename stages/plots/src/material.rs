//! Everything that figures are made of, read and put into a fixed order.

use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use pipeline_engine::ActionContext;
use stages_tables::{ClinicalTable, LogRow, LogTable, MetricsTable};

use crate::grouping::{RunName, Section};
use crate::methods::Methods;
use crate::predicted::{Extracted, PredictedRun};
use crate::{FiguresParams, PlotsError};

/// The training log of a run.
pub(crate) struct LogRun {
    pub(crate) name: RunName,
    pub(crate) rows: Vec<LogRow>,
}

/// The metrics of a run.
pub(crate) struct MetricsRun {
    pub(crate) name: RunName,
    pub(crate) table: MetricsTable,
    dir: PathBuf,
}

/// All inputs. Runs are in the order of methods, then of repetitions.
pub(crate) struct Material {
    pub(crate) methods: Methods,
    pub(crate) logs: Vec<LogRun>,
    pub(crate) metrics: Vec<MetricsRun>,
    pub(crate) predictions: Vec<PredictedRun>,
    pub(crate) extracted: Extracted,
    /// What the user should know.
    pub(crate) warnings: Vec<String>,
    several_datasets: bool,
}

impl Material {
    /// Reads the connected inputs.
    pub(crate) fn read(
        context: &ActionContext<'_>,
        params: &FiguresParams,
    ) -> Result<Self, PlotsError> {
        let ports = ["training_log", "metrics", "predictions"];
        let values = ports.iter().flat_map(|port| context.inputs(port));
        let values: Vec<_> = values.map(|input| RunName::of(input, params).method).collect();
        let methods = Methods::of(values.iter().map(String::as_str), params);
        let mut logs = Vec::new();
        for input in context.inputs("training_log") {
            let name = RunName::of(input, params);
            logs.push(LogRun { name, rows: LogTable::read(&input.dir)?.rows });
        }
        let mut metrics = Vec::new();
        for input in context.inputs("metrics") {
            let name = RunName::of(input, params);
            let table = MetricsTable::read(&input.dir)?;
            metrics.push(MetricsRun { name, table, dir: input.dir.clone() });
        }
        let extracted = Extracted::read(context.inputs("slices"), context.inputs("cases"))?;
        let (mut predictions, mut warnings) = (Vec::new(), Vec::new());
        for input in context.inputs("predictions") {
            let name = RunName::of(input, params);
            match PredictedRun::open(name, &input.dir, &extracted) {
                Ok(run) => predictions.push(run),
                // Made of something else than slices of this experiment.
                Err(error @ PlotsError::Alone { .. }) => {
                    warnings.push(format!("predictions are left out: {error}"));
                }
                Err(error) => return Err(error),
            }
        }
        let order = |a: &RunName, b: &RunName| run_order(&methods, a, b);
        logs.sort_by(|a, b| order(&a.name, &b.name));
        metrics.sort_by(|a, b| order(&a.name, &b.name));
        predictions.sort_by(|a, b| order(&a.name, &b.name));
        let datasets: BTreeSet<&str> = metrics
            .iter()
            .map(|run| run.table.dataset.name.as_str())
            .chain(predictions.iter().map(PredictedRun::dataset))
            .collect();
        let several_datasets = datasets.len() > 1;
        Ok(Self { methods, logs, metrics, predictions, extracted, warnings, several_datasets })
    }

    /// What tells a section from the others, in words; empty where there is one only.
    pub(crate) fn words(&self, section: &Section) -> String {
        section.words(self.several_datasets)
    }

    /// The metrics of the run that made a prediction.
    pub(crate) fn metrics_of(&self, run: &PredictedRun) -> Option<&MetricsRun> {
        self.metrics.iter().find(|metrics| {
            metrics.name.coordinates == run.name.coordinates
                && metrics.table.dataset.name == run.dataset()
        })
    }
}

impl MetricsRun {
    /// The dataset and everything but method and repetition.
    pub(crate) fn section(&self) -> Section {
        let dataset = Some(self.table.dataset.name.clone());
        Section { dataset, others: self.name.others.clone() }
    }

    /// The clinical values of its subjects, if they were measured.
    pub(crate) fn clinical(&self) -> Result<Option<ClinicalTable>, PlotsError> {
        let measured = is_file(&self.dir.join(ClinicalTable::FILE));
        Ok(measured.then(|| ClinicalTable::read(&self.dir)).transpose()?)
    }
}

fn is_file(path: &Path) -> bool {
    fs_err::metadata(path).is_ok_and(|metadata| metadata.is_file())
}

/// By method, repetition, and then everything else, so that the order of inputs does not matter.
fn run_order(methods: &Methods, a: &RunName, b: &RunName) -> Ordering {
    let place = |run: &RunName| methods.place(&run.method);
    place(a)
        .cmp(&place(b))
        .then_with(|| a.repetition_order().cmp(&b.repetition_order()))
        .then_with(|| a.coordinates.cmp(&b.coordinates))
}
