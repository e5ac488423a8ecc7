//! Views as tensor operations.

use tch::{Device, Kind, Tensor};

use super::path::{Path, centre};
use crate::per_image::per_image;
use crate::upload::upload;

/// Canvas coordinates of every pixel of a batch of views.
pub(super) struct Places {
    /// Rows, `[B, crop, crop]`, f32.
    y: Tensor,
    /// Columns, `[B, crop, crop]`, f32.
    x: Tensor,
    /// False in the padding around the rotated canvas.
    on_canvas: Tensor,
    canvas: [i64; 2],
}

impl Places {
    pub(super) fn of(paths: &[Path], canvas: [i64; 2], crop: i64, device: Device) -> Self {
        let [height, width] = canvas;
        let values: Vec<[f32; 6]> = paths
            .iter()
            .map(|path| [path.y, path.down, path.x, path.right, path.sine, path.cosine])
            .collect();
        let [y, down, x, right, sine, cosine] = per_image(&values, device);
        let pixels = Tensor::arange(crop, (Kind::Float, device));
        let y = y + pixels.reshape([1, -1, 1]) * down;
        let x = x + pixels.reshape([1, 1, -1]) * right;
        let on_canvas = inside(&y, height).logical_and(&inside(&x, width));
        let (middle, centre_x) = (f64::from(centre(height)), f64::from(centre(width)));
        let (dy, dx) = (y - middle, x - centre_x);
        Self {
            y: &dy * &cosine + &dx * &sine + middle,
            x: &dx * &cosine - &dy * &sine + centre_x,
            on_canvas,
            canvas,
        }
    }

    /// The value of the nearest pixel, 0 outside; of the kind of `planes`.
    pub(super) fn nearest(&self, planes: &Tensor, rows: &[usize]) -> Tensor {
        self.pick(planes, rows, &(&self.y + 0.5).floor(), &(&self.x + 0.5).floor())
    }

    /// The mean of the four pixels around, weighted by nearness, counting 0 outside; f32.
    pub(super) fn bilinear(&self, planes: &Tensor, rows: &[usize]) -> Tensor {
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
        let first = upload(&rows, planes.device()).reshape([-1, 1, 1]);
        let index = first + whole(y, height) * width + whole(x, width);
        planes.take(&index) * valid
    }
}

/// Whether coordinates lie in `0..=size - 1`.
fn inside(coordinate: &Tensor, size: i64) -> Tensor {
    coordinate.ge(0.0).logical_and(&coordinate.le((size - 1) as f64))
}
