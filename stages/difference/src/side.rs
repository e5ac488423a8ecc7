//! One of the two runs, as rows of repetitions.

use std::collections::BTreeMap;

use serde::Serialize;
use stages_statistics::{mean, sample_std};
use stages_tables::MetricRow;

use crate::question::{Measured, Question, Setting};

/// What tells one row from another: the values of the variables that are neither averaged over nor
/// ignored; with `dataset` among them where there are several.
pub type RowKey = BTreeMap<String, String>;

/// A mean over repetitions.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Spread {
    /// Mean over the repetitions that have a value; none if there is none.
    pub mean: Option<f64>,
    /// Sample standard deviation over the same; none for fewer than two.
    pub std: Option<f64>,
    /// How many repetitions have one.
    pub n: usize,
}

/// The rows of a run.
pub(crate) struct Side<'a> {
    pub(crate) rows: BTreeMap<RowKey, Repeats<'a>>,
}

/// The repetitions of a row: what each has measured of each class.
#[derive(Default)]
pub(crate) struct Repeats<'a> {
    pub(crate) classes: Vec<BTreeMap<&'a str, Vec<&'a MetricRow>>>,
}

impl<'a> Side<'a> {
    pub(crate) fn of(
        measured: &'a [Measured],
        setting: &Setting,
        question: &Question,
        datasets: bool,
    ) -> Self {
        let mut rows: BTreeMap<RowKey, Repeats<'a>> = BTreeMap::new();
        for one in measured {
            let mut classes: BTreeMap<&str, Vec<&MetricRow>> = BTreeMap::new();
            for row in one.table.rows.iter().filter(|row| setting.holds(row)) {
                classes.entry(&row.class_name).or_default().push(row);
            }
            if !classes.is_empty() {
                let key = key(one, question, datasets);
                rows.entry(key).or_default().classes.push(classes);
            }
        }
        Self { rows }
    }

    /// Everything that was measured.
    pub(crate) fn values(&self) -> impl Iterator<Item = &'a MetricRow> {
        let repeats = self.rows.values().flat_map(|row| &row.classes);
        repeats.flat_map(BTreeMap::values).flatten().copied()
    }
}

fn key(one: &Measured, question: &Question, datasets: bool) -> RowKey {
    let told = |variable: &String| {
        !question.over.contains(variable) && !question.ignored.contains(variable)
    };
    let coordinates = one.coordinates.iter().filter(|(variable, _)| told(variable));
    let mut key: RowKey =
        coordinates.map(|(variable, value)| (variable.clone(), value.clone())).collect();
    if datasets {
        key.insert("dataset".to_owned(), one.table.dataset.name.clone());
    }
    key
}

impl<'a> Repeats<'a> {
    /// The classes that some repetition has, by id.
    pub(crate) fn class_names(&self) -> Vec<&'a str> {
        let mut names: Vec<(u8, &str)> = self
            .classes
            .iter()
            .flat_map(|classes| classes.iter())
            .filter_map(|(name, rows)| Some((rows.first()?.class_id, *name)))
            .collect();
        names.sort_unstable();
        names.dedup();
        names.into_iter().map(|(_, name)| name).collect()
    }

    /// A class's values over the repetitions, each the mean over the scans where it is defined.
    pub(crate) fn spread(&self, class: &str) -> Spread {
        spread(self.classes.iter().filter_map(|classes| score(classes.get(class)?)))
    }

    /// The same of the mean over classes, which a repetition has if it has every one of them.
    pub(crate) fn spread_of_mean(&self) -> Spread {
        spread(self.classes.iter().filter_map(|classes| {
            let scores: Option<Vec<f64>> = classes.values().map(|rows| score(rows)).collect();
            mean(&scores?)
        }))
    }
}

fn score(rows: &[&MetricRow]) -> Option<f64> {
    let defined = rows.iter().filter_map(|row| row.value).filter(|value| value.is_finite());
    mean(&defined.collect::<Vec<_>>())
}

fn spread(scores: impl Iterator<Item = f64>) -> Spread {
    let scores: Vec<f64> = scores.collect();
    Spread { mean: mean(&scores), std: sample_std(&scores), n: scores.len() }
}
