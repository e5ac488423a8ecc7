//! Every entry of a table against that of a reference, over the subjects of both.

use std::collections::BTreeMap;

use stages_statistics::{CompletePairs, WilcoxonOptions, adjust, wilcoxon};

use super::AcrossName;
use super::axis::{Axis, value};
use super::cells::{Cells, Key};
use super::marks::contest;
use super::names::Names;
use super::plan::Plan;
use crate::CompareError;
use crate::query::{MetricRows, Scores, scores};
use crate::significance::{
    SignificanceParams, Subjects, Verdict, correction, pairs, range, test_name,
};

/// What came out of the tests.
pub(super) struct Tested {
    /// By row and column.
    pub(super) verdicts: BTreeMap<(usize, usize), Verdict>,
    /// What the signs mean; none if nothing was tested.
    pub(super) note: Option<String>,
    pub(super) warnings: Vec<String>,
}

/// One comparison.
struct Comparison {
    place: (usize, usize),
    subjects: u32,
    p: f64,
    favours_more: bool,
    higher_is_better: bool,
}

/// Tests every entry; `scores` and the axes are those of the table.
pub(super) fn tested(
    rows: &MetricRows,
    plan: &Plan<'_>,
    axes: (&Axis, &Axis),
    of_table: &Scores,
    params: &SignificanceParams,
) -> Result<Tested, CompareError> {
    let Some(rank) = plan.rank() else {
        let message = "there is nothing to compare: `rows` and `columns` are empty";
        return Err(CompareError::Layout(message.to_owned()));
    };
    if !plan.knows("subject") {
        let message = "the metrics name no subjects, over which entries are compared";
        return Err(CompareError::Layout(message.to_owned()));
    }
    let by_subject = scores(rows, &plan.request(AcrossName::Subjects))?;
    let place = by_subject.place("subject").expect("a field of the request");
    let cells = Cells::of(&by_subject, plan, AcrossName::Subjects);
    // The numbers of texts may differ between two passes, the texts cannot.
    let cell = |row: usize, column: usize| -> Option<(&super::cells::Cell, String)> {
        let (rows, columns) = axes;
        let key = |axis: &Axis, key: &Key| translated(axis, key, of_table, &by_subject);
        let key = (key(rows, &rows.keys[row])?, key(columns, &columns.keys[column])?);
        let cell = cells.entries.get(&key)?;
        let metric = by_subject.text(by_subject.place("metric")?, cell.metric)?;
        Some((cell, metric.to_owned()))
    };
    let values = |cell: &super::cells::Cell| -> Vec<(String, Option<f64>)> {
        let named = cell.repetitions.iter().map(|(subject, value)| {
            (by_subject.text(place, subject[0]).unwrap_or_default().to_owned(), *value)
        });
        named.collect()
    };
    let mut references: BTreeMap<Key, (usize, usize)> = BTreeMap::new();
    let mut others = Vec::new();
    for row in 0..axes.0.keys.len() {
        for column in 0..axes.1.keys.len() {
            let (key, number) = contest(axes.0, axes.1, rank, row, column);
            let text = number.and_then(|number| value(of_table, rank, number));
            if text == Some(params.reference.as_str()) {
                references.insert(key, (row, column));
            } else {
                others.push((key, (row, column)));
            }
        }
    }
    if references.is_empty() {
        let known = axes.0.numbers(rank).into_iter().chain(axes.1.numbers(rank));
        return Err(CompareError::UnknownValue {
            part: "significance.reference".to_owned(),
            field: Some(rank.to_owned()),
            value: params.reference.clone(),
            known: super::plan::sorted(known.filter_map(|number| value(of_table, rank, number))),
        });
    }
    let only_reference = others.is_empty();
    let mut comparisons = Vec::new();
    let mut without_direction: Vec<String> = Vec::new();
    for (key, at) in others {
        let reference = references.get(&key).and_then(|(row, column)| cell(*row, *column));
        let (Some((reference, _)), Some((entry, metric))) = (reference, cell(at.0, at.1)) else {
            continue;
        };
        let kind = of_table.metrics.get(&metric);
        let Some(higher_is_better) = kind.and_then(|kind| kind.higher_is_better) else {
            if !without_direction.contains(&metric) {
                without_direction.push(metric);
            }
            continue;
        };
        let [entry, reference] = [values(entry), values(reference)];
        let found: CompletePairs = pairs(&subjects(&entry), &subjects(&reference));
        if found.first.is_empty() {
            continue;
        }
        let test = wilcoxon(&found.differences(), WilcoxonOptions::default());
        let test = test.map_err(|source| CompareError::Statistics {
            place: format!("{metric} with `{}`", params.reference),
            source,
        })?;
        comparisons.push(Comparison {
            place: at,
            subjects: found.first.len() as u32,
            p: test.p,
            favours_more: test.positive > test.negative,
            higher_is_better,
        });
    }
    let mut warnings: Vec<String> = without_direction
        .iter()
        .map(|metric| format!("`{metric}` has no direction, so nothing in it is tested"))
        .collect();
    if comparisons.is_empty() && without_direction.is_empty() {
        let reference = &params.reference;
        let why = if only_reference {
            "there is nothing else in the table"
        } else {
            "no entry has the same subjects"
        };
        warnings.push(format!("nothing is compared with `{reference}`: {why}"));
    }
    judged(&comparisons, params, plan, of_table, warnings)
}

