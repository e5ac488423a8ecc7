//! What comes out of a pass.

use std::collections::BTreeMap;

use super::Words;
use crate::collect::MetricKind;

/// The groups of rows.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Scores {
    /// The fields of the request.
    pub(crate) fields: Vec<String>,
    /// The texts of every field.
    pub(crate) words: Vec<Words>,
    /// Fields that only choose rows, with their texts.
    pub(crate) choosing: Vec<(String, Words)>,
    /// By the numbers of their texts.
    pub(crate) groups: Vec<Score>,
    /// Unit and direction of every metric that has rows.
    pub(crate) metrics: BTreeMap<String, MetricKind>,
    /// The smallest id of every class that has rows.
    pub(crate) class_ids: BTreeMap<String, u8>,
}

/// The rows of one group.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Score {
    /// The number of the text in every field.
    pub(crate) key: Vec<u32>,
    /// The mean of the values that rank; none if none is defined.
    pub(crate) mean: Option<f64>,
    /// How the values are made up.
    pub(crate) tally: Tally,
}

/// How many values there are, and of what kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    /// All of them.
    pub(crate) values: u64,
    /// Without a value: neither mask has voxels.
    pub(crate) both_undefined: u64,
    /// Without a value: one mask has none, and nothing stands for it.
    pub(crate) one_undefined: u64,
    /// Without a value: one mask has none, and the diagonal of the grid stands for it.
    pub(crate) penalized: u64,
    /// With a value by definition: neither mask has voxels.
    pub(crate) by_definition: u64,
    /// With a value although the prediction has no voxels.
    pub(crate) missed: u64,
}

impl Tally {
    /// Adds the counts of another group.
    pub(crate) fn add(&mut self, other: Self) {
        self.values += other.values;
        self.both_undefined += other.both_undefined;
        self.one_undefined += other.one_undefined;
        self.penalized += other.penalized;
        self.by_definition += other.by_definition;
        self.missed += other.missed;
    }
}

impl Scores {
    /// The place of a field in the keys.
    pub(crate) fn place(&self, field: &str) -> Option<usize> {
        self.fields.iter().position(|known| known == field)
    }

    /// The text of a number in a field.
    pub(crate) fn text(&self, place: usize, number: u32) -> Option<&str> {
        self.words[place].text(number)
    }
}
