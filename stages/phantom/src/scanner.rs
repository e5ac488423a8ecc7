//! From the brightness of tissues to the intensities of a scanner.

use crate::DifficultyParams;
use crate::draw::Draw;
use crate::field::SmoothField;
use crate::render::Grid;

/// A magnetic resonance examination: what one subject's acquisition does to brightness.
///
/// Intensities have no unit: they differ between subjects by gain, contrast curve and bias field.
pub(crate) struct Resonance {
    gain: f64,
    /// Bends the contrast: 0 leaves it, positive brightens middle tones.
    tone: f64,
    bias: SmoothField,
    bias_amount: f64,
    texture: SmoothField,
    slice_gains: Vec<f64>,
    noise: f64,
}

impl Resonance {
    /// Draws an examination; `brightest` is the intensity of the brightest tissue.
    pub(crate) fn draw(
        draw: &mut Draw,
        grid: &Grid,
        difficulty: &DifficultyParams,
        brightest: [f64; 2],
    ) -> Self {
        let fine = [0, 1].map(|axis| ((grid.extent(axis) / 7.0).round() as usize).clamp(2, 40));
        Self {
            gain: draw.between(brightest[0], brightest[1]),
            tone: draw.spread(1.0) * difficulty.contrast_overlap,
            bias: SmoothField::new(draw, [2, 2, 1]),
            bias_amount: difficulty.bias_field,
            texture: SmoothField::new(draw, [fine[0], fine[1], grid.shape[2].clamp(1, 12)]),
            slice_gains: (0..grid.shape[2])
                .map(|_| 1.0 + draw.spread(0.2 * difficulty.bias_field))
                .collect(),
            noise: difficulty.noise,
        }
    }

    /// Intensities, not below zero. `draw` gives the noise, so that two phases of one examination
    /// differ only in it.
    pub(crate) fn acquire(&self, draw: &mut Draw, grid: &Grid, values: &[f64]) -> Vec<f32> {
        let mut image = over_grid(grid, |index, voxel| {
            let at = grid.unit_of(index);
            let bright = values[voxel].max(0.0) * (1.0 + 0.10 * self.texture.at(at));
            let bias = 1.0 + self.bias_amount * self.bias.at(at);
            let signal = curve(bright, self.tone) * bias * self.slice_gains[index[2]];
            // The magnitude of a complex signal with noise in both parts.
            let (real, imaginary) =
                (signal + self.noise * draw.normal(), self.noise * draw.normal());
            self.gain * (real * real + imaginary * imaginary).sqrt()
        });
        blur(grid, &mut image);
        image.into_iter().map(|value| value.round() as f32).collect()
    }
}

/// A monotone contrast curve through (0, 0) and (1, 1); `tone` from -1 to 1.
fn curve(value: f64, tone: f64) -> f64 {
    if tone >= 0.0 {
        value * (1.0 + tone) / (1.0 + tone * value)
    } else {
        // The inverse of the curve of the opposite tone, for values up to 1 and a little beyond.
        value / (1.0 - tone * (1.0 - value)).max(0.2)
    }
}

/// A tomogram in whole Hounsfield units, from air to metal.
pub(crate) fn tomogram(
    draw: &mut Draw,
    grid: &Grid,
    difficulty: &DifficultyParams,
    values: &[f64],
) -> Vec<f32> {
    let streaks = SmoothField::new(draw, [5, 5, grid.shape[2].clamp(1, 30)]);
    let texture = SmoothField::new(draw, [30, 30, grid.shape[2].clamp(1, 30)]);
    // A noise of 0.06 is 24 HU, that of a thin abdominal slice at a usual dose.
    let noise = 400.0 * difficulty.noise;
    let mut image = over_grid(grid, |index, voxel| {
        let at = grid.unit_of(index);
        let uneven = 40.0 * difficulty.bias_field * streaks.at(at) + 10.0 * texture.at(at);
        values[voxel] + uneven + noise * draw.normal()
    });
    blur(grid, &mut image);
    image.into_iter().map(|value| value.round().clamp(-1024.0, 3071.0) as f32).collect()
}

