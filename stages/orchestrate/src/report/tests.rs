//! Pages of toy runs.

use std::collections::{BTreeMap, BTreeSet};

use pipeline_engine::{NodeId, NodeReport, Report};
use pipeline_store::{ActionKey, Digest};

use super::content::Content;
use super::document::document;
use super::files::{ExportedFile, Files};
use super::scores::{Choice, tests as toy_scores};

const HOSTILE: &str = "\"'><img src=x onerror=alert(1)></script><script>alert(2)</script>\u{202e}";

fn node(name: &str, pairs: &[(&str, &str)], status: &str, after: &[&NodeReport]) -> NodeReport {
    let coordinates: BTreeMap<String, String> =
        pairs.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
    let node = NodeId::new(name, &coordinates);
    NodeReport {
        stage: name.to_owned(),
        coordinates,
        after: after.iter().map(|before| before.node.clone()).collect(),
        kinds: BTreeMap::new(),
        status: status.to_owned(),
        key: Some(ActionKey(Digest::of_bytes(node.as_str().as_bytes()))),
        outputs: BTreeMap::from([("out".into(), Digest::of_bytes(b"out"))]),
        seconds: 1.5,
        environment: BTreeMap::from([("device".into(), "cpu".into())]),
        warnings: Vec::new(),
        error: None,
        node,
    }
}

/// data -> train ×2 -> compare.
fn content() -> Content {
    let data = node("data", &[], "cached", &[]);
    let train = |seed| node("train", &[("seed", seed)], "ran", &[&data]);
    let (one, two) = (train("1"), train("2"));
    let compare = node("compare", &[], "ran", &[&one, &two]);
    let report = Report {
        run_id: "20260131T100000.000Z".into(),
        experiment: "toy".into(),
        file: "toy.yaml".into(),
        program: "orchestrate 0.1.0".into(),
        started_at: "2026-01-31T10:00:00Z".into(),
        seconds: 62.0,
        nodes: vec![data, one, two, compare],
        exported: BTreeMap::new(),
    };
    let command = ["orchestrate", "run", "toy.yaml", "--set", "train.epochs=[1, 2]"];
    Content {
        report,
        command: Some(command.map(str::to_owned).to_vec()),
        fingerprints: BTreeMap::new(),
        files: Files::new(),
        scores: Ok(None),
    }
}

#[test]
fn a_page_tells_what_ran_and_how_to_run_it_again() {
    let page = document(&content());
    for part in [
        "<title>toy: report</title>",
        "<h1>toy ",
        "<time datetime=\"2026-01-31T10:00:00Z\">2026-01-31 10:00:00 UTC</time>",
        "4 nodes: 3 ran, 1 cached",
        "orchestrate run toy.yaml --set &#39;train.epochs=[1, 2]&#39;",
        "Every node is done, and no action gave a warning.",
        "href=\"#node-train\"",
        "id=\"node-train\"",
        "train ×2",
    ] {
        assert!(page.contains(part), "no {part} in the page");
    }
    assert_eq!(page, document(&content()));
    // What a run has not is not promised.
    for id in ["tables", "figures", "subjects"] {
        assert!(!page.contains(&format!("href=\"#{id}\"")), "{id}");
    }
}

#[test]
fn what_is_wrong_stands_before_any_number() {
    let mut content = content();
    content.report.nodes[1].warnings = vec!["one subject is in both parts".into(); 2];
    content.report.nodes[2].status = "failed".into();
    content.report.nodes[2].error = Some("no memory <left>".into());
    content.report.nodes[3].status = "skipped".into();
    content.command = None;
    let page = document(&content);
    let place = |text: &str| page.find(text).unwrap_or_else(|| panic!("no {text} in {page}"));
    assert!(place("1 node failed") < place("1 node without results"));
    assert!(place("1 node without results") < place("1 warning"));
    assert!(place("one subject is in both parts") < place("<nav"));
    place("no memory &lt;left&gt;");
    place(">failed</span>");
    place("orchestrate run toy.yaml</code>");
    place("its own command line is not known");
}

