//! The best and the second best among entries that differ in one field only.

use std::collections::BTreeMap;

use super::axis::{Axis, value};
use super::cells::Key;
use super::plan::Plan;
use crate::number::{Mark, NumberFormat, marks};
use crate::query::Scores;

/// An entry that may compete.
pub(super) struct Competitor {
    pub(super) row: usize,
    pub(super) column: usize,
    pub(super) value: Option<f64>,
    pub(super) format: NumberFormat,
    pub(super) higher_is_better: Option<bool>,
}

/// What two entries must agree in to be compared, and the value in which they differ.
pub(super) fn contest(
    rows: &Axis,
    columns: &Axis,
    rank: &str,
    row: usize,
    column: usize,
) -> (Key, Option<u32>) {
    let fields = rows.fields.iter().chain(&columns.fields);
    let numbers = rows.keys[row].iter().chain(&columns.keys[column]);
    let mut of_rank = None;
    let mut rest = Vec::new();
    for (field, number) in fields.zip(numbers) {
        if field == rank {
            of_rank = Some(*number);
        } else {
            rest.push(*number);
        }
    }
    (rest, of_rank)
}

/// The marks of all entries, by row and column.
pub(super) fn all_marks(
    competitors: &[Competitor],
    rows: &Axis,
    columns: &Axis,
    scores: &Scores,
    plan: &Plan<'_>,
) -> BTreeMap<(usize, usize), Mark> {
    let Some(rank) = plan.rank() else { return BTreeMap::new() };
    let unranked = plan.layout.unranked.as_ref().unwrap_or(&plan.compare.unranked);
    let mut contests: BTreeMap<Key, Vec<(&Competitor, bool)>> = BTreeMap::new();
    for competitor in competitors {
        let (key, number) = contest(rows, columns, rank, competitor.row, competitor.column);
        let text = number.and_then(|number| value(scores, rank, number));
        let ranked = text.is_none_or(|text| !unranked.iter().any(|unranked| unranked == text));
        contests.entry(key).or_default().push((competitor, ranked));
    }
    let mut found = BTreeMap::new();
    for contest in contests.values() {
        let values: Vec<Option<f64>> = contest.iter().map(|(entry, _)| entry.value).collect();
        let ranked: Vec<bool> = contest.iter().map(|(_, ranked)| *ranked).collect();
        let (first, _) = contest[0];
        let of_contest = marks(&values, &ranked, first.higher_is_better, first.format);
        for ((entry, _), mark) in contest.iter().zip(of_contest) {
            let shown = match mark {
                Mark::Best => plan.layout.best,
                Mark::Second => plan.layout.second,
                Mark::None => false,
            };
            if shown {
                found.insert((entry.row, entry.column), mark);
            }
        }
    }
    found
}
