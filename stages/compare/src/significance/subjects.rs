//! One value per subject: the mean over its scans in a run, then over the runs.

use std::collections::BTreeMap;

use stages_tables::{MetricRow, MetricState};

use crate::collect::Run;

/// Metric, grid and checkpoint.
pub(super) type Setting<'a> = (&'a str, &'static str, &'a str);

/// The value of every subject; none where a value behind it is undefined.
pub(crate) type Scores<'a> = BTreeMap<&'a str, Option<f64>>;

/// The scores of one row of a table.
pub(super) struct RowScores<'a> {
    /// By setting; by class, ascending.
    classes: BTreeMap<Setting<'a>, BTreeMap<u8, Scores<'a>>>,
}

impl<'a> RowScores<'a> {
    /// The scores in these runs, which differ only in what is averaged over.
    pub(super) fn of(runs: impl Iterator<Item = &'a Run>) -> Self {
        let mut totals = Tallies::default();
        for run in runs {
            let mut of_run = Tallies::default();
            for row in &run.table.rows {
                of_run.add(row);
            }
            totals.merge(&of_run);
        }
        let mut classes: BTreeMap<_, BTreeMap<_, Scores<'a>>> = BTreeMap::new();
        for ((setting, class), at) in totals.places.index {
            let tallies = totals.by_place[at].iter().enumerate();
            let scores = tallies.filter_map(|(subject, tally)| {
                Some((totals.subjects.known[subject], tally.score()?))
            });
            classes.entry(setting).or_default().insert(class, scores.collect());
        }
        Self { classes }
    }

    /// The scores of a class.
    pub(super) fn class(&self, setting: Setting<'_>, class: u8) -> Scores<'a> {
        self.of_setting(setting)
            .and_then(|classes| classes.get(&class))
            .cloned()
            .unwrap_or_default()
    }

    /// The mean over these classes; none for a subject of which one is undefined or missing.
    pub(super) fn mean(&self, setting: Setting<'_>, classes: &[u8]) -> Scores<'a> {
        let of_classes: Vec<Scores<'a>> =
            classes.iter().map(|class| self.class(setting, *class)).collect();
        let subjects = of_classes.iter().flat_map(|scores| scores.keys().copied());
        let mean = |subject: &'a str| {
            let values: Option<Vec<f64>> =
                of_classes.iter().map(|scores| scores.get(subject).copied().flatten()).collect();
            stages_statistics::mean(&values?)
        };
        subjects.map(|subject| (subject, mean(subject))).collect()
    }

    /// What was measured.
    pub(super) fn settings(&self) -> impl Iterator<Item = Setting<'a>> {
        self.classes.keys().copied()
    }

    /// The classes scored in a setting, ascending.
    pub(super) fn class_ids(&self, setting: Setting<'_>) -> Vec<u8> {
        self.of_setting(setting).into_iter().flat_map(BTreeMap::keys).copied().collect()
    }

    fn of_setting(&self, setting: Setting<'_>) -> Option<&BTreeMap<u8, Scores<'a>>> {
        // Compared by content: a lookup would tie the lifetimes of the two texts together.
        let mut all = self.classes.iter();
        all.find(|(found, _)| **found == setting).map(|(_, classes)| classes)
    }
}

/// The value that ranks a method: a distance that is undefined because only one mask has voxels
/// counts as the diagonal of its grid, as in the tables.
fn ranking_value(row: &MetricRow) -> Option<f64> {
    let one_sided = matches!(row.state, MetricState::PredEmpty | MetricState::RefEmpty);
    row.value.or(row.diagonal_mm.filter(|_| one_sided))
}

/// A mean in the making.
#[derive(Debug, Clone, Copy, Default)]
struct Tally {
    sum: f64,
    count: u32,
    undefined: bool,
}

impl Tally {
    fn add(&mut self, value: Option<f64>) {
        self.count += 1;
        match value.filter(|value| value.is_finite()) {
            Some(value) => self.sum += value,
            None => self.undefined = true,
        }
    }

    /// None where nothing was added; of nothing where a value is undefined.
    #[expect(clippy::option_option, reason = "no value at all differs from an undefined one")]
    fn score(self) -> Option<Option<f64>> {
        let mean = (!self.undefined).then(|| self.sum / f64::from(self.count));
        (self.count > 0).then_some(mean)
    }
}

type Place<'a> = (Setting<'a>, u8);

/// Means of every place and subject.
#[derive(Default)]
struct Tallies<'a> {
    places: Names<Place<'a>>,
    subjects: Names<&'a str>,
    /// By place, then by subject.
    by_place: Vec<Vec<Tally>>,
}

impl<'a> Tallies<'a> {
    fn add(&mut self, row: &'a MetricRow) {
        let setting = (row.metric.as_str(), row.grid.as_str(), row.checkpoint.as_str());
        let place = self.places.number((setting, row.class_id));
        let subject = self.subjects.number(&row.subject);
        self.tally(place, subject).add(ranking_value(row));
    }

    fn merge(&mut self, run: &Self) {
        for (place, tallies) in run.places.known.iter().zip(&run.by_place) {
            let place = self.places.number(*place);
            for (subject, tally) in run.subjects.known.iter().zip(tallies) {
                if let Some(score) = tally.score() {
                    let subject = self.subjects.number(subject);
                    self.tally(place, subject).add(score);
                }
            }
        }
    }

    fn tally(&mut self, place: usize, subject: usize) -> &mut Tally {
        if self.by_place.len() <= place {
            self.by_place.resize_with(place + 1, Vec::new);
        }
        let subjects = &mut self.by_place[place];
        if subjects.len() <= subject {
            subjects.resize(subject + 1, Tally::default());
        }
        &mut subjects[subject]
    }
}

/// Numbers for names, in the order in which they come up.
struct Names<T> {
    index: BTreeMap<T, usize>,
    known: Vec<T>,
    last: usize,
}

impl<T> Default for Names<T> {
    fn default() -> Self {
        Self { index: BTreeMap::new(), known: Vec::new(), last: 0 }
    }
}

impl<T: Ord + Copy> Names<T> {
    fn number(&mut self, name: T) -> usize {
        // Metrics tables go through the same names again and again in the same order, so the last
        // one or the one after it is nearly always right.
        let next = if self.last + 1 < self.known.len() { self.last + 1 } else { 0 };
        let guess = [self.last, next].into_iter().find(|at| self.known.get(*at) == Some(&name));
        let count = self.known.len();
        self.last = guess.unwrap_or_else(|| *self.index.entry(name).or_insert(count));
        if self.last == count {
            self.known.push(name);
        }
        self.last
    }
}
