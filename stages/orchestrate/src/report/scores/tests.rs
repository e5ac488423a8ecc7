//! Values of a toy run, averaged and shown.

use std::collections::BTreeMap;

use stages_tables::{DatasetInfo, Grid, MetricRow, MetricState, MetricsTable, RunPart, Scoring};
use tempfile::TempDir;

use super::choice::Choice;
use super::data::{Place, Scores};
use super::read::of_parts;
use super::rows::{LeftOut, MOST_NUMBERS, MOST_ROWS, choose, ranked};
use super::view::drilldown;

/// A row of a toy table.
pub(in crate::report) fn row(
    case: &str,
    class: &str,
    metric: &str,
    value: Option<f64>,
) -> MetricRow {
    let (subject, phase) = case.split_once('_').map_or((case, None), |(a, b)| (a, Some(b)));
    MetricRow {
        case_id: case.to_owned(),
        subject: subject.to_owned(),
        phase: phase.map(str::to_owned),
        class_id: 1,
        class_name: class.to_owned(),
        metric: metric.to_owned(),
        grid: Grid::Network,
        checkpoint: "best".to_owned(),
        value,
        state: MetricState::Ok,
        unit: if metric == "hd95" { "mm" } else { "1" }.to_owned(),
        higher_is_better: Some(metric != "hd95"),
        diagonal_mm: None,
        ignored_voxels: None,
    }
}

/// Means of evaluations, each of a method and a seed.
pub(in crate::report) fn scores(
    evaluations: &[(&str, &str, Vec<MetricRow>)],
    choice: &Choice,
) -> Scores {
    let folder = TempDir::new().unwrap();
    let mut parts = Vec::new();
    for (place, (method, seed, rows)) in evaluations.iter().enumerate() {
        let dir = folder.path().join(place.to_string());
        fs_err::create_dir(&dir).unwrap();
        let dataset = DatasetInfo { name: "toy".into(), classes: Vec::new() };
        let table = MetricsTable { dataset, scoring: Scoring::default(), rows: rows.clone() };
        table.write(&dir).unwrap();
        let pairs = [("method", *method), ("seed", *seed)];
        let coordinates: BTreeMap<String, String> =
            pairs.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
        let node = format!("evaluate[method={method},seed={seed}]");
        parts.push(RunPart { node, action: format!("{place:064}"), coordinates, dir });
    }
    of_parts("toy", &parts, &folder.path().join("metrics.arrow"), choice).unwrap()
}

fn toy() -> Scores {
    let rows = |a: f64, b: Option<f64>, distance: f64| {
        vec![
            row("p1_ED", "RV", "hd95", Some(distance)),
            row("p1_ED", "RV", "dice", Some(a)),
            row("p1_ED", "LV", "dice", b),
            row("p2_ED", "RV", "dice", Some(a / 2.0)),
        ]
    };
    let mut choice = Choice::of(None);
    choice.order = vec!["ours".into(), "full".into()];
    choice.names = BTreeMap::from([("ours".into(), "Ours".into())]);
    scores(
        &[
            ("full", "8", rows(0.5, Some(0.25), 3.0)),
            ("full", "9", rows(0.75, None, 5.0)),
            ("ours", "8", rows(0.25, None, 1.0)),
        ],
        &choice,
    )
}

fn position<T: PartialEq>(list: &[T], test: impl Fn(&T) -> bool) -> u32 {
    list.iter().position(test).unwrap() as u32
}

#[test]
fn values_are_means_over_seeds_and_series_are_in_the_order_of_the_tables() {
    let scores = toy();
    assert_eq!(scores.series, ["Ours", "full"]);
    let titles: Vec<_> = scores.settings.iter().map(super::data::Setting::title).collect();
    assert_eq!(titles[0], "dice, network grid, best checkpoint");
    assert_eq!(titles[1], "hd95, network grid, best checkpoint");
    let class = |name: &str| position(&scores.classes, |one| one == name);
    let scan = |id: &str| position(&scores.scans, |one| one.id == id);
    let mean = |setting, id: &str, name: &str, series| {
        scores.mean(Place { setting, scan: scan(id), class: class(name), series })
    };
    // (0.5 + 0.75) / 2, halved for the second subject; 0.25 alone where the other is undefined.
    assert_eq!(mean(0, "p1_ED", "RV", 1), Some(0.625));
    assert_eq!(mean(0, "p2_ED", "RV", 1), Some(0.3125));
    assert_eq!(mean(0, "p1_ED", "LV", 1), Some(0.25));
    assert_eq!(mean(0, "p1_ED", "LV", 0), None);
    assert_eq!(mean(1, "p1_ED", "RV", 1), Some(4.0));
    // Mean of 0.625 and 0.25.
    assert_eq!(scores.mean_over_classes(0, scan("p1_ED"), 1), Some(0.4375));
    assert_eq!(scores.most_averaged(), 2);
}

