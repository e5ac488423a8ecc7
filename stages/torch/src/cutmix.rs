//! Boxes of other images, one per image.

use stages_train::CutMixParams;
use tch::{Device, Tensor};

use crate::pixel_box::{PixelBox, box_mask};
use crate::random::{Draws, SampleDraws};

/// Halvings of the range of aspect ratios: the last is below the precision of a draw.
const HALVINGS: u32 = 40;

/// One box per image, empty where none was drawn.
///
/// # Source
/// Yun et al. 2019 in the form of UniMatch. There, ratio and place are drawn again until the box
/// lies inside the image; here both come from the distribution that results from it, with one draw
/// each. Differs from it in: a box is at least one pixel high and wide, and may touch the last row
/// and column.
pub struct CutMixBoxes {
    boxes: Vec<PixelBox>,
    size: [i64; 2],
    device: Device,
}

impl CutMixBoxes {
    /// The boxes of one step's batch of images of `size`, `[H, W]`.
    pub fn draw(
        params: &CutMixParams,
        draws: &Draws,
        step: u64,
        count: usize,
        size: [i64; 2],
        device: Device,
    ) -> Self {
        let boxes =
            (0..count).map(|sample| draw_box(params, &mut draws.at(step, sample), size)).collect();
        Self { boxes, size, device }
    }

    /// The boxes, empty for images that get none.
    pub fn boxes(&self) -> &[PixelBox] {
        &self.boxes
    }

    /// True inside the boxes, on maps of the images' resolution or a lower one.
    ///
    /// # Shapes
    /// Returns `[B, 1, h, w]`, bool.
    pub fn mask(&self, height: i64, width: i64) -> Tensor {
        box_mask(&self.boxes, self.size, [height, width], self.device)
    }

    /// `into` with the boxes of `from` in it: images, labels, weights, of any kind.
    ///
    /// # Shapes
    /// Both `[B, C, h, w]` or `[B, h, w]`. Returns the same.
    pub fn mix(&self, into: &Tensor, from: &Tensor) -> Tensor {
        let size = into.size();
        let mask = self.mask(size[size.len() - 2], size[size.len() - 1]);
        let mask = if size.len() == 3 { mask.squeeze_dim(1) } else { mask };
        from.where_self(&mask, into)
    }
}

fn draw_box(params: &CutMixParams, draw: &mut SampleDraws, [height, width]: [i64; 2]) -> PixelBox {
    let drawn = draw.chance(params.probability);
    let area = draw.between(params.area);
    // From here on both sides of the image are 1, so that its own shape enters into the ratio.
    let shape = width as f64 / height as f64;
    let ratio = fitting_ratio(area, params.aspect.map(|ratio| ratio * shape), draw.unit());
    let side = |fraction: f64, size: i64| ((fraction * size as f64) as i64).clamp(1, size);
    let (rows, columns) = (side((area * ratio).sqrt(), height), side((area / ratio).sqrt(), width));
    let top = draw.below((height - rows + 1) as u64) as i64;
    let left = draw.below((width - columns + 1) as u64) as i64;
    if drawn { PixelBox { top, left, height: rows, width: columns } } else { PixelBox::EMPTY }
}

/// The ratio of height to width of a box of this area, of which a share `unit` of all boxes that
/// fit into the unit square is flatter. The ratio would be uniform between its bounds if boxes were
/// not counted by how many places they fit in.
fn fitting_ratio(area: f64, [flattest, tallest]: [f64; 2], unit: f64) -> f64 {
    // A box of ratio r is sqrt(area r) high and sqrt(area / r) wide and fits in a share
    // (1 - sqrt(area r)) (1 - sqrt(area / r)) of all places. This is that share's integral.
    let places_up_to =
        |r: f64| (1.0 + area) * r - area.sqrt() * (2.0 * r.sqrt() + r.powf(1.5) / 1.5);
    // It fits at all if neither side is above 1.
    let (mut low, mut high) = (flattest.max(area), tallest.min(1.0 / area));
    if low >= high {
        return low.min(1.0 / area);
    }
    let (first, last) = (places_up_to(low), places_up_to(high));
    let wanted = first + unit * (last - first);
    for _ in 0..HALVINGS {
        let middle = f64::midpoint(low, high);
        if places_up_to(middle) < wanted { low = middle } else { high = middle }
    }
    low
}

#[cfg(test)]
mod tests {
    use tch::Kind;

    use super::*;

    fn draw(params: &CutMixParams, count: usize, size: [i64; 2]) -> CutMixBoxes {
        CutMixBoxes::draw(params, &Draws::new(8, "cutmix"), 0, count, size, Device::Cpu)
    }

