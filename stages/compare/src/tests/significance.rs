//! Tests against a reference row, with numbers worked out by hand.

use std::fmt::Write;

use pipeline_engine::{Registry, Stage};
use serde_json::{Value, json};
use stages_tables::{Grid, MetricRow, MetricState};

use super::toy::{Toy, dataset, example, read, rows};
use crate::Compare;

const FILES: [&str; 6] = [
    "significance.arrow",
    "significance.csv",
    "significance.md",
    "significance.tex",
    "significance.html",
    "significance.typ",
];

/// One class, one scan per subject, these values.
fn one_class(values: &[f64]) -> Vec<MetricRow> {
    let values: Vec<[Option<f64>; 1]> = values.iter().map(|value| [Some(*value)]).collect();
    let values: Vec<&[Option<f64>]> = values.iter().map(<[_; 1]>::as_slice).collect();
    rows(&dataset("heart", &["RV"]), Grid::Network, "best", &values)
}

/// Method, seed and the value of every subject.
fn toy(runs: &[(&str, &str, &[f64])]) -> Toy {
    runs.iter().fold(Toy::new(), |toy, (method, seed, values)| {
        let coordinates = [("method", *method), ("seed", *seed)];
        toy.run(&coordinates, &dataset("heart", &["RV"]), one_class(values))
    })
}

fn against(reference: &str) -> Value {
    json!({"significance": {"reference": reference}})
}

/// The rows of a CSV file by column name.
fn table(toy: &Toy) -> Vec<Vec<(String, String)>> {
    let csv = read(&toy.output(), "significance.csv");
    let mut lines = csv.lines().map(|line| line.split(',').map(str::to_owned).collect::<Vec<_>>());
    let header = lines.next().unwrap();
    lines.map(|line| header.iter().cloned().zip(line).collect()).collect()
}

fn field<'a>(row: &'a [(String, String)], column: &str) -> &'a str {
    &row.iter().find(|(name, _)| name == column).unwrap_or_else(|| panic!("{column}")).1
}

fn number(row: &[(String, String)], column: &str) -> f64 {
    field(row, column).parse().unwrap()
}

#[track_caller]
fn assert_close(found: f64, expected: f64) {
    assert!((found - expected).abs() < 1e-12, "found {found}, expected {expected}");
}

/// Six subjects of the reference, and the same with gains of 1 to 6 hundredths.
const PLAIN: [f64; 6] = [0.5; 6];
const GAINS: [f64; 6] = [0.51, 0.52, 0.53, 0.54, 0.55, 0.56];

#[test]
fn six_gains_in_six_subjects_are_significant() {
    let toy = toy(&[("a", "1", &PLAIN), ("b", "1", &GAINS)]);
    let markdown = toy.text(&against("a"), "comparison.md");
    let table = table(&toy);
    let [row] = table.as_slice() else { panic!("{table:?}") };
    // All of 64 assignments of signs but this one are less extreme on its side: 2 / 64.
    assert_eq!(field(row, "p"), "0.03125");
    assert_eq!(field(row, "p_adjusted"), "0.03125");
    assert_eq!((field(row, "statistic"), field(row, "distribution")), ("0", "exact"));
    assert_eq!((field(row, "rank_sum_positive"), field(row, "rank_biserial")), ("21", "1"));
    assert_eq!((field(row, "n_subjects"), field(row, "n_dropped")), ("6", "0"));
    assert_eq!((field(row, "method"), field(row, "reference")), ("b", "a"));
    assert_eq!((field(row, "verdict"), field(row, "n_comparisons")), ("better", "1"));
    assert_close(number(row, "difference"), 0.035);
    assert_close(number(row, "difference_median"), 0.035);
    assert_close(number(row, "hodges_lehmann"), 0.035);
    assert_close(number(row, "mean"), 0.535);
    assert_close(number(row, "reference_mean"), 0.5);
    // Squares 2 * (0.25 + 2.25 + 6.25) hundredths of hundredths, over 5.
    assert_close(number(row, "difference_std"), (17.5_f64 / 5.0).sqrt() / 100.0);
    // A resample of six values has a mean between the smallest and the largest.
    let (low, high) = (number(row, "ci_low"), number(row, "ci_high"));
    assert!(0.01 < low && low < 0.03 && 0.04 < high && high < 0.06, "{low} {high}");
    assert!(markdown.contains("| b      | **53.50**† |"), "{markdown}");
    assert!(markdown.contains("| a      |   50.00    |"), "{markdown}");
    assert!(
        markdown.contains(
            "- † significantly better, ‡ significantly worse than a: two-sided Wilcoxon \
             signed-rank test of paired per-subject values (6 subjects), p at most 0.05 after \
             Holm's correction for 1 comparison."
        ),
        "{markdown}"
    );
    let latex = read(&toy.output(), "comparison.tex");
    assert!(latex.contains("b & \\textbf{53.50}\\rlap{$^{\\dagger}$} \\\\"), "{latex}");
    assert!(latex.contains("$\\dagger$ significantly better, $\\ddagger$ significantly"));
}

