//! Measures one step of every optimizer in both forms, at the size of the default network:
//! `cargo run --release -p stages-torch --example optimizer_step -- [threads]`.

#![expect(clippy::print_stdout, reason = "the numbers are what it is for")]

use std::time::{Duration, Instant};

use stages_torch::optimizer::{Form, Optimizer};
use stages_train::{AdamParams, AdamWParams, OptimizerParams, RAdamParams, SgdParams};
use tch::{Device, Kind, Tensor};

/// Parameters of the default network with one image channel and four classes.
const COUNT: i64 = 2_160_180;
/// The fastest of so many steps counts, so that other programs disturb little.
const REPEATS: u32 = 100;

fn main() {
    let threads = std::env::args().nth(1).map_or(1, |text| text.parse().expect("a number"));
    tch::set_num_threads(threads);
    println!("one step over {COUNT} values on the CPU, {threads} threads, best of {REPEATS}");
    let rules = [
        OptimizerParams::Adam(AdamParams::default()),
        OptimizerParams::AdamW(AdamWParams::default()),
        OptimizerParams::RAdam(RAdamParams::default()),
        OptimizerParams::Sgd(SgdParams::default()),
    ];
    for rule in rules {
        let [fused, tensors] = fastest_steps(&rule).map(|step| step.as_secs_f64() * 1e3);
        println!("{:>6}: fused {fused:6.2} ms, tensors {tensors:6.2} ms", rule.name());
    }
}

/// Of both forms in turn, so that what disturbs one disturbs the other.
fn fastest_steps(rule: &OptimizerParams) -> [Duration; 2] {
    let places = Tensor::arange(COUNT, (Kind::Float, Device::Cpu));
    let slopes = (&places * 0.11).cos();
    let mut runs = [Form::Fused, Form::Tensors].map(|form| {
        let parameters = (&places * 0.37).sin().set_requires_grad(true);
        (form, Optimizer::new(rule, &parameters), parameters, Duration::MAX)
    });
    for _ in 0..REPEATS {
        for (form, optimizer, parameters, fastest) in &mut runs {
            (&*parameters * &slopes).sum(None::<Kind>).backward();
            let start = Instant::now();
            optimizer.step_as(*form, parameters, 1e-3);
            *fastest = start.elapsed().min(*fastest);
        }
    }
    runs.map(|(_, _, _, fastest)| fastest)
}
