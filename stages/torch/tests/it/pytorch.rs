//! Checkpoints in Python's PyTorch, read by the module in `python/`.
//!
//! `ORCHESTRATE_PYTHON_TORCH` names the Python; `cargo xtask test` sets it where
//! `cargo xtask bench train` has made one.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::json;
use stages_tables::{PredictionsReader, SlicesReader};
use stages_torch::checkpoint::{ModelCard, Snapshot};
use stages_torch::network::{Mode, Numerics};
use stages_torch::worker::LIBTORCH;
use stages_train::{Checkpoint, MemoryLayout, Precision};
use tch::{Device, Kind, Tensor};

use crate::toy::{CANVAS, Toy, short_training};
use crate::training::run;

/// Writes the class scores that both checkpoints give to images.
const SCORES: &str = "
import sys
import numpy as np, torch
from orchestrate_unet import load

folder, data = sys.argv[1:]
images = torch.from_numpy(np.load(data + '/images.npy'))
for checkpoint in ['best', 'last']:
    network, card = load(folder, checkpoint)
    with torch.inference_mode():
        np.save(data + '/' + checkpoint + '.npy', network(images).numpy())
";

/// The losses of the step that ours is timed beside, on maps given by formulas.
const LOSSES: &str = "
import json, torch
from train_step import joint_by_convolution, joint_by_products, kl_divergence, local_mi_loss

n, k, h, w = torch.meshgrid(*(torch.arange(s).double() for s in (2, 3, 4, 5)), indexing='ij')
p = (2 * torch.sin(1 + 0.7 * n + 1.3 * k + 0.37 * h + 0.91 * w)).softmax(dim=1)
q = (2 * torch.sin(1.2 + 0.7 * n + 1.3 * k + 0.40 * h + 0.85 * w)).softmax(dim=1)
mi = [local_mi_loss(f(p, q, d)) for f in (joint_by_convolution, joint_by_products) for d in (0, 1, 3)]
print(json.dumps([kl_divergence(p, q).item(), *(loss.item() for loss in mi)]))
";

#[test]
fn the_step_to_compare_with_computes_the_published_losses() {
    let Some(python) = Python::find() else { return };
    let found: Vec<f64> = serde_json::from_str(&python.run(LOSSES, &[])).unwrap();
    // The fixtures that our own losses are tested with.
    let local_mi = [-0.181_887_860, -0.096_478_164, -0.110_854_584];
    let wanted = [&[0.011_565_712], &local_mi[..], &local_mi[..]].concat();
    assert_eq!(found.len(), wanted.len());
    for (found, wanted) in found.iter().zip(&wanted) {
        assert!((found - wanted).abs() < 1e-8, "{found} instead of {wanted}");
    }
}

#[test]
fn a_checkpoint_gives_the_same_scores_in_pytorch() {
    let Some(python) = Python::find() else { return };
    let toy = Toy::new();
    run(&toy.train_job("model", short_training())).unwrap();
    let (model, data) = (toy.dir("model"), toy.dir("data"));
    // Higher than wide, so that no axis can be taken for another.
    let values = Tensor::arange(3 * 48 * 32, (Kind::Float, Device::Cpu));
    let images = ((values * 0.37).sin() / 2.0 + 0.5).reshape([3, 1, 48, 32]);
    images.write_npy(data.join("images.npy")).unwrap();
    python.run(SCORES, &[&model, &data]);
    let card = ModelCard::read(&model).unwrap();
    for checkpoint in [Checkpoint::Best, Checkpoint::Last] {
        let snapshot = Snapshot::read(&model, checkpoint, &card.design().layout()).unwrap();
        let numerics = Numerics { precision: Precision::Fp32, memory: MemoryLayout::ChannelsLast };
        let network = snapshot.network(card.design(), numerics, Device::Cpu);
        let ours = tch::no_grad(|| network.scores(&images, Mode::Evaluation));
        let theirs = Tensor::read_npy(data.join(format!("{}.npy", checkpoint.as_str()))).unwrap();
        assert_eq!(theirs.size(), [3, 3, 48, 32]);
        assert!(ours.std(false).double_value(&[]) > 0.1, "the scores say something");
        let apart = (ours - theirs).abs().max().double_value(&[]);
        assert!(apart < 1e-4, "{}: {apart}", checkpoint.as_str());
    }
}