#[test]
fn the_reference_decides_the_direction() {
    let toy = toy(&[("a", "1", &PLAIN), ("b", "1", &GAINS)]);
    let markdown = toy.text(&against("b"), "comparison.md");
    assert_eq!(field(&table(&toy)[0], "verdict"), "worse");
    assert_close(number(&table(&toy)[0], "difference"), -0.035);
    assert!(markdown.contains("|   50.00‡   |"), "{markdown}");
    let markdown = read(&toy.output(), "significance.md");
    assert!(markdown.contains("| a      | RV    |      -3.50 |"), "{markdown}");
}

#[test]
fn every_row_and_class_counts_for_the_correction() {
    // Twice 0.03125 is above the level, so nothing is marked.
    let toy = toy(&[("a", "1", &PLAIN), ("b", "1", &GAINS), ("c", "1", &GAINS)]);
    let markdown = {
        toy.compare(&against("a")).unwrap();
        read(&toy.output(), "comparison.md")
    };
    let adjusted = |toy: &Toy| table(toy).iter().map(|row| number(row, "p_adjusted")).collect();
    let holm: Vec<f64> = adjusted(&toy);
    assert_eq!(holm, [0.0625, 0.0625]);
    assert!(!markdown.contains(['†', '‡']), "{markdown}");
    assert!(markdown.contains("- No entry differs significantly from a:"), "{markdown}");
    let plain = json!({"significance": {"reference": "a", "correction": "none"}});
    assert!(toy.text(&plain, "comparison.md").contains("**53.50**†"));
    let plain: Vec<f64> = adjusted(&toy);
    assert_eq!(plain, [0.03125, 0.03125]);
}

#[test]
fn seeds_are_repetitions_and_not_subjects() {
    // Seeds gain 3 and lose 1 hundredth: 1 on average; the last subject loses 2 and 4.
    let up: Vec<f64> = [0.53, 0.54, 0.55, 0.56, 0.57, 0.48].to_vec();
    let down: Vec<f64> = [0.49, 0.50, 0.51, 0.52, 0.53, 0.46].to_vec();
    let toy = toy(&[("a", "1", &PLAIN), ("a", "2", &PLAIN), ("b", "1", &up), ("b", "2", &down)]);
    toy.compare(&against("a")).unwrap();
    let row = &table(&toy)[0];
    assert_eq!(field(row, "n_subjects"), "6");
    // Gains 1 2 3 4 5 and a loss of 3: mean 12 / 6 hundredths.
    assert_close(number(row, "difference"), 0.02);
}

#[test]
fn the_scans_of_a_subject_are_averaged() {
    let both = |first: &[f64], second: &[f64]| {
        let mut values = one_class(first);
        values.extend(one_class(second).into_iter().map(|mut row| {
            row.case_id = format!("{}_late", row.case_id);
            row.phase = Some("ES".to_owned());
            row
        }));
        values
    };
    let heart = dataset("heart", &["RV"]);
    let late: Vec<f64> = GAINS.iter().map(|value| value - 0.03).collect();
    let toy = Toy::new().run(&[("method", "a")], &heart, both(&PLAIN, &PLAIN)).run(
        &[("method", "b")],
        &heart,
        both(&GAINS, &late),
    );
    toy.compare(&against("a")).unwrap();
    let row = &table(&toy)[0];
    assert_eq!(field(row, "n_subjects"), "6");
    assert_close(number(row, "difference"), 0.035 - 0.015);
}

