//! What is drawn for every image, and what the batch looks like then.

use std::f64::consts::FRAC_PI_2;

use stages_train::{AugmentParams, Interpolation};
use tch::{Device, Kind, Tensor};

use super::host::Sampler;
use super::jitter::{self, Jitter};
use super::on_device::Places;
use super::path::Path;
use crate::data::SliceStore;
use crate::random::{Draws, SampleDraws};

/// The random choices for one image.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct View {
    /// Rotation about the canvas centre, in radians.
    pub angle: f64,
    /// Upside down, after the rotation.
    pub vertical_flip: bool,
    /// Left to right, after the rotation.
    pub horizontal_flip: bool,
    /// Canvas row of the crop's first row, after rotation and flips; negative in the padding.
    pub top: i64,
    /// Canvas column of the crop's first column.
    pub left: i64,
    /// Factor on the intensity.
    pub brightness: f64,
    /// Factor on the distance from the mean intensity.
    pub contrast: f64,
    /// Whether contrast is changed before brightness.
    pub contrast_first: bool,
}

/// Draws and applies views.
///
/// # Source
/// Rotation, flips, crop and jitter: the public loader of the method's authors. Quarter turns: the
/// SSL4MIS loader, which turns the image before it is resized; here the canvas is turned.
pub struct Augmentation {
    params: AugmentParams,
    canvas: [i64; 2],
    crop: i64,
}

impl Augmentation {
    /// Views of side `crop` of a canvas of `[rows, columns]`, which must be at least as large.
    pub fn new(params: &AugmentParams, canvas: [i64; 2], crop: i64) -> Self {
        Self { params: params.clone(), canvas, crop }
    }

    /// The views of one step's batch.
    pub fn draw(&self, draws: &Draws, step: u64, count: usize) -> Vec<View> {
        (0..count).map(|sample| self.draw_one(&mut draws.at(step, sample))).collect()
    }

    /// The order of the draws is part of every training's result: new ones come last.
    fn draw_one(&self, draw: &mut SampleDraws) -> View {
        let params = &self.params;
        let pad = i64::from(params.pad);
        let places = |size: i64| (size + 2 * pad - self.crop + 1) as u64;
        let mut view = View {
            angle: draw.symmetric(params.rotate_deg).to_radians(),
            vertical_flip: draw.chance(params.vertical_flip),
            horizontal_flip: draw.chance(params.horizontal_flip),
            top: draw.below(places(self.canvas[0])) as i64 - pad,
            left: draw.below(places(self.canvas[1])) as i64 - pad,
            brightness: 1.0 + draw.symmetric(params.jitter),
            contrast: 1.0 + draw.symmetric(params.jitter),
            contrast_first: draw.chance(0.5),
        };
        let rotated = draw.chance(params.rotate_probability);
        let quarter_turned = draw.chance(params.quarter_turns);
        let (turns, upside_down) = (draw.below(4), draw.chance(0.5));
        if quarter_turned {
            view.angle = turns as f64 * FRAC_PI_2;
            view.vertical_flip = upside_down;
            view.horizontal_flip = !upside_down;
        } else if !rotated {
            view.angle = 0.0;
        }
        view
    }

    /// The images of a batch under their views.
    ///
    /// # Shapes
    /// Returns `[B, 1, crop, crop]`, f32 in 0..=1.
    pub fn images(&self, store: &SliceStore, rows: &[usize], views: &[View]) -> Tensor {
        if store.images.device() == Device::Cpu {
            let views: Vec<(Path, Jitter)> =
                views.iter().map(|view| (self.path(view), Jitter::of(view))).collect();
            let mut sampler = Sampler::new(self.canvas, self.crop);
            sampler.images(&store.images, rows, &views, self.params.interpolation)
        } else {
            self.sample(&self.places(views, store.images.device()), store, rows, views)
        }
    }

    /// The labels of a batch under their views; background outside the canvas.
    ///
    /// # Shapes
    /// Returns `[B, crop, crop]`, i64 class ids.
    pub fn labels(&self, store: &SliceStore, rows: &[usize], views: &[View]) -> Tensor {
        let labels = store.labels.as_ref().expect("the labelled store holds labels");
        if labels.device() == Device::Cpu {
            let paths: Vec<Path> = views.iter().map(|view| self.path(view)).collect();
            Sampler::new(self.canvas, self.crop).labels(labels, rows, &paths)
        } else {
            self.places(views, labels.device()).nearest(labels, rows).to_kind(Kind::Int64)
        }
    }

