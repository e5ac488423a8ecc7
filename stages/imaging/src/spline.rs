//! The coefficients of the cubic B-spline that passes through the samples of a plane.

use crate::taps::mirrored;

/// The pole of the cubic B-spline filter, `sqrt(3) - 2`.
const POLE: f64 = -0.267_949_192_431_122_7;

/// Samples after which a power of the pole is below the precision of a double.
const HORIZON: usize = 30;

/// Buffers for [`SplineFilter::coefficients`], used again for every plane.
#[derive(Debug, Default)]
pub(crate) struct SplineFilter {
    plane: Vec<f64>,
    transposed: Vec<f64>,
}

impl SplineFilter {
    /// Writes the coefficients of a plane, mirrored about its outermost samples.
    ///
    /// # Shapes
    /// `plane` and `out`: `rows` rows of `columns`.
    ///
    /// # Source
    /// Unser, Aldroubi and Eden 1993: a causal and an anticausal pass of one pole along each axis,
    /// in double precision.
    pub(crate) fn coefficients(&mut self, plane: &[f32], columns: usize, out: &mut [f32]) {
        let rows = plane.len() / columns;
        self.plane.clear();
        self.plane.extend(plane.iter().map(|value| f64::from(*value)));
        filter_along_y(&mut self.plane, columns);
        self.transposed.resize(plane.len(), 0.0);
        transpose(&self.plane, columns, &mut self.transposed, |value| value);
        filter_along_y(&mut self.transposed, rows);
        transpose(&self.transposed, rows, out, |value| value as f32);
    }
}

/// Filters every column of a plane; whole rows at a time, which the compiler makes vectors of.
fn filter_along_y(plane: &mut [f64], columns: usize) {
    let rows = plane.len() / columns;
    if rows == 1 {
        return;
    }
    // The first causal value is the sum over the samples before it, mirrored without end: a
    // geometric series over one period, cut off where its terms no longer count.
    let period = 2 * (rows - 1);
    let mut start = vec![0.0; columns];
    let mut power = 1.0;
    for k in 0..period.min(HORIZON) {
        let row = mirrored(k as i64, rows);
        add_scaled(&mut start, &plane[row * columns..][..columns], power);
        power *= POLE;
    }
    if period <= HORIZON {
        for value in &mut start {
            *value /= 1.0 - power;
        }
    }
    plane[..columns].copy_from_slice(&start);
    for row in 1..rows {
        let (before, after) = plane.split_at_mut(row * columns);
        add_scaled(&mut after[..columns], &before[(row - 1) * columns..], POLE);
    }
    let last = (rows - 1) * columns;
    let scale = POLE / (POLE * POLE - 1.0);
    let (before, after) = plane.split_at_mut(last);
    for (value, above) in after.iter_mut().zip(&before[last - columns..]) {
        *value = (*value + POLE * above) * scale;
    }
    for row in (0..rows - 1).rev() {
        let (before, after) = plane.split_at_mut((row + 1) * columns);
        for (value, below) in before[row * columns..].iter_mut().zip(&after[..columns]) {
            *value = POLE * (below - *value);
        }
    }
    // The gain of the two passes along one axis: (1 - z)(1 - 1 / z).
    for value in plane {
        *value *= 6.0;
    }
}

fn add_scaled(into: &mut [f64], row: &[f64], scale: f64) {
    for (value, other) in into.iter_mut().zip(row) {
        *value += scale * other;
    }
}

/// Writes the columns of a plane as rows, in blocks that stay in the cache.
fn transpose<T: Copy>(plane: &[f64], columns: usize, out: &mut [T], cast: impl Fn(f64) -> T) {
    const BLOCK: usize = 16;
    let rows = plane.len() / columns;
    for top in (0..rows).step_by(BLOCK) {
        for left in (0..columns).step_by(BLOCK) {
            for x in left..(left + BLOCK).min(columns) {
                let target = &mut out[x * rows..][..rows];
                for y in top..(top + BLOCK).min(rows) {
                    target[y] = cast(plane[y * columns + x]);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn coefficients(plane: &[f32], columns: usize) -> Vec<f32> {
        let mut out = vec![0.0; plane.len()];
        SplineFilter::default().coefficients(plane, columns, &mut out);
        out
    }

    #[test]
    fn two_samples_by_hand() {
        // Mirrored: ..., a, b, a, b, ... The spline at a sample is (4 c + 2 c') / 6, so
        // c = (4 a - 2 b) / 2 = 2 a - b and c' = 2 b - a: for 1 and 4, -2 and 7.
        for (columns, plane) in [(2, [1.0, 4.0]), (1, [1.0, 4.0])] {
            let found = coefficients(&plane, columns);
            assert!((found[0] + 2.0).abs() < 1e-6 && (found[1] - 7.0).abs() < 1e-6, "{found:?}");
        }
        assert_eq!(coefficients(&[5.0], 1), [5.0]);
    }

    proptest! {
        #[test]
        fn the_spline_passes_through_the_samples(
            columns in 1usize..50, rows in 1usize..50, seed in 0usize..1000,
        ) {
            let plane: Vec<f32> =
                (0..columns * rows).map(|i| ((i * 7919 + seed * 31) % 1009) as f32).collect();
            let found = coefficients(&plane, columns);
            let at = |x: i64, y: i64| {
                f64::from(found[mirrored(y, rows) * columns + mirrored(x, columns)])
            };
            for y in 0..rows as i64 {
                for x in 0..columns as i64 {
                    let line = |y| (at(x - 1, y) + 4.0 * at(x, y) + at(x + 1, y)) / 6.0;
                    let value = (line(y - 1) + 4.0 * line(y) + line(y + 1)) / 6.0;
                    let expected = f64::from(plane[y as usize * columns + x as usize]);
                    prop_assert!((value - expected).abs() < 2e-3, "{x} {y}: {value} {expected}");
                }
            }
        }
    }
}