#[test]
fn a_subject_without_a_value_on_one_side_is_dropped_and_counted() {
    let heart = dataset("heart", &["RV"]);
    let mut values = one_class(&[0.51, 0.52, 0.53, 0.54, 0.55, 0.56, 0.9, 0.9]);
    values[6].value = None;
    values[6].state = MetricState::BothEmpty;
    // The reference lacks the last subject altogether.
    let toy = Toy::new().run(&[("method", "a")], &heart, one_class(&[0.5; 7])).run(
        &[("method", "b")],
        &heart,
        values,
    );
    let sheet = toy.text(&against("a"), "significance.md");
    let row = &table(&toy)[0];
    assert_eq!((field(row, "n_subjects"), field(row, "n_dropped")), ("6", "2"));
    assert_eq!(field(row, "p"), "0.03125");
    assert!(sheet.contains("| subjects | left out |"), "{sheet}");
    assert!(sheet.contains("|        6 |        2 |"), "{sheet}");
}

#[test]
fn a_distance_is_better_if_smaller_and_a_missed_structure_counts_as_the_diagonal() {
    let heart = dataset("heart", &["RV"]);
    let distances = |values: &[f64]| {
        let mut rows = one_class(values);
        for row in &mut rows {
            row.metric = "hd95".to_owned();
            row.unit = "mm".to_owned();
            row.higher_is_better = Some(false);
            row.diagonal_mm = Some(100.0);
        }
        rows
    };
    let mut reference = distances(&[11.0, 12.0, 13.0, 14.0, 15.0, 16.0]);
    reference[5].value = None;
    reference[5].state = MetricState::PredEmpty;
    let toy = Toy::new().run(&[("method", "a")], &heart, reference).run(
        &[("method", "b")],
        &heart,
        distances(&[10.0; 6]),
    );
    toy.compare(&json!({"metric": "hd95", "significance": {"reference": "a"}})).unwrap();
    let row = &table(&toy)[0];
    // Differences -1 -2 -3 -4 -5 and 10 - 100.
    assert_close(number(row, "difference"), -105.0 / 6.0);
    assert_eq!((field(row, "verdict"), field(row, "n_subjects")), ("better", "6"));
    assert_eq!((field(row, "n_dropped"), field(row, "higher_is_better")), ("0", "false"));
}

#[test]
fn classes_and_their_mean_are_compared() {
    let heart = dataset("heart", &["RV", "LV"]);
    let values = |gain: f64| {
        let of = |at: usize| vec![Some(0.5 + gain * at as f64), Some(0.6 + 3.0 * gain * at as f64)];
        let all: Vec<Vec<Option<f64>>> = (1..=8).map(of).collect();
        let all: Vec<&[Option<f64>]> = all.iter().map(Vec::as_slice).collect();
        rows(&heart, Grid::Network, "best", &all)
    };
    let toy = Toy::new().run(&[("method", "a")], &heart, values(0.0)).run(
        &[("method", "b")],
        &heart,
        values(0.01),
    );
    toy.compare(&against("a")).unwrap();
    let table = table(&toy);
    let classes: Vec<_> = table.iter().map(|row| field(row, "class_name")).collect();
    assert_eq!(classes, ["RV", "LV", "mean"]);
    // Mean gain 4.5 hundredths in RV, thrice that in LV, twice that in their mean.
    let gains: Vec<_> = table.iter().map(|row| number(row, "difference")).collect();
    for (found, expected) in gains.into_iter().zip([0.045, 0.135, 0.09]) {
        assert_close(found, expected);
    }
    // 2 / 256 for each, times three.
    assert!(table.iter().all(|row| field(row, "p_adjusted") == "0.0234375"));
    assert_eq!(field(&table[2], "class_id"), "");
}

