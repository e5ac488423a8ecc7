//! The UNet of the field's common benchmark.

use tch::Tensor;

use super::forward::{Decoded, Encoded, Pass};
use super::layout::{Layout, uniform_bound};
use super::norm::Activation;
use super::unet::halve;

/// Share of values dropped between the two convolutions of every level on the way down.
const DROPOUT: [f64; 5] = [0.05, 0.1, 0.2, 0.3, 0.5];

/// How a level of the way up doubles the resolution.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Upsampling {
    /// A transposed 2 x 2 convolution.
    Transposed,
    /// A 1 x 1 convolution, then linear interpolation with the corner pixels kept in place.
    Bilinear,
}

/// Two 3 x 3 convolutions a level with bias, batch normalization and leaky ReLU, dropout between
/// them on the way down; a 3 x 3 convolution to the class scores.
///
/// # Source
/// The public benchmark code SSL4MIS, whose names these are. Earlier states of that code have
/// transposed convolutions (with widths 16 to 256 and 4 classes 1 944 324 parameters), later ones
/// interpolate (1 813 764, the number that papers report).
pub(super) fn lay_out_encoder(layout: &mut Layout, widths: [i64; 5]) {
    let mut input = 1;
    for (level, width) in widths.into_iter().enumerate() {
        let name = if level == 0 {
            "encoder.in_conv.conv_conv".to_owned()
        } else {
            format!("encoder.down{level}.maxpool_conv.1.conv_conv")
        };
        block(layout, &name, input, width);
        input = width;
    }
}

pub(super) fn lay_out_decoder(
    layout: &mut Layout,
    prefix: &str,
    widths: [i64; 5],
    classes: i64,
    upsampling: Upsampling,
) {
    for level in (0..4).rev() {
        let (below, here) = (widths[level + 1], widths[level]);
        let name = format!("{prefix}decoder.up{}", 4 - level);
        match upsampling {
            Upsampling::Transposed => {
                // PyTorch takes the second axis of a transposed convolution's weight for its inputs.
                let fan_in = here * 4;
                let shape = [below, here, 2, 2];
                layout.parameter(&format!("{name}.up.weight"), &shape, uniform_bound(fan_in));
                layout.bias(&format!("{name}.up"), here, fan_in);
            }
            Upsampling::Bilinear => {
                layout.convolution(&format!("{name}.conv1x1"), below, here, 1);
                layout.bias(&format!("{name}.conv1x1"), here, below);
            }
        }
        block(layout, &format!("{name}.conv.conv_conv"), 2 * here, here);
    }
    let head = format!("{prefix}decoder.out_conv");
    layout.convolution(&head, widths[0], classes, 3);
    layout.bias(&head, classes, widths[0] * 9);
}

fn block(layout: &mut Layout, name: &str, inputs: i64, outputs: i64) {
    // Positions 2 and 6 are activations, 3 is the dropout.
    for (position, inputs) in [(0, inputs), (4, outputs)] {
        let convolution = format!("{name}.{position}");
        layout.convolution(&convolution, inputs, outputs, 3);
        layout.bias(&convolution, outputs, inputs * 9);
        layout.norm(&format!("{name}.{}", position + 1), outputs);
    }
}

pub(super) fn encode(pass: &mut Pass<'_>, images: &Tensor) -> Encoded {
    let mut features = Vec::with_capacity(5);
    let mut input = images.shallow_clone();
    for (level, dropout) in DROPOUT.into_iter().enumerate() {
        if level > 0 {
            input = halve(&input);
        }
        input = pass_block(pass, &input, dropout);
        features.push(input.shallow_clone());
    }
    Encoded(features)
}

pub(super) fn decode(pass: &mut Pass<'_>, encoded: &Encoded, upsampling: Upsampling) -> Decoded {
    let mut features = Vec::with_capacity(4);
    let mut input = encoded.0[4].shallow_clone();
    for level in (0..4).rev() {
        let up = match upsampling {
            Upsampling::Transposed => pass.transposed(&input),
            Upsampling::Bilinear => interpolate(&pass.map(&input)),
        };
        let joined = Tensor::cat(&[&encoded.0[level], &up], 1);
        input = pass_block(pass, &joined, 0.0);
        features.push(input.shallow_clone());
    }
    Decoded { features, scores: pass.head(&input, 1) }
}

fn pass_block(pass: &mut Pass<'_>, input: &Tensor, dropout: f64) -> Tensor {
    let first = pass.biased_convolution(input);
    let first = pass.norm(&first, Activation::LeakyRelu);
    let first = pass.dropout(&first, dropout);
    let second = pass.biased_convolution(&first);
    pass.norm(&second, Activation::LeakyRelu)
}

fn interpolate(features: &Tensor) -> Tensor {
    let size = features.size();
    features.upsample_bilinear2d([size[2] * 2, size[3] * 2], true, None, None)
}

#[cfg(test)]
mod tests {
    use stages_train::{Architecture, NetworkParams};

    use crate::network::Design;

    #[test]
    fn counts_the_parameters_that_papers_report() {
        let count = |architecture: Architecture| {
            let network = NetworkParams { architecture, ..NetworkParams::default() };
            Design::plain(&network, 4).layout().parameter_count()
        };
        assert_eq!(count(Architecture::Ssl4misUnet), 1_813_764);
        assert_eq!(count(Architecture::Ssl4misUnetTransposed), 1_944_324);
    }
}
