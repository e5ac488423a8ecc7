//! Short runs of an optimizer on one parameter, for the tests of the rules.

use stages_train::OptimizerParams;
use tch::{Kind, Tensor};

use super::{Form, Optimizer};

/// How many steps a trial against a reference takes.
const STEPS: u64 = 40;

/// Every form, with the kind it is tested in and its relative error: rounding of a few operations.
const FORMS: [(Form, Kind, f64); 3] = [
    (Form::Fused, Kind::Float, 1e-6),
    (Form::Tensors, Kind::Float, 1e-6),
    (Form::Tensors, Kind::Double, 1e-12),
];

/// Where a parameter is after each step down the given slopes.
pub(super) fn positions(
    params: &OptimizerParams,
    (form, kind): (Form, Kind),
    start: f64,
    slopes_and_rates: &[(f64, f64)],
) -> Vec<f64> {
    let x = Tensor::from_slice(&[start]).to_kind(kind).set_requires_grad(true);
    let mut optimizer = Optimizer::new(params, &x);
    slopes_and_rates
        .iter()
        .map(|(slope, rate)| {
            (&x * *slope).sum(None::<Kind>).backward();
            optimizer.step_as(form, &x, *rate);
            assert_eq!(x.grad().double_value(&[0]), 0.0, "the gradient is cleared");
            x.double_value(&[0])
        })
        .collect()
}

/// Asserts the positions after each step, in every form.
#[track_caller]
pub(super) fn assert_positions(
    params: &OptimizerParams,
    start: f64,
    slopes_and_rates: &[(f64, f64)],
    expected: &[f64],
) {
    for (form, kind, error) in FORMS {
        let found = positions(params, (form, kind), start, slopes_and_rates);
        assert_eq!(found.len(), expected.len());
        for (step, (found, expected)) in found.iter().zip(expected).enumerate() {
            let off = (found - expected).abs() / expected.abs().max(1.0);
            assert!(off <= error, "{form:?} {kind:?} step {}: {found}, not {expected}", step + 1);
        }
    }
}

/// Asserts that a long run in every form is that of a rule written down in double precision, which
/// is given the step from 1, the parameter, the slope and the learning rate and returns the
/// parameter; and that it ends where PyTorch 2.11 ended the same run, in double precision.
#[track_caller]
pub(super) fn assert_follows(
    params: &OptimizerParams,
    pytorch: f64,
    mut rule: impl FnMut(i32, f64, f64, f64) -> f64,
) {
    // Slopes of both signs and of sizes from 0.01 to 3, at a changing learning rate.
    let slopes_and_rates: Vec<(f64, f64)> = (1..=STEPS)
        .map(|step| {
            let t = step as f64;
            (3.0 * (1.7 * t).sin() * (0.3 * t).cos() + 0.01, 0.05 / t.sqrt())
        })
        .collect();
    let start = 1.5;
    let mut x = start;
    let expected: Vec<f64> = (1..)
        .zip(&slopes_and_rates)
        .map(|(step, (slope, rate))| {
            x = rule(step, x, *slope, *rate);
            x
        })
        .collect();
    assert!((x - pytorch).abs() < 1e-12, "{x}, not {pytorch}");
    assert_positions(params, start, &slopes_and_rates, &expected);
}
