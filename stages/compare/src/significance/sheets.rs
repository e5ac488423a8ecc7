//! The comparisons as a person reads them.

use super::Significance;
use super::family::Family;
use super::note::{correction, range, test_name};
use super::paired::{Tested, Verdict};
use super::params::IntervalName;
use crate::CompareParams;
use crate::layout::{
    Block, Cell, Column, Digits, Origin, Row, Spread, Table, metric_and_unit, of_literature, slug,
};
use crate::number::{Mark, NumberFormat};
use stages_statistics::Interval;

/// A block with one table for every family.
pub(crate) fn sheets(significance: &Significance<'_>, params: &CompareParams) -> Vec<Block> {
    let block = |family: &Family| Block {
        title: title(significance, family, params),
        label: label(family),
        main: Table {
            caption: caption(significance, family),
            row_headers: row_headers(family, params),
            columns: headers(significance, family),
            rows: family.tested.iter().map(|tested| row(tested, family, params)).collect(),
            counts_runs: false,
            notes: Vec::new(),
            signs: None,
        },
        second: None,
    };
    significance.families.iter().map(block).collect()
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

fn row_headers(family: &Family, params: &CompareParams) -> Vec<String> {
    let metric = shows_metric(family).then(|| "metric".to_owned());
    metric.into_iter().chain([params.rows.clone(), "class".to_owned()]).collect()
}

fn headers(significance: &Significance<'_>, family: &Family) -> Vec<Column> {
    let percent = (100.0 * significance.params.bootstrap.confidence * 1e6).round() / 1e6;
    let numbers = ["difference".to_owned(), format!("{percent} % CI")];
    let rest = ["p", "adjusted p", "r", "subjects"].map(str::to_owned);
    let dropped = drops(family).then(|| "left out".to_owned());
    let headers = numbers.into_iter().chain(rest).chain(dropped);
    headers.map(|header| Column { headers: vec![header] }).collect()
}

fn drops(family: &Family) -> bool {
    family.tested.iter().any(|tested| tested.dropped > 0)
}

fn row(tested: &Tested, family: &Family, params: &CompareParams) -> Row {
    let format = NumberFormat::of(&tested.kind.unit, params);
    let outcome = tested.outcome.as_ref();
    let interval = outcome.and_then(|outcome| outcome.interval);
    let range = |ends: Interval| Spread::Range(format.digits(ends.low), format.digits(ends.high));
    let number = |value: Option<Digits>| entry(value, Spread::None);
    let effect = outcome.and_then(|outcome| outcome.test.rank_biserial());
    let count = |n: u32| number(Some(Digits { text: n.to_string(), exact: f64::from(n) }));
    let cells = [
        number(outcome.map(|outcome| format.digits(outcome.difference.mean))),
        entry(None, interval.map_or(Spread::None, range)),
        number(outcome.map(|outcome| probability(outcome.test.p))),
        Cell { verdict: tested.verdict, ..number(tested.adjusted.map(probability)) },
        number(effect.map(|r| Digits { text: format!("{r:.2}"), exact: r })),
        count(tested.subjects),
    ];
    let metric = shows_metric(family).then(|| metric(tested, params));
    let labels = [tested.label.clone(), tested.class_name.clone()];
    Row {
        labels: metric.into_iter().chain(labels).collect(),
        cells: cells.into_iter().chain(drops(family).then(|| count(tested.dropped))).collect(),
        runs: None,
        origin: Origin::Measured,
        rule_above: false,
    }
}

fn entry(value: Option<Digits>, spread: Spread) -> Cell {
    Cell { value, spread, n: None, mark: Mark::None, verdict: Verdict::Untested }
}

/// Three digits, as papers print them; smaller ones as a bound.
fn probability(p: f64) -> Digits {
    let text = if p < 0.001 { "<0.001".to_owned() } else { format!("{p:.3}") };
    Digits { text, exact: p }
}

#[cfg(test)]
mod tests {
    use super::probability;

    #[test]
    fn small_probabilities_are_printed_as_a_bound() {
        assert_eq!(
            [0.03125, 1.0, 0.001, 0.000_999].map(|p| probability(p).text),
            ["0.031", "1.000", "0.001", "<0.001"]
        );
    }
}
