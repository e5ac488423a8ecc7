//! The small maps on which the losses are checked against numbers worked out in double precision.

use tch::{Kind, Tensor};

/// N = 2, C = 3, H = 4, W = 5.
fn map(offset: f64, row: f64, column: f64) -> Tensor {
    let mut values = Vec::new();
    for n in 0..2 {
        for k in 0..3 {
            for h in 0..4 {
                for w in 0..5 {
                    let [n, k, h, w] = [n, k, h, w].map(f64::from);
                    values.push(2.0 * (offset + 0.7 * n + 1.3 * k + row * h + column * w).sin());
                }
            }
        }
    }
    Tensor::from_slice(&values).reshape([2, 3, 4, 5])
}

pub(crate) fn logits_a() -> Tensor {
    map(1.0, 0.37, 0.91)
}

pub(crate) fn logits_b() -> Tensor {
    map(1.2, 0.40, 0.85)
}

pub(crate) fn probabilities_p() -> Tensor {
    logits_a().softmax(1, None::<Kind>)
}

pub(crate) fn probabilities_q() -> Tensor {
    logits_b().softmax(1, None::<Kind>)
}

/// The value of a scalar.
pub(crate) fn value(scalar: &Tensor) -> f64 {
    scalar.double_value(&[])
}

/// Fails unless both agree to 1e-6.
#[track_caller]
pub(crate) fn close(found: f64, expected: f64) {
    assert!((found - expected).abs() < 1e-6, "{found} is not {expected}");
}

#[test]
fn the_maps_are_those_of_the_method_description() {
    let (p, q) = (probabilities_p(), probabilities_q());
    for (k, expected) in (0..).zip([0.525_656_32, 0.434_031_05, 0.040_312_63]) {
        close(p.double_value(&[0, k, 0, 0]), expected);
    }
    for (k, expected) in (0..).zip([0.142_395_88, 0.682_292_03, 0.175_312_10]) {
        close(q.double_value(&[1, k, 3, 4]), expected);
    }
}
