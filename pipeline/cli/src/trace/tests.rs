use std::collections::BTreeMap;

use pipeline_engine::{
    DirtyReason, GpuShare, Granted, NodeFailure, NodeId, NodeOutcome, RunEvent, RunSummary,
    StageError,
};
use serde_json::Value;

use super::Trace;

fn node(name: &str) -> NodeId {
    NodeId::new(name, &BTreeMap::new())
}

fn started(name: &str, cpus: u32) -> RunEvent {
    RunEvent::NodeStarted {
        node: node(name),
        stage: "say",
        key: "k".to_owned(),
        reasons: vec![DirtyReason::NeverRun],
        granted: Granted {
            gpus: vec![0],
            gpu_share: GpuShare::new(0.25).unwrap(),
            ..Granted::cpus_only(cpus)
        },
    }
}

fn finished(name: &str, outcome: NodeOutcome) -> RunEvent {
    RunEvent::NodeFinished { node: node(name), outcome, seconds: 0.0, warnings: Vec::new() }
}

/// Two actions side by side, one that fails after them, one that is cached.
fn events() -> Vec<RunEvent> {
    let error = NodeFailure::from_error(StageError::message("tripped"));
    vec![
        RunEvent::RunStarted {
            run_id: "id".to_owned(),
            experiment: "e".to_owned(),
            nodes: 4,
            graph: Vec::new(),
        },
        finished("known", NodeOutcome::Cached),
        started("a", 1),
        started("b", 2),
        finished("a", NodeOutcome::Ran),
        started("c", 1),
        finished("c", NodeOutcome::Failed { error }),
        finished("b", NodeOutcome::Ran),
        RunEvent::RunFinished {
            summary: RunSummary { run: 2, failed: 1, ..RunSummary::default() },
        },
    ]
}

fn trace() -> Vec<Value> {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("trace.json");
    let trace = Trace::create(&path).unwrap();
    for event in &events() {
        trace.event(event);
    }
    let text = fs_err::read_to_string(path).unwrap();
    let value: Value = serde_json::from_str(&text).unwrap();
    value["traceEvents"].as_array().unwrap().clone()
}

fn number(event: &Value, field: &str) -> u64 {
    event[field].as_u64().unwrap()
}

#[test]
fn every_action_is_one_event_that_says_why_and_how_it_ended() {
    let trace = trace();
    let found: Vec<_> = trace.iter().filter(|event| event["ph"] == "X").collect();
    let names: Vec<_> = found.iter().map(|event| event["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["a", "c", "b", "run"]);
    assert_eq!(found[0]["args"]["reasons"][0], "has never been completed");
    assert_eq!(found[0]["args"]["outcome"], "ran");
    assert_eq!(found[1]["args"]["error"], "tripped");
    assert_eq!(found[3]["args"]["run"], 2);
}

#[test]
fn nothing_overlaps_in_a_lane_and_lanes_are_used_again() {
    let trace = trace();
    let mut lanes: BTreeMap<u64, Vec<(u64, u64)>> = BTreeMap::new();
    for event in trace.iter().filter(|event| event["ph"] == "X") {
        let begin = number(event, "ts");
        lanes.entry(number(event, "tid")).or_default().push((begin, begin + number(event, "dur")));
    }
    // The run itself, and two slots for three actions.
    assert_eq!(lanes.keys().copied().collect::<Vec<_>>(), [0, 1, 2]);
    for spans in lanes.values_mut() {
        spans.sort_unstable();
        assert!(spans.windows(2).all(|pair| pair[0].1 <= pair[1].0), "{spans:?}");
    }
    let run = lanes[&0][0];
    assert!(lanes.values().flatten().all(|span| run.0 <= span.0 && span.1 <= run.1), "{lanes:?}");
    let named = trace.iter().filter(|event| event["name"] == "thread_name");
    assert_eq!(named.count(), 3);
}

#[test]
fn the_counters_agree_with_the_actions() {
    let trace = trace();
    let counters = |name: &str| -> Vec<&Value> {
        let of = |event: &&Value| event["ph"] == "C" && event["name"] == name;
        trace.iter().filter(of).map(|event| &event["args"]).collect()
    };
    let cpus: Vec<u64> =
        counters("in use").iter().map(|args| args["CPU slots"].as_u64().unwrap()).collect();
    assert_eq!(cpus, [0, 1, 3, 2, 3, 2, 0, 0]);
    // A quarter for each that runs.
    let gpus: Vec<f64> =
        counters("in use").iter().map(|args| args["GPUs"].as_f64().unwrap()).collect();
    assert_eq!(gpus, [0.0, 0.25, 0.5, 0.25, 0.5, 0.25, 0.0, 0.0]);
    let last = *counters("nodes").last().unwrap();
    assert_eq!((&last["run"], &last["cached"]), (&3.into(), &1.into()));
}