#[test]
fn the_documented_program_segments_as_predict_does() {
    let text = include_str!("../../../../docs/checkpoints.md");
    let (_, program) = text.split_once("```python\n").expect("a program");
    let (program, _) = program.split_once("```").expect("its end");
    let Some(python) = Python::find() else { return };
    let toy = Toy::new();
    run(&toy.train_job("model", short_training())).unwrap();
    run(&toy.predict_job("model", "predictions", json!({"checkpoints": ["best"]}))).unwrap();
    let predictions = PredictionsReader::open(&toy.dir("predictions")).unwrap();
    let slices = SlicesReader::open(&toy.dir("slices")).unwrap();
    // The first and the last, each of another scan.
    let count = predictions.slices().len();
    for at in [0, count - 1] {
        let meta = &predictions.slices()[at];
        let same = |slice: &&stages_tables::SliceMeta| {
            slice.case_id == meta.case_id && slice.slice == meta.slice
        };
        let row = slices.slices().iter().position(|slice| same(&slice)).unwrap();
        let side = i64::from(CANVAS);
        let image = Tensor::from_slice(slices.image(row)).reshape([side, side]);
        let (image_file, labels_file) =
            (toy.dir("data").join("slice.npy"), toy.dir("data").join("labels.npy"));
        image.write_npy(&image_file).unwrap();
        python.run(program, &[&toy.dir("model"), &image_file, &labels_file]);
        let theirs = Tensor::read_npy(&labels_file).unwrap();
        assert_eq!((theirs.size(), theirs.kind()), (vec![32, 32], Kind::Uint8));
        let ours = Tensor::from_slice(predictions.label(at)).reshape([32, 32]);
        let differ = ours.ne_tensor(&theirs).sum(Kind::Int64).int64_value(&[]);
        // One pixel in a thousand may lie on the border between two classes.
        assert!(differ <= 1, "{differ} pixels of slice {at} differ");
    }
}

/// A Python that can import torch.
struct Python(PathBuf);

impl Python {
    /// Returns none, with a printed reason, where there is none of the right version.
    fn find() -> Option<Self> {
        let Some(program) = named() else {
            eprintln!("skipped: ORCHESTRATE_PYTHON_TORCH names no Python with PyTorch");
            return None;
        };
        let python = Self(program);
        let version =
            python.run("from importlib.metadata import version; print(version('torch'))", &[]);
        if !version.starts_with(LIBTORCH) {
            eprintln!("skipped: its PyTorch is {}, not {LIBTORCH}", version.trim());
            return None;
        }
        Some(python)
    }

    /// Runs a program that ends well; returns what it says.
    fn run(&self, program: &str, arguments: &[&Path]) -> String {
        let module = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../python");
        let mut command = Command::new(&self.0);
        command.arg("-c").arg(program).args(arguments).env("PYTHONPATH", module);
        command.env("PYTHONDONTWRITEBYTECODE", "1").env("OMP_NUM_THREADS", "1");
        // Cargo's would make it load our libtorch instead of its own.
        let output = command.env_remove("LD_LIBRARY_PATH").output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{} failed:\n{said}", self.0.display());
        String::from_utf8(output.stdout).unwrap()
    }
}

#[expect(clippy::disallowed_methods, reason = "a test is told by its environment what it can use")]
fn named() -> Option<PathBuf> {
    std::env::var_os("ORCHESTRATE_PYTHON_TORCH").filter(|value| !value.is_empty()).map(Into::into)
}
