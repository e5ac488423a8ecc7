//! A server, as far as a script can be one.

use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::{Value, json};
use stages_mlflow::{Credentials, MetricValue, MlflowError, Run, Server, ServerOptions};

use crate::script::{Request, Script};

fn never() -> bool {
    false
}

fn options(script: &Script) -> ServerOptions {
    ServerOptions { url: script.url.clone(), ..ServerOptions::default() }
}

/// The server's answers where nothing is there yet.
fn empty(request: &Request) -> (u16, String) {
    let answer = if request.line.contains("get-by-name") {
        let missing = json!({"error_code": "RESOURCE_DOES_NOT_EXIST", "message": "no"});
        return (404, missing.to_string());
    } else if request.line.contains("experiments/create") {
        json!({"experiment_id": "7"})
    } else if request.line.contains("runs/create") {
        json!({"run": {"info": {"run_id": "r1", "artifact_uri": "mlflow-artifacts:/7/r1/artifacts"}}})
    } else {
        json!({})
    };
    (200, answer.to_string())
}

fn paths(script: &Script) -> Vec<String> {
    let short = |line: &str| line.replace("/api/2.0/mlflow", "").replace(" HTTP/1.1", "");
    script.heard().iter().map(|request| short(&request.line)).collect()
}

#[test]
fn a_run_is_sent_in_order_and_finished_last() {
    let dir = tempfile::tempdir().unwrap();
    let run = super::run(dir.path());
    let script = Script::start(empty);
    let options =
        ServerOptions { credentials: Credentials::Token("t0".into()), ..options(&script) };
    let server = Server::new(&options, &never).unwrap();
    let experiment = server.experiment("hearts & spleens/a").unwrap();
    let written = server.write(&experiment, &run).unwrap();
    assert_eq!((written.run_id.as_str(), written.created), ("r1", true));
    assert_eq!(
        paths(&script),
        [
            "GET /experiments/get-by-name?experiment_name=hearts%20%26%20spleens%2Fa",
            "POST /experiments/create",
            "POST /runs/search",
            "POST /runs/create",
            "POST /runs/log-batch",
            "POST /runs/log-batch",
            "POST /runs/log-batch",
            "PUT -artifacts/artifacts/7/r1/artifacts/tables/report.html",
            "POST /runs/update",
        ]
    );
    let heard = script.heard();
    assert!(heard.iter().all(|request| request.authorization.as_deref() == Some("Bearer t0")));
    assert_eq!(heard[3].json()["start_time"], 1000);
    assert_eq!(heard[3].json()["experiment_id"], "7");
    assert_eq!(heard[4].json()["tags"][0], json!({"key": "mlflow.runName", "value": run.name}));
    assert_eq!(heard[5].json()["params"][0], json!({"key": "train.lr", "value": "0.001"}));
    let values: Vec<Value> =
        heard[6].json()["metrics"].as_array().unwrap().iter().map(|m| m["value"].clone()).collect();
    assert_eq!(values, [json!(0.5), json!("NaN"), json!("Infinity")]);
    assert_eq!(heard[7].body, b"<p>");
    assert_eq!(heard[8].json(), json!({"run_id": "r1", "status": "FINISHED", "end_time": 5000}));
}

#[test]
fn batches_stay_within_the_servers_limits() {
    let script = Script::start(empty);
    let pairs = (0..250).map(|i| (format!("p{i}"), "x".repeat(5000))).collect();
    let metric = |step| MetricValue { key: "m".into(), value: 1.0, timestamp_ms: 0, step };
    let metrics = (0..2500).map(metric).collect();
    let run = Run { id: "1".into(), params: pairs, metrics, ..Run::default() };
    Server::new(&options(&script), &never).unwrap().write("7", &run).unwrap();
    let (mut params, mut metrics) = (0, 0);
    for request in script.heard().iter().filter(|request| request.line.contains("log-batch")) {
        assert!(request.body.len() <= 1_000_000);
        let body = request.json();
        let count = |what: &str| body[what].as_array().map_or(0, Vec::len);
        assert!(count("params") <= 100 && count("metrics") <= 1000);
        params += count("params");
        metrics += count("metrics");
    }
    assert_eq!((params, metrics), (250, 2500));
}

