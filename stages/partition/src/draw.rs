//! Seeded draws that do not depend on the order of their input.

use std::collections::{BTreeMap, BTreeSet};

use rand::seq::SliceRandom;
use rand_chacha::ChaCha12Rng;

use crate::apportion::Apportionment;

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
    /// How a draw takes from groups in proportion to their candidates.
    pub(crate) shares: Apportionment,
}

impl Draw {
    /// Draws `count` of the candidates; fewer only if there are fewer, or if a family is larger than
    /// what is left to draw.
    ///
    /// All units are put into one random order and the first candidates are taken, so that
    /// excluding a unit changes nothing but that unit, and a larger draw contains a smaller one
    /// (the latter not by the largest remainder, and only up to families that did not fit).
    pub(crate) fn of(
        mut self,
        units: &Units,
        candidates: &BTreeSet<String>,
        count: usize,
    ) -> BTreeSet<String> {
        let order = self.order(units, candidates);
        let group = |unit| self.group(units, unit);
        let mut sizes: BTreeMap<&str, usize> = BTreeMap::new();
        let mut families: BTreeMap<&str, Vec<&String>> = BTreeMap::new();
        for unit in &order {
            *sizes.entry(group(unit)).or_default() += 1;
            families.entry(&units[*unit].family).or_default().push(unit);
        }
        let mut left = self.shares.quotas(&sizes, count);
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

    /// One of `count` folds of the candidates: together they hold each candidate once.
    ///
    /// Families are put into one random order, group after group, and dealt to the folds in turn,
    /// so folds differ by one family at most, in total and in every group.
    pub(crate) fn fold(
        mut self,
        units: &Units,
        candidates: &BTreeSet<String>,
        count: usize,
        fold: usize,
    ) -> BTreeSet<String> {
        let order = self.order(units, candidates);
        let mut members: BTreeMap<&str, Vec<&String>> = BTreeMap::new();
        let mut families = Vec::new();
        for unit in order {
            let family = units[unit].family.as_str();
            let of_family = members.entry(family).or_default();
            if of_family.is_empty() {
                families.push((self.group(units, unit), family));
            }
            of_family.push(unit);
        }
        families.sort_by_key(|(group, _)| *group);
        let dealt = families.into_iter().skip(fold).step_by(count.max(1));
        dealt.flat_map(|(_, family)| &members[family]).map(|unit| (*unit).clone()).collect()
    }

    /// The candidates in random order. Where a candidate stands does not depend on the others.
    fn order<'u>(&mut self, units: &'u Units, candidates: &BTreeSet<String>) -> Vec<&'u String> {
        let mut order: Vec<&String> = units.keys().collect();
        order.shuffle(&mut self.stream);
        order.retain(|unit| candidates.contains(*unit));
        order
    }

    fn group<'u>(&self, units: &'u Units, unit: &String) -> &'u str {
        match self.shares {
            Apportionment::None => "",
            Apportionment::LargestRemainder | Apportionment::Quota => &units[unit].group,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pipeline_engine::stage::ActionContext;

    use Apportionment::{LargestRemainder, None, Quota};

    fn draw(seed: u64, shares: Apportionment) -> Draw {
        Draw { stream: ActionContext::stream(seed, "test"), shares }
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
    fn stratified_draws_take_their_quota_of_every_group() {
        let units = units();
        let all: BTreeSet<String> = units.keys().cloned().collect();
        for seed in 0..20 {
            for shares in [LargestRemainder, Quota] {
                let drawn = draw(seed, shares).of(&units, &all, 4);
                // 12 : 4 of 4 is exactly 3 : 1.
                assert_eq!(drawn.iter().filter(|unit| units[*unit].group == "x").count(), 3);
                assert_eq!(drawn.len(), 4);
            }
        }
    }

    #[test]
    fn a_larger_draw_contains_the_smaller_one() {
        let units = units();
        let all: BTreeSet<String> = units.keys().cloned().collect();
        let drawn = |count| draw(7, None).of(&units, &all, count);
        assert!(drawn(3).is_subset(&drawn(5)));
        assert_eq!(drawn(99).len(), 16);
        assert_ne!(drawn(8), draw(8, None).of(&units, &all, 8), "seeds differ");
        for count in 1..16 {
            let drawn = |count| draw(7, Quota).of(&units, &all, count);
            assert!(drawn(count).is_subset(&drawn(count + 1)), "{count}");
        }
    }

    #[test]
    fn excluding_a_unit_that_was_not_drawn_changes_nothing() {
        let units = units();
        let mut candidates: BTreeSet<String> = units.keys().cloned().collect();
        let before = draw(3, None).of(&units, &candidates, 5);
        let spare = candidates.iter().find(|unit| !before.contains(*unit)).cloned().unwrap();
        candidates.remove(&spare);
        assert_eq!(draw(3, None).of(&units, &candidates, 5), before);
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
            for shares in [None, LargestRemainder, Quota] {
                let drawn = draw(seed, shares).of(&units, &all, 5);
                assert_eq!(drawn.len(), 5);
                assert_eq!(drawn.contains("a03"), drawn.contains("a07"));
                together += usize::from(drawn.contains("a03"));
            }
        }
        assert!((1..120).contains(&together), "{together}");
        // Only the pair is left for one place: nothing can be drawn.
        let pair = ["a03", "a07"].map(str::to_owned).into();
        assert!(draw(0, None).of(&units, &pair, 1).is_empty());
    }
    #[test]
    fn folds_hold_every_unit_once_and_their_share_of_every_group() {
        let mut units = units();
        for name in ["a03", "a07"] {
            units.insert(name.to_owned(), Unit { group: "x".to_owned(), family: "a03".to_owned() });
        }
        let all: BTreeSet<String> = units.keys().cloned().collect();
        for shares in [None, LargestRemainder, Quota] {
            for count in 2..=5 {
                let folds: Vec<_> = (0..count)
                    .map(|fold| draw(1, shares).fold(&units, &all, count, fold))
                    .collect();
                let together: BTreeSet<String> = folds.iter().flatten().cloned().collect();
                assert_eq!(together, all);
                assert_eq!(folds.iter().map(BTreeSet::len).sum::<usize>(), 16);
                for fold in &folds {
                    assert_eq!(fold.contains("a03"), fold.contains("a07"));
                    // 15 families, and one of them counts twice.
                    assert!((15 / count..=15_usize.div_ceil(count) + 1).contains(&fold.len()));
                    let of_y = fold.iter().filter(|unit| units[*unit].group == "y").count();
                    let share = (4 / count)..=4_usize.div_ceil(count);
                    assert!(shares == None || share.contains(&of_y), "{of_y} of {count}");
                }
            }
        }
        assert_ne!(
            draw(1, None).fold(&units, &all, 4, 0),
            draw(2, None).fold(&units, &all, 4, 0),
            "seeds differ"
        );
    }
}
