//! How many of a draw come from each group.

use std::cmp::Reverse;
use std::collections::BTreeMap;

/// By which rule a draw takes from groups.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Apportionment {
    /// Groups play no part.
    None,
    /// The largest remainder: every group within one of its exact share, but a larger draw may take
    /// fewer from some group. This is what `stratify: true` has always meant.
    LargestRemainder,
    /// The quota method: every group within one of its exact share, and a larger draw takes at
    /// least as many from each group.
    ///
    /// # Source
    /// Balinski and Young, "The quota method of apportionment", American Mathematical Monthly
    /// 82(7):701-730, 1975.
    Quota,
}

impl Apportionment {
    /// Shares `count` among groups in proportion to their sizes; at most the sum of the sizes.
    /// Of equal claims, that of the group whose name comes first wins.
    pub(crate) fn quotas<'a>(
        self,
        sizes: &BTreeMap<&'a str, usize>,
        count: usize,
    ) -> BTreeMap<&'a str, usize> {
        let total: usize = sizes.values().sum();
        let count = count.min(total);
        match self {
            Self::None | Self::LargestRemainder => largest_remainder(sizes, count, total),
            Self::Quota => quota(sizes, count, total),
        }
    }
}

fn largest_remainder<'a>(
    sizes: &BTreeMap<&'a str, usize>,
    count: usize,
    total: usize,
) -> BTreeMap<&'a str, usize> {
    let share = |size: usize| (size * count / total.max(1), size * count % total.max(1));
    let mut quotas: BTreeMap<&str, usize> =
        sizes.iter().map(|(group, size)| (*group, share(*size).0)).collect();
    let mut by_remainder: Vec<(&str, usize)> =
        sizes.iter().map(|(group, size)| (*group, share(*size).1)).collect();
    by_remainder.sort_by_key(|(_, remainder)| Reverse(*remainder));
    let left = count - quotas.values().sum::<usize>();
    for (group, _) in by_remainder.into_iter().take(left) {
        *quotas.entry(group).or_default() += 1;
    }
    quotas
}

/// Gives out one place after the other, each to the group with the most members for the places it
/// would then have, among those that are not yet at their share of the places so far, rounded up.
fn quota<'a>(
    sizes: &BTreeMap<&'a str, usize>,
    count: usize,
    total: usize,
) -> BTreeMap<&'a str, usize> {
    let mut quotas: BTreeMap<&str, usize> = sizes.keys().map(|group| (*group, 0)).collect();
    for places in 1..=count {
        let below_share = |(group, size): &(&&'a str, &usize)| {
            quotas[**group] < (**size * places).div_ceil(total) && quotas[**group] < **size
        };
        // size / (has + 1), compared without division; the first of equal ones.
        let next = sizes.iter().filter(below_share).reduce(|best, other| {
            let claim =
                |of: &(&&str, &usize), against: &(&&str, &usize)| *of.1 * (quotas[*against.0] + 1);
            if claim(&other, &best) > claim(&best, &other) { other } else { best }
        });
        if let Some((group, _)) = next {
            *quotas.entry(*group).or_default() += 1;
        }
    }
    quotas
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const BOTH: [Apportionment; 2] = [Apportionment::LargestRemainder, Apportionment::Quota];

    #[test]
    fn quotas_follow_the_largest_remainder() {
        // 12 : 4 of 6 is 4.5 : 1.5; one is left, and `x` comes first among equal remainders.
        let sizes = BTreeMap::from([("x", 12), ("y", 4)]);
        for rule in BOTH {
            assert_eq!(rule.quotas(&sizes, 6), BTreeMap::from([("x", 5), ("y", 1)]));
            assert_eq!(rule.quotas(&sizes, 16), sizes);
            assert_eq!(rule.quotas(&sizes, 99), sizes);
            assert_eq!(rule.quotas(&sizes, 0).values().sum::<usize>(), 0);
            assert!(rule.quotas(&BTreeMap::new(), 0).is_empty());
        }
    }

    #[test]
    fn a_larger_draw_can_take_fewer_by_the_largest_remainder_only() {
        // Shares of 10 in 6 : 6 : 2 are 4.29, 4.29, 1.43: the odd place goes to `c`; of 11 they are
        // 4.71, 4.71, 1.57: both odd places go to the large groups.
        let sizes = BTreeMap::from([("a", 6), ("b", 6), ("c", 2)]);
        let of = |rule: Apportionment, count| rule.quotas(&sizes, count)["c"];
        assert_eq!(
            [of(Apportionment::LargestRemainder, 10), of(Apportionment::LargestRemainder, 11)],
            [2, 1]
        );
        assert!(of(Apportionment::Quota, 10) <= of(Apportionment::Quota, 11));
    }

    proptest! {
        #[test]
        fn groups_are_within_one_of_their_share_and_quotas_grow(
            sizes in proptest::collection::vec(0usize..40, 1..7),
        ) {
            let names = ["a", "b", "c", "d", "e", "f"];
            let sizes: BTreeMap<&str, usize> = names.into_iter().zip(sizes).collect();
            let total: usize = sizes.values().sum();
            let mut before = Apportionment::Quota.quotas(&sizes, 0);
            for count in 1..=total {
                for rule in BOTH {
                    let quotas = rule.quotas(&sizes, count);
                    prop_assert_eq!(quotas.values().sum::<usize>(), count);
                    for (group, size) in &sizes {
                        let (low, high) = (size * count / total, (size * count).div_ceil(total));
                        prop_assert!((low..=high).contains(&quotas[group]), "{:?}", quotas);
                        prop_assert!(quotas[group] <= *size);
                    }
                }
                let now = Apportionment::Quota.quotas(&sizes, count);
                prop_assert!(before.iter().all(|(group, quota)| *quota <= now[group]));
                before = now;
            }
        }
    }
}