    /// The images and the labels of a batch: as [`Self::images`] and [`Self::labels`] give them,
    /// with less work.
    pub fn labelled(&self, store: &SliceStore, rows: &[usize], views: &[View]) -> (Tensor, Tensor) {
        let device = store.images.device();
        match &store.labels {
            Some(labels) if device != Device::Cpu => {
                let places = self.places(views, device);
                let images = self.sample(&places, store, rows, views);
                (images, places.nearest(labels, rows).to_kind(Kind::Int64))
            }
            _ => (self.images(store, rows, views), self.labels(store, rows, views)),
        }
    }

    fn path(&self, view: &View) -> Path {
        Path::of(view, self.canvas)
    }

    fn places(&self, views: &[View], device: Device) -> Places {
        let paths: Vec<Path> = views.iter().map(|view| self.path(view)).collect();
        Places::of(&paths, self.canvas, self.crop, device)
    }

    fn sample(
        &self,
        places: &Places,
        store: &SliceStore,
        rows: &[usize],
        views: &[View],
    ) -> Tensor {
        let sampled = match self.params.interpolation {
            Interpolation::Nearest => places.nearest(&store.images, rows).to_kind(Kind::Float),
            Interpolation::Bilinear => places.bilinear(&store.images, rows),
        };
        let jitters: Vec<Jitter> = views.iter().map(Jitter::of).collect();
        (jitter::on_device(&sampled, &jitters) / 255.0).unsqueeze(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::noise::Noise;

    const STILL: View = View {
        angle: 0.0,
        vertical_flip: false,
        horizontal_flip: false,
        top: 0,
        left: 0,
        brightness: 1.0,
        contrast: 1.0,
        contrast_first: false,
    };

    /// Two canvases of 4 rows and 6 columns whose values are 0 to 47.
    fn store() -> SliceStore {
        let images = Tensor::arange(48, (Kind::Uint8, Device::Cpu)).reshape([2, 4, 6]);
        SliceStore { labels: Some(images.copy()), images }
    }

    fn plain() -> AugmentParams {
        AugmentParams {
            rotate_deg: 0.0,
            vertical_flip: 0.0,
            horizontal_flip: 0.0,
            pad: 0,
            jitter: 0.0,
            ..AugmentParams::default()
        }
    }

    fn bytes(interpolation: Interpolation, crop: i64, row: usize, view: View) -> Vec<i64> {
        let params = AugmentParams { interpolation, ..plain() };
        let augmentation = Augmentation::new(&params, [4, 6], crop);
        let image = augmentation.images(&store(), &[row], &[view]) * 255.0;
        Vec::try_from((image + 0.5).to_kind(Kind::Int64).flatten(0, -1)).unwrap()
    }

    fn both(crop: i64, row: usize, view: View) -> Vec<i64> {
        let nearest = bytes(Interpolation::Nearest, crop, row, view);
        assert_eq!(nearest, bytes(Interpolation::Bilinear, crop, row, view));
        let augmentation = Augmentation::new(&plain(), [4, 6], crop);
        let labels = augmentation.labels(&store(), &[row], &[view]);
        assert_eq!(nearest, Vec::<i64>::try_from(labels.flatten(0, -1)).unwrap());
        nearest
    }

    #[test]
    fn without_rotation_a_view_is_an_exact_crop() {
        assert_eq!(both(2, 0, View { top: 1, left: 3, ..STILL }), [9, 10, 15, 16]);
        assert_eq!(both(2, 1, View { top: 2, left: 4, ..STILL }), [40, 41, 46, 47]);
    }

    #[test]
    fn flips_mirror_the_whole_canvas_before_the_crop() {
        assert_eq!(both(2, 0, View { vertical_flip: true, ..STILL }), [18, 19, 12, 13]);
        assert_eq!(both(2, 0, View { horizontal_flip: true, ..STILL }), [5, 4, 11, 10]);
        let view = View { vertical_flip: true, horizontal_flip: true, top: 1, left: 1, ..STILL };
        assert_eq!(both(2, 0, view), [16, 15, 10, 9]);
    }

    #[test]
    fn half_a_turn_is_both_flips() {
        let turned = bytes(
            Interpolation::Nearest,
            4,
            0,
            View { angle: std::f64::consts::PI, left: 1, ..STILL },
        );
        let flipped = View { vertical_flip: true, horizontal_flip: true, left: 1, ..STILL };
        assert_eq!(turned, both(4, 0, flipped));
    }

    #[test]
    fn outside_the_canvas_is_zero() {
        // A quarter turn about (1.5, 2.5) of a canvas wider than high: the columns further than
        // 1.5 from the centre come from rows that do not exist.
        let view = View { angle: std::f64::consts::FRAC_PI_2, ..STILL };
        let turned = bytes(Interpolation::Nearest, 4, 0, view);
        // Source row = x - 1, source column = 4 - y: row 0 of the view holds column 4.
        assert_eq!(turned[..4], [0, 4, 10, 16]);
        let padded = both(4, 1, View { top: -2, left: -2, ..STILL });
        assert_eq!(padded, [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 24, 25, 0, 0, 30, 31]);
    }

    #[test]
    fn padding_stays_empty_however_the_canvas_is_turned() {
        let view = View { angle: 0.6, top: -4, left: -4, ..STILL };
        assert_eq!(bytes(Interpolation::Nearest, 4, 1, view), [0; 16]);
    }

    #[test]
    fn bilinear_rotation_weighs_four_pixels() {
        // A ramp along x stays a ramp: at angle t the value at (dy, dx) is that of the column
        // 2.5 + dx cos t - dy sin t, as long as the four pixels lie inside.
        let ramp = (Tensor::arange(6, (Kind::Uint8, Device::Cpu)) * 10)
            .reshape([1, 1, 6])
            .expand([1, 4, 6], false)
            .contiguous();
        let store = SliceStore { images: ramp, labels: None };
        let params = AugmentParams { interpolation: Interpolation::Bilinear, ..plain() };
        let found = Augmentation::new(&params, [4, 6], 2)
            .places(&[View { angle: 0.3, top: 1, left: 2, ..STILL }], Device::Cpu)
            .bilinear(&store.images, &[0]);
        for (i, dy) in [(0, -0.5), (1, 0.5)] {
            for (j, dx) in [(0, -0.5), (1, 0.5)] {
                let expected = 10.0 * (2.5 + dx * 0.3f64.cos() - dy * 0.3f64.sin());
                assert!((found.double_value(&[0, i, j]) - expected).abs() < 1e-4);
            }
        }
    }

    #[test]
    fn draws_stay_in_their_ranges_and_use_them() {
        let augmentation = Augmentation::new(&AugmentParams::default(), [40, 50], 32);
        let draws = Draws::new(8, "augment");
        let views: Vec<View> =
            (0..100).flat_map(|step| augmentation.draw(&draws, step, 4)).collect();
        let range = |value: &dyn Fn(&View) -> f64| {
            let values: Vec<f64> = views.iter().map(value).collect();
            let low = values.iter().copied().fold(f64::MAX, f64::min);
            (low, values.into_iter().fold(f64::MIN, f64::max))
        };
        assert_eq!(range(&|v| v.top as f64), (0.0, 8.0));
        assert_eq!(range(&|v| v.left as f64), (0.0, 18.0));
        let (low, high) = range(&|v| v.angle.to_degrees());
        assert!((-45.0..-43.0).contains(&low) && (43.0..45.0).contains(&high), "{low} {high}");
        let (low, high) = range(&|v| v.contrast);
        assert!((0.5..0.52).contains(&low) && (1.48..1.5).contains(&high), "{low} {high}");
        assert_eq!(views[..4], augmentation.draw(&draws, 0, 4), "the same address, the same views");
    }

    /// Both forms on random canvases under random views, pixel by pixel.
    fn forms_agree(interpolation: Interpolation, canvas: [i64; 2], pad: u32) {
        let noise = Noise::draw(&Draws::new(1, "canvas"), 0, 3);
        let images = (noise.normal(&[3, 1, canvas[0], canvas[1]], Device::Cpu) * 60.0 + 120.0)
            .clamp(0.0, 255.0)
            .to_kind(Kind::Uint8)
            .squeeze_dim(1);
        let store = SliceStore { labels: Some(images.remainder(4)), images };
        let params = AugmentParams { interpolation, pad, ..AugmentParams::default() };
        let augmentation = Augmentation::new(&params, canvas, 32);
        let draws = Draws::new(2, "augment");
        let rows = [2, 0, 1, 1];
        for step in 0..20 {
            let mut views = augmentation.draw(&draws, step, rows.len());
            views[3].angle = step as f64 * FRAC_PI_2;
            let places = augmentation.places(&views, Device::Cpu);
            let by_tensors = augmentation.sample(&places, &store, &rows, &views);
            let (images, labels) = augmentation.labelled(&store, &rows, &views);
            assert_eq!(images, by_tensors, "step {step}");
            let by_tensors = places.nearest(store.labels.as_ref().unwrap(), &rows);
            assert_eq!(labels, by_tensors.to_kind(Kind::Int64), "step {step}");
        }
    }

    #[test]
    fn the_loops_and_the_tensor_operations_give_the_same_bits() {
        for interpolation in [Interpolation::Nearest, Interpolation::Bilinear] {
            forms_agree(interpolation, [40, 56], 0);
            forms_agree(interpolation, [37, 33], 9);
        }
    }

    #[test]
    fn a_quarter_turn_and_a_mirror_are_exact() {
        let square = (Tensor::arange(9, (Kind::Uint8, Device::Cpu))).reshape([1, 3, 3]);
        let store = SliceStore { images: square.copy(), labels: None };
        let params = AugmentParams { quarter_turns: 1.0, ..plain() };
        let augmentation = Augmentation::new(&params, [3, 3], 3);
        let draws = Draws::new(8, "augment");
        let mut seen = std::collections::BTreeSet::new();
        for step in 0..60 {
            let view = augmentation.draw(&draws, step, 1)[0];
            let turns = (view.angle / FRAC_PI_2).round() as i64;
            let axis = if view.vertical_flip { 1 } else { 2 };
            let expected = square.rot90(turns, [1, 2]).flip([axis]).to_kind(Kind::Float) / 255.0;
            assert_eq!(augmentation.images(&store, &[0], &[view]).squeeze_dim(1), expected);
            assert_ne!(view.vertical_flip, view.horizontal_flip);
            seen.insert((turns, axis));
        }
        assert_eq!(seen.len(), 8, "four turns by two axes");
    }

    #[test]
    fn the_fields_other_protocol_turns_half_and_rotates_half_of_the_rest() {
        let params = AugmentParams {
            quarter_turns: 0.5,
            rotate_deg: 20.0,
            rotate_probability: 0.5,
            ..plain()
        };
        let augmentation = Augmentation::new(&params, [8, 8], 8);
        let views = augmentation.draw(&Draws::new(8, "augment"), 0, 4000);
        let (turned, rest): (Vec<View>, Vec<View>) =
            views.iter().partition(|view| view.vertical_flip || view.horizontal_flip);
        let (still, rotated): (Vec<View>, Vec<View>) =
            rest.into_iter().partition(|view| view.angle == 0.0);
        // Four standard deviations of a binomial(4000, 0.5) are 126, of (4000, 0.25) 110.
        assert!(turned.len().abs_diff(2000) < 126, "{}", turned.len());
        assert!(still.len().abs_diff(1000) < 110, "{}", still.len());
        assert!(rotated.iter().all(|view| view.angle.to_degrees().abs() <= 20.0));
    }

    #[test]
    fn options_that_are_off_leave_every_other_draw_alone() {
        // Values drawn before there were quarter turns.
        let augmentation = Augmentation::new(&AugmentParams::default(), [40, 50], 32);
        let view = augmentation.draw(&Draws::new(8, "augment"), 3, 6)[5];
        let params = AugmentParams { quarter_turns: 1e-9, ..AugmentParams::default() };
        let with = Augmentation::new(&params, [40, 50], 32);
        assert_eq!(with.draw(&Draws::new(8, "augment"), 3, 6)[5], view);
        let mut draw = Draws::new(8, "augment").at(3, 5);
        assert_eq!(view.angle, draw.symmetric(45.0).to_radians());
        assert_eq!(view.vertical_flip, draw.chance(0.5));
        assert_eq!(view.horizontal_flip, draw.chance(0.5));
        assert_eq!(view.top, draw.below(9) as i64);
    }
}
