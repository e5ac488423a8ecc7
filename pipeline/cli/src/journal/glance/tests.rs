use super::*;

const ID: &str = "20260131T100000Z-00ff00";
const START: &str = r#"{"type":"run_started","at":"2026-01-31T10:00:00.500Z","experiment":"e","nodes":6,"command":["toy","run","e.yaml"],"graph":[{"node":"a"}],"pid":7}"#;
const CACHED: &str = r#"{"type":"node_finished","at":"2026-01-31T10:00:01Z","node":"known","outcome":{"outcome":"cached"}}"#;
const RAN: &str = r#"{"type":"node_finished","at":"2026-01-31T10:00:02Z","node":"a","outcome":{"outcome":"ran"}}"#;
const BEGUN: &str =
    r#"{"type":"node_started","at":"2026-01-31T10:00:03Z","node":"b","stage":"train"}"#;
const SAID: &str = r#"{"type":"stage","at":"2026-01-31T10:00:33.500Z","node":"b","said":{"event":"log","level":"info","message":"\"type\":\"node_finished\""}}"#;
const END: &str = r#"{"type":"run_finished","at":"2026-01-31T10:05:00Z","summary":{"run":2,"cached":6,"failed":0,"skipped":0,"cancelled":false,"bug":false,"seconds":299.25}}"#;

fn now() -> Timestamp {
    "2026-01-31T12:00:00Z".parse().unwrap()
}

struct Space(tempfile::TempDir);

impl Space {
    fn new() -> Self {
        let space = Self(tempfile::tempdir().unwrap());
        fs_err::create_dir_all(folder(space.0.path())).unwrap();
        space
    }

    fn journal(&self, lines: &[&str]) -> PathBuf {
        self.write(&format!("{ID}.jsonl"), &format!("{}\n", lines.join("\n")))
    }

    fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = folder(self.0.path()).join(name);
        fs_err::write(&path, text).unwrap();
        path
    }

    fn glance(&self) -> Glance {
        let (files, foreign) = past_files(self.0.path());
        assert_eq!(foreign, [""; 0]);
        let [files] = &files[..] else { panic!("{files:?}") };
        files.glance(now())
    }
}

fn report(nodes: &[(&str, &str)]) -> String {
    let nodes: Vec<_> = nodes
        .iter()
        .map(|(node, status)| {
            let error = (*status == "failed").then_some("tripped");
            serde_json::json!({"node": node, "status": status, "error": error, "more": [1]})
        })
        .collect();
    let report = serde_json::json!({
        "run_id": ID, "experiment": "e", "started_at": "2026-01-31T10:00:00Z", "seconds": 2.5,
        "nodes": nodes,
    });
    report.to_string()
}

#[test]
fn a_run_that_came_to_its_end_is_known_by_the_ends_of_its_journal() {
    let space = Space::new();
    // What lies between the ends is not looked at.
    space.journal(&[START, "nonsense", END]);
    let run = space.glance();
    assert_eq!((run.fate, run.seconds), (Fate::Done, Some(299.25)));
    assert_eq!((run.view.nodes, run.view.ran, run.view.cached), (6, 2, 6));
    assert_eq!(run.cached_share(), Some(0.75));
    assert_eq!(run.view.command, ["toy", "run", "e.yaml"]);
    assert_eq!(run.began, Some("2026-01-31T10:00:00.500Z".parse().unwrap()));
}

