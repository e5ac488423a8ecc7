//! The training loop itself, on the slices of a folder.

use std::path::Path;
use std::time::Duration;

use pipeline_engine::{ActionContext, Cancellation, Job, StageError, StageEvent};
use serde_json::{Value, json};
use stages_torch::train::{Surroundings, train};
use stages_train::Train;
use tch::Device;

/// The published method: cross-entropy, KL consistency and local mutual information.
pub(crate) const PAPER: &str = "paper";
/// All methods that can be timed.
pub(crate) const METHODS: [&str; 4] = ["labelled", "partial", "consistency", PAPER];

/// The parameters of a method, over those of every training here.
pub(crate) fn params(method: &str, crop: u32, precision: Option<&str>) -> Value {
    let consistency = json!({"consistency": {"weight": {"value": 1.0}}});
    let local_mi = json!({"local_mi": {"weight": {"value": 0.1}}});
    let regularizers = match method {
        "labelled" | "partial" => json!([]),
        "consistency" => json!([consistency]),
        PAPER => json!([consistency, local_mi]),
        other => panic!("unknown method {other}: one of {METHODS:?}"),
    };
    let mut params = json!({
        "crop": crop, "epochs": 1, "iterations_per_epoch": 1, "regularizers": regularizers,
        "unlabelled_in_batch_norm": method != "labelled",
        "learning_rate": {"constant": {"lr": 1e-3}},
    });
    if let Some(precision) = precision {
        params["precision"] = json!(precision);
    }
    params
}

/// The parameters with some of them replaced.
pub(crate) fn with(mut params: Value, changes: &Value) -> Value {
    params.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    params
}

/// Runs the training loop on `inputs/slices` and `inputs/partition`, and writes into `output`.
pub(crate) fn run(
    inputs: &Path,
    output: &Path,
    params: &Value,
    device: Device,
    (cancellation, sink): (&Cancellation, &(dyn Fn(StageEvent) + Sync)),
) -> Result<(), StageError> {
    // Nothing of an earlier training: it would be continued.
    if output.exists() {
        fs_err::remove_dir_all(output).unwrap();
    }
    let (scratch, resume) = (output.join("scratch"), output.join("resume"));
    for folder in [&scratch, &resume] {
        fs_err::create_dir_all(folder).unwrap();
    }
    let dir = |name: &str| json!([{"coordinates": {}, "dir": inputs.join(name)}]);
    let job: Job = serde_json::from_value(json!({
        "protocol": 1, "node": "bench", "stage": "train", "version": Train::VERSION, "params": params,
        "inputs": {"slices": dir("slices"), "partition": dir("partition")},
        "outputs": {"checkpoint": output, "training_log": output, "performance": output},
        "scratch": scratch, "resume": resume, "granted": {"cpus": 1, "gpus": []},
    }))
    .unwrap();
    let context = ActionContext::from_job(&job, cancellation, sink);
    // No saves: a minute of a training that waits for its turn is a few steps.
    let save_every = Duration::from_hours(24);
    let surroundings = Surroundings { device, save_every, ..Surroundings::cpu() };
    train(&serde_json::from_value(params.clone()).unwrap(), &context, &surroundings)
}
