//! Random affine maps.

use std::cell::RefCell;
use std::collections::BTreeMap;

use stages_train::{AffineParams, Interpolation};
use tch::{Device, Kind, Tensor};

use super::Flips;
use crate::random::{Draws, SampleDraws};
use crate::upload::upload;

/// How far outside the outermost pixel centres a sample may lie, in pixels, and still count as
/// lying between them: rounding errors of the grid are a hundred times smaller.
const TOLERANCE_PX: f64 = 1e-3;

/// One affine map per image of a batch, replayed at any resolution.
///
/// The gradient of maps on a GPU is summed in no fixed order, so there its last bits differ from
/// run to run.
pub struct Affine {
    placements: Vec<Placement>,
    /// The images that move, in order; the others keep their bits.
    moved: Vec<i64>,
    /// The same on the device.
    moved_index: Tensor,
    interpolation: Interpolation,
    map_interpolation: Interpolation,
    device: Device,
    /// Sampling grids of the moved images by `[height, width]`: `[n, h, w, 2]`, f32.
    grids: RefCell<BTreeMap<[i64; 2], Tensor>>,
}

/// Where a point of the moved image comes from: with distances from the centre in pixels, x to the
/// right and y downwards, `(x, y)` comes from `matrix * ((x, y) - shift)`.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Placement {
    matrix: [[f64; 2]; 2],
    /// Fractions of width and height.
    shift: [f64; 2],
}

impl Placement {
    const STILL: Self = Self { matrix: [[1.0, 0.0], [0.0, 1.0]], shift: [0.0; 2] };

    /// Undoes a shear of the rows, a scaling, a counterclockwise rotation in radians and a shift,
    /// which were made in this order.
    fn undoing(shear: f64, scale: f64, angle: f64, shift: [f64; 2]) -> Self {
        let ((sine, cosine), slope) = (angle.sin_cos(), shear.tan());
        let matrix = [
            [(cosine - slope * sine) / scale, (-sine - slope * cosine) / scale],
            [sine / scale, cosine / scale],
        ];
        Self { matrix, shift }
    }

    fn draw(params: &AffineParams, draw: &mut SampleDraws) -> Self {
        let moves = draw.chance(params.probability);
        let angle = draw.symmetric(params.rotate_deg).to_radians();
        let scale = draw.between(params.scale);
        let shift = [draw.symmetric(params.translate), draw.symmetric(params.translate)];
        let shear = draw.symmetric(params.shear_deg).to_radians();
        if moves { Self::undoing(shear, scale, angle, shift) } else { Self::STILL }
    }

    /// The same in coordinates that run from -1 to 1 between the borders of an image whose height
    /// is `ratio` times its width: two rows of factors on x, y and 1.
    fn normalized(&self, ratio: f64) -> [f32; 6] {
        let [[xx, xy], [yx, yy]] = self.matrix;
        let (xy, yx) = (xy * ratio, yx / ratio);
        let [x, y] = self.shift.map(|fraction| 2.0 * fraction);
        [xx, xy, -(xx * x + xy * y), yx, yy, -(yx * x + yy * y)].map(|value| value as f32)
    }
}

impl Affine {
    /// Words that one sample takes, after those of the flips.
    pub(super) const WORDS: u64 = 6;

    /// The maps of one step's batch.
    pub fn draw(
        params: &AffineParams,
        draws: &Draws,
        step: u64,
        count: usize,
        device: Device,
    ) -> Self {
        let placements = (0..count)
            .map(|sample| Placement::draw(params, &mut draws.at(step, sample).skip(Flips::WORDS)));
        Self::of(placements.collect(), params, device)
    }

    fn of(placements: Vec<Placement>, params: &AffineParams, device: Device) -> Self {
        let moved = (0..).zip(&placements).filter(|(_, placement)| **placement != Placement::STILL);
        let moved: Vec<i64> = moved.map(|(at, _)| at).collect();
        Self {
            moved_index: upload(&moved, device),
            moved,
            placements,
            interpolation: params.interpolation,
            map_interpolation: params.map_interpolation,
            device,
            grids: RefCell::default(),
        }
    }

    /// Whether any image moves.
    pub fn moves(&self) -> bool {
        !self.moved.is_empty()
    }

    /// The moved images, sampled as images are.
    ///
    /// # Shapes
    /// `images`: `[B, 1, H, W]`. Returns the same; 0 where nothing is known.
    pub fn images(&self, images: &Tensor) -> Tensor {
        self.sample(images, self.interpolation)
    }

