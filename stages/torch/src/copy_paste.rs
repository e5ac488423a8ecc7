//! The box that labelled and unlabelled images exchange.

use stages_train::CopyPasteParams;
use tch::{Device, Tensor};

use crate::pixel_box::{PixelBox, box_mask};
use crate::random::Draws;

/// One box for all images of a step.
///
/// # Source
/// Bai et al. 2023, bidirectional copy-paste: sides of two thirds of the image, rounded down.
/// Differs from the published code in: the box may touch the last row and column.
pub struct CopyPasteBox {
    pixels: PixelBox,
    size: [i64; 2],
    device: Device,
}

impl CopyPasteBox {
    /// The box of one step in images of `size`, `[H, W]`.
    pub fn draw(
        params: &CopyPasteParams,
        draws: &Draws,
        step: u64,
        size: [i64; 2],
        device: Device,
    ) -> Self {
        let mut draw = draws.at(step, 0);
        // The small amount keeps two thirds of 96 at 64 where the product is a hair below.
        let [height, width] =
            size.map(|size| ((params.side * size as f64 + 1e-9) as i64).clamp(1, size));
        let mut first = |side: i64, size: i64| draw.below((size - side + 1) as u64) as i64;
        let pixels =
            PixelBox { top: first(height, size[0]), left: first(width, size[1]), height, width };
        Self { pixels, size, device }
    }

    /// The box.
    pub fn pixels(&self) -> PixelBox {
        self.pixels
    }

    /// True inside the box, on maps of the images' resolution or a lower one.
    ///
    /// # Shapes
    /// Returns `[1, 1, h, w]`, bool.
    pub fn mask(&self, height: i64, width: i64) -> Tensor {
        box_mask(&[self.pixels], self.size, [height, width], self.device)
    }

    /// `outside` with the box of `inside` in it: images, labels, weights, of any kind. With the
    /// two exchanged it is the other direction.
    ///
    /// # Shapes
    /// Both `[B, C, h, w]` or `[B, h, w]`. Returns the same.
    pub fn paste(&self, outside: &Tensor, inside: &Tensor) -> Tensor {
        let size = outside.size();
        let mask = self.mask(size[size.len() - 2], size[size.len() - 1]);
        let mask = if size.len() == 3 { mask.squeeze_dim(1) } else { mask };
        inside.where_self(&mask, outside)
    }
}

#[cfg(test)]
mod tests {
    use tch::Kind;

    use super::*;

    fn draw(step: u64, size: [i64; 2]) -> CopyPasteBox {
        let draws = Draws::new(8, "copy-paste");
        CopyPasteBox::draw(&CopyPasteParams::default(), &draws, step, size, Device::Cpu)
    }

    #[test]
    fn sides_are_two_thirds_rounded_down_and_all_places_occur() {
        let mut places = std::collections::BTreeSet::new();
        for step in 0..400 {
            // Two thirds of 9 and 8 are 6 and 5.33: 4 x 4 places.
            let pixels = draw(step, [9, 8]).pixels();
            assert_eq!([pixels.height, pixels.width], [6, 5]);
            places.insert((pixels.top, pixels.left));
        }
        assert_eq!(places.len(), 16);
        assert_eq!(places.last(), Some(&(3, 3)));
        for size in [3, 96, 224, 256] {
            assert_eq!(draw(0, [size, size]).pixels().height, size * 2 / 3, "{size}");
        }
        assert_eq!(draw(7, [9, 8]).pixels(), draw(7, [9, 8]).pixels());
    }

    #[test]
    fn two_directions_share_out_every_pixel() {
        let pasted = draw(1, [6, 6]);
        let labelled = Tensor::zeros([2, 6, 6], (Kind::Int64, Device::Cpu));
        let unlabelled = labelled.ones_like();
        let inwards = pasted.paste(&unlabelled, &labelled);
        let outwards = pasted.paste(&labelled, &unlabelled);
        // The box is 4 x 4 in each of the two images.
        assert_eq!(outwards.sum(Kind::Int64).int64_value(&[]), 32);
        assert_eq!(&inwards + &outwards, unlabelled);
        assert_eq!(outwards.get(0), pasted.mask(6, 6).to_kind(Kind::Int64).get(0).get(0));
    }
}
