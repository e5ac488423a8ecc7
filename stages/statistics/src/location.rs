//! The Hodges-Lehmann estimate of location.

use crate::StatisticsError;
use crate::error::{check_count, check_finite};

/// The median of all averages of two values, each value with itself included: the shift that goes
/// with the signed-rank test.
///
/// Found by halving the range of doubles and counting the averages below in linear time, so that
/// the averages, which are many, are never stored.
///
/// # Errors
/// When there is no value or one is not finite.
/// # Source
/// Hodges and Lehmann, 1963.
pub fn hodges_lehmann(values: &[f64]) -> Result<f64, StatisticsError> {
    check_count(values.len(), 1)?;
    check_finite(values)?;
    // Minus zero becomes zero, so that equal values are one double.
    let mut sorted: Vec<f64> = values.iter().map(|value| value + 0.0).collect();
    sorted.sort_by(f64::total_cmp);
    let n = sorted.len() as u64;
    let averages = n * (n + 1) / 2;
    let upper = average_of_order(&sorted, averages / 2 + 1);
    if averages % 2 == 1 {
        return Ok(upper);
    }
    Ok(middle(average_of_order(&sorted, averages / 2), upper))
}

/// Half the sum without overflow, rounded once where it is not tiny.
fn middle(a: f64, b: f64) -> f64 {
    0.5 * a + 0.5 * b
}

/// The average that is at place `order`, from 1, among all averages.
fn average_of_order(sorted: &[f64], order: u64) -> f64 {
    let (mut low, mut high) = (key(sorted[0]), key(sorted[sorted.len() - 1]));
    while low < high {
        let between = low + (high - low) / 2;
        if averages_up_to(sorted, value(between)) >= order {
            high = between;
        } else {
            low = between + 1;
        }
    }
    // The sum turns a minus zero that the search may end at into zero.
    value(low) + 0.0
}

/// How many averages are at most `limit`. As one value of a pair grows, the largest partner that
/// keeps the average below can only shrink.
fn averages_up_to(sorted: &[f64], limit: f64) -> u64 {
    let mut end = sorted.len();
    let mut count = 0;
    for (at, first) in sorted.iter().enumerate() {
        while end > at && middle(*first, sorted[end - 1]) > limit {
            end -= 1;
        }
        if end <= at {
            break;
        }
        count += (end - at) as u64;
    }
    count
}

/// Whole numbers in the order of the doubles they stand for.
fn key(value: f64) -> u64 {
    let bits = value.to_bits();
    if value.is_sign_negative() { !bits } else { bits | 1 << 63 }
}

fn value(key: u64) -> f64 {
    f64::from_bits(if key >> 63 == 1 { key & !(1 << 63) } else { !key })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn three_values_by_hand() {
        // Averages of 1, 2, 6: 1 1.5 3.5 2 4 6; in order 1 1.5 2 3.5 4 6.
        assert_eq!(hodges_lehmann(&[6.0, 1.0, 2.0]), Ok(2.75));
        assert_eq!(hodges_lehmann(&[-4.0]), Ok(-4.0));
        // Averages of -1, 0: -1 -0.5 0.
        assert_eq!(hodges_lehmann(&[-0.0, -1.0]), Ok(-0.5));
        assert_eq!(hodges_lehmann(&[0.0; 4]), Ok(0.0));
        assert!(hodges_lehmann(&[]).is_err());
    }

    proptest! {
        #[test]
        fn equals_the_median_of_the_averages(values in prop::collection::vec(-9.0_f64..9.0, 1..40)) {
            let mut averages: Vec<f64> = (0..values.len())
                .flat_map(|a| (a..values.len()).map(move |b| (a, b)))
                .map(|(a, b)| middle(values[a], values[b]))
                .collect();
            averages.sort_by(f64::total_cmp);
            let half = averages.len() / 2;
            let expected = match averages.len() % 2 {
                1 => averages[half],
                _ => middle(averages[half - 1], averages[half]),
            };
            prop_assert_eq!(hodges_lehmann(&values), Ok(expected));
        }
    }
}
