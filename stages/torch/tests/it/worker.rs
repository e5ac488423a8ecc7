//! The worker program as the orchestrator starts it.

use std::io::{BufRead, BufReader};
use std::process::{Command, ExitStatus, Output, Stdio};

use pipeline_engine::{Job, StageEvent};
use serde_json::json;
use stages_train::Train;

use crate::resume::first_step;
use crate::toy::{Toy, short_training, with};
use crate::training::FILES;

fn worker(toy: &Toy, job: &Job) -> (Output, Vec<StageEvent>) {
    worker_with(toy, job, "")
}

/// With `LIBTORCH` set when it runs.
fn worker_with(toy: &Toy, job: &Job, libtorch: &str) -> (Output, Vec<StageEvent>) {
    let file = toy.dir("jobs").join("job.json");
    fs_err::write(&file, serde_json::to_string(job).unwrap()).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_orchestrate-torch"))
        .arg("--job")
        .arg(&file)
        // The libraries are found without help.
        .env_remove("LD_LIBRARY_PATH")
        .env("LIBTORCH", libtorch)
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout.clone()).unwrap();
    let events = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    (output, events)
}

#[test]
fn runs_a_job_and_ends_with_done() {
    let toy = Toy::new();
    let params = with(short_training(), json!({"epochs": 1, "iterations_per_epoch": 2}));
    let (output, events) = worker(&toy, &toy.train_job("model", params));
    assert!(output.status.success());
    assert_eq!(events.last(), Some(&StageEvent::Done));
    for (name, value) in [("device", "cpu"), ("libtorch", "2.11.0"), ("threads", "1")] {
        let fact = StageEvent::Environment { name: name.to_owned(), value: value.to_owned() };
        assert!(events.contains(&fact), "{name}");
    }
    assert!(toy.dir("model").join("best.safetensors").exists());
}

/// Starts a worker, sends it a signal when it has reported so many steps, and waits for its end.
fn stopped_after(toy: &Toy, job: &Job, steps: u64) -> ExitStatus {
    let file = toy.dir("jobs").join("stopped.json");
    fs_err::write(&file, serde_json::to_string(job).unwrap()).unwrap();
    let mut worker = Command::new(env!("CARGO_BIN_EXE_orchestrate-torch"))
        .arg("--job")
        .arg(&file)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut sent = false;
    for line in BufReader::new(worker.stdout.take().unwrap()).lines() {
        let event: StageEvent = serde_json::from_str(&line.unwrap()).unwrap();
        if let StageEvent::Progress { done, .. } = event
            && done >= steps
            && !sent
        {
            let pid = worker.id().to_string();
            assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
            sent = true;
        }
    }
    assert!(sent, "it reports its steps");
    worker.wait().unwrap()
}

#[test]
fn a_signal_makes_it_save_and_the_next_start_goes_on_to_the_same_bytes() {
    let toy = Toy::new();
    let long = with(short_training(), json!({"iterations_per_epoch": 100}));
    assert!(worker(&toy, &toy.train_job("whole", long.clone())).0.status.success());
    let mut job = toy.train_job("parts", long);
    job.resume = toy.dir("resume-parts");
    let status = stopped_after(&toy, &job, 40);
    assert!(!status.success(), "{status}");
    assert!(job.resume.join("training.safetensors").exists());
    let (output, events) = worker(&toy, &job);
    assert!(output.status.success());
    let first = first_step(&events);
    assert!(first > 40, "it went on after the 40th step: {first}");
    for file in FILES {
        let bytes = |dir: &str| fs_err::read(toy.dir(dir).join(file)).unwrap();
        assert!(bytes("whole") == bytes("parts"), "{file} differs");
    }
}

#[test]
fn a_failure_is_an_event_without_a_backtrace() {
    let toy = Toy::new();
    let mut job = toy.train_job("model", short_training());
    job.version = 99;
    let (output, events) = worker(&toy, &job);
    assert_eq!(output.status.code(), Some(1));
    let Some(StageEvent::Failed { message, help, .. }) = events.last() else {
        panic!("no failure in {events:?}");
    };
    let version = Train::VERSION;
    let expected = format!(
        "the worker runs version {version} of stage `train`, but the job asks for version 99"
    );
    assert_eq!(*message, expected);
    assert!(help.as_ref().unwrap().contains("one build"));
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
}

#[test]
fn a_refusal_of_libtorch_is_one_line() {
    // Not a multiple of 16: the check of the orchestrator is left out, so libtorch refuses.
    let toy = Toy::new();
    let (output, events) =
        worker(&toy, &toy.train_job("model", with(short_training(), json!({"crop": 24}))));
    assert_eq!(output.status.code(), Some(1));
    let Some(StageEvent::Failed { message, .. }) = events.last() else {
        panic!("no failure in {events:?}");
    };
    assert!(message.starts_with("libtorch failed: Sizes of tensors must match"), "{message}");
    assert!(!message.contains("frame #"), "{message}");
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
}

#[test]
fn a_granted_gpu_that_cannot_be_used_is_said_aloud() {
    // The libtorch of the tests is the CPU part only, and LIBTORCH points nowhere.
    let toy = Toy::new();
    let params = with(short_training(), json!({"epochs": 1, "iterations_per_epoch": 1}));
    let mut job = toy.train_job("model", params);
    job.granted.gpus = vec![0];
    let (output, events) = worker_with(&toy, &job, "/nonexistent");
    if beside_libtorch_is_cuda() {
        println!("skipped: this libtorch has a CUDA part");
        return;
    }
    assert!(output.status.success());
    let warning = events.iter().find_map(|event| match event {
        StageEvent::Log { level, message } if level == "warn" => Some(message.as_str()),
        _ => None,
    });
    let warning = warning.unwrap();
    assert!(warning.starts_with("a GPU was granted but cannot be used"), "{warning}");
    assert!(warning.contains("there is no libtorch_cuda.so in "), "{warning}");
    assert!(warning.contains("/nonexistent/lib"), "{warning}");
    let fact = StageEvent::Environment { name: "device".to_owned(), value: "cpu".to_owned() };
    assert!(events.contains(&fact));
}

#[test]
fn a_libtorch_of_another_version_is_not_mixed_in() {
    let toy = Toy::new();
    fs_err::write(toy.dir("other").join("build-version"), "2.8.0\n").unwrap();
    let params = with(short_training(), json!({"epochs": 1, "iterations_per_epoch": 1}));
    let mut job = toy.train_job("model", params);
    job.granted.gpus = vec![0];
    let (output, events) = worker_with(&toy, &job, toy.dir("other").to_str().unwrap());
    assert!(output.status.success());
    assert!(events.iter().any(|event| matches!(
        event,
        StageEvent::Log { message, .. } if message.contains("build-version is not of version 2.11.0")
    )));
}

fn beside_libtorch_is_cuda() -> bool {
    option_env!("LIBTORCH")
        .is_some_and(|root| std::path::Path::new(root).join("lib/libtorch_cuda.so").exists())
}

#[test]
fn says_its_versions_and_how_it_is_used() {
    let program = env!("CARGO_BIN_EXE_orchestrate-torch");
    let output = Command::new(program).arg("--version").output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(
        text,
        concat!("orchestrate-torch ", env!("CARGO_PKG_VERSION"), " (libtorch 2.11.0)\n")
    );
    let output = Command::new(program).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(
        String::from_utf8(output.stderr).unwrap().starts_with("usage: orchestrate-torch --job")
    );
}
