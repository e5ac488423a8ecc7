//! The stage: its ports, and the loop over scans.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, Ordering};

use pipeline_engine::stage::ParamProblem;
use pipeline_engine::{
    ActionContext, Cpus, Placement, Ports, Resources, Stage, StageError, StageInfo,
};
use rayon::prelude::*;
use stages_imaging::LabelMap;
use stages_tables::{
    CasesTable, ClassInfo, DatasetInfo, Grid, MetricRow, MetricsTable, PredictionsReader,
    SlicesReader, kind,
};

use crate::metric::LabelPair;
use crate::scans::{Scan, class_list, scans};
use crate::{EvaluateError, EvaluateParams, GridName, native, network};

/// The stage `evaluate`.
#[derive(Debug, Clone, Copy, Default)]
pub struct Evaluate;

impl Stage for Evaluate {
    type Params = EvaluateParams;

    fn info(&self) -> StageInfo {
        StageInfo {
            name: "evaluate",
            version: 1,
            summary: "scores predicted label maps per scan and class",
            placement: Placement::InProcess,
        }
    }

    fn ports(&self, _params: &EvaluateParams) -> Ports {
        Ports::new()
            .input("predictions", kind::PREDICTIONS)
            .input("slices", kind::SLICES)
            .input("cases", kind::CASES)
            .input("volumes", kind::VOLUMES)
            .output("metrics", kind::METRICS)
    }

    fn resources(&self, _params: &EvaluateParams) -> Resources {
        // A thread holds one label map and one prediction of the scan it works on, a few hundred
        // MiB for the largest CT.
        Resources { cpus: Cpus::Count(2), memory_mib: 1024, ..Resources::default() }
    }

    fn check(&self, params: &EvaluateParams) -> Vec<ParamProblem> {
        let once = |path: &str, count: usize, distinct: usize, accepted: &str| {
            let found = match (count, distinct) {
                (0, _) => "an empty list would score nothing",
                (count, distinct) if distinct < count => "an entry is listed twice",
                _ => return None,
            };
            Some(
                ParamProblem::new(path, found)
                    .with_help(format!("accepted, each once: {accepted}")),
            )
        };
        let distinct_metrics = params.metrics.iter().collect::<BTreeSet<_>>().len();
        let distinct_grids = params.grids.iter().collect::<BTreeSet<_>>().len();
        [
            once("metrics", params.metrics.len(), distinct_metrics, "dice"),
            once("grids", params.grids.len(), distinct_grids, "network, native"),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    fn run(&self, params: &EvaluateParams, context: &ActionContext<'_>) -> Result<(), StageError> {
        let predictions =
            PredictionsReader::open(context.input("predictions")?).map_err(EvaluateError::from)?;
        let slices = SlicesReader::open(context.input("slices")?).map_err(EvaluateError::from)?;
        let cases = CasesTable::read(context.input("cases")?).map_err(EvaluateError::from)?;
        let inputs = Inputs { params, context, predictions: &predictions, slices: &slices };
        let scans = scans(&predictions, &slices, &cases)?;

        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(context.granted().cpus.max(1) as usize)
            .build()
            .map_err(EvaluateError::Threads)?;
        let done = AtomicU64::new(0);
        let scored: Vec<Result<Vec<MetricRow>, StageError>> = pool.install(|| {
            let score = |scan: &Scan<'_>| {
                context.check_cancelled()?;
                let rows = inputs.score(scan)?;
                let done = done.fetch_add(1, Ordering::Relaxed) + 1;
                context.progress(done, scans.len() as u64, scan.case.case_id.as_str());
                Ok(rows)
            };
            scans.par_iter().map(score).collect()
        });
        // Of several errors, the one of the first scan is reported, whatever thread was faster.
        let mut rows = scored.into_iter().collect::<Result<Vec<_>, _>>()?.concat();
        rows.sort_by(|a, b| order(a).cmp(&order(b)));
        let dataset = predictions.window().dataset.clone();
        MetricsTable { dataset, rows }
            .write(context.output("metrics")?)
            .map_err(EvaluateError::from)?;
        Ok(())
    }
}

fn order(row: &MetricRow) -> (&str, u8, &str, Grid, &str) {
    (&row.case_id, row.class_id, &row.metric, row.grid, &row.checkpoint)
}

/// What scoring a scan needs.
struct Inputs<'a> {
    params: &'a EvaluateParams,
    context: &'a ActionContext<'a>,
    predictions: &'a PredictionsReader,
    slices: &'a SlicesReader,
}

