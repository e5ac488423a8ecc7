//! Do both sides find the same?

use std::collections::BTreeMap;

use serde::Deserialize;

/// What one side finds in the volumes.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Found {
    /// The sum of all voxels, by scan.
    sums: BTreeMap<String, f64>,
    /// By pair of label maps and tool: for every class Dice, HD95, ASSD and NSD.
    metrics: BTreeMap<String, BTreeMap<String, Vec<[f64; 4]>>>,
    /// The sum of all pixels of the first frame's slices, by nearest pixel, as 8 bits.
    grey: f64,
    /// Pixels of every class in them.
    labels: Vec<u64>,
}

/// How far sums of voxels and metrics may be apart, in relation to their size: MONAI computes in single
/// precision.
const TOLERANCE: f64 = 1e-5;
/// How far the sum of slices may be apart: a pixel in the middle between two grey levels.
const GREY_TOLERANCE: f64 = 1e-4;

/// Says in what they differ.
pub(crate) fn differences(ours: &Found, theirs: &Found) -> Vec<String> {
    let mut problems = Vec::new();
    let mut compare = |what: String, a: f64, b: f64, tolerance: f64| {
        let apart = (a - b).abs();
        if apart.is_nan() || apart > tolerance * b.abs() {
            problems.push(format!("{what}: {a} and {b}"));
        }
    };
    for (scan, sum) in &theirs.sums {
        let found = ours.sums.get(scan).copied().unwrap_or(f64::NAN);
        compare(format!("sum of the {scan} scan"), found, *sum, TOLERANCE);
    }
    compare("sum of the slices".to_owned(), ours.grey, theirs.grey, GREY_TOLERANCE);
    for (class, pixels) in theirs.labels.iter().enumerate() {
        let found = ours.labels.get(class).map_or(f64::NAN, |pixels| *pixels as f64);
        compare(format!("pixels of class {}", class + 1), found, *pixels as f64, 0.0);
    }
    for (pair, tools) in &theirs.metrics {
        let found = ours.metrics.get(pair).and_then(|tools| tools.values().next());
        for (tool, classes) in tools {
            for (class, values) in classes.iter().enumerate() {
                for (name, (i, value)) in
                    ["Dice", "HD95", "ASSD", "NSD"].iter().zip(values.iter().enumerate())
                {
                    let found = found.and_then(|all| Some(all.get(class)?[i])).unwrap_or(f64::NAN);
                    let what = format!("{name} of class {} of the {pair} pair ({tool})", class + 1);
                    compare(what, found, *value, TOLERANCE);
                }
            }
        }
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Found {
        serde_json::from_str(text).unwrap()
    }

    const THEIRS: &str = r#"{"sums": {"cardiac": 1000.0}, "grey": 5000.0, "labels": [7, 8],
        "metrics": {"cardiac": {"kdtree": [[0.9, 2.0, 0.5, 0.8]], "monai": [[0.9, 2.0, 0.5, 0.8]]}}}"#;

    #[test]
    fn equal_findings_agree() {
        let ours = THEIRS.replace("\"kdtree\": [[0.9, 2.0, 0.5, 0.8]], \"monai\"", "\"score\"");
        assert_eq!(differences(&found(&ours), &found(THEIRS)), Vec::<String>::new());
    }

    #[test]
    fn what_differs_is_named_and_what_is_missing_differs() {
        let ours = r#"{"sums": {}, "grey": 5001.0, "labels": [7, 9],
            "metrics": {"cardiac": {"score": [[0.9, 2.1, 0.5, 0.8]]}}}"#;
        let problems = differences(&found(ours), &found(THEIRS));
        assert_eq!(problems.len(), 5, "{problems:?}");
        assert_eq!(problems[0], "sum of the cardiac scan: NaN and 1000");
        assert_eq!(problems[2], "pixels of class 2: 9 and 8");
        assert_eq!(problems[4], "HD95 of class 1 of the cardiac pair (monai): 2.1 and 2");
    }
}
