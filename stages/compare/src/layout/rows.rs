//! Which rows the tables have, in which order, and the runs behind them.

use std::collections::BTreeMap;

use stages_tables::Natural;

use crate::CompareParams;
use crate::collect::{Collected, Run};

/// One value of the row variable.
pub(crate) struct RowValue {
    /// The matrix value.
    pub(crate) value: String,
    /// What is printed.
    pub(crate) label: String,
    /// Whether it takes part in marking the best.
    pub(crate) ranked: bool,
    /// The values of the variables averaged over, one list per run.
    pub(crate) runs: Vec<Vec<(String, String)>>,
}

/// The rows of one block: in the order asked for, then the others, sorted.
pub(super) fn row_values(
    collected: &Collected,
    params: &CompareParams,
    in_block: impl Fn(&Run) -> bool,
) -> Vec<RowValue> {
    let position = collected.position(&params.rows).expect("every run has a row");
    let mut runs_of: BTreeMap<&str, Vec<Vec<(String, String)>>> = BTreeMap::new();
    for run in collected.runs.iter().filter(|run| in_block(run)) {
        let value = run.coordinates[position].as_deref().expect("every run has a row");
        let repetition = |variable: &String| {
            let value = run.coordinates[collected.position(variable)?].clone()?;
            Some((variable.clone(), value))
        };
        runs_of.entry(value).or_default().push(params.over.iter().filter_map(repetition).collect());
    }
    let mut rows: Vec<RowValue> = runs_of
        .into_iter()
        .map(|(value, runs)| RowValue {
            value: value.to_owned(),
            label: params.names.get(value).map_or(value, String::as_str).to_owned(),
            ranked: !params.unranked.iter().any(|unranked| unranked == value),
            runs,
        })
        .collect();
    let place = |row: &RowValue| {
        let place = params.order.iter().position(|value| *value == row.value);
        place.unwrap_or(usize::MAX)
    };
    rows.sort_by(|a, b| {
        (place(a), Natural::of(Some(&a.value))).cmp(&(place(b), Natural::of(Some(&b.value))))
    });
    rows
}

/// Parameters that name a value or variable which no run has; the user should know, but a
/// comparison of fewer methods than the file describes is no mistake.
pub(crate) fn unknown_values(collected: &Collected, params: &CompareParams) -> Vec<String> {
    let position = collected.position(&params.rows);
    let has_value = |value: &String| {
        let mut runs = collected.runs.iter();
        runs.any(|run| position.is_some_and(|at| run.coordinates[at].as_ref() == Some(value)))
    };
    let named = params.order.iter().chain(params.names.keys()).chain(&params.unranked);
    let mut missing: Vec<&String> = named.filter(|value| !has_value(value)).collect();
    missing.sort();
    missing.dedup();
    let unknown = (!missing.is_empty()).then(|| {
        let list: Vec<_> = missing.iter().map(|value| format!("`{value}`")).collect();
        let rows = &params.rows;
        format!("no run has `{rows}` {}, which the layout of the table names", list.join(", "))
    });
    // An experiment without seeds keeps the default.
    let default_over = CompareParams::default().over;
    let absent = params
        .over
        .iter()
        .filter(|variable| {
            collected.position(variable).is_none() && !default_over.contains(variable)
        })
        .map(|variable| {
            format!("`over` names `{variable}`, but no run has such a matrix variable")
        });
    unknown.into_iter().chain(absent).collect()
}
