//! What is said around a table, so that nobody has to guess what its numbers are.

use stages_tables::Scoring;

use crate::aggregate::{Counts, Summary};
use crate::collect::{Coordinates, MetricKind};

use super::rows::RowValue;

/// The metric's name as papers write it.
pub(super) fn metric_name(metric: &str) -> String {
    if let Some(tolerance) = metric.strip_prefix("nsd@").and_then(|rest| rest.strip_suffix("mm")) {
        return format!("NSD at {tolerance} mm");
    }
    match metric {
        "dice" => "Dice",
        "iou" => "IoU",
        "precision" => "Precision",
        "recall" => "Recall",
        "volume_difference" => "Volume difference",
        "relative_volume_difference" => "Relative volume difference",
        "hd" => "HD",
        "hd95" => "HD95",
        "assd" => "ASSD",
        "masd" => "MASD",
        "asd_pr" => "ASD from prediction to reference",
        "asd_rp" => "ASD from reference to prediction",
        "nsd" => "NSD",
        "hd95_pooled" | "hd95_pooled_vox" => "HD95 of pooled distances",
        "asd_pr_vox" => "ASD from prediction to reference, without spacing",
        other => other,
    }
    .to_owned()
}

/// `Dice in %`, `HD95 in mm`.
pub(crate) fn metric_and_unit(metric: &str, percent: bool, kind: &MetricKind) -> String {
    let name = metric_name(metric);
    match (kind.unit.as_str(), percent) {
        ("1", true) => format!("{name} in %"),
        ("1", false) => name,
        ("voxel", _) => format!("{name} in voxels"),
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
pub(crate) fn listed(runs: &[Vec<(String, String)>]) -> String {
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

/// What a grid is, and what a class that nobody sees counts on it.
pub(crate) fn grid_note(grid: &str, metric: &str) -> String {
    let place = match grid {
        "network" => "Grid network: the resampled and cropped pixels that the network sees",
        "native" => "Grid native: the scan's own voxels, with the prediction put back",
        other => return format!("Grid {other}."),
    };
    let neither = match (metric, grid) {
        ("dice", "network") => "counts as 1",
        _ if of_literature(metric) => "counts as 0, as in the published tables",
        _ => "is undefined and left out",
    };
    format!("{place}; a class in neither prediction nor annotation {neither}.")
}

/// Whether a metric follows the public scripts instead of our definitions.
pub(crate) fn of_literature(metric: &str) -> bool {
    ["hd95_pooled", "hd95_pooled_vox", "asd_pr_vox"].contains(&metric)
}

/// What was done to the label maps of these runs before they were scored.
pub(crate) fn scoring_notes<'a>(runs: impl Iterator<Item = &'a Scoring>) -> Vec<String> {
    let mut all: Vec<&Scoring> = Vec::new();
    for scoring in runs {
        if !all.contains(&scoring) {
            all.push(scoring);
        }
    }
    let described = |scoring: &Scoring| {
        let largest = scoring.largest_component.as_ref().map(|neighbours| {
            format!("every predicted class was reduced to its largest component ({neighbours})")
        });
        let ignored =
            scoring.ignore_label.map(|label| format!("voxels annotated as {label} were left out"));
        let tolerances = scoring.nsd_class_tolerances_mm.iter();
        let tolerances: Vec<_> = tolerances.map(|(class, mm)| format!("{class} {mm} mm")).collect();
        let nsd = (!tolerances.is_empty()).then(|| {
            format!("NSD without a tolerance in its name is at {}", tolerances.join(", "))
        });
        [largest, ignored, nsd].into_iter().flatten().collect::<Vec<_>>().join("; ")
    };
    let descriptions: Vec<_> = all.into_iter().map(described).collect();
    match descriptions.as_slice() {
        [] => Vec::new(),
        [one] if one.is_empty() => Vec::new(),
        [one] => vec![format!("Before scoring: {one}.")],
        several => {
            let text = |text: &String| match text.as_str() {
                "" => "nothing was done".to_owned(),
                text => text.to_owned(),
            };
            let several: Vec<_> = several.iter().map(text).collect();
            vec![format!("Runs differ in what was done before scoring: {}.", several.join(" / "))]
        }
    }
}

/// What a checkpoint is.
pub(crate) fn checkpoint_note(checkpoint: &str) -> String {
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

/// Values that are undefined, replaced, or a number by definition, because a mask is empty. Each
/// item names a place in the table and its summary.
pub(super) fn empty_notes(items: &[(String, &Summary)], kind: &MetricKind) -> Vec<String> {
    let listed = |what: &str, count: fn(&Counts) -> u32| {
        let found = items.iter().filter(|(_, row)| count(&row.counts) > 0);
        let found: Vec<_> = found
            .map(|(place, row)| {
                format!("{place} ({} of {})", count(&row.counts), row.counts.values)
            })
            .collect();
        (!found.is_empty()).then(|| format!("{what}: {}.", found.join(", ")))
    };
    let missed = items
        .iter()
        .filter(|(_, row)| of_literature(&row.metric) && row.counts.pred_empty > 0)
        .map(|(place, row)| format!("{place} ({} of {})", row.counts.pred_empty, row.counts.values))
        .collect::<Vec<_>>();
    let missed = (!missed.is_empty()).then(|| {
        let what = "Counted as 0, the best value, although the prediction misses the structure";
        format!("{what}: {}.", missed.join(", "))
    });
    let by_definition = if kind.unit == "1" { "Counted as 1" } else { "Counted as 0" };
    [
        listed("Left out as undefined, class in neither mask", |counts| counts.both_undefined),
        listed("Left out as undefined, class in one mask only", |counts| {
            counts.undefined - counts.both_undefined - counts.penalized
        }),
        listed("Counted as the diagonal of the grid, class in one mask only", |counts| {
            counts.penalized
        }),
        listed(&format!("{by_definition}, class in neither mask"), |counts| {
            counts.both_empty - counts.both_undefined
        }),
        missed,
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Whether two rows rest on other repetitions, so that one sentence cannot speak for all.
pub(super) fn rows_differ(rows: &[RowValue]) -> bool {
    rows.windows(2).any(|pair| pair[0].runs != pair[1].runs)
}

/// A short name of the block for labels: lower-case letters, digits and dashes.
pub(crate) fn slug(dataset: &str, others: &Coordinates, metric: Option<&str>) -> String {
    let others = others.iter().map(Option::as_deref);
    let parts = [Some(dataset)].into_iter().chain(others).chain([metric]).flatten();
    let joined = parts.collect::<Vec<_>>().join("-").to_lowercase();
    let slug: String =
        joined.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
    slug.split('-').filter(|part| !part.is_empty()).collect::<Vec<_>>().join("-")
}