    /// The moved predictions or features, sampled as maps are; differentiable.
    ///
    /// # Shapes
    /// `maps`: `[B, C, h, w]`, any floating-point kind. Returns the same; 0 where nothing is known.
    pub fn maps(&self, maps: &Tensor) -> Tensor {
        self.sample(maps, self.map_interpolation)
    }

    /// 1 where images and maps are sampled inside the field, else 0. Where either is sampled
    /// bilinearly, inside is between the centres of the outermost pixels: further out, zeros from
    /// outside mix in.
    ///
    /// # Shapes
    /// Returns `[B, 1, h, w]`.
    pub fn mask(&self, height: i64, width: i64, (kind, device): (Kind, Device)) -> Tensor {
        let nearest = Interpolation::Nearest;
        let margin = if self.interpolation == nearest && self.map_interpolation == nearest {
            // Half a pixel further, where ties are rounded either way.
            TOLERANCE_PX
        } else {
            0.5 - TOLERANCE_PX
        };
        let grid = self.grid(height, width);
        // In these coordinates a pixel is 2 / size wide, and the image ends at 1.
        let inside =
            |axis: i64, size: i64| grid.select(3, axis).abs().le(1.0 - 2.0 * margin / size as f64);
        let inside = inside(0, width).logical_and(&inside(1, height)).unsqueeze(1).to_kind(kind);
        let all = Tensor::ones([self.placements.len() as i64, 1, height, width], (kind, device));
        self.replace(&all, &inside)
    }

    fn sample(&self, maps: &Tensor, interpolation: Interpolation) -> Tensor {
        if !self.moves() {
            return maps.shallow_clone();
        }
        let [height, width] = [maps.size()[2], maps.size()[3]];
        let kind = maps.kind();
        // Positions need more digits than a 16-bit number has.
        let exact = if kind == Kind::Double { Kind::Double } else { Kind::Float };
        let picked = if self.all_move() {
            maps.shallow_clone()
        } else {
            maps.index_select(0, &self.moved_index)
        };
        let mode = match interpolation {
            Interpolation::Bilinear => 0,
            Interpolation::Nearest => 1,
        };
        let grid = self.grid(height, width).to_kind(exact);
        let sampled = picked.to_kind(exact).grid_sampler(&grid, mode, 0, false).to_kind(kind);
        self.replace(maps, &sampled)
    }

    /// `maps` with the moved images in the places of what they were.
    fn replace(&self, maps: &Tensor, moved: &Tensor) -> Tensor {
        if self.all_move() {
            moved.shallow_clone()
        } else {
            maps.index_copy(0, &self.moved_index, moved)
        }
    }

    fn all_move(&self) -> bool {
        self.moved.len() == self.placements.len()
    }

    fn grid(&self, height: i64, width: i64) -> Tensor {
        let mut grids = self.grids.borrow_mut();
        let grid = grids.entry([height, width]).or_insert_with(|| {
            let ratio = height as f64 / width as f64;
            let rows: Vec<f32> = self
                .moved
                .iter()
                .flat_map(|at| self.placements[*at as usize].normalized(ratio))
                .collect();
            let count = self.moved.len() as i64;
            let rows = upload(&rows, self.device).reshape([count, 2, 3]);
            Tensor::affine_grid_generator(&rows, [count, 1, height, width], false)
        });
        grid.shallow_clone()
    }
}

#[cfg(test)]
mod tests {
    use std::f64::consts::FRAC_PI_2;

    use super::*;

    const KINDS: [Interpolation; 2] = [Interpolation::Nearest, Interpolation::Bilinear];

    fn affine(placements: &[Placement], interpolation: Interpolation) -> Affine {
        let params = AffineParams {
            interpolation,
            map_interpolation: interpolation,
            ..AffineParams::default()
        };
        Affine::of(placements.to_vec(), &params, Device::Cpu)
    }

    fn turn(angle: f64) -> Placement {
        Placement::undoing(0.0, 1.0, angle, [0.0; 2])
    }

    fn ramp(size: [i64; 4]) -> Tensor {
        Tensor::arange(size.iter().product::<i64>(), (Kind::Double, Device::Cpu)).reshape(size)
    }

    fn assert_close(found: &Tensor, expected: &Tensor) {
        assert!(found.allclose(expected, 1e-5, 1e-3, false), "{found:?} is not {expected:?}");
    }

