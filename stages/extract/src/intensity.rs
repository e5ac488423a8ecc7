//! From physical intensities to 0..255.

use stages_imaging::{mean_and_deviation, percentile, percentile_of, value_range};

use crate::{IntensityParams, Voxels};

/// The two intensities of one volume that become 0 and 255.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Window {
    /// Becomes 0, with everything below.
    pub low: f64,
    /// Becomes 255, with everything above.
    pub high: f64,
}

impl Window {
    /// The window of a volume.
    ///
    /// # Shapes
    /// `voxels`: all voxels of the volume on its own grid, finite, at least one.
    pub fn of(params: &IntensityParams, voxels: &[f32]) -> Self {
        let all = voxels.iter().copied();
        let is_counted = |value: f32| value != 0.0;
        let nonzero = all.clone().filter(|value| is_counted(*value));
        match params {
            IntensityParams::Percentile(percent) => {
                let q = [percent.low, percent.high];
                let values = match percent.voxels {
                    Voxels::All => percentile(voxels, &q),
                    Voxels::Nonzero => percentile_of(voxels, is_counted, &q),
                };
                Self { low: values[0], high: values[1] }
            }
            IntensityParams::MinMax(_) => {
                let (low, high) = value_range(voxels);
                Self { low: f64::from(low), high: f64::from(high) }
            }
            IntensityParams::ZScore(score) => {
                let (mean, deviation) = match score.voxels {
                    Voxels::All => mean_and_deviation(all),
                    Voxels::Nonzero => mean_and_deviation(nonzero),
                };
                let reach = score.deviations * deviation;
                Self { low: mean - reach, high: mean + reach }
            }
            IntensityParams::Window(window) => Self { low: window.low, high: window.high },
        }
    }

    /// Whether nothing lies between the two ends; such a volume becomes all 0.
    ///
    /// A volume of nothing but zeros has no nonzero voxels: both its ends are NaN.
    pub fn is_empty(&self) -> bool {
        self.low.is_nan() || self.high <= self.low
    }

    /// Clips to the window, scales to 0..255 and rounds, halves upwards:
    /// `floor(255 clamp((v - low) / (high - low), 0, 1) + 0.5)`, in single precision.
    ///
    /// # Shapes
    /// `values` and `out` have the same length.
    pub fn quantize(&self, values: &[f32], out: &mut [u8]) {
        if self.is_empty() {
            out.fill(0);
            return;
        }
        let low = self.low as f32;
        let scale = (255.0 / (self.high - self.low)) as f32;
        for (value, out) in values.iter().zip(out) {
            *out = floor(((value - low) * scale).clamp(0.0, 255.0) + 0.5);
        }
    }
}

