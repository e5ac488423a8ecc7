//! The stage: its ports, and the loop over scans.

use std::sync::atomic::{AtomicU64, Ordering};

use pipeline_engine::stage::ParamProblem;
use pipeline_engine::{
    ActionContext, Cpus, Placement, Ports, Resources, Stage, StageError, StageInfo,
};
use rayon::prelude::*;
use stages_tables::{
    CasesTable, ClinicalTable, Grid, MetricRow, MetricsTable, PredictionsReader, Scoring,
    SlicesReader, kind,
};

use crate::clinical::{Clinical, measure};
use crate::quantity::quantities;
use crate::scans::{Scan, annotated, scans};
use crate::score::{Inputs, Scored};
use crate::{EvaluateError, EvaluateParams};

/// The stage `evaluate`.
#[derive(Debug, Clone, Copy, Default)]
pub struct Evaluate;

impl Stage for Evaluate {
    type Params = EvaluateParams;

    fn info(&self) -> StageInfo {
        StageInfo {
            name: "evaluate",
            version: 2,
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
        // MiB for the largest CT, and at most 256 MiB of distances for a hopeless prediction.
        Resources { cpus: Cpus::Count(2), memory_mib: 1024, ..Resources::default() }
    }

    fn check(&self, params: &EvaluateParams) -> Vec<ParamProblem> {
        params.problems()
    }

    fn run(&self, params: &EvaluateParams, context: &ActionContext<'_>) -> Result<(), StageError> {
        let predictions =
            PredictionsReader::open(context.input("predictions")?).map_err(EvaluateError::from)?;
        let slices = SlicesReader::open(context.input("slices")?).map_err(EvaluateError::from)?;
        let cases = CasesTable::read(context.input("cases")?).map_err(EvaluateError::from)?;
        let dataset = predictions.window().dataset.clone();
        let inputs = Inputs {
            params,
            quantities: &quantities(params, &dataset)?,
            context,
            predictions: &predictions,
            slices: &slices,
        };
        let scans = scans(&predictions, &slices, &cases)?;
        annotated(&scans, &slices)?;

        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(context.granted().cpus.max(1) as usize)
            .build()
            .map_err(EvaluateError::Threads)?;
        let done = AtomicU64::new(0);
        let scored: Vec<Result<Scored, StageError>> = pool.install(|| {
            let score = |scan: &Scan<'_>| {
                context.check_cancelled()?;
                let scored = inputs.score(scan)?;
                let done = done.fetch_add(1, Ordering::Relaxed) + 1;
                context.progress(done, scans.len() as u64, scan.case.case_id.as_str());
                Ok(scored)
            };
            scans.par_iter().map(score).collect()
        });
        // Of several errors, the one of the first scan is reported, whatever thread was faster.
        let scored = scored.into_iter().collect::<Result<Vec<_>, _>>()?;
        let mut rows: Vec<MetricRow> =
            scored.iter().flat_map(|scored| &scored.rows).cloned().collect();
        let ignore_label = params.ignore_label;
        if let Some(params) = &params.clinical {
            let volumes = scored.iter().map(|scored| &scored.volumes[..]);
            let by_scan: Vec<_> = scans.iter().zip(volumes).collect();
            let Clinical { rows: clinical, metrics, incomplete } =
                measure(params, &dataset, ignore_label, &by_scan)?;
            if !incomplete.is_empty() {
                context.warn(format!(
                    "no clinical values that need both phases, `{}` and `{}`, of: {}",
                    params.ed,
                    params.es,
                    incomplete.join(", ")
                ));
            }
            rows.extend(metrics);
            ClinicalTable { dataset: dataset.clone(), rows: clinical }
                .write(context.output("metrics")?)
                .map_err(EvaluateError::from)?;
        }
        rows.sort_by(|a, b| order(a).cmp(&order(b)));
        MetricsTable { dataset, scoring: scoring(params), rows }
            .write(context.output("metrics")?)
            .map_err(EvaluateError::from)?;
        Ok(())
    }
}

fn order(row: &MetricRow) -> (&str, u8, &str, Grid, &str) {
    (&row.case_id, row.class_id, &row.metric, row.grid, &row.checkpoint)
}

/// What the table says of how its values were made.
fn scoring(params: &EvaluateParams) -> Scoring {
    Scoring {
        largest_component: params.largest_component.map(|near| near.as_str().to_owned()),
        ignore_label: params.ignore_label,
        nsd_class_tolerances_mm: params.nsd_class_tolerances_mm.clone(),
    }
}
