//! Runs handed over to a folder and to a scripted server; `tests/e2e` reads them with MLflow's client.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking, in its helpers too")]

mod folder;
mod script;
mod server;

use stages_mlflow::{MetricValue, Run, RunFile};

/// A run with a little of everything.
pub(crate) fn run(dir: &std::path::Path) -> Run {
    let path = dir.join("report.html");
    fs_err::write(&path, "<p>").unwrap();
    let pair = |key: &str, value: &str| (key.to_owned(), value.to_owned());
    let metric = |step: i64, value: f64| MetricValue {
        key: "loss/total".to_owned(),
        value,
        timestamp_ms: 1000 + step,
        step,
    };
    Run {
        id: "0123456789abcdef0123456789abcdef".to_owned(),
        name: "ours: \"a\" # b".to_owned(),
        start_ms: 1000,
        end_ms: 5000,
        succeeded: true,
        params: vec![pair("train.lr", "0.001"), pair("train.note", "")],
        metrics: vec![metric(0, 0.5), metric(1, f64::NAN), metric(2, f64::INFINITY)],
        tags: vec![pair("orchestrate.node", "evaluate[seed=8]")],
        files: vec![RunFile { name: "tables/report.html".to_owned(), path }],
        refreshed: false,
    }
}
