//! The pass itself.

use std::collections::BTreeSet;

use arrow_array::RecordBatch;
use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, UInt8Type};
use arrow_array::{Array, BooleanArray, PrimitiveArray};
use rayon::prelude::*;

use super::coded::{Coded, coded};
use super::groups::Groups;
use super::keys::{Numbering, UNWANTED, add};
use super::meaning::Meaning;
use super::source::{CLASS, MetricRows, column_of};
use super::{Request, Score, Scores, Tally};
use crate::CompareError;

/// Batches with more rows are cut, so that threads have something to share.
const MOST_ROWS: usize = 1 << 17;

/// The columns that say what a value is, besides those of fields.
const OF_VALUES: [&str; 7] =
    ["value", "state", "diagonal_mm", "class_id", "unit", "higher_is_better", "node"];

/// Groups the rows and takes the mean of every group.
///
/// A value that is undefined because only one mask has voxels counts as the diagonal of its grid,
/// where the row has one; any other that is null or not finite is undefined. The mean is of the
/// values in ascending order. `metric` and `class` must be among the fields of the request.
///
/// # Errors
/// When a file cannot be read, a metric has two meanings, or the rows of a group come from two
/// nodes, whose values would be counted twice.
pub(crate) fn scores(rows: &MetricRows, request: &Request) -> Result<Scores, CompareError> {
    let choosing: Vec<String> =
        request.wanted.keys().filter(|field| !request.fields.contains(field)).cloned().collect();
    let fields = || request.fields.iter().chain(&choosing);
    let columns: BTreeSet<&str> = fields().map(|field| column_of(field)).chain(OF_VALUES).collect();
    let batches = read(rows, &columns)?;
    let mut words = Vec::new();
    let mut columns = Vec::new();
    for field in fields() {
        let (texts, numbers) = coded(field, &batches)?;
        words.push(texts);
        columns.push(numbers);
    }
    let numbering = Numbering::of(request, &choosing, &words)?;
    let place = |field: &str| {
        let place = request.fields.iter().position(|known| known == field);
        place.expect("metrics and classes are always grouped by")
    };
    let (metric, class) = (place("metric"), place(CLASS));
    let (units, unit_numbers) = coded("unit", &batches)?;
    let (states, state_numbers) = coded("state", &batches)?;
    let (nodes, node_numbers) = coded("node", &batches)?;
    let states: Vec<State> =
        (0..states.count() as u32).map(|number| State::of(states.text(number))).collect();
    let pick = |(at, batch): (usize, &RecordBatch)| {
        let numbers = numbers(batch.num_rows(), at, &columns, &numbering);
        let of_metric = (&columns[metric][at], words[metric].count());
        let of_class = (&columns[class][at], words[class].count());
        Picker { batch, numbers, states: &states, state: &state_numbers[at] }.pick(
            of_metric,
            of_class,
            &unit_numbers[at],
            &node_numbers[at],
        )
    };
    let picked: Vec<Picked> =
        batches.par_iter().enumerate().map(pick).collect::<Result<_, CompareError>>()?;
    let nothing = || Meaning::nothing(words[metric].count(), words[class].count());
    let meaning = picked.iter().fold(nothing(), |all, picked| all.merge(&picked.meaning));
    let metrics = meaning.metrics(&words[metric], &units)?;
    let class_ids = meaning.class_ids(&words[class]);

    let groups = Groups::of(&picked, numbering.combinations);
    let key = |group: usize| numbering.key(groups.numbers[group]);
    if !request.fields.iter().any(|field| field == "node")
        && let Some((group, two)) = groups.two_nodes(&picked)
    {
        let texts = key(group);
        let named =
            request.fields.iter().zip(&words).zip(texts).filter_map(|((field, words), number)| {
                Some(format!("{field} {}", words.text(number)?))
            });
        let [one, other] = two.map(|node| nodes.text(node).unwrap_or_default().to_owned());
        return Err(CompareError::TwoNodes {
            place: named.collect::<Vec<_>>().join(", "),
            one,
            other,
        });
    }
    let means = groups.means(&picked);
    let tallies = groups.tallies(&picked);
    let score = |(group, (mean, tally)): (usize, (Option<f64>, Tally))| Score {
        key: key(group),
        mean,
        tally,
    };
    let mut found: Vec<Score> = means.into_iter().zip(tallies).enumerate().map(score).collect();
    found.sort_by(|a, b| a.key.cmp(&b.key));
    let rest = words.split_off(request.fields.len());
    let choosing = choosing.into_iter().zip(rest).collect();
    let fields = request.fields.clone();
    Ok(Scores { fields, words, choosing, groups: found, metrics, class_ids })
}

/// All batches with these columns, cut into pieces.
fn read(rows: &MetricRows, columns: &BTreeSet<&str>) -> Result<Vec<RecordBatch>, CompareError> {
    let mut all = Vec::new();
    for part in &rows.parts {
        let part = part.open(columns)?;
        let batches: Vec<RecordBatch> = (0..part.batches())
            .into_par_iter()
            .map(|at| part.batch(at))
            .collect::<Result<_, CompareError>>()?;
        for batch in batches {
            let mut start = 0;
            while start < batch.num_rows() {
                let length = MOST_ROWS.min(batch.num_rows() - start);
                all.push(batch.slice(start, length));
                start += length;
            }
        }
    }
    Ok(all)
}

