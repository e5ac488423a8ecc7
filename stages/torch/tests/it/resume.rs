//! A training that is interrupted and started again ends as if nothing had happened.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use pipeline_engine::{ActionContext, Cancellation, Job, StageEvent};
use serde_json::{Value, json};
use stages_torch::train::{Surroundings, train};

use crate::toy::{Toy, short_training, with};
use crate::training::{FILES, run};

/// Runs a job and cancels it once it has reported this many steps.
fn interrupt(job: &Job, after: u64) {
    tch::set_num_threads(1);
    let cancellation = Cancellation::new();
    let sink = |event: StageEvent| {
        if let StageEvent::Progress { done, .. } = event
            && done == after
        {
            cancellation.cancel();
        }
    };
    let context = ActionContext::from_job(job, &cancellation, &sink);
    let params = serde_json::from_value(job.params.clone()).unwrap();
    let error = train(&params, &context, &Surroundings::cpu()).unwrap_err();
    assert!(error.cancelled, "{error}");
}

/// The first step that a run reports, which tells where it went on.
pub(crate) fn first_step(events: &[StageEvent]) -> u64 {
    let first = events.iter().find_map(|event| match event {
        StageEvent::Progress { done, .. } => Some(*done),
        _ => None,
    });
    first.unwrap()
}

fn bytes(toy: &Toy, dir: &str, file: &str) -> Vec<u8> {
    fs_err::read(toy.dir(dir).join(file)).unwrap()
}

fn ends_the_same(params: &Value, interruptions: &[u64]) {
    let toy = Toy::new();
    run(&toy.train_job("whole", params.clone())).unwrap();
    let mut job = toy.train_job("parts", params.clone());
    job.resume = toy.dir("resume-parts");
    for after in interruptions {
        interrupt(&job, *after);
        assert!(job.resume.join("training.safetensors").exists());
    }
    let events = run(&job).unwrap();
    assert_eq!(first_step(&events), interruptions.last().unwrap() + 1);
    for file in FILES {
        assert!(bytes(&toy, "whole", file) == bytes(&toy, "parts", file), "{file} differs");
    }
}

#[test]
fn within_and_between_epochs() {
    // Three epochs of ten steps: before the first validation, at its end, and in the last epoch.
    ends_the_same(&short_training(), &[3, 10, 27]);
}

#[test]
fn in_the_default_precision() {
    ends_the_same(&with(short_training(), json!({"precision": "bf16"})), &[12]);
}

#[test]
fn with_everything_that_moves_beside_the_network() {
    let all = json!({
        "network": {"architecture": "ssl4mis_unet", "widths": [4, 8, 8, 16, 16]},
        "teacher": {"decay": 0.9},
        "evaluate": "teacher",
        "regularizers": [
            {"mean_teacher": {"weight": {"value": 0.1}, "noise": 0.1}},
            {"cross_pseudo": {"weight": {"value": 0.1}}},
            {"adversarial": {"weight": {"value": 0.1}, "width": 4}},
            {"feature_mi": {"weight": {"value": 0.1}, "clusters": 4, "heads": 1}},
        ],
    });
    ends_the_same(&with(short_training(), all), &[15]);
}

#[test]
fn from_a_save_that_is_older_than_the_interruption() {
    // As after kill -9: the last save is some steps back. A save after every step, the tenth kept.
    let toy = Toy::new();
    let job = toy.train_job("whole", short_training());
    let (saved, kept) = (job.resume.join("training.safetensors"), toy.dir("kept"));
    let seen = AtomicU64::new(0);
    let sink = |event: StageEvent| {
        if let StageEvent::Progress { done, .. } = event {
            seen.store(done, Ordering::SeqCst);
            if done == 11 {
                fs_err::copy(&saved, kept.join("training.safetensors")).unwrap();
            }
        }
    };
    let cancellation = Cancellation::new();
    let context = ActionContext::from_job(&job, &cancellation, &sink);
    let params = serde_json::from_value(job.params.clone()).unwrap();
    tch::set_num_threads(1);
    let often = Surroundings { save_every: Duration::ZERO, ..Surroundings::cpu() };
    train(&params, &context, &often).unwrap();
    assert_eq!(seen.load(Ordering::SeqCst), 30);
    let mut job = toy.train_job("parts", short_training());
    job.resume = kept;
    assert_eq!(first_step(&run(&job).unwrap()), 11, "the step after the tenth");
    for file in FILES {
        assert!(bytes(&toy, "whole", file) == bytes(&toy, "parts", file), "{file} differs");
    }
}

#[test]
fn a_save_that_cannot_be_used_is_said_and_left() {
    let toy = Toy::new();
    let quick = with(short_training(), json!({"epochs": 1, "iterations_per_epoch": 2}));
    run(&toy.train_job("whole", quick.clone())).unwrap();
    let job = toy.train_job("parts", quick);
    fs_err::create_dir_all(&job.resume).unwrap();
    fs_err::write(job.resume.join("training.safetensors"), "not a state").unwrap();
    let events = run(&job).unwrap();
    assert_eq!(first_step(&events), 1);
    assert!(events.iter().any(|event| matches!(
        event,
        StageEvent::Log { level, message }
            if level == "warn" && message.contains("so training starts anew")
    )));
    for file in FILES {
        assert!(bytes(&toy, "whole", file) == bytes(&toy, "parts", file), "{file} differs");
    }
}

#[test]
fn a_training_that_fails_tells_the_last_good_state() {
    let toy = Toy::new();
    let params = with(short_training(), json!({"learning_rate": {"constant": {"lr": 3e38}}}));
    let error = run(&toy.train_job("model", params)).unwrap_err();
    assert!(error.details.last().unwrap().starts_with("no good state"), "{:?}", error.details);
}