#[test]
fn failures_come_from_the_report() {
    let space = Space::new();
    space.journal(&[START, &END.replace(r#""failed":0"#, r#""failed":1"#)]);
    space.write(&format!("{ID}.json"), &report(&[("a", "ran"), ("b", "failed")]));
    let run = space.glance();
    assert_eq!(run.fate, Fate::Failed);
    assert_eq!(run.view.failures["b"], "tripped");
    // The journal's counts are the run's own.
    assert_eq!((run.view.ran, run.seconds), (2, Some(299.25)));
    let stopped = END.replace(r#""cancelled":false"#, r#""cancelled":true"#);
    space.journal(&[START, &stopped]);
    assert_eq!(space.glance().fate, Fate::Stopped);
    let skipped = END.replace(r#""skipped":0"#, r#""skipped":3"#);
    space.journal(&[START, &skipped]);
    assert_eq!(space.glance().fate, Fate::Failed);
}

#[test]
fn a_journal_that_stops_in_the_middle_of_a_line_is_of_an_interrupted_run() {
    let space = Space::new();
    space.journal(&[START, CACHED, RAN, BEGUN, SAID, &END[..70]]);
    let run = space.glance();
    assert_eq!(run.fate, Fate::Interrupted);
    assert_eq!((run.view.ran, run.view.cached, run.view.running.len()), (1, 1, 1));
    assert_eq!(run.view.waiting(), 3);
    // From 10:00:00.5 to the last line that is whole, at 10:00:33.5.
    assert_eq!(run.seconds, Some(33.0));
    assert_eq!(run.damaged, [""; 0]);
}

#[test]
fn a_run_whose_journal_is_held_is_running() {
    let space = Space::new();
    let path = space.journal(&[START, CACHED, BEGUN, SAID]);
    let held = File::open(&path).unwrap();
    held.file().lock().unwrap();
    let run = space.glance();
    assert_eq!(run.fate, Fate::Running);
    assert_eq!(run.seconds, Some(2.0 * 3600.0 - 0.5));
    assert_eq!(run.view.running["b"].stage, "train");
}

#[test]
fn clocks_that_go_backwards_give_no_duration() {
    let space = Space::new();
    let early = RAN.replace("2026-01-31T10", "2025-12-31T10");
    space.journal(&[START, &early, &END[..70]]);
    let run = space.glance();
    assert_eq!((run.fate, run.seconds), (Fate::Interrupted, None));
    // A run that ended has its duration from a clock that nobody sets.
    space.journal(&[START, &END.replace("2026-01-31", "2020-01-31")]);
    assert_eq!(space.glance().seconds, Some(299.25));
}

#[test]
fn what_is_damaged_is_named_and_the_rest_is_told() {
    let space = Space::new();
    space.journal(&["\u{0}\u{0}", END]);
    let run = space.glance();
    assert_eq!((run.fate, run.view.ran), (Fate::Done, 2));
    assert_eq!(run.began, Some("2026-01-31T10:00:00Z".parse().unwrap()));
    assert!(run.damaged[0].ends_with("its first line does not say which run it is"), "{run:?}");
    for text in ["", "\n\n", "{", "[1, 2]", "\u{0}\u{0}\u{0}"] {
        space.journal(&[text]);
        let run = space.glance();
        assert_eq!((run.fate, run.seconds, run.damaged.len()), (Fate::Interrupted, None, 1));
    }
    let whole = report(&[("a", "ran")]);
    fs_err::remove_file(folder(space.0.path()).join(format!("{ID}.jsonl"))).unwrap();
    space.write(&format!("{ID}.json"), &whole[..60]);
    let run = space.glance();
    assert_eq!(run.fate, Fate::Unknown);
    assert!(run.damaged[0].contains(&format!("{ID}.json: it is not a whole report")), "{run:?}");
}

#[test]
fn without_a_journal_the_report_says_what_it_can() {
    let cases: [(&[(&str, &str)], Fate); 4] = [
        (&[("a", "cached"), ("b", "left out")], Fate::NothingToDo),
        (&[("a", "cached"), ("b", "ran")], Fate::Done),
        (&[("a", "ran"), ("b", "skipped")], Fate::Stopped),
        (&[("a", "failed"), ("b", "skipped")], Fate::Failed),
    ];
    for (nodes, fate) in cases {
        let space = Space::new();
        fs_err::write(space.0.path().join(Report::FILE), report(nodes)).unwrap();
        let run = space.glance();
        let left_out = nodes.iter().filter(|(_, status)| *status == "left out").count();
        assert_eq!((run.fate, run.view.nodes), (fate, nodes.len() - left_out));
        assert_eq!((run.id.as_str(), run.seconds), (ID, Some(2.5)));
    }
}

#[test]
fn what_is_of_no_run_is_named_and_hidden_files_are_passed_over() {
    let space = Space::new();
    space.journal(&[START, END]);
    space.write(&format!(".{ID}.jsonl"), "");
    space.write("notes.json", "{}");
    space.write("20261399T100000Z-00ff00.jsonl", "");
    space.write(&format!("{ID}.txt"), "");
    let (files, foreign) = past_files(space.0.path());
    assert_eq!((files.len(), foreign.len()), (1, 3), "{foreign:?}");
    assert!(foreign.iter().all(|line| line.ends_with(" is not of a run")), "{foreign:?}");
    assert_eq!(past_files(Path::new("nowhere")), (Vec::new(), Vec::new()));
}

#[test]
fn a_report_of_before_runs_had_names_is_found_by_its_time() {
    let space = Space::new();
    let old = report(&[("a", "ran")]).replace(ID, "");
    fs_err::write(space.0.path().join(Report::FILE), old).unwrap();
    assert_eq!(space.glance().id, "20260131T100000Z-000000");
}
