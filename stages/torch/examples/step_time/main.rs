//! Takes training steps of the published method, to time them and to check what they compute.
//!
//! `cargo run --release -p stages-torch --example step_time -- COMMAND [OPTION VALUE]...`
//!
//! - `methods` prints seconds per step of several methods.
//! - `prepare --folder DIR` writes slices, and the first steps on them in numbers, for
//!   `python/train_step.py` to repeat.
//! - `serve --folder DIR` trains on these slices, one step for every line of its standard input;
//!   `cargo xtask bench train` holds the watch.
//!
//! Options: `--crop`, `--threads`, `--precision fp32|bf16` (default: the stage's own), `--steps`,
//! `--method`, `--device cpu|cuda`.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a measuring tool, not a product")]

// As the worker does it.
#[path = "../../src/cuda.rs"]
mod cuda;
mod inputs;
mod methods;
mod prepare;
mod serve;
mod training;

use std::path::PathBuf;

use stages_torch::allocator::keep_freed_memory;
use tch::Device;

/// What was asked for.
struct Options {
    folder: PathBuf,
    crop: u32,
    threads: i32,
    precision: Option<String>,
    steps: u32,
    method: String,
    device: Device,
}

impl Options {
    fn read(arguments: impl Iterator<Item = String>) -> Self {
        let mut options = Self {
            folder: PathBuf::new(),
            crop: 224,
            threads: 1,
            precision: None,
            steps: 6,
            method: training::PAPER.to_owned(),
            device: Device::Cpu,
        };
        let mut arguments = arguments;
        while let Some(name) = arguments.next() {
            let value = arguments.next().unwrap_or_else(|| panic!("{name} needs a value"));
            match name.as_str() {
                "--folder" => options.folder = value.into(),
                "--crop" => options.crop = value.parse().unwrap(),
                "--threads" => options.threads = value.parse().unwrap(),
                "--precision" => options.precision = Some(value),
                "--steps" => options.steps = value.parse().unwrap(),
                "--method" => options.method = value,
                "--device" if value == "cuda" => options.device = Device::Cuda(0),
                "--device" => options.device = Device::Cpu,
                _ => panic!("unknown option {name}"),
            }
        }
        options
    }
}

fn main() {
    let mut arguments = std::env::args().skip(1);
    let command = arguments.next().unwrap_or_default();
    let options = Options::read(arguments);
    // As the worker does it.
    keep_freed_memory();
    tch::set_num_threads(options.threads);
    if options.device != Device::Cpu {
        cuda::load().unwrap();
    }
    match command.as_str() {
        "methods" => methods::methods(&options),
        "prepare" => prepare::prepare(&options),
        "serve" => serve::serve(&options),
        _ => panic!("commands are `methods`, `prepare` and `serve`"),
    }
}
