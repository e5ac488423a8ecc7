//! Random views of slices: rotation, flips, a crop and intensity jitter, as tensor operations on a
//! whole batch.

use stages_train::{AugmentParams, Interpolation};
use tch::{Device, Kind, Tensor};

use crate::data::SliceStore;
use crate::random::Draws;

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
        let pad = i64::from(self.params.pad);
        let places = |size: i64| (size + 2 * pad - self.crop + 1) as u64;
        (0..count)
            .map(|sample| {
                let mut draw = draws.at(step, sample);
                View {
                    angle: draw.symmetric(self.params.rotate_deg).to_radians(),
                    vertical_flip: draw.chance(self.params.vertical_flip),
                    horizontal_flip: draw.chance(self.params.horizontal_flip),
                    top: draw.below(places(self.canvas[0])) as i64 - pad,
                    left: draw.below(places(self.canvas[1])) as i64 - pad,
                    brightness: 1.0 + draw.symmetric(self.params.jitter),
                    contrast: 1.0 + draw.symmetric(self.params.jitter),
                    contrast_first: draw.chance(0.5),
                }
            })
            .collect()
    }

    /// The images of a batch under their views.
    ///
    /// # Shapes
    /// Returns `[B, 1, crop, crop]`, f32 in 0..=1.
    pub fn images(&self, store: &SliceStore, rows: &[usize], views: &[View]) -> Tensor {
        let places = self.places(views, store.images.device());
        let sampled = match self.params.interpolation {
            Interpolation::Nearest => places.nearest(&store.images, rows).to_kind(Kind::Float),
            Interpolation::Bilinear => places.bilinear(&store.images, rows),
        };
        (jitter(&sampled, views) / 255.0).unsqueeze(1)
    }

    /// The labels of a batch under their views; background outside the canvas.
    ///
    /// # Shapes
    /// Returns `[B, crop, crop]`, i64 class ids.
    pub fn labels(&self, store: &SliceStore, rows: &[usize], views: &[View]) -> Tensor {
        let labels = store.labels.as_ref().expect("the labelled store holds labels");
        self.places(views, labels.device()).nearest(labels, rows).to_kind(Kind::Int64)
    }

    /// Where every pixel of every view lies on its canvas: crop, flips and rotation undone, in
    /// this order.
    fn places(&self, views: &[View], device: Device) -> Places {
        let column = |value: &dyn Fn(&View) -> f64| {
            let values: Vec<f32> = views.iter().map(|view| value(view) as f32).collect();
            Tensor::from_slice(&values).reshape([-1, 1, 1]).to_device(device)
        };
        let [height, width] = self.canvas;
        let pixels = Tensor::arange(self.crop, (Kind::Float, device));
        // A flip is a walk in the other direction from the other end.
        let walk = |first: i64, size: i64, flip: bool| if flip { size - 1 - first } else { first };
        let direction = |flip: bool| if flip { -1.0 } else { 1.0 };
        let y = column(&|view| walk(view.top, height, view.vertical_flip) as f64)
            + pixels.reshape([1, -1, 1]) * column(&|view| direction(view.vertical_flip));
        let x = column(&|view| walk(view.left, width, view.horizontal_flip) as f64)
            + pixels.reshape([1, 1, -1]) * column(&|view| direction(view.horizontal_flip));
        let on_canvas = inside(&y, height).logical_and(&inside(&x, width));
        let centre = |size: i64| (size - 1) as f64 / 2.0;
        let (dy, dx) = (y - centre(height), x - centre(width));
        let (sine, cosine) = (column(&|view| view.angle.sin()), column(&|view| view.angle.cos()));
        Places {
            y: &dy * &cosine + &dx * &sine + centre(height),
            x: &dx * &cosine - &dy * &sine + centre(width),
            on_canvas,
            canvas: self.canvas,
        }
    }
}

/// Canvas coordinates of every pixel of a batch of views.
struct Places {
    /// Rows, `[B, crop, crop]`, f32.
    y: Tensor,
    /// Columns, `[B, crop, crop]`, f32.
    x: Tensor,
    /// False in the padding around the rotated canvas.
    on_canvas: Tensor,
    canvas: [i64; 2],
}

impl Places {
    /// The value of the nearest pixel, 0 outside; of the kind of `planes`.
    fn nearest(&self, planes: &Tensor, rows: &[usize]) -> Tensor {
        self.pick(planes, rows, &(&self.y + 0.5).floor(), &(&self.x + 0.5).floor())
    }

