//! Percentiles of voxel intensities.

/// Percentiles by linear interpolation between order statistics (type 7, the default of NumPy).
///
/// For `n` sorted values `x`, percentile `q` is `x[l] + (h - l)(x[l+1] - x[l])` with
/// `h = (n - 1) q / 100` and `l = floor(h)`. Works by selection, not by sorting everything.
///
/// NaN values are left out; if nothing is left, every result is NaN. `q` outside 0 to 100 is
/// clamped, and a NaN `q` gives NaN.
///
/// # Shapes
/// `q` in percent, any order; one result per entry of `q`, in the same order.
///
/// # Source
/// Hyndman and Fan 1996, definition 7.
pub fn percentile(values: &[f32], q: &[f64]) -> Vec<f64> {
    let mut values: Vec<f32> = values.iter().copied().filter(|value| !value.is_nan()).collect();
    if values.is_empty() {
        return vec![f64::NAN; q.len()];
    }
    let position = |q: f64| (values.len() - 1) as f64 * q.clamp(0.0, 100.0) / 100.0;
    let positions: Vec<f64> = q.iter().map(|q| position(*q)).collect();
    let mut ranks: Vec<usize> = positions
        .iter()
        .filter(|h| !h.is_nan())
        .flat_map(|h| [h.floor() as usize, h.ceil() as usize])
        .collect();
    ranks.sort_unstable();
    ranks.dedup();
    let statistics = order_statistics(&mut values, &ranks);
    let value = |rank: usize| {
        let index = ranks.binary_search(&rank).expect("every rank asked for was selected");
        f64::from(statistics[index])
    };
    positions
        .iter()
        .map(|h| {
            if h.is_nan() {
                return f64::NAN;
            }
            let (low, high) = (value(h.floor() as usize), value(h.ceil() as usize));
            low + (h - h.floor()) * (high - low)
        })
        .collect()
}

/// The values of the given ascending ranks; each selection narrows the range of the next.
fn order_statistics(values: &mut [f32], ranks: &[usize]) -> Vec<f32> {
    let mut start = 0;
    ranks
        .iter()
        .map(|rank| {
            let (_, selected, _) =
                values[start..].select_nth_unstable_by(rank - start, f32::total_cmp);
            let selected = *selected;
            start = rank + 1;
            selected
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn interpolates_between_order_statistics() {
        // n = 5, so the 25th percentile is at h = 1 exactly and the 10th at h = 0.4.
        let values = [50.0, 10.0, 40.0, 20.0, 30.0];
        assert_eq!(percentile(&values, &[50.0, 0.0, 100.0, 25.0]), [30.0, 10.0, 50.0, 20.0]);
        assert!((percentile(&values, &[10.0])[0] - 14.0).abs() < 1e-12);
    }

    #[test]
    fn leaves_out_nan_and_says_nan_for_nothing() {
        assert_eq!(percentile(&[f32::NAN, 1.0, 3.0], &[50.0]), [2.0]);
        assert!(percentile(&[f32::NAN], &[50.0])[0].is_nan());
        assert!(percentile(&[], &[1.0, 99.0]).iter().all(|value| value.is_nan()));
        assert!(percentile(&[1.0], &[f64::NAN])[0].is_nan());
    }

    proptest! {
        #[test]
        fn equals_sorting_everything(
            values in prop::collection::vec(-1000.0f32..1000.0, 1..200),
            q in prop::collection::vec(0.0f64..=100.0, 1..6),
        ) {
            let mut sorted = values.clone();
            sorted.sort_by(f32::total_cmp);
            for (found, q) in percentile(&values, &q).iter().zip(&q) {
                let h = (sorted.len() - 1) as f64 * q / 100.0;
                let low = f64::from(sorted[h.floor() as usize]);
                let high = f64::from(sorted[h.ceil() as usize]);
                prop_assert!((found - (low + (h - h.floor()) * (high - low))).abs() < 1e-9);
            }
        }
    }
}