    #[test]
    fn quarter_turns_of_square_maps_are_exact_and_counterclockwise() {
        for side in [4, 5] {
            let maps = ramp([1, 3, side, side]);
            for (turns, interpolation) in (1..4).flat_map(|k| KINDS.map(|kind| (k, kind))) {
                let affine = affine(&[turn(turns as f64 * FRAC_PI_2)], interpolation);
                assert_close(&affine.maps(&maps), &maps.rot90(turns, [2, 3]));
                let mask = affine.mask(side, side, (Kind::Float, Device::Cpu));
                assert_eq!(mask.min().double_value(&[]), 1.0, "nothing comes from outside");
            }
        }
    }

    #[test]
    fn a_shift_moves_by_whole_pixels_and_brings_in_zeros() {
        // A quarter of 8 columns to the right, an eighth of 8 rows up.
        let maps = ramp([1, 1, 8, 8]) + 1.0;
        for interpolation in KINDS {
            let affine =
                affine(&[Placement::undoing(0.0, 1.0, 0.0, [0.25, -0.125])], interpolation);
            let moved = affine.maps(&maps);
            assert_close(
                &moved.narrow(2, 0, 7).narrow(3, 2, 6),
                &maps.narrow(2, 1, 7).narrow(3, 0, 6),
            );
            let mask = affine.mask(8, 8, (Kind::Double, Device::Cpu));
            let expected = Tensor::zeros([1, 1, 8, 8], (Kind::Double, Device::Cpu));
            let _ = expected.narrow(2, 0, 7).narrow(3, 2, 6).fill_(1.0);
            assert_eq!(mask, expected);
            assert_eq!(moved, &moved * &mask, "zeros come in");
        }
    }

    #[test]
    fn wide_maps_turn_in_pixels_and_not_in_fractions_of_their_sides() {
        // 4 rows and 8 columns: a quarter turn brings the 4 x 4 in the middle onto itself.
        let maps = ramp([1, 1, 4, 8]);
        let affine = affine(&[turn(FRAC_PI_2)], Interpolation::Nearest);
        let middle = |maps: &Tensor| maps.narrow(3, 2, 4);
        assert_close(&middle(&affine.maps(&maps)), &middle(&maps).rot90(1, [2, 3]));
        let mask = affine.mask(4, 8, (Kind::Float, Device::Cpu));
        assert_eq!(middle(&mask).min().double_value(&[]), 1.0);
        assert_eq!(mask.sum(Kind::Float).double_value(&[]), 16.0);
    }

    #[test]
    fn scale_above_one_enlarges_and_shear_slides_rows() {
        // Twice as large about the centre 1.5: pixel j shows 1.5 + (j - 1.5) / 2.
        let maps = ramp([1, 1, 4, 4]);
        let scaled =
            affine(&[Placement::undoing(0.0, 2.0, 0.0, [0.0; 2])], Interpolation::Bilinear)
                .maps(&maps);
        for (i, j) in [(0, 0), (1, 3), (3, 2)] {
            let from = |at: i64| 1.5 + (at as f64 - 1.5) / 2.0;
            let expected = 4.0 * from(i) + from(j);
            assert!((scaled.double_value(&[0, 0, i, j]) - expected).abs() < 1e-4);
        }
        // Slope 2 / 3 moves the rows at -1.5 and 1.5 from the centre by one pixel, the lower one
        // to the right.
        let shear = (2.0f64 / 3.0).atan();
        let sheared =
            affine(&[Placement::undoing(shear, 1.0, 0.0, [0.0; 2])], Interpolation::Nearest)
                .maps(&maps);
        let row = |i: i64| Vec::<f64>::try_from(sheared.get(0).get(0).get(i)).unwrap();
        assert_eq!(row(0), [1.0, 2.0, 3.0, 0.0]);
        assert_eq!(row(3), [0.0, 12.0, 13.0, 14.0]);
    }

    #[test]
    fn every_image_has_its_own_map_and_one_that_stays_keeps_its_bits() {
        let maps = ramp([3, 2, 5, 5]) * 0.1;
        let affine =
            affine(&[turn(FRAC_PI_2), Placement::STILL, turn(0.3)], Interpolation::Bilinear);
        let moved = affine.maps(&maps);
        assert_close(&moved.get(0), &maps.get(0).rot90(1, [1, 2]));
        assert_eq!(moved.get(1), maps.get(1));
        assert_close(
            &moved.get(2),
            &self::affine(&[turn(0.3)], Interpolation::Bilinear).maps(&maps.narrow(0, 2, 1)).get(0),
        );
        let mask = affine.mask(5, 5, (Kind::Float, Device::Cpu));
        assert_eq!(mask.get(1).min().double_value(&[]), 1.0);
        assert!(mask.get(2).min().double_value(&[]) == 0.0);
    }

