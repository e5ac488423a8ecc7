//! Where a scan's planes lie on the canvas.

use stages_imaging::AxisMap;
use stages_tables::PlaneGeometry;

use crate::{Convention, GeometryParams};

/// The two axis maps of a plane, as the resampling functions take them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Axes {
    /// Columns.
    pub x: AxisMap,
    /// Rows.
    pub y: AxisMap,
}

impl Axes {
    /// The maps that a geometry stands for.
    pub fn of(geometry: &PlaneGeometry, convention: Convention) -> Self {
        let axis = |i: usize| AxisMap {
            native: geometry.native[i] as usize,
            resampled: geometry.resampled[i] as usize,
            step: geometry.step[i],
            convention: convention.grid(),
        };
        Self { x: axis(0), y: axis(1) }
    }
}

/// The geometry of a scan's planes.
///
/// Along each in-plane axis let `n` be the native pixels, `s` their size in mm and `t` the pixel
/// size asked for. The resampled plane has `m` pixels:
///
/// | convention | resample to `t` | resize to `size` |
/// | --- | --- | --- |
/// | edges | `round(n s / t)` | that of the canvas |
/// | corners | `round((n - 1) s / t) + 1` | that of the canvas |
/// | first centre | `floor((n - 1) s / t + 1e-6) + 1` | that of the canvas |
///
/// with `round` half away from zero and `m` at least 1. The step, in native pixels per resampled
/// one, is `n / m` for edges, `(n - 1) / (m - 1)` for corners (1 where `m = 1`), and for the first
/// centre `t / s` when resampling and `n / m` when resizing. The resampled plane is centred on the
/// canvas: its first pixel is at canvas position `floor((canvas - m) / 2)`, negative where it is
/// larger than the canvas. An odd pixel of padding is thus at the end, an odd pixel of cropping at
/// the beginning.
///
/// # Shapes
/// `shape` and `spacing_mm` along x, y, z in storage order; z does not matter.
pub fn plane_geometry(
    params: &GeometryParams,
    shape: [u32; 3],
    spacing_mm: [f64; 3],
) -> PlaneGeometry {
    let axis = |i: usize| match params {
        GeometryParams::Resample(resample) => {
            let (n, t) = (f64::from(shape[i]), resample.spacing_mm);
            let s = spacing_mm[i];
            let m = match resample.convention {
                Convention::Edges => (n * s / t).round(),
                Convention::Corners => ((n - 1.0) * s / t).round() + 1.0,
                Convention::FirstCentre => ((n - 1.0) * s / t + 1e-6).floor() + 1.0,
            };
            // Casting saturates; a plane that large is refused before it is made.
            let m = (m as u32).max(1);
            let step = match resample.convention {
                Convention::FirstCentre => t / s,
                convention => even_step(shape[i], m, convention),
            };
            (m, step)
        }
        GeometryParams::Resize(resize) => {
            let m = params.canvas()[i];
            (m, even_step(shape[i], m, resize.convention))
        }
    };
    let (x, y) = (axis(0), axis(1));
    let canvas = params.canvas();
    let offset = |i: usize, m: u32| (i64::from(canvas[i]) - i64::from(m)).div_euclid(2) as i32;
    PlaneGeometry {
        native: [shape[0], shape[1]],
        resampled: [x.0, y.0],
        step: [x.1, y.1],
        offset: [offset(0, x.0), offset(1, y.0)],
    }
}

