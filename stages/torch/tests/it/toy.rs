//! A tiny dataset that a small network can learn in seconds, and the jobs that run on it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use pipeline_engine::{Granted, Job};
use serde_json::{Value, json};
use stages_tables::{
    ClassInfo, DatasetInfo, GridConvention, PartitionRow, PartitionTable, PlaneGeometry, Role,
    SliceMeta, SlicesInfo, SlicesWriter,
};
use stages_train::{Predict, Train};

pub(crate) const CANVAS: u32 = 40;
pub(crate) const SLICES: u32 = 3;

pub(crate) fn dataset() -> DatasetInfo {
    let class = |id: u8, name: &str| ClassInfo { id, name: name.to_owned() };
    DatasetInfo {
        name: "toy".to_owned(),
        classes: vec![class(0, "background"), class(1, "disc"), class(2, "core")],
    }
}

/// Scans of bright discs with a brighter core; position and size differ from scan to scan.
pub(crate) fn write_slices(dir: &Path, scans: u32) {
    let info = SlicesInfo {
        dataset: dataset(),
        height: CANVAS,
        width: CANVAS,
        convention: GridConvention::Edges,
    };
    let geometry = PlaneGeometry {
        native: [CANVAS; 2],
        resampled: [CANVAS; 2],
        step: [1.0; 2],
        offset: [0; 2],
    };
    let mut writer = SlicesWriter::create(dir, &info).unwrap();
    for scan in 0..scans {
        let metas: Vec<SliceMeta> = (0..SLICES)
            .map(|slice| SliceMeta {
                case_id: case_id(scan),
                subject: case_id(scan),
                slice,
                labelled: true,
                foreground: true,
                geometry,
            })
            .collect();
        let (mut images, mut labels) = (Vec::new(), Vec::new());
        for slice in 0..SLICES {
            for y in 0..CANVAS {
                for x in 0..CANVAS {
                    let label = class_at(scan, slice, x, y);
                    // A fixed speckle, so that intensity alone does not separate the classes.
                    let speckle = (x * 7 + y * 13 + scan * 5 + slice * 11) % 40;
                    images.push(40 + 60 * label + speckle as u8);
                    labels.push(label);
                }
            }
        }
        writer.write(&metas, images, labels).unwrap();
    }
    writer.finish().unwrap();
}

pub(crate) fn case_id(scan: u32) -> String {
    format!("scan{scan:02}")
}

fn class_at(scan: u32, slice: u32, x: u32, y: u32) -> u8 {
    let centre = |k: u32| f64::from(16 + (scan * k) % 9);
    let distance = (f64::from(x) - centre(3)).hypot(f64::from(y) - centre(5));
    let radius = f64::from(8 + slice);
    if distance < radius / 2.0 { 2 } else { u8::from(distance < radius) }
}

/// Roles in scan order.
pub(crate) fn write_partition(dir: &Path, roles: &[Role]) {
    let rows = (0..)
        .zip(roles)
        .map(|(scan, role)| PartitionRow {
            case_id: case_id(scan),
            subject: case_id(scan),
            role: *role,
            unlabelled_pool: *role == Role::Unlabelled,
        })
        .collect();
    PartitionTable { dataset: dataset(), rows }.write(dir).unwrap();
}

/// A folder with inputs, and the jobs on them.
pub(crate) struct Toy {
    root: tempfile::TempDir,
}

impl Toy {
    /// Two labelled, two unlabelled, one validation and two test scans.
    pub(crate) fn new() -> Self {
        use Role::{Labelled, Test, Unlabelled, Validation};
        Self::with_roles(&[Labelled, Labelled, Unlabelled, Unlabelled, Validation, Test, Test])
    }

    pub(crate) fn with_roles(roles: &[Role]) -> Self {
        let toy = Self { root: tempfile::tempdir().unwrap() };
        write_slices(&toy.dir("slices"), roles.len() as u32);
        write_partition(&toy.dir("partition"), roles);
        toy
    }

    /// A folder of the toy, made if it is not there.
    pub(crate) fn dir(&self, name: &str) -> PathBuf {
        let dir = self.root.path().join(name);
        fs_err::create_dir_all(&dir).unwrap();
        dir
    }

    pub(crate) fn train_job(&self, output: &str, params: Value) -> Job {
        self.job(
            "train",
            params,
            &[("slices", "slices"), ("partition", "partition")],
            &[("checkpoint", output), ("training_log", output), ("performance", output)],
        )
    }

    pub(crate) fn predict_job(&self, checkpoint: &str, output: &str, params: Value) -> Job {
        self.job(
            "predict",
            params,
            &[("slices", "slices"), ("partition", "partition"), ("checkpoint", checkpoint)],
            &[("predictions", output)],
        )
    }

    fn job(
        &self,
        stage: &str,
        params: Value,
        inputs: &[(&str, &str)],
        outputs: &[(&str, &str)],
    ) -> Job {
        let input = |dir: &str| {
            serde_json::from_value(json!([{"coordinates": {}, "dir": self.dir(dir)}])).unwrap()
        };
        Job {
            protocol: 1,
            node: stage.to_owned(),
            stage: stage.to_owned(),
            version: if stage == "train" { Train::VERSION } else { Predict::VERSION },
            params,
            inputs: inputs.iter().map(|(port, dir)| ((*port).to_owned(), input(dir))).collect(),
            sources: BTreeMap::new(),
            outputs: outputs
                .iter()
                .map(|(port, dir)| ((*port).to_owned(), self.dir(dir)))
                .collect(),
            scratch: self.dir("scratch"),
            resume: self.dir("resume"),
            granted: Granted::cpus_only(1),
        }
    }
}

/// A short training of a small network: about 1.5 seconds.
pub(crate) fn short_training() -> Value {
    json!({
        "seed": 8,
        "crop": 32,
        // Exact on every processor, and quick on those without instructions for bf16.
        "precision": "fp32",
        "network": {"widths": [4, 8, 8, 16, 16]},
        "learning_rate": {"constant": {"lr": 0.01}},
        "epochs": 3,
        "iterations_per_epoch": 10,
        "batch_labelled": 2,
        "batch_unlabelled": 2,
        "regularizers": [
            {"consistency": {"weight": {"value": 0.1, "ramp_until": 0.6}}},
            {"local_mi": {"weight": {"value": 0.05}}},
        ],
    })
}

/// The parameters with some of them replaced.
pub(crate) fn with(mut params: Value, changes: Value) -> Value {
    let (Value::Object(all), Value::Object(changes)) = (&mut params, changes) else {
        panic!("both are objects");
    };
    all.extend(changes);
    params
}
