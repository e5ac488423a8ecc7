//! Class scores at every resolution of the decoder, for terms that compare resolutions.

use tch::Tensor;

use super::forward::Pass;
use super::layout::Layout;

/// Heads beside the main one: one per decoder block but the last.
pub(super) const HEADS: u32 = 3;

/// A 3 x 3 convolution with bias from a decoder block's output.
pub(super) fn lay_out(layout: &mut Layout, block: u32, widths: [u32; 5], classes: i64) {
    let name = format!("scale{}", block + 1);
    let inputs = i64::from(widths[3 - block as usize]);
    layout.convolution(&name, inputs, classes, 3);
    layout.bias(&name, classes, inputs * 9);
}

/// Class scores of a decoder feature, at its own resolution, f32.
pub(super) fn scores(pass: &mut Pass<'_>, feature: &Tensor) -> Tensor {
    pass.head(feature, 1)
}
