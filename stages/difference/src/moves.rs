//! Which subjects moved most.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::RowKey;
use crate::cells::{Cell, cell_values};
use crate::side::Repeats;

/// How far a subject moved in a row: the mean over its scans and classes that have a value in both
/// runs.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SubjectMove {
    /// The row.
    pub row: RowKey,
    /// The subject.
    pub subject: String,
    /// Its value in the first run.
    pub a: f64,
    /// In the second.
    pub b: f64,
    /// B minus A.
    pub difference: f64,
    /// How much better it became: the difference, with the sign that makes better positive.
    pub gain: f64,
    /// Scans and classes with a value in both runs.
    pub values: usize,
    /// The scan and class that moved most.
    pub most: CellMove,
}

/// How far a class of a scan moved.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CellMove {
    /// The scan.
    pub case_id: String,
    /// Its phase, if the dataset has phases.
    pub phase: Option<String>,
    /// The class.
    pub class: String,
    /// Its value in the first run.
    pub a: f64,
    /// In the second.
    pub b: f64,
}

/// How much better `b` is than `a`; without a direction, nearer to zero is better.
fn gain(a: f64, b: f64, higher_is_better: Option<bool>) -> f64 {
    match higher_is_better {
        Some(true) => b - a,
        Some(false) => a - b,
        None => a.abs() - b.abs(),
    }
}

/// Every subject that moved in a row.
pub(crate) fn moves(
    key: &RowKey,
    a: &Repeats<'_>,
    b: &Repeats<'_>,
    higher_is_better: Option<bool>,
) -> Vec<SubjectMove> {
    let (a, b) = (cell_values(a), cell_values(b));
    let mut subjects: BTreeMap<&str, Vec<(Cell<'_>, f64, f64)>> = BTreeMap::new();
    for (cell, value) in &a {
        let other = b.get(cell).copied().flatten();
        if let (Some(value), Some(other)) = (*value, other) {
            subjects.entry(cell.subject).or_default().push((*cell, value, other));
        }
    }
    let of = |(subject, cells): (&str, Vec<(Cell<'_>, f64, f64)>)| {
        let count = cells.len() as f64;
        let mean_a = cells.iter().map(|(_, a, _)| a).sum::<f64>() / count;
        let mean_b = cells.iter().map(|(_, _, b)| b).sum::<f64>() / count;
        let gained = cells.iter().map(|(_, a, b)| gain(*a, *b, higher_is_better)).sum::<f64>();
        let (cell, a, b) = cells
            .iter()
            .rev()
            .max_by(|x, y| (x.2 - x.1).abs().total_cmp(&(y.2 - y.1).abs()))
            .copied()?;
        let most = CellMove {
            case_id: cell.case.to_owned(),
            phase: cell.phase.map(str::to_owned),
            class: cell.class.to_owned(),
            a,
            b,
        };
        Some(SubjectMove {
            row: key.clone(),
            subject: subject.to_owned(),
            a: mean_a,
            b: mean_b,
            difference: mean_b - mean_a,
            gain: gained / count,
            values: cells.len(),
            most,
        })
    };
    subjects.into_iter().filter_map(of).filter(|found| found.gain != 0.0).collect()
}