#[test]
fn too_few_subjects_are_warned_of() {
    let toy = toy(&[("a", "1", &[0.5; 3]), ("b", "1", &[0.6, 0.7, 0.8])]);
    let warnings = toy.compare(&against("a")).unwrap();
    assert_eq!(
        warnings,
        ["heart, grid network, checkpoint best: no difference can be significant, because \
          3 subjects and 1 comparison leave an adjusted p of at least 0.250"]
    );
    let sheet = read(&toy.output(), "significance.md");
    assert!(sheet.contains("No difference can be significant, because 3 subjects"), "{sheet}");
}

#[test]
fn a_reference_that_no_run_has_is_refused() {
    let toy = toy(&[("a", "1", &PLAIN), ("b", "1", &GAINS)]);
    let error = toy.compare(&against("c")).unwrap_err();
    assert_eq!(error.message, "no run has `method` `c`, which every row is compared with");
    assert_eq!(error.help.unwrap(), "set `significance.reference` to one of: a; b");
}

#[test]
fn a_table_without_the_reference_is_warned_of() {
    let heart = dataset("heart", &["RV"]);
    let run = |toy: Toy, method, draw, values: &[f64]| {
        toy.run(&[("method", method), ("draw", draw)], &heart, one_class(values))
    };
    let toy = run(run(Toy::new(), "a", "1", &PLAIN), "b", "1", &GAINS);
    let toy = run(toy, "b", "2", &GAINS);
    let warnings = toy.compare(&against("a")).unwrap();
    let expected = "nothing on heart, draw 2 is compared with `a`: no run there has it";
    assert_eq!(warnings, [expected]);
    let table = table(&toy);
    assert_eq!(table.len(), 1);
    assert_eq!(field(&table[0], "draw"), "1");
    let markdown = read(&toy.output(), "comparison.md");
    let (_, second) = markdown.split_once("draw 2").unwrap();
    assert!(!second.contains("Wilcoxon"), "{second}");
}

#[test]
fn bad_choices_are_refused_together() {
    let registry = Registry::new().with(Compare);
    let stage = registry.get("compare").unwrap();
    let problems = |params: Value| stage.configure(&params).err().unwrap();
    let found = problems(json!({"significance": {
        "reference": "", "level": 1.0, "bootstrap": {"resamples": 5, "confidence": 0.0},
    }}));
    let paths: Vec<_> = found.iter().map(|problem| problem.path.as_str()).collect();
    assert_eq!(
        paths,
        [
            "significance.reference",
            "significance.level",
            "significance.bootstrap.confidence",
            "significance.bootstrap.resamples",
        ]
    );
    assert_eq!(found[3].help.as_deref(), Some("accepted: 100 to 1000000"));
    let missing = problems(json!({"significance": {}}));
    assert!(missing[0].message.contains("reference"), "{}", missing[0].message);
}

#[test]
fn without_the_parameter_nothing_is_tested() {
    let toy = toy(&[("a", "1", &PLAIN), ("b", "1", &GAINS)]);
    let markdown = toy.text(&json!({}), "comparison.md");
    assert!(!markdown.contains("significan"), "{markdown}");
    assert!(FILES.iter().all(|file| !toy.output().join(file).exists()));
}

/// Twelve subjects and three methods, two classes; one method is better, one is not.
fn trial() -> Toy {
    let heart = dataset("acdc", &["RV", "LV"]);
    let values = |gain: f64, noise: f64| {
        let of = |at: i32| {
            let wave = f64::from((at * 7) % 12) / 12.0 - 0.45;
            let level = 0.7 + f64::from(at) / 100.0;
            vec![Some(level + gain + noise * wave), Some(level + 0.05 + 2.0 * noise * wave)]
        };
        let all: Vec<Vec<Option<f64>>> = (0..12).map(of).collect();
        let all: Vec<&[Option<f64>]> = all.iter().map(Vec::as_slice).collect();
        rows(&heart, Grid::Network, "best", &all)
    };
    ["1", "2"].into_iter().fold(Toy::new(), |toy, seed| {
        let shift = if seed == "1" { 0.004 } else { -0.004 };
        let run = |toy: Toy, method, gain, noise| {
            toy.run(&[("method", method), ("seed", seed)], &heart, values(gain + shift, noise))
        };
        let toy = run(toy, "partial", 0.0, 0.0);
        let toy = run(toy, "ours_kl", 0.06, 0.03);
        run(toy, "mean_teacher", -0.05, 0.02)
    })
}

