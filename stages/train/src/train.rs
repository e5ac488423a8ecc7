//! The `train` stage.

use pipeline_engine::{Gpus, ParamProblem, Placement, Ports, Resources, Stage, StageInfo};
use stages_tables::kind;

use crate::{TrainParams, WORKER, checks, memory};

/// Trains a segmentation network; runs in the worker.
#[derive(Debug, Clone, Copy, Default)]
pub struct Train;

impl Train {
    /// The name under `uses:`.
    pub const NAME: &'static str = "train";
    /// Version of the output; see `CHANGELOG.md`.
    pub const VERSION: u32 = 4;
}

impl Stage for Train {
    type Params = TrainParams;

    fn info(&self) -> StageInfo {
        StageInfo {
            name: Self::NAME,
            version: Self::VERSION,
            summary: "trains a segmentation network on labelled and unlabelled scans",
            placement: Placement::Worker(WORKER),
        }
    }

    fn ports(&self, _params: &TrainParams) -> Ports {
        Ports::new()
            .input("slices", kind::SLICES)
            .input("partition", kind::PARTITION)
            .output("checkpoint", kind::CHECKPOINT)
            .output("training_log", kind::TRAINING_LOG)
            .output("performance", kind::PERFORMANCE)
    }

    fn resources(&self, params: &TrainParams) -> Resources {
        Resources {
            gpus: Gpus::Devices(1),
            memory_mib: memory::training_mib(params),
            ..Resources::default()
        }
    }

    fn check(&self, params: &TrainParams) -> Vec<ParamProblem> {
        checks::problems(params)
    }
}