/// One value per voxel in storage order.
fn over_grid(grid: &Grid, mut value: impl FnMut([usize; 3], usize) -> f64) -> Vec<f64> {
    let [nx, ny, nz] = grid.shape;
    let mut values = Vec::with_capacity(nx * ny * nz);
    for k in 0..nz {
        for j in 0..ny {
            for i in 0..nx {
                values.push(value([i, j, k], values.len()));
            }
        }
    }
    values
}

/// The point spread of the scanner: each plane with the kernel (1, 4, 1) / 6 along x, then y.
/// Applied after the noise, which real images also have correlated between neighbours.
fn blur(grid: &Grid, image: &mut [f64]) {
    let [nx, ny, _] = grid.shape;
    let mut line = Vec::with_capacity(nx.max(ny));
    let mut smooth = |plane: &mut [f64], start: usize, step: usize, count: usize| {
        line.clear();
        line.extend((0..count).map(|i| plane[start + i * step]));
        for i in 0..count {
            let (before, after) = (line[i.saturating_sub(1)], line[(i + 1).min(count - 1)]);
            plane[start + i * step] = (before + 4.0 * line[i] + after) / 6.0;
        }
    };
    for plane in image.chunks_exact_mut(nx * ny) {
        for j in 0..ny {
            smooth(plane, j * nx, 1, nx);
        }
        for i in 0..nx {
            smooth(plane, i, nx, ny);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quiet() -> DifficultyParams {
        DifficultyParams {
            noise: 0.0,
            bias_field: 0.0,
            contrast_overlap: 0.0,
            ..DifficultyParams::default()
        }
    }

    #[test]
    fn the_contrast_curve_keeps_its_ends_and_its_order() {
        for tone in [-1.0, -0.4, 0.0, 0.7, 1.0] {
            assert!((curve(0.0, tone)).abs() < 1e-12);
            assert!((curve(1.0, tone) - 1.0).abs() < 1e-12);
            let values: Vec<f64> = (0..13).map(|i| curve(f64::from(i) / 10.0, tone)).collect();
            assert!(values.windows(2).all(|pair| pair[0] < pair[1]), "{tone}: {values:?}");
        }
    }

    #[test]
    fn blurring_spreads_a_point_and_keeps_its_sum() {
        let grid = Grid { shape: [5, 5, 1], spacing_mm: [1.0; 3] };
        let mut image = vec![0.0; 25];
        image[12] = 36.0;
        blur(&grid, &mut image);
        assert_eq!(image[12], 16.0);
        assert_eq!((image[11], image[7], image[6]), (4.0, 4.0, 1.0));
        assert!((image.iter().sum::<f64>() - 36.0).abs() < 1e-9);
    }

    #[test]
    fn a_quiet_scanner_keeps_the_order_of_tissues() {
        let grid = Grid { shape: [8, 8, 1], spacing_mm: [1.0; 3] };
        let mut draw = Draw::new(4, "scanner");
        let scanner = Resonance::draw(&mut draw, &grid, &quiet(), [1000.0, 1000.0]);
        let values: Vec<f64> = (0..64).map(|i| if i % 8 < 4 { 0.2 } else { 0.8 }).collect();
        let image = scanner.acquire(&mut draw, &grid, &values);
        // Texture changes a tissue by a tenth at most.
        assert!(image[0] > 170.0 && image[0] < 230.0, "{}", image[0]);
        assert!(image[7] > 700.0 && image[7] < 900.0, "{}", image[7]);
    }

    #[test]
    fn a_tomogram_stays_within_its_range() {
        let grid = Grid { shape: [8, 8, 2], spacing_mm: [1.0; 3] };
        let values = vec![-1020.0; 128];
        let image = tomogram(&mut Draw::new(5, "ct"), &grid, &DifficultyParams::default(), &values);
        assert!(image.iter().all(|value| (-1024.0..=3071.0).contains(value)));
    }
}
