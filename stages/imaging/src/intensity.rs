//! Range, mean and deviation of voxel intensities.

/// Values that are summed or compared side by side, so that the compiler makes vectors of them.
const LANES: usize = 16;

/// The smallest and the largest value.
///
/// NaN values are left out; if nothing is left, the result is `(inf, -inf)`.
pub fn value_range(values: &[f32]) -> (f32, f32) {
    let mut low = [f32::INFINITY; LANES];
    let mut high = [f32::NEG_INFINITY; LANES];
    let (chunks, rest) = values.as_chunks::<LANES>();
    // A comparison with NaN is false, so NaN never replaces anything.
    for chunk in chunks {
        for ((low, high), value) in low.iter_mut().zip(&mut high).zip(chunk) {
            *low = if *value < *low { *value } else { *low };
            *high = if *value > *high { *value } else { *high };
        }
    }
    let lowest = low.iter().chain(rest).fold(f32::INFINITY, |a, b| if *b < a { *b } else { a });
    let highest =
        high.iter().chain(rest).fold(f32::NEG_INFINITY, |a, b| if *b > a { *b } else { a });
    (lowest, highest)
}

/// Mean and population standard deviation (divided by `n`, the default of NumPy), in double
/// precision and two passes.
///
/// Nothing gives NaN for both. NaN among the values gives NaN.
pub fn mean_and_deviation(values: impl Iterator<Item = f32> + Clone) -> (f64, f64) {
    let (count, sum) =
        values.clone().fold((0u64, 0.0), |(count, sum), v| (count + 1, sum + f64::from(v)));
    if count == 0 {
        return (f64::NAN, f64::NAN);
    }
    let mean = sum / count as f64;
    let squares: f64 = values.map(|v| (f64::from(v) - mean).powi(2)).sum();
    (mean, (squares / count as f64).sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn mean_and_deviation_by_hand() {
        // Squares about 4: 9, 1, 1, 9; a quarter of 20 is 5.
        let found = mean_and_deviation([1.0, 3.0, 5.0, 7.0].into_iter());
        assert_eq!(found, (4.0, 5f64.sqrt()));
        assert_eq!(mean_and_deviation([2.5].into_iter()), (2.5, 0.0));
        assert!(mean_and_deviation([].into_iter()).0.is_nan());
    }

    #[test]
    fn the_range_leaves_out_nan() {
        assert_eq!(value_range(&[f32::NAN, 3.0, -1.0]), (-1.0, 3.0));
        assert_eq!(value_range(&[f32::NAN]), (f32::INFINITY, f32::NEG_INFINITY));
    }

    proptest! {
        #[test]
        fn the_range_is_that_of_the_sorted_values(
            mut values in prop::collection::vec(-1e6f32..1e6, 1..100),
        ) {
            let found = value_range(&values);
            values.sort_by(f32::total_cmp);
            prop_assert_eq!(found, (values[0], values[values.len() - 1]));
        }
    }
}
