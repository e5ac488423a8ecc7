//! A box of pixels.

use tch::{Device, Kind, Tensor};

use crate::upload::upload;

/// Rows and columns of an image, from the first to before the last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PixelBox {
    /// First row.
    pub top: i64,
    /// First column.
    pub left: i64,
    /// Number of rows.
    pub height: i64,
    /// Number of columns.
    pub width: i64,
}

impl PixelBox {
    /// A box without pixels.
    pub const EMPTY: Self = Self { top: 0, left: 0, height: 0, width: 0 };
}

/// True inside the boxes of a batch of images of `[height, width]`, on maps of that size or of a
/// lower resolution: a pixel belongs to a box if its centre does.
///
/// # Shapes
/// `size`: `[h, w]`. Returns `[B, 1, h, w]`, bool.
pub fn box_mask(
    boxes: &[PixelBox],
    [height, width]: [i64; 2],
    size: [i64; 2],
    device: Device,
) -> Tensor {
    let bounds: Vec<i64> =
        boxes.iter().flat_map(|b| [b.top, b.top + b.height, b.left, b.left + b.width]).collect();
    let bounds = upload(&bounds, device).reshape([-1, 4, 1]);
    let within = |axis: i64, pixels: i64, of: i64| {
        // Centres of the map's pixels in half pixels of the image, in whole numbers throughout.
        let centres = (Tensor::arange(pixels, (Kind::Int64, device)) * 2 + 1) * of;
        let bound = |which: i64| bounds.select(1, 2 * axis + which) * (2 * pixels);
        centres.ge_tensor(&bound(0)).logical_and(&centres.lt_tensor(&bound(1)))
    };
    let rows = within(0, size[0], height).unsqueeze(2);
    let columns = within(1, size[1], width).unsqueeze(1);
    rows.logical_and(&columns).unsqueeze(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ones(mask: &Tensor) -> Vec<i64> {
        Vec::try_from(mask.to_kind(Kind::Int64).flatten(0, -1)).unwrap()
    }

    #[test]
    fn a_box_is_its_pixels() {
        let boxes = [PixelBox { top: 1, left: 2, height: 2, width: 1 }, PixelBox::EMPTY];
        let mask = box_mask(&boxes, [3, 4], [3, 4], Device::Cpu);
        assert_eq!(mask.size(), [2, 1, 3, 4]);
        assert_eq!(ones(&mask.get(0)), [0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0]);
        assert_eq!(ones(&mask.get(1)), [0; 12]);
    }

    #[test]
    fn a_coarser_pixel_belongs_to_the_box_that_holds_its_centre() {
        // Centres of the coarse pixels lie at 2 and 6 of 8; rows 1 to 3 hold 2, columns 3 to 6 6.
        let boxes = [PixelBox { top: 1, left: 3, height: 3, width: 4 }];
        assert_eq!(ones(&box_mask(&boxes, [8, 8], [2, 2], Device::Cpu)), [0, 1, 0, 0]);
    }
}