#[test]
fn the_table_names_best_and_worst() {
    let scores = toy();
    let (rows, settings, left_out) = choose(&scores);
    assert_eq!((rows.len(), settings, left_out), (3, 2, LeftOut::default()));
    let ranked = ranked(&scores, &rows);
    // p2 RV: (0.125 + 0.3125) / 2; p1 LV: 0.25 alone; p1 RV: (0.25 + 0.625) / 2.
    assert_eq!(ranked.iter().map(|(_, mean)| *mean).collect::<Vec<_>>(), [0.21875, 0.25, 0.4375]);
    let (html, data) = drilldown(&Ok(Some(scores)));
    for part in [
        "<li>p2, ED, RV: 0.219</li>",
        "<li>p1, ED, RV: 0.438</li>",
        "<th scope=\"row\">p1</th><td>ED</td><td>RV</td><td class=\"number\">0.250</td>\
         <td class=\"number\"><strong>0.625</strong></td><td class=\"number\">0.375</td>",
        "<td class=\"number\"><span class=\"muted\">–</span></td>",
        "3 scans",
    ] {
        assert!(html.contains(part) || part == "3 scans", "no {part} in {html}");
    }
    let data: serde_json::Value = serde_json::from_str(&data.unwrap()).unwrap();
    assert_eq!(data["columns"], serde_json::json!(["Subject", "Phase", "Class"]));
    assert_eq!(data["settings"][1]["direction"], -1);
    assert_eq!(data["values"].as_array().unwrap().len(), 2);
}

#[test]
fn a_large_run_stays_a_small_page() {
    // 3 classes of 1000 scans are more rows than are shown, so that classes are averaged.
    let cases: Vec<String> = (0..1000).map(|i| format!("p{i}_ED")).collect();
    let classes = ["a", "b", "c"];
    let rows = |cases: &[String]| -> Vec<MetricRow> {
        let row = |(i, case): (usize, &String)| {
            classes.map(|class| row(case, class, "dice", Some(i as f64 / 10_000.0)))
        };
        cases.iter().enumerate().flat_map(row).collect()
    };
    let large = scores(&[("full", "8", rows(&cases))], &Choice::of(None));
    let (shown, settings, left_out) = choose(&large);
    assert_eq!((shown.len(), settings), (1000, 1));
    assert_eq!(left_out, LeftOut { classes: true, scans: 0, settings: 0 });
    // And of 3000 scans the best and the worst stay.
    let cases: Vec<String> = (0..3000).map(|i| format!("p{i}_ED")).collect();
    let larger = scores(&[("full", "8", rows(&cases))], &Choice::of(None));
    let (shown, _, left_out) = choose(&larger);
    assert_eq!((shown.len(), left_out.scans), (MOST_ROWS, 600));
    let ids: Vec<&str> =
        shown.iter().map(|row| larger.scans[row.scan as usize].subject.as_str()).collect();
    assert!(ids.contains(&"p0") && ids.contains(&"p2999") && !ids.contains(&"p1500"));
    let (html, _) = drilldown(&Ok(Some(larger)));
    assert!(html.contains("600 scans between the best and the worst by dice are left out"));
}

#[test]
fn settings_beyond_what_the_page_holds_are_told() {
    let cases: Vec<String> = (0..700).map(|i| format!("p{i}_ED")).collect();
    let metrics: Vec<String> = (0..40).map(|i| format!("m{i}")).collect();
    let rows: Vec<MetricRow> = cases
        .iter()
        .flat_map(|case| metrics.iter().map(|metric| row(case, "a", metric, Some(0.5))))
        .collect();
    let methods: Vec<String> = (0..10).map(|i| format!("x{i}")).collect();
    let evaluations: Vec<_> =
        methods.iter().map(|method| (method.as_str(), "8", rows.clone())).collect();
    let scores = scores(&evaluations, &Choice::of(None));
    let (shown, settings, left_out) = choose(&scores);
    assert_eq!((shown.len(), settings), (700, MOST_NUMBERS / 7000));
    assert_eq!(left_out.settings, 40 - settings);
}

#[test]
fn nothing_and_broken_metrics_are_said() {
    assert_eq!(drilldown(&Ok(None)), (String::new(), None));
    let (html, data) = drilldown(&Err("a <b>".into()));
    assert!(html.contains("cannot be read: a &lt;b&gt;") && data.is_none());
    let (html, _) = drilldown(&Ok(Some(Scores::default())));
    assert!(html.contains("no rows"));
}
