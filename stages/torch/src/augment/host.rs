//! Views as loops over bytes, for tensors in the host's memory.
//!
//! Every pixel is computed by the same f32 operations in the same order as in
//! [`Places`](super::on_device::Places), and so has the same value.

use stages_train::Interpolation;
use tch::{Kind, Tensor};

use super::jitter::{Jitter, of_bytes, of_values};
use super::path::{Path, centre};

/// Samples views of one canvas and one crop.
pub(super) struct Sampler {
    canvas: [usize; 2],
    crop: usize,
    centre: [f32; 2],
    /// The canvas sampled from, as it lies in its tensor.
    plane: Vec<u8>,
    /// The same with a border of one pixel of 0, whose first stands for whatever lies outside.
    bordered: Vec<u8>,
    /// By column of the view: its distance from the centre times sine and times cosine; not a
    /// number in the padding, so that no comparison finds it on the canvas.
    sines: Vec<f32>,
    cosines: Vec<f32>,
    /// By column of the view: where in `bordered` its pixel is, or the upper left one of four.
    places: Vec<u32>,
    /// By column of the view: how far below this pixel it lies, and how far to the right.
    downs: Vec<f32>,
    rights: Vec<f32>,
}

impl Sampler {
    pub(super) fn new(canvas: [i64; 2], crop: i64) -> Self {
        let [height, width] = canvas.map(|size| size as usize);
        let crop = crop as usize;
        Self {
            canvas: [height, width],
            crop,
            centre: canvas.map(centre),
            plane: vec![0; height * width],
            bordered: vec![0; (height + 2) * (width + 2)],
            sines: vec![0.0; crop],
            cosines: vec![0.0; crop],
            places: vec![0; crop],
            downs: vec![0.0; crop],
            rights: vec![0.0; crop],
        }
    }

    /// # Shapes
    /// `planes`: `[N, H, W]`, u8. Returns `[B, 1, crop, crop]`, f32 in 0..=1.
    pub(super) fn images(
        &mut self,
        planes: &Tensor,
        rows: &[usize],
        views: &[(Path, Jitter)],
        interpolation: Interpolation,
    ) -> Tensor {
        let area = self.crop * self.crop;
        let mut values = vec![0f32; rows.len() * area];
        let mut bytes = vec![0u8; area];
        for ((row, (path, jitter)), view) in
            rows.iter().zip(views).zip(values.chunks_exact_mut(area))
        {
            self.load(planes, *row);
            match interpolation {
                Interpolation::Nearest => {
                    self.nearest(path, &mut bytes);
                    of_bytes(&bytes, jitter, view);
                }
                Interpolation::Bilinear => {
                    self.bilinear(path, view);
                    of_values(view, jitter);
                }
            }
        }
        let side = self.crop as i64;
        Tensor::from_slice(&values).reshape([rows.len() as i64, 1, side, side])
    }

    /// # Shapes
    /// `planes`: `[N, H, W]`, u8. Returns `[B, crop, crop]`, i64.
    pub(super) fn labels(&mut self, planes: &Tensor, rows: &[usize], paths: &[Path]) -> Tensor {
        let area = self.crop * self.crop;
        let mut bytes = vec![0u8; rows.len() * area];
        for ((row, path), view) in rows.iter().zip(paths).zip(bytes.chunks_exact_mut(area)) {
            self.load(planes, *row);
            self.nearest(path, view);
        }
        let size = [rows.len() as i64, self.crop as i64, self.crop as i64];
        Tensor::from_slice(&bytes).to_kind(Kind::Int64).reshape(size)
    }

    fn load(&mut self, planes: &Tensor, row: usize) {
        let [height, width] = self.canvas;
        planes.get(row as i64).copy_data(&mut self.plane, height * width);
        let inner = self.bordered.chunks_exact_mut(width + 2).skip(1);
        for (to, from) in inner.zip(self.plane.chunks_exact(width)) {
            to[1..=width].copy_from_slice(from);
        }
    }

    /// Prepares the columns of a view.
    fn turn(&mut self, path: &Path) {
        let last = (self.canvas[1] - 1) as f32;
        for (column, (sine, cosine)) in self.sines.iter_mut().zip(&mut self.cosines).enumerate() {
            let x = path.x + column as f32 * path.right;
            let dx = if (0.0..=last).contains(&x) { x - self.centre[1] } else { f32::NAN };
            (*sine, *cosine) = (dx * path.sine, dx * path.cosine);
        }
    }

