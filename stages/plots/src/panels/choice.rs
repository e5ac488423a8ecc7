//! Which subjects are shown.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use crate::index::Sheets;
use crate::material::MetricsRun;
use crate::scores::{Setting, SubjectValues, by_subject, mean_by_subject};

/// A subject to show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Chosen {
    pub(super) subject: String,
    /// Why: `best`, `median`, `worst`, or `chosen`.
    pub(super) name: String,
    /// How many subjects were ranked.
    pub(super) of: usize,
}

/// Chooses by the mean over methods, runs and classes of each subject's value, which is the mean
/// over its scans; `also` names further subjects. None where no subject has a value.
pub(super) fn choose(
    runs: &[&MetricsRun],
    setting: Setting<'_>,
    also: &[String],
    sheets: &mut Sheets,
) -> Option<Vec<Chosen>> {
    let mut higher_is_better = None;
    // Every method counts alike, however many runs it has.
    let mut methods: BTreeMap<&str, Vec<SubjectValues>> = BTreeMap::new();
    for run in runs {
        let mut rows = run.table.rows.iter();
        let row = rows.find(|row| setting.includes(row));
        higher_is_better = higher_is_better.or(row.and_then(|row| row.higher_is_better));
        let classes = by_subject(&run.table, setting);
        if !classes.is_empty() {
            let of_run = mean_by_subject(classes.values());
            methods.entry(&run.name.method).or_default().push(of_run);
        }
    }
    let means: Vec<_> = methods.values().map(mean_by_subject).collect();
    let scores = mean_by_subject(&means);
    let mut ranked: Vec<(&str, f64)> =
        scores.iter().filter_map(|(name, value)| Some((name.as_str(), (*value)?))).collect();
    ranked.sort_by(|a, b| by_rank(a, b, higher_is_better));
    if ranked.is_empty() {
        return None;
    }
    let of = ranked.len();
    let mut chosen: Vec<Chosen> = Vec::new();
    let mut add = |subject: &str, name: &str| {
        if chosen.iter().all(|known| known.subject != subject) {
            let (subject, name) = (subject.to_owned(), name.to_owned());
            chosen.push(Chosen { subject, name, of });
        }
    };
    let places: &[(&str, usize)] = match of {
        1 => &[("only subject", 0)],
        2 => &[("best", 0), ("worst", 1)],
        _ => &[("best", 0), ("median", of.div_ceil(2) - 1), ("worst", of - 1)],
    };
    for (name, place) in places {
        add(ranked[*place].0, name);
    }
    for subject in also {
        if scores.contains_key(subject) {
            add(subject, "chosen");
        } else {
            sheets.warnings.push(format!("`panels.also` names `{subject}`, which was not scored"));
        }
    }
    Some(chosen)
}

/// The better one first; of a signed difference the one nearer to 0.
fn by_rank(a: &(&str, f64), b: &(&str, f64), higher_is_better: Option<bool>) -> Ordering {
    let by_value = match higher_is_better {
        Some(true) => b.1.total_cmp(&a.1),
        Some(false) => a.1.total_cmp(&b.1),
        None => a.1.abs().total_cmp(&b.1.abs()),
    };
    by_value.then_with(|| a.0.cmp(b.0))
}