/// The number of every row of a batch.
fn numbers(rows: usize, at: usize, columns: &[Vec<Coded>], numbering: &Numbering) -> Vec<u64> {
    let mut numbers = vec![0; rows];
    for (column, part) in columns.iter().zip(&numbering.parts) {
        // A field with one text, which is wanted, says nothing.
        if part.addends.iter().any(|addend| *addend != 0) {
            column[at].fold(&part.addends, &mut numbers, add);
        }
    }
    numbers
}

/// The wanted rows of a batch.
pub(super) struct Picked {
    /// The number and the value of every row, not a number where it is undefined.
    pub(super) rows: Vec<(u64, f64)>,
    /// The node of every row; empty if rows do not name their nodes.
    pub(super) nodes: Vec<u32>,
    /// The rows whose values are no plain values.
    pub(super) odd: Vec<(u64, Odd)>,
    meaning: Meaning,
}

/// Why a value is no plain value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Odd {
    BothUndefined,
    OneUndefined,
    Penalized,
    ByDefinition,
    Missed,
}

/// Which masks have voxels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Ok,
    PredEmpty,
    RefEmpty,
    BothEmpty,
}

impl State {
    fn of(text: Option<&str>) -> Self {
        match text {
            Some("pred_empty") => Self::PredEmpty,
            Some("ref_empty") => Self::RefEmpty,
            Some("both_empty") => Self::BothEmpty,
            _ => Self::Ok,
        }
    }

    /// What ranks for this value, and what is odd about it.
    fn judge(self, value: Option<f64>, diagonal: Option<f64>) -> (Option<f64>, Option<Odd>) {
        match (self, value) {
            (Self::Ok | Self::RefEmpty, Some(_)) => (value, None),
            (Self::PredEmpty, Some(_)) => (value, Some(Odd::Missed)),
            (Self::BothEmpty, Some(_)) => (value, Some(Odd::ByDefinition)),
            (Self::BothEmpty, None) => (None, Some(Odd::BothUndefined)),
            (Self::PredEmpty | Self::RefEmpty, None) if diagonal.is_some() => {
                (diagonal, Some(Odd::Penalized))
            }
            (_, None) => (None, Some(Odd::OneUndefined)),
        }
    }
}

/// A batch and the numbers of its rows.
struct Picker<'a> {
    batch: &'a RecordBatch,
    numbers: Vec<u64>,
    states: &'a [State],
    state: &'a Coded,
}

impl Picker<'_> {
    fn pick(
        self,
        (metric, metrics): (&Coded, usize),
        (class, classes): (&Coded, usize),
        unit: &Coded,
        node: &Coded,
    ) -> Result<Picked, CompareError> {
        let column = |name: &str| self.batch.column_by_name(name);
        let values = column("value").and_then(|column| column.as_primitive_opt::<Float64Type>());
        let values = values.ok_or_else(|| CompareError::FieldType {
            field: "value".to_owned(),
            found: "no column of 64-bit floats".to_owned(),
        })?;
        let diagonals = column("diagonal_mm").and_then(|of| of.as_primitive_opt::<Float64Type>());
        let ids = column("class_id").and_then(|of| of.as_primitive_opt::<UInt8Type>());
        let higher = column("higher_is_better").and_then(|column| column.as_boolean_opt());
        let named = column("node").is_some();
        let wanted = self.numbers.iter().filter(|number| **number < UNWANTED).count();
        let mut picked = Picked {
            rows: Vec::with_capacity(wanted),
            nodes: Vec::with_capacity(if named { wanted } else { 0 }),
            odd: Vec::new(),
            meaning: Meaning::nothing(metrics, classes),
        };
        for (row, number) in self.numbers.iter().enumerate() {
            if *number >= UNWANTED {
                continue;
            }
            let value = finite(values, row);
            let state = self.states[self.state.number(row) as usize];
            let (ranking, odd) = match (state, value) {
                // Nearly all rows are.
                (State::Ok, Some(_)) => (value, None),
                _ => state.judge(value, diagonals.and_then(|of| finite(of, row))),
            };
            picked.rows.push((*number, ranking.unwrap_or(f64::NAN)));
            if let Some(odd) = odd {
                picked.odd.push((*number, odd));
            }
            if named {
                picked.nodes.push(node.number(row));
            }
            let metric = metric.number(row) as usize;
            picked.meaning.units[metric].add(unit.number(row));
            picked.meaning.directions[metric].add(direction(higher, row));
            let id = ids.filter(|ids| ids.is_valid(row)).map_or(0, |ids| ids.value(row));
            picked.meaning.classes[class.number(row) as usize].add(u32::from(id));
        }
        Ok(picked)
    }
}

fn finite(values: &PrimitiveArray<Float64Type>, row: usize) -> Option<f64> {
    values.is_valid(row).then(|| values.value(row)).filter(|value| value.is_finite())
}

fn direction(higher: Option<&BooleanArray>, row: usize) -> u32 {
    match higher.filter(|higher| higher.is_valid(row)).map(|higher| higher.value(row)) {
        None => 0,
        Some(false) => 1,
        Some(true) => 2,
    }
}
