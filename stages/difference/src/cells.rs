//! One value per scan and class, and one per subject.

use std::collections::BTreeMap;

use stages_statistics::mean;
use stages_tables::{MetricRow, MetricState};

use crate::side::Repeats;

/// The value that ranks a method: a distance that is undefined because only one mask has voxels
/// counts as the diagonal of its grid, as in the tables.
fn ranking_value(row: &MetricRow) -> Option<f64> {
    let one_sided = matches!(row.state, MetricState::PredEmpty | MetricState::RefEmpty);
    row.value.or(row.diagonal_mm.filter(|_| one_sided)).filter(|value| value.is_finite())
}

/// A mean in the making, which is undefined if a part of it is.
#[derive(Debug, Clone, Copy, Default)]
struct Tally {
    sum: f64,
    count: u32,
    undefined: bool,
}

impl Tally {
    fn add(&mut self, value: Option<f64>) {
        match value {
            Some(value) => {
                self.sum += value;
                self.count += 1;
            }
            None => self.undefined = true,
        }
    }

    fn mean(self) -> Option<f64> {
        (!self.undefined && self.count > 0).then(|| self.sum / f64::from(self.count))
    }
}

/// The value of every subject in a class: the mean over its scans in a repetition, then over the
/// repetitions that have the subject; none if a part of it is undefined.
pub(crate) fn subject_values<'a>(row: &Repeats<'a>, class: &str) -> BTreeMap<&'a str, Option<f64>> {
    let mut totals: BTreeMap<&str, Tally> = BTreeMap::new();
    for repeat in &row.classes {
        let mut of_repeat: BTreeMap<&str, Tally> = BTreeMap::new();
        for value in repeat.get(class).into_iter().flatten() {
            of_repeat.entry(&value.subject).or_default().add(ranking_value(value));
        }
        for (subject, tally) in of_repeat {
            totals.entry(subject).or_default().add(tally.mean());
        }
    }
    totals.into_iter().map(|(subject, tally)| (subject, tally.mean())).collect()
}

/// The mean over these classes of every subject; none if one of them is missing or undefined.
pub(crate) fn subject_means<'a>(
    row: &Repeats<'a>,
    classes: &[&str],
) -> BTreeMap<&'a str, Option<f64>> {
    let of_classes: Vec<_> = classes.iter().map(|class| subject_values(row, class)).collect();
    let subjects = of_classes.iter().flat_map(|values| values.keys().copied());
    let of = |subject: &'a str| {
        let values: Option<Vec<f64>> =
            of_classes.iter().map(|values| values.get(subject).copied().flatten()).collect();
        mean(&values?)
    };
    subjects.map(|subject| (subject, of(subject))).collect()
}

/// A scan and a class.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Cell<'a> {
    pub(crate) subject: &'a str,
    pub(crate) case: &'a str,
    pub(crate) phase: Option<&'a str>,
    pub(crate) class: &'a str,
}

/// The value of every cell: the mean over the repetitions that have the scan; none if one of them
/// is undefined.
pub(crate) fn cell_values<'a>(row: &Repeats<'a>) -> BTreeMap<Cell<'a>, Option<f64>> {
    let mut totals: BTreeMap<Cell<'a>, Tally> = BTreeMap::new();
    for value in row.classes.iter().flat_map(BTreeMap::values).flatten().copied() {
        let cell = Cell {
            subject: &value.subject,
            case: &value.case_id,
            phase: value.phase.as_deref(),
            class: &value.class_name,
        };
        totals.entry(cell).or_default().add(ranking_value(value));
    }
    totals.into_iter().map(|(cell, tally)| (cell, tally.mean())).collect()
}
