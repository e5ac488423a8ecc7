//! The UNet of the published method.

use tch::Tensor;

use super::forward::{Decoded, Encoded, Pass};
use super::layout::Layout;
use super::norm::Activation;

/// Two 3 x 3 convolutions a level, each with batch normalization and ReLU; nearest-neighbour
/// upsampling with a convolution; skip connections by concatenation, the skipped feature first.
///
/// # Source
/// The authors' public code; with widths 16 to 256 there are 2 160 180 parameters for 4 classes.
pub(super) fn lay_out_encoder(layout: &mut Layout, widths: [i64; 5]) {
    let mut input = 1;
    for (level, width) in (1..).zip(widths) {
        double_convolution(layout, &format!("Conv{level}"), input, width);
        input = width;
    }
}

pub(super) fn lay_out_decoder(layout: &mut Layout, prefix: &str, widths: [i64; 5], classes: i64) {
    for level in (1..widths.len()).rev() {
        let (below, here, number) = (widths[level], widths[level - 1], level + 1);
        // `up.0` is the parameter-free upsampling.
        convolution_and_norm(layout, &format!("{prefix}Up{number}.up"), 1, below, here);
        double_convolution(layout, &format!("{prefix}Up_conv{number}"), 2 * here, here);
    }
    let head = format!("{prefix}DeConv_1x1");
    layout.convolution(&head, widths[0], classes, 1);
    layout.bias(&head, classes, widths[0]);
}

fn double_convolution(layout: &mut Layout, name: &str, inputs: i64, outputs: i64) {
    // Positions 2 and 5 of the block are its activations.
    convolution_and_norm(layout, &format!("{name}.conv"), 0, inputs, outputs);
    convolution_and_norm(layout, &format!("{name}.conv"), 3, outputs, outputs);
}

fn convolution_and_norm(layout: &mut Layout, name: &str, position: u32, inputs: i64, outputs: i64) {
    layout.convolution(&format!("{name}.{position}"), inputs, outputs, 3);
    layout.norm(&format!("{name}.{}", position + 1), outputs);
}

pub(super) fn encode(pass: &mut Pass<'_>, images: &Tensor) -> Encoded {
    let mut features = Vec::with_capacity(5);
    let mut input = images.shallow_clone();
    for level in 0..5 {
        if level > 0 {
            input = halve(&input);
        }
        input = pass_double_convolution(pass, &input);
        features.push(input.shallow_clone());
    }
    Encoded(features)
}

pub(super) fn decode(pass: &mut Pass<'_>, encoded: &Encoded) -> Decoded {
    let mut features = Vec::with_capacity(4);
    let mut input = encoded.0[4].shallow_clone();
    for level in (0..4).rev() {
        let up = pass.doubled_convolution(&input);
        let up = pass.norm(&up, Activation::Relu);
        let joined = Tensor::cat(&[&encoded.0[level], &up], 1);
        input = pass_double_convolution(pass, &joined);
        features.push(input.shallow_clone());
    }
    Decoded { features, scores: pass.head(&input, 0) }
}

fn pass_double_convolution(pass: &mut Pass<'_>, input: &Tensor) -> Tensor {
    let first = pass_convolution_and_norm(pass, input);
    pass_convolution_and_norm(pass, &first)
}

fn pass_convolution_and_norm(pass: &mut Pass<'_>, input: &Tensor) -> Tensor {
    let features = pass.convolution(input);
    pass.norm(&features, Activation::Relu)
}

pub(super) fn halve(features: &Tensor) -> Tensor {
    features.max_pool2d(2, 2, 0, 1, false)
}
