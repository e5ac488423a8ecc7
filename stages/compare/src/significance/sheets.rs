//! The comparisons as a person reads them.

use super::Significance;
use super::family::Family;
use super::note::{correction, range, test_name};
use super::paired::{Outcome, Tested};
use super::params::IntervalName;
use crate::CompareParams;
use crate::layout::{metric_and_unit, of_literature, slug};
use crate::number::NumberFormat;
use crate::render::{Entry, Sheet};

/// One sheet for every family.
pub(crate) fn sheets(significance: &Significance<'_>, params: &CompareParams) -> Vec<Sheet> {
    let sheet = |family: &Family| Sheet {
        title: title(significance, family, params),
        label: label(family),
        caption: caption(significance, family),
        headers: headers(significance, family, params),
        rows: family.tested.iter().map(|tested| row(tested, family, params)).collect(),
    };
    significance.families.iter().map(sheet).collect()
}

fn shows_metric(family: &Family) -> bool {
    family.tested.windows(2).any(|pair| pair[0].metric != pair[1].metric)
}

fn metric(tested: &Tested, params: &CompareParams) -> String {
    metric_and_unit(&tested.metric, params.percent, &tested.kind)
}

fn title(significance: &Significance<'_>, family: &Family, params: &CompareParams) -> String {
    let (reference, name) = (&significance.reference, &family.section.name);
    match family.tested.first() {
        Some(first) if !shows_metric(family) => {
            format!("{} on {name}: differences from {reference}", metric(first, params))
        }
        _ => format!("Differences from {reference} on {name}"),
    }
}

fn label(family: &Family) -> String {
    let Family { section, grid, checkpoint, .. } = family;
    let setting = [Some(grid.clone()), Some(checkpoint.clone())].to_vec();
    format!(
        "significance-{}",
        slug(&section.dataset, &[&section.others[..], &setting].concat(), None)
    )
}

fn caption(significance: &Significance<'_>, family: &Family) -> Vec<String> {
    let params = significance.params;
    let (grid, checkpoint) = (&family.grid, &family.checkpoint);
    let bootstrap = &params.bootstrap;
    let percent = 100.0 * bootstrap.confidence;
    // Without the digits that come from 0.95 being no double.
    let percent = (percent * 1e6).round() / 1e6;
    let interval = match bootstrap.interval {
        IntervalName::Bca => "bias-corrected and accelerated",
        IntervalName::Percentile => "percentile",
    };
    let comparisons = range([family.comparisons()].into_iter(), "comparison").unwrap_or_default();
    let level = params.level;
    let mut caption = vec![
        format!("Grid {grid}, checkpoint {checkpoint}."),
        format!(
            "The difference is the mean over subjects of row minus {}, each the mean over the \
             subject's scans and the runs.",
            significance.reference
        ),
        format!(
            "CI: {percent} % {interval} bootstrap interval of it ({} resamples of subjects), not \
             adjusted.",
            bootstrap.resamples
        ),
        format!("p: {}.", test_name(params.test)),
        format!(
            "Adjusted p: {} for the {comparisons} of this table; † better and ‡ worse at a level \
             of {level}.",
            correction(params.correction)
        ),
        "r: rank-biserial correlation.".to_owned(),
    ];
    let has_diagonal = |tested: &Tested| tested.kind.unit == "mm" && !of_literature(&tested.metric);
    if family.tested.iter().any(has_diagonal) {
        let diagonal = "A distance of which only one mask has voxels counts as the diagonal of \
                        the grid.";
        caption.push(diagonal.to_owned());
    }
    if family.tested.iter().any(|tested| tested.dropped > 0) {
        let dropped = "Subjects without a defined value in both rows are left out and counted in \
                       the last column.";
        caption.push(dropped.to_owned());
    }
    let too_small = family.too_small(params).map(|reason| {
        let mut letters = reason.chars();
        let first = letters.next().map(|letter| letter.to_ascii_uppercase());
        format!("{}.", first.into_iter().chain(letters).collect::<String>())
    });
    caption.extend(too_small);
    caption
}

fn headers(
    significance: &Significance<'_>,
    family: &Family,
    params: &CompareParams,
) -> Vec<String> {
    let percent = (100.0 * significance.params.bootstrap.confidence * 1e6).round() / 1e6;
    let metric = shows_metric(family).then(|| "metric".to_owned());
    let numbers = ["difference".to_owned(), format!("{percent} % CI")];
    let rest = ["p", "adjusted p", "r", "subjects"].map(str::to_owned);
    let dropped = drops(family).then(|| "left out".to_owned());
    metric
        .into_iter()
        .chain([params.rows.clone(), "class".to_owned()])
        .chain(numbers)
        .chain(rest)
        .chain(dropped)
        .collect()
}

fn drops(family: &Family) -> bool {
    family.tested.iter().any(|tested| tested.dropped > 0)
}

fn row(tested: &Tested, family: &Family, params: &CompareParams) -> Vec<Entry> {
    let format = NumberFormat::of(&tested.kind.unit, params);
    let number = |digits: Option<String>| digits.map_or(Entry::Missing, |d| Entry::Number(d, None));
    let outcome = tested.outcome.as_ref();
    let interval = outcome.and_then(|outcome| outcome.interval);
    let range = interval.map(|ends| Entry::Range(format.print(ends.low), format.print(ends.high)));
    let adjusted = tested.adjusted.map(|p| Entry::Number(probability(p), tested.verdict.sign()));
    let effect = outcome.and_then(|outcome| outcome.test.rank_biserial());
    let metric = shows_metric(family).then(|| Entry::Text(metric(tested, params)));
    let count = |count: u32| Entry::Number(count.to_string(), None);
    let difference = |outcome: &Outcome| format.print(outcome.difference.mean);
    metric
        .into_iter()
        .chain([Entry::Text(tested.label.clone()), Entry::Text(tested.class_name.clone())])
        .chain([number(outcome.map(difference)), range.unwrap_or(Entry::Missing)])
        .chain([number(outcome.map(|outcome| probability(outcome.test.p)))])
        .chain([adjusted.unwrap_or(Entry::Missing)])
        .chain([number(effect.map(|r| format!("{r:.2}"))), count(tested.subjects)])
        .chain(drops(family).then(|| count(tested.dropped)))
        .collect()
}

/// Three digits, as papers print them; smaller ones as a bound.
fn probability(p: f64) -> String {
    if p < 0.001 { "<0.001".to_owned() } else { format!("{p:.3}") }
}

#[cfg(test)]
mod tests {
    use super::probability;

    #[test]
    fn small_probabilities_are_printed_as_a_bound() {
        assert_eq!(
            [0.03125, 1.0, 0.001, 0.000_999].map(probability),
            ["0.031", "1.000", "0.001", "<0.001"]
        );
    }
}
