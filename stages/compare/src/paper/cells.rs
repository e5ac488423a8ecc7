//! The repetitions behind every entry of a table.

use std::collections::{BTreeMap, BTreeSet};

use stages_statistics::mean;

use super::AcrossName;
use super::plan::Plan;
use crate::query::{Scores, Tally};

/// Stands for the mean over classes among the numbers of classes.
pub(super) const MEAN_CLASS: u32 = u32::MAX;

/// The numbers of the values of several fields.
pub(super) type Key = Vec<u32>;

/// The entries that there are, by row and column.
pub(super) struct Cells {
    pub(super) entries: BTreeMap<(Key, Key), Cell>,
}

/// What one entry is made of.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Cell {
    /// A value per repetition: a run, in the order of the numbers of its values, or a subject.
    pub(super) repetitions: BTreeMap<Key, Option<f64>>,
    /// The runs behind it.
    pub(super) runs: BTreeSet<Key>,
    pub(super) tally: Tally,
    /// The metric.
    pub(super) metric: u32,
}

impl Cell {
    /// The values that are defined, ascending.
    pub(super) fn values(&self) -> Vec<f64> {
        let mut values: Vec<f64> = self.repetitions.values().copied().flatten().collect();
        values.sort_by(f64::total_cmp);
        values
    }
}

/// Scores of one run or subject, a class each.
type ClassScores = Vec<Option<f64>>;

/// An entry in the making: by run, by subject.
#[derive(Default)]
struct Collecting {
    scores: BTreeMap<Key, BTreeMap<u32, ClassScores>>,
    tally: Tally,
    metric: u32,
}

impl Cells {
    /// Puts the scores where they belong.
    pub(super) fn of(scores: &Scores, plan: &Plan<'_>, across: AcrossName) -> Self {
        let places = |fields: &[String]| -> Vec<usize> {
            fields.iter().filter_map(|field| scores.place(field)).collect()
        };
        let (rows, columns, over) = (places(&plan.rows), places(&plan.columns), places(&plan.over));
        let class = scores.place("class").expect("classes are always grouped by");
        let metric = scores.place("metric").expect("metrics are always grouped by");
        let subject = scores.place("subject").filter(|_| across == AcrossName::Subjects);
        let shows_classes = rows.contains(&class) || columns.contains(&class);
        let mut all: BTreeMap<(Key, Key), Collecting> = BTreeMap::new();
        for group in &scores.groups {
            let key = |places: &[usize], mean: bool| -> Key {
                let number = |place: &usize| {
                    if *place == class && mean { MEAN_CLASS } else { group.key[*place] }
                };
                places.iter().map(number).collect()
            };
            let of_class = shows_classes.then_some(false);
            let of_mean = (!shows_classes || plan.layout.mean).then_some(true);
            for mean in of_class.into_iter().chain(of_mean) {
                let entry = all.entry((key(&rows, mean), key(&columns, mean))).or_default();
                let run = entry.scores.entry(key(&over, false)).or_default();
                run.entry(subject.map_or(0, |place| group.key[place]))
                    .or_default()
                    .push(group.mean);
                entry.tally.add(group.tally);
                entry.metric = group.key[metric];
            }
        }
        let mut cells = Self {
            entries: all
                .into_iter()
                .map(|(key, found)| (key, found.cell(subject.is_some())))
                .collect(),
        };
        if shows_classes {
            cells.drop_means_of_one(&rows, &columns, class);
        }
        cells
    }

    /// Takes away columns (or rows) of means that stand beside a single class.
    fn drop_means_of_one(&mut self, rows: &[usize], columns: &[usize], class: usize) {
        let in_rows = rows.iter().position(|place| *place == class);
        let at = in_rows.or_else(|| columns.iter().position(|place| *place == class));
        let Some(at) = at else { return };
        let line = |(row, column): &(Key, Key)| {
            if in_rows.is_some() { row.clone() } else { column.clone() }
        };
        let mut classes: BTreeMap<Key, BTreeSet<u32>> = BTreeMap::new();
        let without = |mut line: Key| {
            let class = line.remove(at);
            (line, class)
        };
        for key in self.entries.keys() {
            let (line, class) = without(line(key));
            classes.entry(line).or_default().insert(class);
        }
        self.entries.retain(|key, _| {
            let (line, class) = without(line(key));
            class != MEAN_CLASS || classes[&line].len() > 2
        });
    }

    /// The keys of the rows that there are.
    pub(super) fn rows(&self) -> BTreeSet<&Key> {
        self.entries.keys().map(|(row, _)| row).collect()
    }

    /// The keys of the columns that there are.
    pub(super) fn columns(&self) -> BTreeSet<&Key> {
        self.entries.keys().map(|(_, column)| column).collect()
    }
}

impl Collecting {
    fn cell(self, by_subject: bool) -> Cell {
        let runs = self.scores.keys().cloned().collect();
        let mut repetitions: BTreeMap<Key, Option<f64>> = BTreeMap::new();
        if by_subject {
            let mut of_subjects: BTreeMap<u32, Vec<Option<f64>>> = BTreeMap::new();
            for subjects in self.scores.values() {
                // A subject that lacks a class has no mean over classes.
                let most = subjects.values().map(Vec::len).max().unwrap_or(0);
                for (subject, classes) in subjects {
                    let whole = classes.len() == most;
                    let score = if whole { mean_of(classes) } else { None };
                    of_subjects.entry(*subject).or_default().push(score);
                }
            }
            let subjects = of_subjects.iter();
            repetitions.extend(subjects.map(|(subject, runs)| (vec![*subject], mean_of(runs))));
        } else {
            for (run, subjects) in self.scores {
                let classes: ClassScores = subjects.into_values().flatten().collect();
                repetitions.insert(run, mean_of(&classes));
            }
        }
        Cell { repetitions, runs, tally: self.tally, metric: self.metric }
    }
}

/// The mean; undefined if one of them is: a mean over others would not be comparable.
fn mean_of(scores: &[Option<f64>]) -> Option<f64> {
    let mut scores = scores.iter().copied().collect::<Option<Vec<f64>>>()?;
    // Numbers of texts depend on which came first, sums must not.
    scores.sort_by(f64::total_cmp);
    mean(&scores)
}
