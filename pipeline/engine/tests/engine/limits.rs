//! Time limits, memory limits, and trying again.

use std::time::{Duration, Instant};

use pipeline_engine::RunEvent;

use crate::program::{failure, script, workshop};
use crate::toy::Workshop;

fn limited(run: &str, rest: &str) -> String {
    script(run).replace(" } } } }", &format!(" }}, {rest} }} }} }}"))
}

#[test]
fn a_program_that_takes_too_long_is_ended_and_says_so() {
    let shop = workshop();
    let begin = Instant::now();
    let yaml = limited("sleep 1000", "limits: { time: 1s }");
    let failure = failure(&shop.run(&yaml, &[]));
    assert_eq!(failure.message, "exceeded its time limit of 1 s");
    assert!(!failure.cancelled);
    assert!(begin.elapsed() < Duration::from_mins(1));
}

#[test]
fn a_stage_in_the_orchestrator_has_a_time_limit_too() {
    let shop = Workshop::new();
    let yaml = "{ experiment: e, stages: { text: { with: { text: a } }, append: { with: { wait_for_cancel: true }, limits: { time: 1s } } } }";
    let failure = failure(&shop.run(yaml, &[]));
    assert_eq!(failure.message, "exceeded its time limit of 1 s");
}

#[test]
fn a_program_that_uses_too_much_memory_is_ended_and_says_so() {
    let shop = workshop();
    // A child of the program, to be counted with it.
    let run = "awk 'BEGIN { s = \"x\"; while (length(s) < 400000000) s = s s; print length(s); while (1) t = t + 1 }'; true";
    let failure = failure(&shop.run(&limited(run, "limits: { memory: 100MiB }"), &[]));
    assert!(
        failure.message.contains("exceeded its memory limit of 100 MiB: it used "),
        "{failure:?}"
    );
}

#[test]
fn a_failed_action_is_tried_again_and_its_log_tells() {
    let shop = workshop();
    let run = r#"mkdir -p "$RESUME"; echo x >> "$RESUME/steps"
[ "$(wc -l < "$RESUME/steps")" -ge 3 ] || { echo not yet; exit 9; }; touch "$OUT/x""#;
    let outcome = shop.run(&limited(run, "retries: 2"), &[]);
    assert_eq!(outcome.with("ran"), ["script"]);
    let retried: Vec<_> = outcome
        .events
        .iter()
        .filter_map(|event| match event {
            RunEvent::NodeRetried { attempt, of, error, .. } => {
                Some((*attempt, *of, error.message.as_str()))
            }
            _ => None,
        })
        .collect();
    assert_eq!(retried, [(1, 3, "`sh` ended with status 9"), (2, 3, "`sh` ended with status 9")]);
    assert_eq!(outcome.result.report.nodes[0].environment["attempts"], "3");
}

#[test]
fn the_last_attempt_counts() {
    let shop = workshop();
    let outcome = shop.run(&limited("echo again; exit 9", "retries: 1"), &[]);
    let failure = failure(&outcome);
    assert_eq!(
        failure.log_tail,
        ["stdout: again", "attempt 1 of 2 failed: `sh` ended with status 9", "stdout: again"]
    );
}

#[test]
fn a_program_that_ignores_being_asked_to_end_is_killed() {
    let shop = workshop();
    let yaml = limited("trap '' TERM; while :; do sleep 0.1; done", "limits: { time: 1s }");
    assert_eq!(failure(&shop.run(&yaml, &[])).message, "exceeded its time limit of 1 s");
}

#[test]
fn a_program_has_time_to_save_its_work_and_goes_on_from_it() {
    let shop = workshop();
    let run = r#"if [ -e "$RESUME/saved" ]; then cp "$RESUME/saved" "$OUT/x"; exit 0; fi
trap 'sleep 0.3; echo half > "$RESUME/saved"; exit 9' TERM
while :; do sleep 0.05; done"#;
    let outcome = shop.run(&limited(run, "limits: { time: 1s }, retries: 1"), &[]);
    assert_eq!(outcome.with("ran"), ["script"]);
    let retried = outcome.events.iter().find_map(|event| match event {
        RunEvent::NodeRetried { error, .. } => Some(error.message.as_str()),
        _ => None,
    });
    assert_eq!(retried, Some("exceeded its time limit of 1 s"));
}

#[test]
fn what_schedulers_send_to_a_supervisor_is_for_the_program() {
    let shop = workshop();
    let run = r#"for signal in TERM INT HUP USR1 USR2; do kill -$signal $PPID; done
sleep 0.1; touch "$OUT/x""#;
    assert_eq!(shop.run(&crate::program::script(run), &[]).with("ran"), ["script"]);
}