    /// The distance of a row of the view from the centre, if it is on the rotated canvas.
    fn row(&self, path: &Path, row: usize) -> Option<f32> {
        let y = path.y + row as f32 * path.down;
        let last = (self.canvas[0] - 1) as f32;
        (0.0..=last).contains(&y).then_some(y - self.centre[0])
    }

    fn nearest(&mut self, path: &Path, view: &mut [u8]) {
        self.turn(path);
        let [height, width] = self.canvas;
        let [centre_y, centre_x] = self.centre;
        let (rows, columns, stride) = (height as f32, width as f32, width as u32 + 2);
        for (i, pixels) in view.chunks_exact_mut(self.crop).enumerate() {
            let Some(dy) = self.row(path, i) else {
                pixels.fill(0);
                continue;
            };
            let (along_y, along_x) = (dy * path.cosine, dy * path.sine);
            let columns_of_view = self.sines.iter().zip(&self.cosines);
            for (place, (sine, cosine)) in self.places.iter_mut().zip(columns_of_view) {
                let y = along_y + sine + centre_y + 0.5;
                let x = cosine - along_x + centre_x + 0.5;
                let inside = within([y, x], 0.0, [rows, columns]);
                // What is not negative is rounded down by the cast.
                let [row, column] = [y, x].map(|at| (at as i32 as u32).wrapping_add(1));
                *place = if inside { row.wrapping_mul(stride).wrapping_add(column) } else { 0 };
            }
            for (pixel, place) in pixels.iter_mut().zip(&self.places) {
                *pixel = self.bordered[*place as usize];
            }
        }
    }

    fn bilinear(&mut self, path: &Path, view: &mut [f32]) {
        self.turn(path);
        let [height, width] = self.canvas;
        let [centre_y, centre_x] = self.centre;
        let (rows, columns, stride) = (height as f32, width as f32, width as u32 + 2);
        for (i, pixels) in view.chunks_exact_mut(self.crop).enumerate() {
            let Some(dy) = self.row(path, i) else {
                pixels.fill(0.0);
                continue;
            };
            let (along_y, along_x) = (dy * path.cosine, dy * path.sine);
            let columns_of_view = self.sines.iter().zip(&self.cosines);
            let remainders = self.downs.iter_mut().zip(&mut self.rights);
            for ((place, (down, right)), (sine, cosine)) in
                self.places.iter_mut().zip(remainders).zip(columns_of_view)
            {
                let y = along_y + sine + centre_y;
                let x = cosine - along_x + centre_x;
                let inside = within([y, x], -1.0, [rows, columns]);
                let [(top, below), (left, beside)] = [y, x].map(split);
                // The border is pixel -1, and where it does not help all four count nothing.
                let [row, column] = [top, left].map(|at| (at as u32).wrapping_add(1));
                *place = if inside { row.wrapping_mul(stride).wrapping_add(column) } else { 0 };
                (*down, *right) = if inside { (below, beside) } else { (0.0, 0.0) };
            }
            let remainders = self.downs.iter().zip(&self.rights);
            for ((pixel, place), (down, right)) in
                pixels.iter_mut().zip(&self.places).zip(remainders)
            {
                let upper = *place as usize;
                let lower = upper + stride as usize;
                let corner = |place: usize| f32::from(self.bordered[place]);
                *pixel = corner(upper) * ((1.0 - down) * (1.0 - right))
                    + corner(upper + 1) * ((1.0 - down) * right)
                    + corner(lower) * (down * (1.0 - right))
                    + corner(lower + 1) * (down * right);
            }
        }
    }
}

/// Whether a place lies between `first` and the ends of both axes.
#[expect(clippy::needless_bitwise_bool, reason = "without branches a loop works on vectors")]
fn within([y, x]: [f32; 2], first: f32, [rows, columns]: [f32; 2]) -> bool {
    (y >= first) & (y < rows) & (x >= first) & (x < columns)
}

/// A coordinate rounded down, and what remains. `f32::floor` is a call where the processor's
/// baseline has no instruction for it.
fn split(coordinate: f32) -> (i32, f32) {
    let towards_zero = coordinate as i32;
    let whole = towards_zero - i32::from(towards_zero as f32 > coordinate);
    (whole, coordinate - whole as f32)
}