/// Answers as a server that has the run, in a state.
fn having(status: &'static str) -> impl Fn(&Request) -> (u16, String) + Send + Sync {
    move |request| {
        if request.line.contains("runs/search") {
            assert_eq!(request.json()["filter"], "tags.`orchestrate.export` = 'abc'");
            let info = json!({"run_id": "old", "status": status, "artifact_uri": "s3://b/k"});
            return (200, json!({"runs": [{"info": info}]}).to_string());
        }
        empty(request)
    }
}

#[test]
fn a_run_that_is_there_is_not_sent_again_and_half_a_run_is() {
    let dir = tempfile::tempdir().unwrap();
    let run = Run { id: "abc".into(), ..super::run(dir.path()) };
    let send = |status, run: &Run| {
        let script = Script::start(having(status));
        let written = Server::new(&options(&script), &never).unwrap().write("7", run).unwrap();
        (written, paths(&script))
    };
    let (written, asked) = send("FINISHED", &run);
    assert_eq!((written.created, written.run_id.as_str(), asked.len()), (false, "old", 1));
    let (written, asked) = send("FINISHED", &Run { refreshed: true, ..run.clone() });
    assert_eq!(asked, ["POST /runs/search", "POST /runs/log-batch"]);
    assert!(written.notes[0].contains("s3://b/k"), "{:?}", written.notes);
    let (written, asked) = send("RUNNING", &run);
    assert!(written.created);
    assert_eq!(asked[..3], ["POST /runs/search", "POST /runs/delete", "POST /runs/create"]);
}

#[test]
fn the_servers_own_words_are_told() {
    let message = json!({"error_code": "INVALID_PARAMETER_VALUE", "message": "no such thing"});
    let script = Script::start(move |_| (400, message.to_string()));
    let server = |url: &str| ServerOptions { url: url.to_owned(), ..ServerOptions::default() };
    let ask = |url: &str| Server::new(&server(url), &never).unwrap().experiment("a").unwrap_err();
    let error = ask(&script.url).to_string();
    assert!(error.ends_with("answered 400: no such thing"), "{error}");
    let script = Script::start(|_| (200, "<html>hello</html>".to_owned()));
    let error = ask(&script.url).to_string();
    assert!(error.contains("does not answer as an MLflow server does: it sent `<html>"), "{error}");
    let script = Script::start(|_| (200, "{}".to_owned()));
    assert!(ask(&script.url).to_string().contains("no `experiment_id`"));
    // Nobody listens on a port that was just given back.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let error = ask(&format!("http://{port}")).to_string();
    assert!(error.starts_with("cannot reach http://127.0.0.1:"), "{error}");
}

#[test]
fn a_busy_server_is_asked_again_and_a_stop_is_heard() {
    let count = AtomicU32::new(0);
    let script = Script::start(move |request| match count.fetch_add(1, Ordering::SeqCst) {
        0 => (503, String::new()),
        _ => empty(request),
    });
    assert_eq!(Server::new(&options(&script), &never).unwrap().experiment("a").unwrap(), "7");
    assert_eq!(script.heard().len(), 3);
    let stopped = || true;
    let error = Server::new(&options(&script), &stopped).unwrap().experiment("a").unwrap_err();
    assert!(matches!(error, MlflowError::Stopped));
}

#[test]
fn deleted_experiments_are_named() {
    let script = Script::start(|_| {
        let experiment = json!({"experiment_id": "7", "lifecycle_stage": "deleted"});
        (200, json!({"experiment": experiment}).to_string())
    });
    let error = Server::new(&options(&script), &never).unwrap().experiment("a").unwrap_err();
    assert!(matches!(error, MlflowError::Deleted { .. }), "{error}");
}
