//! What the voxels of an image range over.

use stages_imaging::percentile;

/// Order statistics of the intensities of an image.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Intensities {
    /// The smallest.
    pub(crate) min: f64,
    /// The first percentile, type 7, as are the others.
    pub(crate) p1: f64,
    /// The median.
    pub(crate) median: f64,
    /// The 99th percentile.
    pub(crate) p99: f64,
    /// The largest.
    pub(crate) max: f64,
}

/// Values that are counted one by one: what 16-bit images hold.
const COUNTED: std::ops::RangeInclusive<i32> = -0x8000..=0xffff;
const QUANTILES: [f64; 5] = [0.0, 1.0, 50.0, 99.0, 100.0];

impl Intensities {
    /// The statistics of all voxels; none for no voxels.
    pub(crate) fn of(voxels: &[f32]) -> Option<Self> {
        if voxels.is_empty() {
            return None;
        }
        let values = match counts(voxels) {
            Some(counts) => quantiles_of_counts(&counts, voxels.len() as u64),
            None => percentile(voxels, &QUANTILES),
        };
        let [min, p1, median, p99, max] = values.try_into().ok()?;
        Some(Self { min, p1, median, p99, max })
    }

    /// As the table has them.
    pub(crate) fn as_array(&self) -> [f64; 5] {
        [self.min, self.p1, self.median, self.p99, self.max]
    }
}

/// How often each value occurs, if all are whole numbers of 16 bits. One pass without a copy, where
/// selection would copy the volume and pass over it several times.
fn counts(voxels: &[f32]) -> Option<Vec<u64>> {
    let mut counts = vec![0u64; (*COUNTED.end() - *COUNTED.start() + 1) as usize];
    for value in voxels {
        // A value outside the range of i32, or NaN, is not equal to what the cast makes of it.
        let whole = *value as i32;
        if whole as f32 != *value || !COUNTED.contains(&whole) {
            return None;
        }
        counts[(whole - COUNTED.start()) as usize] += 1;
    }
    Some(counts)
}

fn quantiles_of_counts(counts: &[u64], total: u64) -> Vec<f64> {
    let ranked = |rank: u64| {
        let mut seen = 0;
        let position = counts.iter().position(|count| {
            seen += count;
            seen > rank
        });
        let position = position.expect("a rank below the total is somewhere");
        f64::from(COUNTED.start() + position as i32)
    };
    let quantile = |q: &f64| {
        let h = (total - 1) as f64 * q / 100.0;
        let (low, high) = (ranked(h.floor() as u64), ranked(h.ceil() as u64));
        low + (h - h.floor()) * (high - low)
    };
    QUANTILES.iter().map(quantile).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counting_and_selecting_agree() {
        let voxels: Vec<f32> = (0..5000u32).map(|i| (i * 7919 % 1013) as f32 - 500.0).collect();
        let counted = quantiles_of_counts(&counts(&voxels).unwrap(), 5000);
        let selected = percentile(&voxels, &QUANTILES);
        for (a, b) in counted.iter().zip(selected) {
            assert!((a - b).abs() < 1e-9, "{a} {b}");
        }
    }

    #[test]
    fn the_median_of_an_even_number_is_in_the_middle() {
        let found = Intensities::of(&[1.0, 2.0, 3.0, 10.0]).unwrap();
        assert_eq!((found.min, found.median, found.max), (1.0, 2.5, 10.0));
        // h = 3 * 0.99 = 2.97: 3 + 0.97 * 7.
        assert!((found.p99 - 9.79).abs() < 1e-9, "{}", found.p99);
        assert_eq!(Intensities::of(&[]), None);
    }

    #[test]
    fn fractions_and_large_values_are_not_counted() {
        assert!(counts(&[0.5]).is_none() && counts(&[70000.0]).is_none());
        assert!(counts(&[f32::INFINITY]).is_none() && counts(&[-32768.0, 65535.0]).is_some());
        assert_eq!(Intensities::of(&[0.25, 0.75]).unwrap().median, 0.5);
    }
}