    /// The mean of the four pixels around, weighted by nearness, counting 0 outside; f32.
    fn bilinear(&self, planes: &Tensor, rows: &[usize]) -> Tensor {
        let (top, left) = (self.y.floor(), self.x.floor());
        let (down, right) = (&self.y - &top, &self.x - &left);
        let corner = |dy: f64, dx: f64, weight: Tensor| {
            let picked = self.pick(planes, rows, &(&top + dy), &(&left + dx));
            picked.to_kind(Kind::Float) * weight
        };
        corner(0.0, 0.0, (1.0 - &down) * (1.0 - &right))
            + corner(0.0, 1.0, (1.0 - &down) * &right)
            + corner(1.0, 0.0, &down * (1.0 - &right))
            + corner(1.0, 1.0, &down * &right)
    }

    /// The values at whole coordinates, 0 outside.
    fn pick(&self, planes: &Tensor, rows: &[usize], y: &Tensor, x: &Tensor) -> Tensor {
        let [height, width] = self.canvas;
        let valid = inside(y, height).logical_and(&inside(x, width)).logical_and(&self.on_canvas);
        let whole = |t: &Tensor, size: i64| t.clamp(0, size - 1).to_kind(Kind::Int64);
        let rows: Vec<i64> = rows.iter().map(|row| *row as i64 * height * width).collect();
        let first = Tensor::from_slice(&rows).reshape([-1, 1, 1]).to_device(planes.device());
        let index = first + whole(y, height) * width + whole(x, width);
        planes.take(&index) * valid
    }
}

/// Whether coordinates lie in `0..=size - 1`.
fn inside(coordinate: &Tensor, size: i64) -> Tensor {
    coordinate.ge(0.0).logical_and(&coordinate.le((size - 1) as f64))
}

/// Brightness and contrast on the 8-bit scale, each clipped and rounded down as in an 8-bit image.
///
/// # Shapes
/// `images`: `[B, H, W]`, f32 in 0..=255. Returns the same.
fn jitter(images: &Tensor, views: &[View]) -> Tensor {
    let device = images.device();
    let mut images = images.shallow_clone();
    for turn in [true, false] {
        let contrast: Vec<bool> = views.iter().map(|view| view.contrast_first == turn).collect();
        let factor: Vec<f32> = views
            .iter()
            .zip(&contrast)
            .map(|(view, contrast)| if *contrast { view.contrast } else { view.brightness } as f32)
            .collect();
        let per_image = |tensor: Tensor| tensor.reshape([-1, 1, 1]).to_device(device);
        let factor = per_image(Tensor::from_slice(&factor));
        let contrast = per_image(Tensor::from_slice(&contrast));
        // Contrast moves intensities away from the rounded mean, brightness away from black.
        let mean = images.mean_dim([1, 2].as_slice(), true, Kind::Float);
        let origin = (mean + 0.5).floor() * contrast;
        images = (&origin + (&images - &origin) * factor).clamp(0.0, 255.0).floor();
    }
    images
}

#[cfg(test)]
mod tests {
    use super::*;

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
            interpolation: Interpolation::Nearest,
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
        let places = Augmentation::new(&params, [4, 6], 2)
            .places(&[View { angle: 0.3, top: 1, left: 2, ..STILL }], Device::Cpu);
        let found = places.bilinear(&store.images, &[0]);
        for (i, dy) in [(0, -0.5), (1, 0.5)] {
            for (j, dx) in [(0, -0.5), (1, 0.5)] {
                let expected = 10.0 * (2.5 + dx * 0.3f64.cos() - dy * 0.3f64.sin());
                assert!((found.double_value(&[0, i, j]) - expected).abs() < 1e-4);
            }
        }
    }

    #[test]
    fn jitter_follows_the_8_bit_rules_in_either_order() {
        // Mean 100. Brightness 1.5: 0, 150, 300 -> 255, 150; mean 138.75 -> 139; contrast 0.5:
        // 69.5 -> 69, 144.5 -> 144, 197, 144.
        let image = Tensor::from_slice(&[0f32, 100.0, 200.0, 100.0]).reshape([1, 2, 2]);
        let view = View { brightness: 1.5, contrast: 0.5, ..STILL };
        let values =
            |view: View| Vec::<f32>::try_from(jitter(&image, &[view]).flatten(0, -1)).unwrap();
        assert_eq!(values(view), [69.0, 144.0, 197.0, 144.0]);
        // Contrast first: 50, 100, 150, 100; then times 1.5.
        let view = View { contrast_first: true, ..view };
        assert_eq!(values(view), [75.0, 150.0, 225.0, 150.0]);
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
}
