//! `docs/protocol.md` and the code agree.

use pipeline_engine::Job;
use pipeline_engine::stage::StageEvent;

const TEXT: &str = include_str!("../../../../docs/protocol.md");

/// The fenced blocks of a language.
fn blocks(language: &str) -> Vec<&'static str> {
    TEXT.split("```")
        .skip(1)
        .step_by(2)
        .filter_map(|block| block.strip_prefix(language)?.strip_prefix('\n'))
        .collect()
}

#[test]
fn the_documented_job_is_one() {
    let [block] = blocks("json")[..] else { panic!("one job is expected") };
    let job: Job = serde_json::from_str(block).unwrap();
    // Every field is shown, and nothing that is not one.
    let shown: serde_json::Value = serde_json::from_str(block).unwrap();
    assert_eq!(serde_json::to_value(&job).unwrap(), shown);
    for field in shown.as_object().unwrap().keys() {
        assert!(TEXT.contains(&format!("| `{field}` |")), "{field} is not explained");
    }
}

#[test]
fn every_documented_event_is_one_and_none_is_missing() {
    let lines: Vec<&str> = blocks("jsonl").into_iter().flat_map(str::lines).collect();
    let mut kinds: Vec<&str> = lines
        .iter()
        .map(|line| match serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}")) {
            StageEvent::Progress { .. } => "progress",
            StageEvent::Metric { .. } => "metric",
            StageEvent::Log { .. } => "log",
            StageEvent::Environment { .. } => "environment",
            StageEvent::Failed { .. } => "failed",
            StageEvent::Done => "done",
        })
        .collect();
    kinds.sort_unstable();
    kinds.dedup();
    assert_eq!(kinds, ["done", "environment", "failed", "log", "metric", "progress"]);
}
