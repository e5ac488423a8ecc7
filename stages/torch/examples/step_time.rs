//! Measures seconds per training step by method, crop, threads and precision.
//!
//! `cargo run -p stages-torch --example step_time -- CROP THREADS [fp32|bf16] [STEPS]`

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a measuring tool, not a product")]

use std::path::Path;
use std::sync::Mutex;
use std::time::Instant;

use pipeline_engine::{ActionContext, Cancellation, Job, StageEvent};
use serde_json::{Value, json};
use stages_tables::{
    ClassInfo, DatasetInfo, GridConvention, PartitionRow, PartitionTable, PlaneGeometry, Role,
    SliceMeta, SlicesInfo, SlicesWriter,
};
use stages_torch::train::{Surroundings, train};

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let argument = |at: usize, default: &str| arguments.get(at).map_or(default, |s| s).to_owned();
    let crop: u32 = argument(0, "64").parse().unwrap();
    let threads: u32 = argument(1, "1").parse().unwrap();
    let precision = argument(2, "fp32");
    let steps: u32 = argument(3, "6").parse().unwrap();
    tch::set_num_threads(threads as i32);
    let root = tempfile::tempdir().unwrap();
    write_inputs(root.path(), crop * 5 / 4);
    let weight = json!({"value": 0.1});
    let consistency = json!({"consistency": {"weight": weight}});
    let local_mi = json!({"local_mi": {"weight": weight}});
    for (method, changes) in [
        ("labelled only", json!({"unlabelled_in_batch_norm": false})),
        ("partial", json!({})),
        ("consistency", json!({"regularizers": [consistency]})),
        ("consistency + MI", json!({"regularizers": [consistency, local_mi]})),
    ] {
        let mut params = json!({
            "crop": crop, "epochs": 1, "iterations_per_epoch": steps, "precision": precision,
            "learning_rate": {"constant": {"lr": 1e-4}},
        });
        params.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        let [wall, cpu] = seconds_per_step(root.path(), &params);
        println!(
            "{method:18} crop {crop} threads {threads} {precision}: {wall:.3} s, {cpu:.3} CPU-s"
        );
    }
    println!("peak memory {} MiB", status_kib("VmHWM") / 1024);
}

/// The fastest step, as seconds of wall clock and of CPU.
fn seconds_per_step(root: &Path, params: &Value) -> [f64; 2] {
    let out = tempfile::tempdir().unwrap();
    let dir = |name: &str| json!([{"coordinates": {}, "dir": root.join(name)}]);
    let job: Job = serde_json::from_value(json!({
        "protocol": 1, "node": "bench", "stage": "train", "version": 2, "params": params,
        "inputs": {"slices": dir("slices"), "partition": dir("partition")},
        "outputs": {"checkpoint": out.path(), "training_log": out.path(), "performance": out.path()},
        "scratch": out.path(), "resume": out.path().join("resume"), "granted": {"cpus": 1, "gpus": []},
    }))
    .unwrap();
    let times = Mutex::new(vec![(Instant::now(), cpu_seconds())]);
    let sink = |event: StageEvent| {
        if matches!(event, StageEvent::Progress { .. }) {
            times.lock().unwrap().push((Instant::now(), cpu_seconds()));
        }
    };
    let cancellation = Cancellation::new();
    let context = ActionContext::from_job(&job, &cancellation, &sink);
    train(&serde_json::from_value(params.clone()).unwrap(), &context, &Surroundings::cpu())
        .unwrap();
    let times = times.lock().unwrap();
    let least =
        |step: fn(&[(Instant, f64)]) -> f64| times.windows(2).map(step).fold(f64::MAX, f64::min);
    [least(|pair| (pair[1].0 - pair[0].0).as_secs_f64()), least(|pair| pair[1].1 - pair[0].1)]
}

fn write_inputs(root: &Path, canvas: u32) {
    let class = |id: u8, name: &str| ClassInfo { id, name: name.to_owned() };
    let names = [(0, "background"), (1, "RV"), (2, "Myo"), (3, "LV")];
    let classes = names.into_iter().map(|(id, name)| class(id, name)).collect();
    let dataset = DatasetInfo { name: "bench".to_owned(), classes };
    for name in ["slices", "partition"] {
        fs_err::create_dir(root.join(name)).unwrap();
    }
    let convention = GridConvention::Edges;
    let info = SlicesInfo { dataset: dataset.clone(), height: canvas, width: canvas, convention };
    let mut writer = SlicesWriter::create(&root.join("slices"), &info).unwrap();
    let (native, step, offset) = ([canvas; 2], [1.0; 2], [0; 2]);
    let geometry = PlaneGeometry { native, resampled: native, step, offset };
    let mut rows = Vec::new();
    for (scan, role) in [Role::Labelled, Role::Unlabelled].into_iter().enumerate() {
        let case_id = format!("scan{scan}");
        let metas: Vec<SliceMeta> = (0..12)
            .map(|slice| SliceMeta {
                case_id: case_id.clone(),
                subject: case_id.clone(),
                slice,
                labelled: true,
                foreground: true,
                geometry,
            })
            .collect();
        let pixels = 12 * canvas * canvas;
        let images = (0..pixels).map(|i| (i * 37 % 251) as u8).collect();
        let labels = (0..pixels).map(|i| (i / 100 % 4) as u8).collect();
        writer.write(&metas, images, labels).unwrap();
        let unlabelled_pool = role == Role::Unlabelled;
        rows.push(PartitionRow {
            case_id: case_id.clone(),
            subject: case_id,
            role,
            unlabelled_pool,
        });
    }
    writer.finish().unwrap();
    PartitionTable { dataset, rows }.write(&root.join("partition")).unwrap();
}

fn cpu_seconds() -> f64 {
    let text = fs_err::read_to_string("/proc/self/stat").unwrap();
    let fields: Vec<&str> = text.rsplit(')').next().unwrap().split_whitespace().collect();
    // User and system time, in hundredths of a second.
    (fields[11].parse::<f64>().unwrap() + fields[12].parse::<f64>().unwrap()) / 100.0
}

fn status_kib(field: &str) -> u64 {
    let text = fs_err::read_to_string("/proc/self/status").unwrap();
    let line = text.lines().find(|line| line.starts_with(field)).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}
