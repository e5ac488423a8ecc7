//! Seeded draws that do not depend on the order of their input.

use std::collections::{BTreeMap, BTreeSet};

use rand::seq::SliceRandom;
use rand_chacha::ChaCha12Rng;

/// What is drawn, scans or subjects, by name.
pub(crate) type Units = BTreeMap<String, Unit>;

/// What a draw has to know of one scan or subject.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Unit {
    /// What draws are stratified by; empty where there is none.
    pub(crate) group: String,
    /// Units of one family are drawn together or not at all.
    pub(crate) family: String,
}

/// How a draw is made.
pub(crate) struct Draw {
    /// The stream of this draw.
    pub(crate) stream: ChaCha12Rng,
    /// Draw from every group in proportion to its candidates.
    pub(crate) stratify: bool,
}

impl Draw {
    /// Draws `count` of the candidates; fewer only if there are fewer, or if a family is larger than
    /// what is left to draw.
    ///
    /// All units are put into one random order and the first candidates are taken, so that
    /// excluding a unit changes nothing but that unit, and a larger draw contains a smaller one
    /// (the latter only where the draw is not stratified).
    pub(crate) fn of(
        mut self,
        units: &Units,
        candidates: &BTreeSet<String>,
        count: usize,
    ) -> BTreeSet<String> {
        let mut order: Vec<&String> = units.keys().collect();
        order.shuffle(&mut self.stream);
        order.retain(|unit| candidates.contains(*unit));
        let group = |unit: &String| if self.stratify { units[unit].group.as_str() } else { "" };
        let mut sizes: BTreeMap<&str, usize> = BTreeMap::new();
        let mut families: BTreeMap<&str, Vec<&String>> = BTreeMap::new();
        for unit in &order {
            *sizes.entry(group(unit)).or_default() += 1;
            families.entry(&units[*unit].family).or_default().push(unit);
        }
        let mut left = quotas(&sizes, count.min(order.len()));
        let mut drawn = BTreeSet::new();
        for unit in order {
            // Taken out, so that a family that did not fit is not tried again for its next member.
            let Some(family) = families.remove(units[unit].family.as_str()) else { continue };
            let left = left.entry(group(unit)).or_default();
            if family.len() <= *left {
                *left -= family.len();
                drawn.extend(family.into_iter().cloned());
            }
        }
        drawn
    }
}

/// Shares `count` among groups in proportion to their sizes by the largest remainder; equal
/// remainders go to the group whose name comes first. `count` is at most the sum of the sizes.
fn quotas<'a>(sizes: &BTreeMap<&'a str, usize>, count: usize) -> BTreeMap<&'a str, usize> {
    let total: usize = sizes.values().sum();
    let share = |size: usize| (size * count / total.max(1), size * count % total.max(1));
    let mut quotas: BTreeMap<&str, usize> =
        sizes.iter().map(|(group, size)| (*group, share(*size).0)).collect();
    let mut by_remainder: Vec<(&str, usize)> =
        sizes.iter().map(|(group, size)| (*group, share(*size).1)).collect();
    by_remainder.sort_by_key(|(_, remainder)| std::cmp::Reverse(*remainder));
    let left = count - quotas.values().sum::<usize>();
    for (group, _) in by_remainder.into_iter().take(left) {
        *quotas.entry(group).or_default() += 1;
    }
    quotas
}

#[cfg(test)]
mod tests {
    use super::*;
    use pipeline_engine::stage::ActionContext;

    fn draw(seed: u64, stratify: bool) -> Draw {
        Draw { stream: ActionContext::stream(seed, "test"), stratify }
    }

    /// `a00` to `a11` in group `x`, `b00` to `b03` in group `y`.
    fn units() -> Units {
        let unit = |name: &str, n: usize, group: &str| {
            let name = format!("{name}{n:02}");
            (name.clone(), Unit { group: group.to_owned(), family: name })
        };
        (0..12).map(|n| unit("a", n, "x")).chain((0..4).map(|n| unit("b", n, "y"))).collect()
    }

    #[test]
    fn quotas_follow_the_largest_remainder() {
        // 12 : 4 of 6 is 4.5 : 1.5; one is left, and `x` comes first among equal remainders.
        let sizes = BTreeMap::from([("x", 12), ("y", 4)]);
        assert_eq!(quotas(&sizes, 6), BTreeMap::from([("x", 5), ("y", 1)]));
        assert_eq!(quotas(&sizes, 16), sizes);
        assert_eq!(quotas(&sizes, 0).values().sum::<usize>(), 0);
        assert!(quotas(&BTreeMap::new(), 0).is_empty());
    }

    #[test]
    fn stratified_draws_take_their_quota_of_every_group() {
        let units = units();
        let all: BTreeSet<String> = units.keys().cloned().collect();
        for seed in 0..20 {
            let drawn = draw(seed, true).of(&units, &all, 4);
            // 12 : 4 of 4 is exactly 3 : 1.
            assert_eq!(drawn.iter().filter(|unit| units[*unit].group == "x").count(), 3);
            assert_eq!(drawn.len(), 4);
        }
    }

    #[test]
    fn a_larger_draw_contains_the_smaller_one() {
        let units = units();
        let all: BTreeSet<String> = units.keys().cloned().collect();
        let drawn = |count| draw(7, false).of(&units, &all, count);
        assert!(drawn(3).is_subset(&drawn(5)));
        assert_eq!(drawn(99).len(), 16);
        assert_ne!(drawn(8), draw(8, false).of(&units, &all, 8), "seeds differ");
    }

    #[test]
    fn excluding_a_unit_that_was_not_drawn_changes_nothing() {
        let units = units();
        let mut candidates: BTreeSet<String> = units.keys().cloned().collect();
        let before = draw(3, false).of(&units, &candidates, 5);
        let spare = candidates.iter().find(|unit| !before.contains(*unit)).cloned().unwrap();
        candidates.remove(&spare);
        assert_eq!(draw(3, false).of(&units, &candidates, 5), before);
    }

    #[test]
    fn families_are_drawn_together_or_not_at_all() {
        let mut units = units();
        for name in ["a03", "a07"] {
            units.insert(name.to_owned(), Unit { group: "x".to_owned(), family: "a03".to_owned() });
        }
        let all: BTreeSet<String> = units.keys().cloned().collect();
        let mut together = 0;
        for seed in 0..40 {
            for stratify in [false, true] {
                let drawn = draw(seed, stratify).of(&units, &all, 5);
                assert_eq!(drawn.len(), 5);
                assert_eq!(drawn.contains("a03"), drawn.contains("a07"));
                together += usize::from(drawn.contains("a03"));
            }
        }
        assert!((1..80).contains(&together), "{together}");
        // Only the pair is left for one place: nothing can be drawn.
        let pair = ["a03", "a07"].map(str::to_owned).into();
        assert!(draw(0, false).of(&units, &pair, 1).is_empty());
    }
}
