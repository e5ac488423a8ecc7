//! The rows of two runs, matched.

use std::collections::BTreeSet;

use serde::Serialize;
use stages_statistics::{Correction, adjust};
use stages_tables::MetricRow;

use crate::cells::{subject_means, subject_values};
use crate::moves::moves;
use crate::question::Setting;
use crate::side::{Repeats, Side};
use crate::{
    Against, DifferenceError, Measured, PairedChange, Question, RowKey, Spread, SubjectMove,
};

/// What moved between two runs.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Difference {
    /// The metric.
    pub metric: String,
    /// Its unit; `1` for a ratio.
    pub unit: String,
    /// Its direction; none for a signed difference, of which 0 is the best.
    pub higher_is_better: Option<bool>,
    /// The grid.
    pub grid: &'static str,
    /// The checkpoint.
    pub checkpoint: String,
    /// The names of the variables that tell rows apart.
    pub variables: Vec<String>,
    /// Every row of either run, by key and class.
    pub rows: Vec<RowChange>,
    /// Subjects that only the first run has measured.
    pub subjects_only_a: Vec<String>,
    /// Subjects that only the second run has measured.
    pub subjects_only_b: Vec<String>,
    /// Subjects that both have.
    pub subjects_both: usize,
    /// Every subject that moved in a row of both, from the largest gain to the largest loss.
    pub moves: Vec<SubjectMove>,
}

/// A class of a row.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RowChange {
    /// The row.
    pub row: RowKey,
    /// The class; none for the mean over classes.
    pub class: Option<String>,
    /// In the first run.
    pub a: Spread,
    /// In the second.
    pub b: Spread,
    /// B minus A; none where one of them has no value, or the means are over other classes.
    pub difference: Option<f64>,
    /// The difference beside the spread.
    pub against: Against,
    /// Subject by subject; none where one of the runs does not have the row.
    pub paired: Option<PairedChange>,
}

/// Compares the metrics of two runs.
///
/// # Errors
/// When neither run has what is asked for, or the metric means different things in them.
pub fn difference(
    a: &[Measured],
    b: &[Measured],
    question: &Question,
) -> Result<Difference, DifferenceError> {
    let setting = Setting::choose(question, a, b)?;
    let names = |side: &[Measured]| -> BTreeSet<String> {
        side.iter().map(|one| one.table.dataset.name.clone()).collect()
    };
    // One dataset in each run tells no rows apart, also if it is another one.
    let datasets = names(a).len() > 1 || names(b).len() > 1;
    let (side_a, side_b) =
        (Side::of(a, &setting, question, datasets), Side::of(b, &setting, question, datasets));
    let (unit, higher_is_better) = meaning(&setting, &side_a, &side_b)?;
    let keys: BTreeSet<&RowKey> = side_a.rows.keys().chain(side_b.rows.keys()).collect();
    let nothing = Repeats::default();
    let (mut rows, mut moved) = (Vec::new(), Vec::new());
    for key in &keys {
        let (a, b) = (side_a.rows.get(*key), side_b.rows.get(*key));
        if let (Some(a), Some(b)) = (a, b) {
            moved.extend(moves(key, a, b, higher_is_better));
        }
        rows.extend(changes(key, a.unwrap_or(&nothing), b.unwrap_or(&nothing))?);
    }
    correct(&mut rows)?;
    moved.sort_by(|x, y| {
        y.gain.total_cmp(&x.gain).then_with(|| (&x.row, &x.subject).cmp(&(&y.row, &y.subject)))
    });
    let (subjects_a, subjects_b) = (subjects(&side_a), subjects(&side_b));
    let only = |one: &BTreeSet<&str>, other: &BTreeSet<&str>| -> Vec<String> {
        one.difference(other).map(|subject| (*subject).to_owned()).collect()
    };
    let variables: BTreeSet<&String> = keys.iter().flat_map(|key| key.keys()).collect();
    Ok(Difference {
        metric: setting.metric,
        unit,
        higher_is_better,
        grid: setting.grid.as_str(),
        checkpoint: setting.checkpoint,
        variables: variables.into_iter().cloned().collect(),
        rows,
        subjects_only_a: only(&subjects_a, &subjects_b),
        subjects_only_b: only(&subjects_b, &subjects_a),
        subjects_both: subjects_a.intersection(&subjects_b).count(),
        moves: moved,
    })
}

