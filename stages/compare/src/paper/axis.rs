//! The rows or the columns of a table, in order.

use std::collections::{BTreeMap, BTreeSet};

use stages_tables::Natural;

use super::cells::{Key, MEAN_CLASS};
use super::names::Names;
use super::plan::Plan;
use crate::aggregate::MEAN;
use crate::query::Scores;

/// The fields of one side of a table, and the combinations of their values that there are.
pub(super) struct Axis {
    pub(super) fields: Vec<String>,
    /// In the order in which they are shown.
    pub(super) keys: Vec<Key>,
}

impl Axis {
    /// Orders the keys.
    pub(super) fn of(
        fields: &[String],
        keys: BTreeSet<&Key>,
        scores: &Scores,
        plan: &Plan<'_>,
    ) -> Self {
        let places: Vec<BTreeMap<u32, usize>> = fields
            .iter()
            .enumerate()
            .map(|(at, field)| {
                let numbers = keys.iter().map(|key| key[at]).collect();
                places(field, numbers, scores, plan)
            })
            .collect();
        let mut keys: Vec<Key> = keys.into_iter().cloned().collect();
        keys.sort_by_cached_key(|key| {
            key.iter().zip(&places).map(|(number, places)| places[number]).collect::<Vec<_>>()
        });
        Self { fields: fields.to_vec(), keys }
    }

    /// What is printed for a key, a text per field.
    pub(super) fn texts(&self, key: &Key, scores: &Scores, names: &Names<'_>) -> Vec<String> {
        let text = |(field, number): (&String, &u32)| match *number {
            MEAN_CLASS if field == "class" => names.mean(),
            number => names.value(field, value(scores, field, number)),
        };
        self.fields.iter().zip(key).map(text).collect()
    }

    /// The numbers of a field's values.
    pub(super) fn numbers(&self, field: &str) -> BTreeSet<u32> {
        let at = self.fields.iter().position(|known| known == field);
        at.map(|at| self.keys.iter().map(|key| key[at]).collect()).unwrap_or_default()
    }
}

/// The text of a number of a field, [`MEAN`] for the mean over classes.
pub(super) fn value<'a>(scores: &'a Scores, field: &str, number: u32) -> Option<&'a str> {
    if number == MEAN_CLASS && field == "class" {
        return Some(MEAN);
    }
    scores.text(scores.place(field)?, number)
}

/// The place of every number of a field.
fn places(
    field: &str,
    numbers: BTreeSet<u32>,
    scores: &Scores,
    plan: &Plan<'_>,
) -> BTreeMap<u32, usize> {
    let named = plan.layout.order.iter();
    let wanted = plan.layout.wanted.get(field).into_iter().flatten();
    let named: Vec<&String> = named.chain(wanted).chain(&plan.compare.order).collect();
    let metrics: Vec<&String> =
        [&plan.compare.metric].into_iter().chain(&plan.compare.also).collect();
    let usual = |number: u32, text: &str| -> usize {
        let first = |word: &str| usize::from(text != word);
        match field {
            "class" if number == MEAN_CLASS => usize::MAX,
            "class" => scores.class_ids.get(text).map_or(usize::MAX - 1, |id| usize::from(*id)),
            "metric" => metrics.iter().position(|known| *known == text).unwrap_or(metrics.len()),
            "grid" => first("network"),
            "checkpoint" => first("best"),
            _ => 0,
        }
    };
    let mut sorted: Vec<u32> = numbers.into_iter().collect();
    sorted.sort_by_key(|number| {
        let text = value(scores, field, *number);
        let place = text.and_then(|text| named.iter().position(|known| *known == text));
        let usual = usual(*number, text.unwrap_or_default());
        (place.unwrap_or(usize::MAX), usual, Natural::of(text))
    });
    sorted.into_iter().enumerate().map(|(place, number)| (number, place)).collect()
}
