//! The way from the pixels of a view back to its canvas.

use super::View;

/// Where a view's pixels lie on its canvas: crop, flips and rotation undone, in this order.
///
/// Pixel `(i, j)` of the view is at row `y + i * down` and column `x + j * right` of the rotated
/// canvas, if these lie on it. With `dy`, `dx` the distances of that place from the centre, it is
/// at row `dy * cosine + dx * sine` and column `dx * cosine - dy * sine` from the centre of the
/// canvas itself.
#[derive(Debug, Clone, Copy)]
pub(super) struct Path {
    pub(super) y: f32,
    pub(super) down: f32,
    pub(super) x: f32,
    pub(super) right: f32,
    pub(super) sine: f32,
    pub(super) cosine: f32,
}

impl Path {
    /// The path of a view of a canvas of `[rows, columns]`.
    pub(super) fn of(view: &View, [height, width]: [i64; 2]) -> Self {
        // A flip is a walk in the other direction from the other end.
        let first = |place: i64, size: i64, flip: bool| {
            (if flip { size - 1 - place } else { place }) as f32
        };
        let step = |flip: bool| if flip { -1.0 } else { 1.0 };
        Self {
            y: first(view.top, height, view.vertical_flip),
            down: step(view.vertical_flip),
            x: first(view.left, width, view.horizontal_flip),
            right: step(view.horizontal_flip),
            sine: view.angle.sin() as f32,
            cosine: view.angle.cos() as f32,
        }
    }
}

/// The middle of an axis of `size` pixels.
pub(super) fn centre(size: i64) -> f32 {
    ((size - 1) as f64 / 2.0) as f32
}
