//! Actions that share one GPU.

use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use pipeline_engine::{
    ActionContext, Capacity, Granted, Placement, Ports, RunEvent, Stage, StageError, StageInfo,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::toy::Workshop;

/// Waits until so many of its actions have begun, so that they must have run side by side.
#[derive(Clone)]
struct Meet {
    /// How many have begun.
    begun: Arc<(Mutex<u32>, Condvar)>,
}

#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct MeetParams {
    number: u32,
    others: u32,
}

impl Stage for Meet {
    type Params = MeetParams;

    fn info(&self) -> StageInfo {
        StageInfo {
            name: "meet",
            version: 1,
            summary: "Meets others.",
            placement: Placement::InProcess,
        }
    }

    fn ports(&self, _params: &MeetParams) -> Ports {
        Ports::new().output("out", "text")
    }

    fn run(&self, params: &MeetParams, context: &ActionContext<'_>) -> Result<(), StageError> {
        let (begun, changed) = &*self.begun;
        let mut count = begun.lock().unwrap();
        *count += 1;
        changed.notify_all();
        let (count, waited) = changed
            .wait_timeout_while(count, Duration::from_mins(1), |count| *count < params.others)
            .unwrap();
        drop(count);
        if waited.timed_out() {
            return Err(StageError::message("nobody came"));
        }
        let text = format!("{} {:?}", params.number, context.granted().gpus);
        fs_err::write(context.output("out")?.join("text.txt"), text).map_err(StageError::new)
    }
}

fn workshop(gpus: &[u32]) -> Workshop {
    let shop = Workshop::new();
    let meet = Meet { begun: Arc::default() };
    Workshop {
        capacity: Capacity { cpus: 16, memory_mib: 65_536, gpus: gpus.to_vec() },
        registry: crate::toy::registry().with(meet),
        ..shop
    }
}

fn experiment(count: u32, others: u32, gpus: &str) -> String {
    let numbers: Vec<String> = (0..count).map(|number| number.to_string()).collect();
    format!(
        "{{ experiment: e, matrix: {{ n: [{}] }}, stages: {{ meet: {{ with: {{ number: '${{n}}', others: {others} }}, resources: {{ gpus: {gpus} }} }} }} }}",
        numbers.join(", ")
    )
}

fn granted(events: &[RunEvent]) -> Vec<&Granted> {
    let started = events.iter().filter_map(|event| match event {
        RunEvent::NodeStarted { granted, .. } => Some(granted),
        _ => None,
    });
    started.collect()
}

#[test]
fn four_quarters_run_side_by_side_on_one_gpu_and_a_fifth_waits() {
    let outcome = workshop(&[0]).run(&experiment(5, 4, "0.25"), &[]);
    assert_eq!(outcome.with("ran").len(), 5, "{:?}", outcome.events);
    assert_eq!(outcome.at_once, 4);
    for granted in granted(&outcome.events) {
        assert_eq!(granted.gpus, [0]);
        assert_eq!(granted.gpu_share.thousandths(), 250);
    }
}

#[test]
fn whole_gpus_are_shared_with_nobody() {
    let outcome = workshop(&[0, 1]).run(&experiment(4, 2, "1"), &[]);
    assert_eq!(outcome.with("ran").len(), 4, "{:?}", outcome.events);
    assert_eq!(outcome.at_once, 2);
    let granted = granted(&outcome.events);
    assert_eq!((granted[0].gpus.as_slice(), granted[1].gpus.as_slice()), (&[0][..], &[1][..]));
    assert!(granted.iter().all(|granted| granted.gpu_share.thousandths() == 1000));
}

#[test]
fn without_a_gpu_shares_limit_nothing() {
    let outcome = workshop(&[]).run(&experiment(5, 5, "0.25"), &[]);
    assert_eq!((outcome.with("ran").len(), outcome.at_once), (5, 5));
    assert!(granted(&outcome.events).iter().all(|granted| **granted == Granted::cpus_only(1)));
}