fn subjects(values: &[(String, Option<f64>)]) -> Subjects<'_> {
    values.iter().map(|(subject, value)| (subject.as_str(), *value)).collect()
}

/// The key of another pass for the same texts.
fn translated(axis: &Axis, key: &Key, from: &Scores, to: &Scores) -> Option<Key> {
    let number = |(field, number): (&String, &u32)| -> Option<u32> {
        if *number == super::cells::MEAN_CLASS && field == "class" {
            return Some(*number);
        }
        match value(from, field, *number) {
            None => Some(*number),
            Some(text) => to.words[to.place(field)?].find(text),
        }
    };
    axis.fields.iter().zip(key).map(number).collect()
}

fn judged(
    comparisons: &[Comparison],
    params: &SignificanceParams,
    plan: &Plan<'_>,
    scores: &Scores,
    warnings: Vec<String>,
) -> Result<Tested, CompareError> {
    let plain: Vec<Option<f64>> = comparisons.iter().map(|one| Some(one.p)).collect();
    let adjusted = adjust(&plain, params.correction.into()).map_err(|source| {
        CompareError::Statistics { place: "all comparisons".to_owned(), source }
    })?;
    let mut verdicts = BTreeMap::new();
    for (one, adjusted) in comparisons.iter().zip(adjusted) {
        let verdict = match adjusted {
            Some(adjusted) if adjusted <= params.level => {
                if one.favours_more == one.higher_is_better {
                    Verdict::Better
                } else {
                    Verdict::Worse
                }
            }
            Some(_) => Verdict::NotSignificant,
            None => Verdict::Untested,
        };
        verdicts.insert(one.place, verdict);
    }
    let names = Names::of(plan, &scores.metrics);
    let rank = plan.rank().unwrap_or_default();
    let reference = names.value(rank, Some(&params.reference));
    let marked = verdicts.values().any(|verdict| verdict.sign().is_some());
    let subjects = range(comparisons.iter().map(|one| one.subjects), "subject");
    let count = range([comparisons.len() as u32].into_iter(), "comparison").unwrap_or_default();
    let note = subjects.map(|subjects| {
        let meaning = if marked {
            format!("† significantly better, ‡ significantly worse than {reference}")
        } else {
            format!("No entry differs significantly from {reference}")
        };
        let (how, level) = (test_name(params.test), params.level);
        let correction = correction(params.correction);
        format!(
            "{meaning}: {how} of paired per-subject values ({subjects}), p at most {level} \
             {correction} for the {count} of this table."
        )
    });
    Ok(Tested { verdicts, note, warnings })
}