/// Native pixels per resampled pixel of a grid that covers the same extent.
fn even_step(native: u32, resampled: u32, convention: Convention) -> f64 {
    let (n, m) = (f64::from(native), f64::from(resampled));
    match convention {
        Convention::Corners if resampled == 1 || native == 1 => 1.0,
        Convention::Corners => (n - 1.0) / (m - 1.0),
        Convention::Edges | Convention::FirstCentre => n / m,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ResampleParams, ResizeParams};

    fn resample(convention: Convention, canvas: u32) -> GeometryParams {
        GeometryParams::Resample(ResampleParams {
            spacing_mm: 1.0,
            canvas,
            convention,
            ..ResampleParams::default()
        })
    }

    #[test]
    fn edges_keep_the_extent() {
        // 216 px of 1.5625 mm are 337.5 mm -> 338 px; 256 px are 400 mm. On 384: 46 px of padding
        // before, 384 - 400 = -16 -> 8 px cropped before.
        let geometry = plane_geometry(
            &resample(Convention::Edges, 384),
            [216, 256, 10],
            [1.5625, 1.5625, 10.0],
        );
        assert_eq!(geometry.resampled, [338, 400]);
        assert_eq!(geometry.offset, [23, -8]);
        assert_eq!(geometry.step, [216.0 / 338.0, 256.0 / 400.0]);
        assert_eq!(geometry.native, [216, 256]);
    }

    #[test]
    fn corners_and_first_centre_keep_the_centres() {
        // 5 px of 1.5 mm: the centres span 6 mm, so 7 px of 1 mm from first to last centre.
        let shape = [5, 4, 1];
        let spacing = [1.5, 1.5, 1.0];
        let corners = plane_geometry(&resample(Convention::Corners, 8), shape, spacing);
        // y: 4 px span 4.5 mm, which rounds to 5, so 6 px.
        assert_eq!(corners.resampled, [7, 6]);
        assert_eq!(corners.step, [4.0 / 6.0, 3.0 / 5.0]);
        let first = plane_geometry(&resample(Convention::FirstCentre, 8), shape, spacing);
        // y: pixels at 0, 1, 2, 3, 4 mm; the next would lie beyond the last centre at 4.5 mm.
        assert_eq!(first.resampled, [7, 5]);
        assert_eq!(first.step, [1.0 / 1.5; 2]);
    }

    #[test]
    fn odd_pixels_pad_at_the_end_and_crop_at_the_beginning() {
        let shape = |n| plane_geometry(&resample(Convention::Edges, 8), [n, n, 1], [1.0; 3]);
        assert_eq!(shape(5).offset, [1, 1]);
        assert_eq!(shape(8).offset, [0, 0]);
        assert_eq!(shape(9).offset, [-1, -1]);
        assert_eq!(shape(11).offset, [-2, -2]);
    }

    #[test]
    fn resizing_fills_the_canvas() {
        let params = GeometryParams::Resize(ResizeParams {
            convention: Convention::Corners,
            ..ResizeParams::default()
        });
        let geometry = plane_geometry(&params, [216, 512, 10], [1.0, 2.0, 10.0]);
        assert_eq!(geometry.resampled, [256, 256]);
        assert_eq!(geometry.offset, [0, 0]);
        assert_eq!(geometry.step, [215.0 / 255.0, 511.0 / 255.0]);
    }

    #[test]
    fn a_canvas_need_not_be_square() {
        let resize = ResizeParams { width: Some(128), ..ResizeParams::default() };
        let geometry = plane_geometry(&GeometryParams::Resize(resize), [64, 64, 2], [1.0; 3]);
        assert_eq!((geometry.resampled, geometry.offset), ([128, 256], [0, 0]));
        let resample = ResampleParams { canvas: 10, width: Some(20), ..ResampleParams::default() };
        let geometry = plane_geometry(&GeometryParams::Resample(resample), [14, 14, 2], [1.0; 3]);
        assert_eq!((geometry.resampled, geometry.offset), ([14, 14], [3, -2]));
    }

    #[test]
    fn knows_when_nothing_is_resampled() {
        for convention in [Convention::Edges, Convention::Corners, Convention::FirstCentre] {
            let same = plane_geometry(&resample(convention, 16), [12, 20, 3], [1.0, 1.0, 5.0]);
            let axes = Axes::of(&same, convention);
            assert!(axes.x.is_identity() && axes.y.is_identity());
            assert_eq!(same.resampled, [12, 20]);
        }
        let near = plane_geometry(&resample(Convention::FirstCentre, 16), [3, 3, 1], [1.01; 3]);
        assert_eq!(near.resampled, [3, 3]);
        assert!(!Axes::of(&near, Convention::FirstCentre).x.is_identity());
    }
}
