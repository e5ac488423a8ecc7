//! The arithmetic of the aggregates, in double precision and in the order of the values.

/// The mean, or none of nothing.
pub(crate) fn mean(values: impl Iterator<Item = f64>) -> Option<f64> {
    let (sum, count) = values.fold((0.0, 0.0), |(sum, count), value| (sum + value, count + 1.0));
    (count > 0.0).then(|| sum / count)
}

/// The standard deviation with `n - 1` below, or none of fewer than two.
pub(crate) fn sample_std(values: &[f64]) -> Option<f64> {
    if values.len() < 2 {
        return None;
    }
    let mean = mean(values.iter().copied())?;
    let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    Some((squares / (values.len() - 1) as f64).sqrt())
}

/// The middle value, or the mean of the two in the middle; none of nothing.
pub(crate) fn median(values: &[f64]) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let upper = *sorted.get(sorted.len() / 2)?;
    let lower = sorted[(sorted.len() - 1) / 2];
    Some(f64::midpoint(lower, upper))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_hand() {
        assert_eq!(mean([1.0, 2.0, 6.0].into_iter()), Some(3.0));
        // Squares 4, 1 and 9 over 2.
        assert_eq!(sample_std(&[1.0, 2.0, 6.0]), Some(7.0_f64.sqrt()));
        assert_eq!([median(&[6.0, 1.0, 2.0]), median(&[6.0, 1.0])], [Some(2.0), Some(3.5)]);
        assert_eq!((mean([].into_iter()), median(&[])), (None, None));
        assert_eq!((sample_std(&[]), sample_std(&[1.0])), (None, None));
    }
}
