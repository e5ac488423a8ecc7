//! What is said around a table, so that nobody has to guess what its numbers are.

use crate::CompareParams;
use crate::aggregate::Summary;
use crate::collect::{Coordinates, MetricKind};

use super::rows::RowValue;

/// The metric's name as papers write it.
pub(super) fn metric_name(metric: &str) -> &str {
    match metric {
        "dice" => "Dice",
        other => other,
    }
}

/// `Dice in %`, `hd95 in mm`.
pub(super) fn metric_and_unit(params: &CompareParams, kind: &MetricKind) -> String {
    let name = metric_name(&params.metric);
    match (kind.unit.as_str(), params.percent) {
        ("1", true) => format!("{name} in %"),
        ("1", false) => name.to_owned(),
        (unit, _) => format!("{name} in {unit}"),
    }
}

/// `acdc, draw 2`: the dataset and the variables that have tables of their own.
pub(super) fn block_name(dataset: &str, others: &[(&String, &Option<String>)]) -> String {
    let named = others.iter().map(|(variable, value)| match value {
        Some(value) => format!("{variable} {value}"),
        None => format!("no {variable}"),
    });
    [dataset.to_owned()].into_iter().chain(named).collect::<Vec<_>>().join(", ")
}

/// How the runs of the rows are averaged, and over which.
pub(super) fn runs_sentence(rows: &[RowValue], counts_runs: bool) -> String {
    let most = rows.iter().map(|row| row.runs.len()).max().unwrap_or(0);
    let averaged = "Entries are means (sample standard deviations)";
    if counts_runs {
        let single = "; an entry of a single run has no standard deviation";
        let single = if rows.iter().any(|row| row.runs.len() == 1) { single } else { "" };
        return format!("{averaged} over the runs counted in the last column{single}.");
    }
    let listed = rows.first().map(|row| listed(&row.runs)).unwrap_or_default();
    let listed = if listed.is_empty() { listed } else { format!(" ({listed})") };
    match most {
        1 => format!("Entries are of a single run{listed}, so there is no standard deviation."),
        n => format!("{averaged} over {n} runs{listed}."),
    }
}

/// The runs of every row, for tables whose rows differ in them.
pub(super) fn runs_per_row(rows: &[RowValue]) -> String {
    let rows = rows.iter().map(|row| {
        let runs = listed(&row.runs);
        let runs = if runs.is_empty() { "1 run".to_owned() } else { runs };
        format!("{}: {runs}", row.label)
    });
    format!("Runs: {}.", rows.collect::<Vec<_>>().join("; "))
}

/// `seed 8, 9, 10`, or `seed 8 with draw 1; seed 8 with draw 2`.
fn listed(runs: &[Vec<(String, String)>]) -> String {
    let variable = |run: &Vec<(String, String)>| match run.as_slice() {
        [(variable, _)] => Some(variable.clone()),
        _ => None,
    };
    let first = runs.first().and_then(variable);
    if let Some(first) =
        first.filter(|first| runs.iter().all(|run| variable(run).as_ref() == Some(first)))
    {
        let values: Vec<_> = runs.iter().flatten().map(|(_, value)| value.as_str()).collect();
        return format!("{first} {}", values.join(", "));
    }
    let named = |run: &Vec<(String, String)>| {
        let parts = run.iter().map(|(variable, value)| format!("{variable} {value}"));
        parts.collect::<Vec<_>>().join(" with ")
    };
    let named: Vec<_> = runs.iter().map(named).filter(|name| !name.is_empty()).collect();
    named.join("; ")
}

/// How many scans a run has.
pub(super) fn scans_sentence(summaries: &[&Summary], classes: usize) -> String {
    let fewest = summaries.iter().map(|row| row.scans[0]).min().unwrap_or(0);
    let most = summaries.iter().map(|row| row.scans[1]).max().unwrap_or(0);
    let scans = match (fewest, most) {
        (1, 1) => "its one scan".to_owned(),
        (fewest, most) if fewest == most => format!("its {most} scans"),
        (fewest, most) => format!("its scans ({fewest} to {most})"),
    };
    let mean = if classes > 1 { "; mean is the mean over the foreground classes" } else { "" };
    format!("The score of a class in a run is its mean over {scans}{mean}.")
}

/// What a grid is.
pub(super) fn grid_note(grid: &str) -> String {
    match grid {
        "network" => {
            "Grid network: the resampled and cropped pixels that the network sees; a \
                      class in neither prediction nor annotation counts as 1."
        }
        "native" => {
            "Grid native: the scan's own voxels, with the prediction put back; a class in \
                     neither prediction nor annotation is undefined and left out."
        }
        other => return format!("Grid {other}."),
    }
    .to_owned()
}

/// What a checkpoint is.
pub(super) fn checkpoint_note(checkpoint: &str) -> String {
    match checkpoint {
        "best" => {
            "Checkpoint best: the epoch that training selected, on validation scans unless \
                   the experiment says otherwise."
        }
        "last" => "Checkpoint last: the last epoch of training.",
        other => return format!("Checkpoint {other}."),
    }
    .to_owned()
}

/// Values that are undefined, or 1 by definition, because neither mask holds the class. Each item
/// names a place in the table and its summary.
pub(super) fn empty_notes(items: &[(String, &Summary)]) -> Vec<String> {
    let listed = |count: fn(&Summary) -> u32| {
        let found = items.iter().filter(|(_, row)| count(row) > 0);
        let found: Vec<_> = found
            .map(|(place, row)| format!("{place} ({} of {})", count(row), row.values))
            .collect();
        (!found.is_empty()).then(|| found.join(", "))
    };
    let undefined = listed(|row| row.undefined)
        .map(|places| format!("Left out as undefined, class in neither mask: {places}."));
    let by_definition = listed(|row| row.both_empty.saturating_sub(row.undefined))
        .map(|places| format!("Counted as 1, class in neither mask: {places}."));
    undefined.into_iter().chain(by_definition).collect()
}

/// Whether two rows rest on other repetitions, so that one sentence cannot speak for all.
pub(super) fn rows_differ(rows: &[RowValue]) -> bool {
    rows.windows(2).any(|pair| pair[0].runs != pair[1].runs)
}

/// A short name of the block for labels: lower-case letters, digits and dashes.
pub(super) fn slug(dataset: &str, others: &Coordinates) -> String {
    let parts = [Some(dataset)].into_iter().chain(others.iter().map(Option::as_deref)).flatten();
    let joined = parts.collect::<Vec<_>>().join("-").to_lowercase();
    let slug: String =
        joined.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
    slug.split('-').filter(|part| !part.is_empty()).collect::<Vec<_>>().join("-")
}