#[test]
fn no_name_gets_out_of_its_text() {
    let mut content = content();
    let report = &mut content.report;
    for text in
        [&mut report.experiment, &mut report.file, &mut report.program, &mut report.started_at]
    {
        HOSTILE.clone_into(text);
    }
    for node in &mut report.nodes {
        node.stage = HOSTILE.into();
        node.environment.insert(HOSTILE.into(), HOSTILE.into());
        node.warnings.push(HOSTILE.into());
        node.outputs.insert(HOSTILE.into(), Digest::of_bytes(b"x"));
        node.error = Some(HOSTILE.into());
    }
    report.nodes[3] = node(HOSTILE, &[(HOSTILE, HOSTILE)], HOSTILE, &[]);
    report.exported.insert(HOSTILE.into(), Digest::of_bytes(b"x"));
    content.command = Some(vec![HOSTILE.into()]);
    content.files.insert(format!("{HOSTILE}.html"), ExportedFile::Text(HOSTILE.into()));
    content.files.insert(format!("{HOSTILE}.tex"), ExportedFile::Text(HOSTILE.into()));
    let values = toy_scores::scores(
        &[(HOSTILE, "1", vec![toy_scores::row(HOSTILE, HOSTILE, HOSTILE, Some(0.5))])],
        &Choice::of(None),
    );
    content.scores = Ok(Some(values));
    let page = document(&content);
    for part in ["<img", "<script>alert", "onerror=alert(1)></script", "\u{202e}"] {
        assert!(!page.contains(part), "{part} is in the page");
    }
    // Head, theme, script at the end, and one block of data.
    assert_eq!(page.matches("<script").count(), 3);
}

#[test]
fn a_run_of_two_hundred_subjects_fits_five_megabytes() {
    let classes = ["RV", "Myo", "LV", "LA"];
    let metrics = ["dice", "hd95", "asd", "iou"];
    let cases = (0..200)
        .flat_map(|subject| ["ED", "ES"].map(|phase| format!("patient{subject:03}_{phase}")));
    let mut rows = Vec::new();
    for (i, case) in cases.enumerate() {
        for class in classes {
            for (m, metric) in metrics.into_iter().enumerate() {
                let value = 0.123_456 + (i * 7 + m) as f64 / 3000.0;
                rows.push(toy_scores::row(&case, class, metric, Some(value)));
            }
        }
    }
    let methods = ["a", "b", "c", "d", "e", "f", "g"];
    let evaluations: Vec<_> = methods
        .iter()
        .flat_map(|method| ["1", "2", "3"].map(|seed| (*method, seed, rows.clone())))
        .collect();
    let mut content = content();
    content.scores = Ok(Some(toy_scores::scores(&evaluations, &Choice::of(None))));
    let page = document(&content);
    assert!(page.len() < 5 << 20, "{} bytes", page.len());
    assert!(page.contains("400 scans of 200 subjects"));
    assert!(page.contains("mean of up to 3 runs that differ in seed"));
}

#[test]
fn a_graph_of_a_thousand_nodes_is_a_page_too() {
    let mut content = content();
    let data = content.report.nodes[0].clone();
    let seeds: Vec<String> = (0..1000).map(|seed| seed.to_string()).collect();
    let variants = seeds.iter().map(|seed| node("train", &[("seed", seed)], "ran", &[&data]));
    content.report.nodes = std::iter::once(data.clone()).chain(variants).collect();
    let page = document(&content);
    assert!(page.len() < 3 << 20, "{} bytes", page.len());
    assert!(page.contains("train ×1000"));
}

#[test]
fn ids_are_unique_and_links_lead_somewhere() {
    let page = document(&content());
    let after = |mark: &str| -> Vec<String> {
        let rest = page.split(mark).skip(1);
        rest.filter_map(|text| Some(text.split('"').next()?.to_owned())).collect()
    };
    let ids = after(" id=\"");
    let unique: BTreeSet<_> = ids.iter().collect();
    assert_eq!(unique.len(), ids.len());
    for target in after("href=\"#") {
        assert!(unique.contains(&target), "#{target} leads nowhere");
    }
}
