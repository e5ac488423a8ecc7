//! Rows by their numbers.

use rayon::prelude::*;

use super::Tally;
use super::meaning::Seen;
use super::pass::{Odd, Picked};

/// As many combinations have a place each; of more, only those that there are.
const MOST_PLACES: u64 = 1 << 22;

/// The groups that there are.
pub(super) struct Groups {
    /// The number of every group, ascending.
    pub(super) numbers: Vec<u64>,
    /// The group of every number, where there is a place for each.
    places: Option<Vec<u32>>,
}

impl Groups {
    /// Finds the groups of these rows, whose numbers are below `combinations`.
    pub(super) fn of(picked: &[Picked], combinations: u64) -> Self {
        if combinations > MOST_PLACES {
            return Self { numbers: distinct(picked), places: None };
        }
        let mut there = vec![false; combinations as usize];
        for (number, _) in picked.iter().flat_map(|picked| &picked.rows) {
            there[*number as usize] = true;
        }
        let mut numbers = Vec::new();
        let mut places = vec![0; there.len()];
        for (number, _) in there.iter().enumerate().filter(|(_, there)| **there) {
            places[number] = numbers.len() as u32;
            numbers.push(number as u64);
        }
        Self { numbers, places: Some(places) }
    }

    fn group(&self, number: u64) -> usize {
        match &self.places {
            Some(places) => places[number as usize] as usize,
            None => {
                self.numbers.binary_search(&number).expect("every number of a row is a group's")
            }
        }
    }

    /// The mean of the values of every group, added in ascending order; none where there is none.
    pub(super) fn means(&self, picked: &[Picked]) -> Vec<Option<f64>> {
        let defined = || {
            let rows = picked.iter().flat_map(|picked| &picked.rows);
            rows.filter(|(_, value)| !value.is_nan())
        };
        let mut ends = vec![0_usize; self.numbers.len() + 1];
        for (number, _) in defined() {
            ends[self.group(*number) + 1] += 1;
        }
        for at in 1..ends.len() {
            ends[at] += ends[at - 1];
        }
        let starts = ends;
        let mut next = starts.clone();
        let mut values = vec![0.0; starts[self.numbers.len()]];
        for (number, value) in defined() {
            let next = &mut next[self.group(*number)];
            values[*next] = *value;
            *next += 1;
        }
        let mut rest = values.as_mut_slice();
        let mut by_group = Vec::with_capacity(self.numbers.len());
        for ends in starts.windows(2) {
            let (group, after) = rest.split_at_mut(ends[1] - ends[0]);
            by_group.push(group);
            rest = after;
        }
        let mean = |values: &mut [f64]| {
            values.sort_unstable_by(f64::total_cmp);
            stages_statistics::mean(values)
        };
        by_group.into_par_iter().with_min_len(64).map(mean).collect()
    }

    /// How the values of every group are made up.
    pub(super) fn tallies(&self, picked: &[Picked]) -> Vec<Tally> {
        let mut tallies = vec![Tally::default(); self.numbers.len()];
        for picked in picked {
            for (number, _) in &picked.rows {
                tallies[self.group(*number)].values += 1;
            }
            for (number, odd) in &picked.odd {
                let tally = &mut tallies[self.group(*number)];
                let count = match odd {
                    Odd::BothUndefined => &mut tally.both_undefined,
                    Odd::OneUndefined => &mut tally.one_undefined,
                    Odd::Penalized => &mut tally.penalized,
                    Odd::ByDefinition => &mut tally.by_definition,
                    Odd::Missed => &mut tally.missed,
                };
                *count += 1;
            }
        }
        tallies
    }

    /// The first group with rows of two nodes, and the numbers of these.
    pub(super) fn two_nodes(&self, picked: &[Picked]) -> Option<(usize, [u32; 2])> {
        let mut seen = vec![Seen::NOTHING; self.numbers.len()];
        for picked in picked {
            for ((number, _), node) in picked.rows.iter().zip(&picked.nodes) {
                seen[self.group(*number)].add(*node);
            }
        }
        let mut seen = seen.into_iter().enumerate();
        seen.find_map(|(group, seen)| Some((group, seen.two()?)))
    }
}

/// The numbers of all rows, each once.
fn distinct(picked: &[Picked]) -> Vec<u64> {
    let of_one = |picked: &Picked| {
        let mut numbers: Vec<u64> = picked.rows.iter().map(|(number, _)| *number).collect();
        numbers.sort_unstable();
        numbers.dedup();
        numbers
    };
    let merge = |mut all: Vec<u64>, more: Vec<u64>| {
        all.extend(more);
        // Two sorted runs, which a stable sort merges.
        all.sort_unstable();
        all.dedup();
        all
    };
    picked.par_iter().map(of_one).reduce(Vec::new, merge)
}
