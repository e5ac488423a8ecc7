//! Times local mutual information in its fast and in its published form, forward and backward, turn
//! by turn in one process.
//!
//! `bench_mi FILE DEVICE THREADS REPEATS SECONDS` writes one JSON object a line into FILE: a form, a
//! shape and the seconds of all repeats, of which there are fewer where they would take longer than
//! SECONDS. DEVICE is `cpu` or `cuda`. `cargo xtask bench mi` starts it and makes a report of it.

#![expect(clippy::unwrap_used, reason = "a measuring tool, not a product")]

#[path = "../../src/cuda.rs"]
mod cuda;
mod published;

use std::io::Write;
use std::time::{Duration, Instant};

use serde_json::json;
use stages_torch::regularizer::LocalMi;
use stages_train::{LocalMiParams, WeightParams};
use tch::{Device, Kind, Tensor};

use published::{counts_by_convolution, mutual_information_loss};

/// The published settings, as the size of the maps and the largest displacement: the output of the
/// network, and an over-clustering head.
const SHAPES: [([i64; 4], u32); 2] = [([10, 4, 224, 224], 1), ([10, 20, 112, 112], 3)];
/// How class probabilities lie in memory.
const LAYOUTS: [&str; 2] = ["classes first", "classes last"];
/// Rounds that do not count: libtorch gets memory and compiles kernels.
const WARM_UP: usize = 2;

/// One form of the term.
struct Contestant {
    form: &'static str,
    loss: Box<Loss>,
    /// The value and the length of the gradient.
    found: [f64; 2],
    seconds: Vec<f64>,
}

/// A loss of two maps.
type Loss = dyn Fn(&Tensor, &Tensor) -> Tensor;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [file, device, threads, repeats, seconds] = arguments.as_slice() else {
        panic!("usage: bench_mi FILE DEVICE THREADS REPEATS SECONDS")
    };
    let device = match device.as_str() {
        "cuda" => {
            cuda::load().unwrap();
            Device::Cuda(0)
        }
        _ => Device::Cpu,
    };
    tch::set_num_threads(threads.parse().unwrap());
    let repeats: usize = repeats.parse().unwrap();
    let spend = Duration::from_secs_f64(seconds.parse().unwrap());
    let mut file = fs_err::File::create(file).unwrap();
    for (size, window) in SHAPES {
        for layout in LAYOUTS {
            let maps = [0.0, 1.0].map(|offset| probabilities(size, offset, layout, device));
            for contestant in race(contestants(window), &maps, repeats, spend) {
                let line = json!({
                    "form": contestant.form, "size": size, "window": window, "layout": layout,
                    "loss": contestant.found[0], "gradient": contestant.found[1],
                    "seconds": contestant.seconds,
                });
                writeln!(file, "{line}").unwrap();
            }
        }
    }
}

/// Lets the contestants take turns.
fn race(
    mut contestants: [Contestant; 2],
    maps: &[Tensor; 2],
    repeats: usize,
    spend: Duration,
) -> [Contestant; 2] {
    let start = Instant::now();
    for round in 0..WARM_UP + repeats {
        // At least one round counts.
        if round > WARM_UP && start.elapsed() > spend {
            break;
        }
        for contestant in &mut contestants {
            let (found, seconds) = forward_and_backward(&contestant.loss, maps);
            contestant.found = found;
            if round >= WARM_UP {
                contestant.seconds.push(seconds);
            }
        }
    }
    contestants
}

/// Both forms, with the second map as a constant.
fn contestants(window: u32) -> [Contestant; 2] {
    let term = LocalMi::new(&LocalMiParams {
        window,
        weight: WeightParams::constant(0.1),
        marginal_weight: 1.0,
        min_shift: false,
        detach_target: true,
    });
    let d = i64::from(window);
    let contestant =
        |form, loss: Box<Loss>| Contestant { form, loss, found: [0.0; 2], seconds: Vec::new() };
    [
        contestant("fast", Box::new(move |x, y| term.of(x, y, None))),
        contestant(
            "published",
            Box::new(move |x, y| {
                mutual_information_loss(&counts_by_convolution(x, &y.detach(), d), 1.0, false)
            }),
        ),
    ]
}

/// Takes the loss and its gradient; returns the value and the length of the gradient, and how long
/// it took in seconds.
fn forward_and_backward(loss: &Loss, [x, y]: &[Tensor; 2]) -> ([f64; 2], f64) {
    let x = x.detach().set_requires_grad(true);
    let start = Instant::now();
    let loss = loss(&x, y);
    loss.backward();
    if let Device::Cuda(number) = x.device() {
        tch::Cuda::synchronize(number as i64);
    }
    let seconds = start.elapsed().as_secs_f64();
    let length = x.grad().to_kind(Kind::Double).norm();
    ([loss.double_value(&[]), length.double_value(&[])], seconds)
}

/// Smooth class probabilities, about as certain as those of a network after some epochs.
fn probabilities(size: [i64; 4], offset: f64, layout: &str, device: Device) -> Tensor {
    let numbers: i64 = size.iter().product();
    let wave = (Tensor::arange(numbers, (Kind::Double, device)) * 0.011 + offset).sin() * 3.0;
    let map = wave.reshape(size).softmax(1, None::<Kind>).to_kind(Kind::Float);
    if layout == "classes last" {
        map.permute([0, 2, 3, 1]).contiguous().permute([0, 3, 1, 2])
    } else {
        map
    }
}