fn trial_params() -> Value {
    json!({
        "order": ["partial"],
        "names": {"partial": "Partial supervision", "ours_kl": "Ours (KL)"},
        "significance": {"reference": "partial", "bootstrap": {"seed": 3}},
    })
}

#[test]
fn the_sheet_and_the_marks_read_well() {
    let toy = trial();
    toy.compare(&trial_params()).unwrap();
    let files = ["comparison.md", "significance.md", "significance.tex"];
    insta::assert_snapshot!(files.map(|file| read(&toy.output(), file)).join("\n======\n"));
}

#[test]
fn the_seed_of_the_bootstrap_changes_the_intervals_only() {
    let toy = trial();
    toy.compare(&trial_params()).unwrap();
    let before = table(&toy);
    let mut params = trial_params();
    params["significance"]["bootstrap"]["seed"] = json!(4);
    toy.compare(&params).unwrap();
    let mut changed: Vec<String> = Vec::new();
    for (before, after) in before.iter().zip(table(&toy)) {
        let pairs = before.iter().zip(&after).filter(|(before, after)| before != after);
        changed.extend(pairs.map(|(before, _)| before.0.clone()));
    }
    changed.sort();
    changed.dedup();
    assert_eq!(changed, ["ci_high", "ci_low"]);
}

#[test]
fn a_further_row_changes_no_interval() {
    let few = toy(&[("a", "1", &PLAIN), ("b", "1", &GAINS)]);
    let many = toy(&[("a", "1", &PLAIN), ("b", "1", &GAINS), ("aa", "1", &[0.4; 6])]);
    let interval = |toy: &Toy| {
        toy.compare(&against("a")).unwrap();
        let table = table(toy);
        let row = table.iter().find(|row| field(row, "method") == "b").unwrap();
        (field(row, "ci_low").to_owned(), field(row, "ci_high").to_owned())
    };
    assert_eq!(interval(&few), interval(&many));
}

/// When this fails, the same inputs give other bytes: bump the stage's version.
#[test]
fn the_bytes_of_known_tests_are_pinned_with_the_version() {
    let outputs = [trial(), trial().reversed()].map(|toy| {
        toy.compare(&trial_params()).unwrap();
        FILES.map(|file| fs_err::read(toy.output().join(file)).unwrap())
    });
    assert_eq!(outputs[0], outputs[1]);
    let mut pinned = format!("version {}\n", Compare.info().version);
    for (file, bytes) in FILES.iter().zip(&outputs[0]) {
        writeln!(pinned, "{file} {}", &blake3::hash(bytes).to_hex()[..16]).unwrap();
    }
    insta::assert_snapshot!(pinned);
}

#[test]
fn every_grid_and_checkpoint_is_a_family_of_its_own() {
    let toy = example();
    // Two subjects are too few for any of the four families.
    assert_eq!(toy.compare(&against("full")).unwrap().len(), 4);
    let table = table(&toy);
    let place = |row: &Vec<(String, String)>| {
        (field(row, "grid").to_owned(), field(row, "checkpoint").to_owned())
    };
    let mut places: Vec<_> = table.iter().map(place).collect();
    places.dedup();
    let expected =
        [("network", "best"), ("network", "last"), ("native", "best"), ("native", "last")];
    assert_eq!(places, expected.map(|(grid, checkpoint)| (grid.into(), checkpoint.into())));
    // Two methods in two classes and their mean.
    assert!(table.iter().all(|row| field(row, "n_comparisons") == "6"));
    // Natively the left ventricle of the first scan is undefined in both rows.
    let native =
        table.iter().find(|row| field(row, "grid") == "native" && field(row, "class_name") == "LV");
    let native = native.unwrap();
    assert_eq!((field(native, "n_subjects"), field(native, "n_dropped")), ("1", "1"));
    assert_eq!((field(native, "ci_low"), field(native, "difference_std")), ("", ""));
}
