//! A table of methods, by hand.

use std::sync::Mutex;
use std::time::Instant;

use pipeline_engine::{Cancellation, StageEvent};
use serde_json::json;

use crate::training::{METHODS, params, run, with};
use crate::{Options, inputs};

/// Prints the fastest step of every method, as seconds of wall clock and of CPU.
pub(crate) fn methods(options: &Options) {
    let root = tempfile::tempdir().unwrap();
    inputs::write(root.path(), options.crop, &inputs::PAPER_BATCH);
    for method in METHODS {
        let params = params(method, options.crop, options.precision.as_deref());
        let params = with(params, &json!({"iterations_per_epoch": options.steps}));
        let times = Mutex::new(vec![(Instant::now(), cpu_seconds())]);
        let sink = |event: StageEvent| {
            if matches!(event, StageEvent::Progress { .. }) {
                times.lock().unwrap().push((Instant::now(), cpu_seconds()));
            }
        };
        let output = root.path().join(method);
        run(root.path(), &output, &params, options.device, (&Cancellation::new(), &sink)).unwrap();
        let times = times.into_inner().unwrap();
        let least = |step: fn(&[(Instant, f64)]) -> f64| {
            times.windows(2).map(step).fold(f64::MAX, f64::min)
        };
        let wall = least(|pair| (pair[1].0 - pair[0].0).as_secs_f64());
        let cpu = least(|pair| pair[1].1 - pair[0].1);
        println!("{method:12} {wall:.3} s, {cpu:.3} CPU-s");
    }
    println!("peak memory {} MiB", status_kib("VmHWM") / 1024);
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