    #[test]
    fn the_mask_is_where_moved_ones_stay_ones() {
        let (side, count) = (31, 40);
        let ones = Tensor::ones([count as i64, 1, side, side], (Kind::Float, Device::Cpu));
        for interpolation in KINDS {
            let params = AffineParams {
                interpolation,
                map_interpolation: interpolation,
                shear_deg: 20.0,
                translate: 0.2,
                ..AffineParams::default()
            };
            let affine = Affine::draw(&params, &Draws::new(8, "mask"), 0, count, Device::Cpu);
            let mask = affine.mask(side, side, (Kind::Float, Device::Cpu));
            let whole = affine.maps(&ones).gt(0.998);
            // The two may differ where a sample lies within the tolerance of the border: a thousandth
            // or two of the 40 * 4 * 31 samples within a pixel of it.
            let differing = mask.gt(0.5).ne_tensor(&whole).sum(Kind::Int64).int64_value(&[]);
            assert!(differing <= 20, "{interpolation:?}: {differing}");
            let share = mask.mean(Kind::Double).double_value(&[]);
            assert!((0.4..0.98).contains(&share), "{share}");
        }
    }

    #[test]
    fn the_gradient_is_the_adjoint_of_the_map() {
        // The map's matrix, column by column, from unit maps; then its transpose by hand.
        let placement = Placement::undoing(0.2, 0.8, 0.7, [0.1, -0.05]);
        for interpolation in KINDS {
            let one = affine(&[placement], interpolation);
            let all = affine(&[placement; 20], interpolation);
            let units = Tensor::eye(20, (Kind::Double, Device::Cpu)).reshape([20, 1, 4, 5]);
            let matrix = all.maps(&units).reshape([20, 20]);
            let y = (ramp([1, 1, 4, 5]) * 0.7).sin();
            let x = (ramp([1, 1, 4, 5]) * 1.3).cos().set_requires_grad(true);
            (one.maps(&x) * &y).sum(Kind::Double).backward();
            let adjoint = matrix.matmul(&y.reshape([20, 1])).reshape([1, 1, 4, 5]);
            assert!(x.grad().allclose(&adjoint, 1e-9, 1e-9, false), "{interpolation:?}");
            assert!(adjoint.abs().max().double_value(&[]) > 0.1);
        }
    }

    #[test]
    fn sixteen_bit_maps_stay_sixteen_bit() {
        let maps = ramp([2, 1, 4, 4]).to_kind(Kind::BFloat16);
        let moved = affine(&[turn(FRAC_PI_2); 2], Interpolation::Bilinear).maps(&maps);
        assert_eq!(moved.kind(), Kind::BFloat16);
        assert_eq!(moved, maps.rot90(1, [2, 3]));
    }

    #[test]
    fn draws_stay_in_their_ranges() {
        let params = AffineParams { probability: 0.5, shear_deg: 10.0, ..AffineParams::default() };
        let draws = Draws::new(8, "affine");
        let drawn: Vec<Placement> =
            (0..1000).map(|at| Placement::draw(&params, &mut draws.at(at, 0))).collect();
        let moved: Vec<&Placement> =
            drawn.iter().filter(|placement| **placement != Placement::STILL).collect();
        // Four standard deviations of a binomial(1000, 0.5) are 63.
        assert!(moved.len().abs_diff(500) < 63, "{}", moved.len());
        let range = |value: &dyn Fn(&Placement) -> f64| {
            let values: Vec<f64> = moved.iter().map(|placement| value(placement)).collect();
            let low = values.iter().copied().fold(f64::MAX, f64::min);
            (low, values.into_iter().fold(f64::MIN, f64::max))
        };
        // The second row of the matrix is sine and cosine over the scale.
        let scale = range(&|p| 1.0 / p.matrix[1][0].hypot(p.matrix[1][1]));
        assert!((0.8..0.82).contains(&scale.0) && (1.28..1.3).contains(&scale.1), "{scale:?}");
        let angle = range(&|p| p.matrix[1][0].atan2(p.matrix[1][1]).to_degrees());
        assert!((-45.0..-43.0).contains(&angle.0) && (43.0..45.0).contains(&angle.1), "{angle:?}");
        for axis in 0..2 {
            let shift = range(&|p| p.shift[axis]);
            assert!((-0.1..-0.097).contains(&shift.0) && (0.097..0.1).contains(&shift.1));
        }
    }
}
