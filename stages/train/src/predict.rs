//! The `predict` stage.

use pipeline_engine::{Gpus, ParamProblem, Placement, Ports, Resources, Stage, StageInfo};
use stages_tables::kind;

use crate::{PredictParams, WORKER, memory};

/// Segments scans with a trained network; runs in the worker.
#[derive(Debug, Clone, Copy, Default)]
pub struct Predict;

impl Predict {
    /// The name under `uses:`.
    pub const NAME: &'static str = "predict";
    /// Version of the output; see `CHANGELOG.md`.
    pub const VERSION: u32 = 3;
}

impl Stage for Predict {
    type Params = PredictParams;

    fn info(&self) -> StageInfo {
        StageInfo {
            name: Self::NAME,
            version: Self::VERSION,
            summary: "segments scans with a trained network",
            placement: Placement::Worker(WORKER),
        }
    }

    fn ports(&self, _params: &PredictParams) -> Ports {
        Ports::new()
            .input("slices", kind::SLICES)
            .input("partition", kind::PARTITION)
            .input("checkpoint", kind::CHECKPOINT)
            .output("predictions", kind::PREDICTIONS)
    }

    fn resources(&self, params: &PredictParams) -> Resources {
        Resources {
            gpus: Gpus::Devices(1),
            memory_mib: memory::prediction_mib(params),
            ..Resources::default()
        }
    }

    fn check(&self, params: &PredictParams) -> Vec<ParamProblem> {
        let mut problems = Vec::new();
        if params.checkpoints.is_empty() {
            problems.push(
                ParamProblem::new("checkpoints", "no checkpoint to predict with")
                    .with_help("list `best`, `last` or both"),
            );
        }
        if params.roles.is_empty() {
            problems.push(
                ParamProblem::new("roles", "no scans to predict").with_help(
                    "list one or more of `test`, `validation`, `labelled`, `unlabelled`",
                ),
            );
        }
        repeated(&mut problems, "checkpoints", params.checkpoints.iter().map(|c| c.as_str()));
        repeated(&mut problems, "roles", params.roles.iter().map(|r| r.as_str()));
        if params.batch == 0 {
            problems.push(
                ParamProblem::new("batch", "found 0").with_help("a whole number of at least 1"),
            );
        }
        problems
    }
}

fn repeated<'a>(
    problems: &mut Vec<ParamProblem>,
    list: &str,
    words: impl Iterator<Item = &'a str>,
) {
    let words: Vec<&str> = words.collect();
    for (i, word) in words.iter().enumerate() {
        if words[..i].contains(word) {
            problems.push(
                ParamProblem::new(format!("{list}[{i}]"), format!("`{word}` is listed twice"))
                    .with_help("list each once"),
            );
        }
    }
}