impl Inputs<'_> {
    /// Every value of one scan.
    fn score(&self, scan: &Scan<'_>) -> Result<Vec<MetricRow>, StageError> {
        let mut rows = Vec::new();
        for grid in &self.params.grids {
            match grid {
                GridName::Network => self.score_network(scan, &mut rows)?,
                GridName::Native => self.score_native(scan, &mut rows)?,
            }
        }
        Ok(rows)
    }

    fn score_network(
        &self,
        scan: &Scan<'_>,
        rows: &mut Vec<MetricRow>,
    ) -> Result<(), EvaluateError> {
        let reference = network::reference(scan, self.slices, self.predictions.window());
        self.check_classes(scan, "a label plane", &reference)?;
        for (checkpoint, predicted) in &scan.predictions {
            let prediction = network::prediction(predicted, self.predictions);
            self.check_classes(scan, "the prediction", &prediction)?;
            let pair =
                LabelPair { prediction: &prediction, reference: &reference, grid: Grid::Network };
            self.add(scan, checkpoint, pair, rows);
        }
        Ok(())
    }

    fn score_native(&self, scan: &Scan<'_>, rows: &mut Vec<MetricRow>) -> Result<(), StageError> {
        let volumes = self.context.input("volumes")?;
        let LabelMap { labels: reference, .. } = native::reference(scan, volumes)?;
        self.check_classes(scan, "the label map", &reference)?;
        for (checkpoint, predicted) in &scan.predictions {
            let prediction =
                native::prediction(scan, predicted, self.predictions, self.slices.info());
            self.check_classes(scan, "the prediction", &prediction)?;
            let pair =
                LabelPair { prediction: &prediction, reference: &reference, grid: Grid::Native };
            self.add(scan, checkpoint, pair, rows);
        }
        Ok(())
    }

    fn dataset(&self) -> &DatasetInfo {
        &self.predictions.window().dataset
    }

    fn check_classes(
        &self,
        scan: &Scan<'_>,
        what: &'static str,
        labels: &[u8],
    ) -> Result<(), EvaluateError> {
        let mut known = [false; 256];
        for class in &self.dataset().classes {
            known[usize::from(class.id)] = true;
        }
        match labels.iter().find(|label| !known[usize::from(**label)]) {
            None => Ok(()),
            Some(found) => Err(EvaluateError::UnknownClass {
                what,
                case: scan.case.case_id.clone(),
                found: *found,
                dataset: self.dataset().name.clone(),
                accepted: class_list(self.dataset()),
            }),
        }
    }

    fn add(
        &self,
        scan: &Scan<'_>,
        checkpoint: &str,
        pair: LabelPair<'_>,
        rows: &mut Vec<MetricRow>,
    ) {
        let foreground: Vec<&ClassInfo> = self.dataset().foreground().collect();
        for metric in &self.params.metrics {
            let scores = metric.score(pair, foreground.iter().copied());
            rows.extend(foreground.iter().zip(scores).map(|(class, score)| MetricRow {
                case_id: scan.case.case_id.clone(),
                subject: scan.case.subject.clone(),
                phase: scan.case.phase.clone(),
                class_id: score.class_id,
                class_name: class.name.clone(),
                metric: metric.name().to_owned(),
                grid: pair.grid,
                checkpoint: checkpoint.to_owned(),
                value: score.value,
                state: score.state,
                unit: metric.unit().to_owned(),
                higher_is_better: metric.higher_is_better(),
            }));
        }
    }
}
