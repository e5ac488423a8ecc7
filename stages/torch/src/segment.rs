//! From 8-bit images to class ids.

use tch::{Kind, Tensor};

use crate::network::{Mode, Network};

/// Where the central square of a canvas begins: `[row, column]`.
pub fn central_crop(canvas: [i64; 2], crop: i64) -> [i64; 2] {
    canvas.map(|size| (size - crop) / 2)
}

/// The most probable class of every pixel.
///
/// # Shapes
/// `planes`: `[B, H, W]`, u8, `H` and `W` multiples of 16. Returns `[B, H, W]`, i64.
pub fn segment(network: &Network, planes: &Tensor) -> Tensor {
    tch::no_grad(|| {
        let images = (planes.to_kind(Kind::Float) / 255.0).unsqueeze(1);
        network.scores(&images, Mode::Evaluation).argmax(1, false)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_central_crop_leaves_equal_margins() {
        assert_eq!(central_crop([384, 384], 224), [80, 80]);
        // An odd margin is larger below and to the right.
        assert_eq!(central_crop([35, 32], 32), [1, 0]);
    }
}