/// The whole part of a value of 0..256.
///
/// The same as a cast, which the compiler would make one value at a time.
#[inline]
fn floor(value: f32) -> u8 {
    // From here on single precision holds whole numbers only, in its lowest bits.
    const WHOLE: f32 = 8_388_608.0;
    let rounded = value + WHOLE;
    let upwards = rounded - WHOLE > value;
    (rounded.to_bits() as u8).wrapping_sub(u8::from(upwards))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{MinMaxParams, PercentileParams, WindowParams, ZScoreParams};

    fn quantized(window: Window, values: &[f32]) -> Vec<u8> {
        let mut out = vec![77; values.len()];
        window.quantize(values, &mut out);
        out
    }

    fn percentile(low: f64, high: f64, voxels: Voxels) -> IntensityParams {
        IntensityParams::Percentile(PercentileParams { low, high, voxels })
    }

    #[test]
    fn a_fixed_window_clips_and_rounds() {
        let params = IntensityParams::Window(WindowParams { low: -160.0, high: 240.0 });
        let window = Window::of(&params, &[0.0]);
        // 0 HU is 160 / 400 of the range: 102. 255 / 400 = 0.6375 a unit, so -159 is 0.6375 -> 1
        // and -159.5 is 0.32 -> 0.
        let values = [-2000.0, -160.0, -159.5, -159.0, 0.0, 240.0, 3071.0];
        assert_eq!(quantized(window, &values), [0, 0, 0, 1, 102, 255, 255]);
    }

    #[test]
    fn percentiles_come_from_all_voxels() {
        // 0..=100: percentiles 10 and 90 are 10 and 90; 50 lies in the middle: 127.5 -> 128.
        let voxels: Vec<f32> = (0..=100u8).map(f32::from).collect();
        let params = percentile(10.0, 90.0, Voxels::All);
        let window = Window::of(&params, &voxels);
        assert_eq!(window, Window { low: 10.0, high: 90.0 });
        assert_eq!(quantized(window, &[5.0, 10.0, 50.0, 90.0, 100.0]), [0, 0, 128, 255, 255]);
    }

    #[test]
    fn minimum_and_maximum_span_the_range() {
        let window = Window::of(&IntensityParams::MinMax(MinMaxParams {}), &[3.0, -1.0, 1.0]);
        assert_eq!(window, Window { low: -1.0, high: 3.0 });
        assert_eq!(quantized(window, &[-1.0, 1.0, 3.0]), [0, 128, 255]);
    }

    #[test]
    fn a_constant_volume_becomes_zero() {
        let window = Window::of(&IntensityParams::MinMax(MinMaxParams {}), &[5.0, 5.0]);
        assert!(window.is_empty());
        assert_eq!(quantized(window, &[5.0, 5.0]), [0, 0]);
    }

    #[test]
    fn the_whole_part_is_that_of_a_cast() {
        for i in 0..=255u8 {
            let below = f32::from(i).next_down().max(0.0);
            let inside = [0.0, 0.25, 0.5, 0.75].map(|part| f32::from(i) + part);
            for value in inside.into_iter().chain([below, f32::from(i).next_up()]) {
                assert_eq!(floor(value), value as u8, "{value}");
            }
        }
    }

    #[test]
    fn statistics_can_leave_out_the_zeros() {
        // Four zeros around 1..=5: the median of all nine is 1, of the others 3.
        let voxels = [0.0, 0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 0.0, 0.0];
        let low = |voxels_of| Window::of(&percentile(50.0, 100.0, voxels_of), &voxels).low;
        assert_eq!([low(Voxels::All), low(Voxels::Nonzero)], [1.0, 3.0]);
        let nothing = Window::of(&percentile(1.0, 99.0, Voxels::Nonzero), &[0.0, 0.0]);
        assert!(nothing.is_empty());
        assert_eq!(quantized(nothing, &[0.0]), [0]);
    }

    #[test]
    fn a_z_score_is_a_window_about_the_mean() {
        // 1, 3, 5, 7: mean 4, population deviation sqrt(5); with the zeros 2 and sqrt(84 / 8 - 4).
        let score = |deviations, voxels| {
            let params = IntensityParams::ZScore(ZScoreParams { deviations, voxels });
            Window::of(&params, &[0.0, 1.0, 3.0, 5.0, 7.0, 0.0, 0.0, 0.0])
        };
        let reach = 2.0 * 5f64.sqrt();
        assert_eq!(score(2.0, Voxels::Nonzero), Window { low: 4.0 - reach, high: 4.0 + reach });
        let all = score(1.0, Voxels::All);
        assert!((all.low - (2.0 - 6.5f64.sqrt())).abs() < 1e-12, "{all:?}");
        // The mean becomes the middle, 127.5, which rounds up; one deviation of two is 63.75.
        let window = score(2.0, Voxels::Nonzero);
        let values = [4.0, 4.0 + 5f32.sqrt(), 4.0 - 5f32.sqrt(), 99.0];
        assert_eq!(quantized(window, &values), [128, 191, 64, 255]);
        let constant = IntensityParams::ZScore(ZScoreParams::default());
        assert!(Window::of(&constant, &[3.0; 5]).is_empty());
    }
}