    #[test]
    fn boxes_lie_inside_and_have_their_area_and_aspect() {
        for [height, width] in [[224, 224], [128, 256]] {
            let drawn = draw(&CutMixParams::default(), 2000, [height, width]);
            let boxes: Vec<&PixelBox> =
                drawn.boxes().iter().filter(|b| **b != PixelBox::EMPTY).collect();
            // Four standard deviations of a binomial(2000, 0.5) are 89.
            assert!(boxes.len().abs_diff(1000) < 89, "{}", boxes.len());
            for b in &boxes {
                assert!(b.top >= 0 && b.left >= 0);
                assert!(b.top + b.height <= height && b.left + b.width <= width);
                // Rounding takes off less than a pixel of each side, and sides are above 16.
                let area = (b.height * b.width) as f64 / (height * width) as f64;
                assert!((0.02 * 0.88..=0.4).contains(&area), "{b:?}");
                let aspect = b.height as f64 / b.width as f64;
                assert!((0.3 * 0.92..=1.09 / 0.3).contains(&aspect), "{b:?}");
            }
            let share = |chosen: &dyn Fn(&PixelBox) -> bool| {
                boxes.iter().filter(|b| chosen(b)).count() as f64 / boxes.len() as f64
            };
            assert!(share(&|b| b.top == 0) < 0.2 && share(&|b| b.top + b.height == height) > 0.0);
        }
    }

    #[test]
    fn a_ratio_is_counted_by_the_places_where_its_box_fits() {
        // By brute force: the share of all (ratio, top, left) that fit and are flatter than the
        // median that the closed form names, for a box of 30 % of the image.
        let (area, bounds) = (0.3, [0.3, 1.0 / 0.3]);
        let median = fitting_ratio(area, bounds, 0.5);
        let (mut below, mut all) = (0.0, 0.0);
        for step in 0..100_000 {
            let r: f64 = bounds[0] + (bounds[1] - bounds[0]) * (f64::from(step) + 0.5) / 1e5;
            let room = |side: f64| (1.0 - side).max(0.0);
            let places = room((area * r).sqrt()) * room((area / r).sqrt());
            all += places;
            below += if r < median { places } else { 0.0 };
        }
        assert!((below / all - 0.5).abs() < 1e-4, "{}", below / all);
        let ends = |area: f64| [0.0, 1.0].map(|unit| fitting_ratio(area, bounds, unit));
        let near = |found: [f64; 2], expected: [f64; 2]| {
            found.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-6)
        };
        assert!(near(ends(0.1), bounds));
        // Of 40 % of the image: as wide as it and 0.4 high, up to as high as it and 0.4 wide.
        assert!(near(ends(0.4), [0.4, 2.5]));
    }

    #[test]
    fn mixing_pastes_boxes_into_images_labels_and_maps_of_any_resolution() {
        let boxes = CutMixBoxes {
            boxes: vec![PixelBox { top: 0, left: 2, height: 2, width: 2 }, PixelBox::EMPTY],
            size: [4, 4],
            device: Device::Cpu,
        };
        let into = Tensor::zeros([2, 1, 4, 4], (Kind::Float, Device::Cpu));
        let mixed = boxes.mix(&into, &into.ones_like());
        let expected = [0.0, 0.0, 1.0, 1.0, 0.0, 0.0, 1.0, 1.0];
        let values =
            |t: Tensor| Vec::<f64>::try_from(t.flatten(0, -1).to_kind(Kind::Double)).unwrap();
        assert_eq!(values(mixed.get(0))[..8], expected);
        assert_eq!(values(mixed.get(0))[8..], [0.0; 8]);
        assert_eq!(values(mixed.get(1)), [0.0; 16]);
        let labels = Tensor::full([2, 4, 4], 3, (Kind::Int64, Device::Cpu));
        let mixed = boxes.mix(&labels, &(&labels - 2));
        assert_eq!(mixed.kind(), Kind::Int64);
        assert_eq!(values(mixed.get(0))[..4], [3.0, 3.0, 1.0, 1.0]);
        assert_eq!(values(boxes.mask(2, 2).get(0)), [0.0, 1.0, 0.0, 0.0]);
    }

    #[test]
    fn the_same_address_draws_the_same_boxes() {
        let params = CutMixParams { probability: 1.0, ..CutMixParams::default() };
        let boxes = draw(&params, 6, [64, 64]);
        assert_eq!(boxes.boxes(), draw(&params, 6, [64, 64]).boxes());
        assert!(boxes.boxes().windows(2).all(|pair| pair[0] != pair[1]));
        let few = draw(&params, 2, [64, 64]);
        assert_eq!(few.boxes(), &boxes.boxes()[..2]);
    }
}
