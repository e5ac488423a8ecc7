//! What the values of a metric mean, and which id a class has, while rows pass by.

use std::collections::BTreeMap;

use super::Words;
use crate::CompareError;
use crate::collect::MetricKind;

/// The smallest and the largest number seen; they differ if there are two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Seen {
    least: u32,
    most: u32,
}

impl Seen {
    /// Nothing was seen.
    pub(super) const NOTHING: Self = Self { least: u32::MAX, most: 0 };

    pub(super) fn add(&mut self, number: u32) {
        self.least = self.least.min(number);
        self.most = self.most.max(number);
    }

    pub(super) fn merge(&mut self, other: Self) {
        self.least = self.least.min(other.least);
        self.most = self.most.max(other.most);
    }

    /// The smallest number; none of nothing.
    pub(super) fn least(self) -> Option<u32> {
        (self.least <= self.most).then_some(self.least)
    }

    /// Two different numbers, if there are.
    pub(super) fn two(self) -> Option<[u32; 2]> {
        (self.least < self.most).then_some([self.least, self.most])
    }
}

/// What was seen of every metric and class, by the numbers of their names.
#[derive(Debug, Clone)]
pub(super) struct Meaning {
    /// Numbers of units.
    pub(super) units: Vec<Seen>,
    /// 0 without a direction, 1 if lower is better, 2 if higher is.
    pub(super) directions: Vec<Seen>,
    /// Class ids.
    pub(super) classes: Vec<Seen>,
}

impl Meaning {
    pub(super) fn nothing(metrics: usize, classes: usize) -> Self {
        let nothing = |count| vec![Seen::NOTHING; count];
        Self { units: nothing(metrics), directions: nothing(metrics), classes: nothing(classes) }
    }

    pub(super) fn merge(mut self, other: &Self) -> Self {
        let lists = [
            (&mut self.units, &other.units),
            (&mut self.directions, &other.directions),
            (&mut self.classes, &other.classes),
        ];
        for (list, others) in lists {
            list.iter_mut().zip(others).for_each(|(seen, other)| seen.merge(*other));
        }
        self
    }

    /// Unit and direction of every metric that was seen.
    pub(super) fn metrics(
        &self,
        metrics: &Words,
        units: &Words,
    ) -> Result<BTreeMap<String, MetricKind>, CompareError> {
        let direction = |number| [None, Some(false), Some(true)][number as usize % 3];
        let mut kinds = BTreeMap::new();
        for (number, (unit, better)) in self.units.iter().zip(&self.directions).enumerate() {
            let (Some(first), Some(least)) = (unit.least(), better.least()) else { continue };
            let metric = metrics.text(number as u32).unwrap_or_default();
            let kind = |unit, better| MetricKind {
                unit: units.text(unit).unwrap_or_default().to_owned(),
                higher_is_better: direction(better),
            };
            let last = |seen: Seen| seen.two().map_or(seen.least, |[_, last]| last);
            if unit.two().is_some() || better.two().is_some() {
                return Err(CompareError::MetricMeaning {
                    metric: metric.to_owned(),
                    one: kind(first, least).described(),
                    other: kind(last(*unit), last(*better)).described(),
                });
            }
            kinds.insert(metric.to_owned(), kind(first, least));
        }
        Ok(kinds)
    }

    /// The smallest id of every class that was seen.
    pub(super) fn class_ids(&self, classes: &Words) -> BTreeMap<String, u8> {
        let named = self.classes.iter().enumerate().filter_map(|(number, seen)| {
            Some((classes.text(number as u32)?.to_owned(), seen.least()? as u8))
        });
        named.collect()
    }
}
