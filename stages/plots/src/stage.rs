//! The stage: its ports, and what it draws.

use pipeline_engine::stage::{Arity, ParamProblem};
use pipeline_engine::{ActionContext, Placement, Ports, Resources, Stage, StageError, StageInfo};
use stages_tables::kind;

use crate::index::Sheets;
use crate::material::Material;
use crate::{
    FigureKind, FiguresParams, PlotsError, agreement, clinical, distribution, learning, panels,
    ratio,
};

/// The stage `figures`.
#[derive(Debug, Clone, Copy, Default)]
pub struct Figures;

/// The inputs, and the kinds of figures that are made of them.
const INPUTS: [(&str, &str, &[FigureKind]); 5] = [
    ("training_log", kind::TRAINING_LOG, &[FigureKind::Learning]),
    (
        "metrics",
        kind::METRICS,
        &[FigureKind::Distribution, FigureKind::Ratio, FigureKind::Agreement, FigureKind::Panels],
    ),
    ("predictions", kind::PREDICTIONS, &[FigureKind::Agreement, FigureKind::Panels]),
    ("slices", kind::SLICES, &[FigureKind::Agreement, FigureKind::Panels]),
    ("cases", kind::CASES, &[FigureKind::Agreement, FigureKind::Panels]),
];

impl Stage for Figures {
    type Params = FiguresParams;

    fn info(&self) -> StageInfo {
        StageInfo {
            name: "figures",
            version: 1,
            summary: "draws learning curves, boxes, agreement and pictures of subjects",
            placement: Placement::InProcess,
        }
    }

    fn ports(&self, params: &FiguresParams) -> Ports {
        let mut ports = Ports::new();
        for (name, artifacts, kinds) in INPUTS {
            if kinds.iter().any(|kind| params.asks_for(*kind)) {
                ports = ports.with_input(name, artifacts, Arity::Many);
            } else if kinds.iter().any(|kind| params.wants(*kind)) {
                ports = ports.with_input(name, artifacts, Arity::Any);
            }
        }
        ports.exported_into("figures", kind::FIGURES, "figures")
    }

    fn resources(&self, _params: &FiguresParams) -> Resources {
        // Tables of all runs, and one picture of up to 67 million pixels.
        Resources { memory_mib: 1024, ..Resources::default() }
    }

    fn check(&self, params: &FiguresParams) -> Vec<ParamProblem> {
        params.problems()
    }

    fn run(&self, params: &FiguresParams, context: &ActionContext<'_>) -> Result<(), StageError> {
        let material = Material::read(context, params)?;
        context.check_cancelled()?;
        let mut sheets = Sheets::default();
        sheets.warnings.clone_from(&material.warnings);
        for kind in FigureKind::ALL.into_iter().filter(|kind| params.wants(*kind)) {
            match kind {
                FigureKind::Learning => learning::draw(&material, params, &mut sheets),
                FigureKind::Distribution => distribution::draw(&material, params, &mut sheets),
                FigureKind::Ratio => ratio::draw(&material, params, &mut sheets)?,
                FigureKind::Agreement => {
                    agreement::draw(&material, params, &mut sheets)?;
                    clinical::draw(&material, params, &mut sheets)?;
                }
                FigureKind::Panels => panels::draw(&material, params, &mut sheets)?,
            }
            context.check_cancelled()?;
            if params.asks_for(kind) && !sheets.has(kind) {
                return Err(nothing(kind, &sheets.warnings).into());
            }
        }
        let warnings = sheets.write(
            context.output("figures")?,
            params.png_scale,
            |at, count| -> Result<(), StageError> {
                context.check_cancelled()?;
                context.progress(at as u64, count as u64, "");
                Ok(())
            },
        )?;
        for warning in warnings {
            context.warn(warning);
        }
        Ok(())
    }
}

/// Why a kind that was asked for has no figure.
fn nothing(kind: FigureKind, warnings: &[String]) -> PlotsError {
    let (why, accepted) = match kind {
        FigureKind::Learning => (
            "no training log has any of `learning.quantities`",
            "name quantities of the logs, such as `validation/dice/mean` or `loss/*`",
        ),
        FigureKind::Distribution => (
            "no metrics table has any of `metrics` on this grid and of this checkpoint",
            "set `metrics`, `grid` and `checkpoint` to what `evaluate` computed",
        ),
        FigureKind::Ratio => (
            "no matrix variable besides `rows` and `over` has numbers as values, or several have",
            "set `ratio.variable` to the variable that says how much is labelled",
        ),
        FigureKind::Agreement => (
            "no annotated scan was predicted by this checkpoint",
            "predict annotated scans, or set `checkpoint`",
        ),
        FigureKind::Panels => (
            "no annotated subject was predicted and scored by all methods",
            "predict and evaluate annotated scans, or set `metrics`, `grid` and `checkpoint`",
        ),
    };
    let why = match warnings.last() {
        Some(warning) => format!("{why} ({warning})"),
        None => why.to_owned(),
    };
    PlotsError::NoData { kind: kind.word(), why, accepted: accepted.to_owned() }
}