fn subjects<'a>(side: &Side<'a>) -> BTreeSet<&'a str> {
    side.values().map(|row| row.subject.as_str()).collect()
}

/// Unit and direction of the metric.
fn meaning(
    setting: &Setting,
    a: &Side<'_>,
    b: &Side<'_>,
) -> Result<(String, Option<bool>), DifferenceError> {
    let of = |side: &Side<'_>| side.values().next().map(kind);
    let (found_a, found_b) = (of(a), of(b));
    if let (Some(a), Some(b)) = (&found_a, &found_b)
        && a != b
    {
        let words = |(unit, direction): &(String, Option<bool>)| {
            let direction = match direction {
                Some(true) => "higher is better",
                Some(false) => "lower is better",
                None => "0 is best",
            };
            format!("unit {unit}, {direction}")
        };
        let metric = setting.metric.clone();
        return Err(DifferenceError::Meaning { metric, a: words(a), b: words(b) });
    }
    Ok(found_a.or(found_b).unwrap_or_default())
}

fn kind(row: &MetricRow) -> (String, Option<bool>) {
    (row.unit.clone(), row.higher_is_better)
}

/// The classes of a row, then their mean if there are several.
fn changes(
    key: &RowKey,
    a: &Repeats<'_>,
    b: &Repeats<'_>,
) -> Result<Vec<RowChange>, DifferenceError> {
    let (of_a, of_b) = (a.class_names(), b.class_names());
    let mut classes = of_a.clone();
    classes.extend(of_b.iter().filter(|class| !of_a.contains(class)));
    let both = !of_a.is_empty() && !of_b.is_empty();
    let mut rows = Vec::new();
    for class in &classes {
        let (spread_a, spread_b) = (a.spread(class), b.spread(class));
        let there = of_a.contains(class) && of_b.contains(class);
        let pairs = || PairedChange::of(&subject_values(a, class), &subject_values(b, class));
        let paired = there.then(pairs).transpose()?;
        rows.push(change(key, Some(class), spread_a, spread_b, paired));
    }
    if classes.len() > 1 {
        let (spread_a, spread_b) = (a.spread_of_mean(), b.spread_of_mean());
        let same = both && of_a.len() == classes.len() && of_b.len() == classes.len();
        let pairs = || PairedChange::of(&subject_means(a, &classes), &subject_means(b, &classes));
        let paired = same.then(pairs).transpose()?;
        let mut mean = change(key, None, spread_a, spread_b, paired);
        if !same {
            // Means over other classes are no pair.
            mean.difference = None;
            mean.against = Against::of(Spread::default(), Spread::default());
        }
        rows.push(mean);
    }
    Ok(rows)
}

fn change(
    key: &RowKey,
    class: Option<&str>,
    a: Spread,
    b: Spread,
    paired: Option<PairedChange>,
) -> RowChange {
    let difference = a.mean.zip(b.mean).map(|(a, b)| b - a);
    let class = class.map(str::to_owned);
    RowChange { row: key.clone(), class, a, b, difference, against: Against::of(a, b), paired }
}

/// Adjusts the p-values for how many there are.
fn correct(rows: &mut [RowChange]) -> Result<(), DifferenceError> {
    let p: Vec<Option<f64>> =
        rows.iter().map(|row| row.paired.and_then(|paired| paired.p)).collect();
    for (row, adjusted) in rows.iter_mut().zip(adjust(&p, Correction::Holm)?) {
        if let Some(paired) = &mut row.paired {
            paired.p_holm = adjusted;
        }
    }
    Ok(())
}
