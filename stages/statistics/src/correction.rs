//! P-values of many tests, adjusted for their number.

use crate::StatisticsError;

/// How p-values are adjusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Correction {
    /// Not at all.
    None,
    /// Controls the chance of any false finding in the family, step by step from the smallest
    /// p-value up (Holm, 1979).
    Holm,
    /// Controls the same with one factor for all tests.
    Bonferroni,
    /// Controls the share of false findings among the findings (Benjamini and Hochberg, 1995).
    BenjaminiHochberg,
}

/// Adjusts the p-values of one family, in their order. `None` stays `None` and does not count as a
/// test. Adjusted values are at most 1, at least the plain ones, and in the same order of size.
///
/// # Errors
/// When a p-value is outside 0 to 1.
pub fn adjust(
    p: &[Option<f64>],
    correction: Correction,
) -> Result<Vec<Option<f64>>, StatisticsError> {
    let mut tests: Vec<(usize, f64)> =
        p.iter().enumerate().filter_map(|(at, p)| Some((at, (*p)?))).collect();
    if let Some((index, value)) = tests.iter().find(|(_, p)| !(0.0..=1.0).contains(p)) {
        return Err(StatisticsError::NotAProbability { index: *index, value: *value });
    }
    tests.sort_by(|a, b| a.1.total_cmp(&b.1));
    let count = tests.len() as f64;
    let mut adjusted = vec![None; p.len()];
    match correction {
        Correction::None => adjusted.copy_from_slice(p),
        Correction::Bonferroni => {
            for (at, p) in tests {
                adjusted[at] = Some((p * count).min(1.0));
            }
        }
        Correction::Holm => {
            let mut largest: f64 = 0.0;
            for (place, (at, p)) in tests.into_iter().enumerate() {
                largest = largest.max((p * (count - place as f64)).min(1.0));
                adjusted[at] = Some(largest);
            }
        }
        Correction::BenjaminiHochberg => {
            let mut smallest: f64 = 1.0;
            for (place, (at, p)) in tests.into_iter().enumerate().rev() {
                // The factor first, so that the last step multiplies by one exactly.
                smallest = smallest.min(p * (count / (place as f64 + 1.0)));
                adjusted[at] = Some(smallest);
            }
        }
    }
    Ok(adjusted)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn adjusted(p: &[f64], correction: Correction) -> Vec<f64> {
        let p: Vec<_> = p.iter().copied().map(Some).collect();
        adjust(&p, correction).unwrap().into_iter().flatten().collect()
    }

    #[test]
    fn four_tests_by_hand() {
        let p = [0.25, 0.0625, 0.03125, 0.5];
        assert_eq!(adjusted(&p, Correction::None), p);
        assert_eq!(adjusted(&p, Correction::Bonferroni), [1.0, 0.25, 0.125, 1.0]);
        // Sorted: 4 * 0.03125, 3 * 0.0625, 2 * 0.25, 1 * 0.5.
        assert_eq!(adjusted(&p, Correction::Holm), [0.5, 0.1875, 0.125, 0.5]);
        // Sorted: 4/1 * 0.03125, 4/2 * 0.0625, 4/3 * 0.25, 0.5.
        assert_eq!(
            adjusted(&p, Correction::BenjaminiHochberg),
            [0.25 * (4.0 / 3.0), 0.125, 0.125, 0.5]
        );
    }

    #[test]
    fn a_later_test_is_never_adjusted_below_an_earlier_one() {
        // 3 * 0.25 = 0.75, then 2 * 0.3125 = 0.625, which is raised.
        assert_eq!(adjusted(&[0.3125, 0.25, 0.875], Correction::Holm), [0.75, 0.75, 0.875]);
    }

    #[test]
    fn what_was_not_tested_does_not_count() {
        let p = [None, Some(0.25), None, Some(0.125)];
        assert_eq!(adjust(&p, Correction::Holm).unwrap(), [None, Some(0.25), None, Some(0.25)]);
        assert_eq!(adjust(&[], Correction::Holm).unwrap(), []);
        let error = adjust(&[Some(0.5), Some(f64::NAN)], Correction::Holm).unwrap_err();
        assert!(matches!(error, StatisticsError::NotAProbability { index: 1, .. }));
    }

    proptest! {
        #[test]
        fn order_and_bounds_are_kept(p in prop::collection::vec(0.0_f64..=1.0, 1..30)) {
            for correction in
                [Correction::Holm, Correction::Bonferroni, Correction::BenjaminiHochberg]
            {
                let found = adjusted(&p, correction);
                for (a, plain) in p.iter().enumerate() {
                    prop_assert!((*plain..=1.0).contains(&found[a]));
                    for (b, other) in p.iter().enumerate() {
                        prop_assert!(plain > other || found[a] <= found[b]);
                    }
                }
            }
        }
    }
}
