//! The first steps of a training in numbers, and all that is needed to repeat them elsewhere.

use std::path::Path;

use pipeline_engine::{Cancellation, StageEvent};
use safetensors::tensor::{Dtype, TensorView, serialize};
use serde_json::{Map, Value, json};
use stages_tables::{LogTable, Role};
use stages_train::TrainParams;

use crate::training::{PAPER, params, run, with};
use crate::{Options, inputs};

/// A learning rate that moves no weight by a bit.
const STILL: f64 = 1e-30;
/// A learning rate and an `eps` beside which no gradient counts. Adam's first step is
/// `lr * g / (|g| + eps)`, so with both of them this large it is the gradient itself.
const BY_THE_GRADIENT: f64 = 1e6;

/// Writes into the folder:
/// - `slices`, `partition`: what the training loop reads; `batch.safetensors`: the same pixels;
/// - `weights`: a checkpoint of the first weights;
/// - `fp32` and `bf16`: checkpoints of these weights less their first gradient;
/// - `reference.json`: the losses of the first steps in both, and which of them is the default.
pub(crate) fn prepare(options: &Options) {
    let folder = &options.folder;
    inputs::write(folder, options.crop, &inputs::PAPER_BATCH);
    write_batch(folder, options.crop);
    let still = Training { options, precision: "fp32", rate: STILL, eps: 1e-8, decay: 0.0 };
    still.losses("weights", 1);
    let mut reference = Map::new();
    for precision in ["fp32", "bf16"] {
        let by_the_gradient =
            Training { precision, rate: BY_THE_GRADIENT, eps: BY_THE_GRADIENT, ..still };
        by_the_gradient.losses(precision, 1);
        let usual = Training { precision, rate: 1e-3, decay: 1e-5, ..still };
        reference.insert(precision.to_owned(), json!(usual.losses("steps", options.steps)));
    }
    reference.insert("default".to_owned(), json!(TrainParams::default().precision));
    let text = serde_json::to_string_pretty(&reference).unwrap() + "\n";
    fs_err::write(folder.join("reference.json"), text).unwrap();
}

/// A training on unchanged images, each of them perturbed by both flips.
#[derive(Clone, Copy)]
struct Training<'a> {
    options: &'a Options,
    precision: &'a str,
    rate: f64,
    eps: f64,
    decay: f64,
}

impl Training<'_> {
    /// Trains for some steps and leaves the checkpoint in a folder; returns the losses of each step.
    fn losses(&self, name: &str, steps: u32) -> Vec<Map<String, Value>> {
        let Options { folder, crop, device, .. } = self.options;
        let changes = json!({
            "epochs": steps,
            "augment": {"rotate_deg": 0.0, "vertical_flip": 0.0, "horizontal_flip": 0.0, "jitter": 0.0},
            "perturbation": {"flips": {"probability": 1.0}},
            "learning_rate": {"constant": {"lr": self.rate}},
            "optimizer": {"adam": {"eps": self.eps, "weight_decay": self.decay}},
        });
        let params = with(params(PAPER, *crop, Some(self.precision)), &changes);
        let output = folder.join(name);
        let quiet = |_: StageEvent| {};
        run(folder, &output, &params, *device, (&Cancellation::new(), &quiet)).unwrap();
        // An epoch is one step, and its mean is the step's own loss.
        let mut losses = vec![Map::new(); steps as usize];
        for row in LogTable::read(&output).unwrap().rows {
            if let Some(name) = row.name.strip_prefix("loss/") {
                losses[row.epoch as usize].insert(name.to_owned(), json!(row.value));
            }
        }
        losses
    }
}

/// Writes the pixels of [`inputs::write`] as they are.
fn write_batch(folder: &Path, side: u32) {
    let mut tensors = Vec::new();
    for (role, count) in inputs::PAPER_BATCH {
        let planes: Vec<_> = (0..count).map(|slice| inputs::plane(role, slice, side)).collect();
        let shape = vec![count as usize, side as usize, side as usize];
        let images: Vec<u8> = planes.iter().flat_map(|plane| plane.image.clone()).collect();
        tensors.push((
            if role == Role::Labelled { "labelled" } else { "unlabelled" },
            shape.clone(),
            images,
        ));
        if role == Role::Labelled {
            let labels = planes.iter().flat_map(|plane| plane.labels.clone()).collect();
            tensors.push(("labels", shape, labels));
        }
    }
    let views = tensors.iter().map(|(name, shape, bytes)| {
        (name, TensorView::new(Dtype::U8, shape.clone(), bytes).unwrap())
    });
    let bytes = serialize(views, None).unwrap();
    fs_err::write(folder.join("batch.safetensors"), bytes).unwrap();
}
