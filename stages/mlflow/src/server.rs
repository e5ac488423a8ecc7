//! An MLflow server, by version 2.0 of its REST interface.

use std::path::PathBuf;

use serde_json::{Value, json};

use crate::http::{Connection, Credentials, Http};
use crate::meta::percent_encoded;
use crate::run::EXPERIMENT_KIND;
use crate::{MetricValue, MlflowError, Run, RunFile, Written};

/// Parameters or tags in one request.
const PAIRS: usize = 100;
/// Metrics in one request.
const METRICS: usize = 1000;
/// Bytes of one request; the server's limit is 1 MB.
const BYTES: usize = 500_000;
/// The tag by which a run is found again.
const EXPORT_TAG: &str = "orchestrate.export";

/// Which server, and how to get through to it.
#[derive(Clone, Default)]
pub struct ServerOptions {
    /// Its address, such as `http://localhost:5000`.
    pub url: String,
    /// Who asks.
    pub credentials: Credentials,
    /// A PEM file of the authorities to trust, instead of the usual ones.
    pub certificates: Option<PathBuf>,
    /// Whether any certificate will do.
    pub insecure: bool,
}

/// A server that runs are sent to.
pub struct Server<'a> {
    http: Http<'a>,
}

/// A run that the server has.
struct Found {
    run_id: String,
    artifact_uri: String,
    over: bool,
}

impl<'a> Server<'a> {
    /// A server; nothing is sent yet. `cancelled` is asked before every request.
    ///
    /// # Errors
    /// If the address or the certificates are of no use.
    pub fn new(
        options: &ServerOptions,
        cancelled: &'a (dyn Fn() -> bool + Sync),
    ) -> Result<Self, MlflowError> {
        let connection = Connection {
            credentials: options.credentials.clone(),
            certificates: options.certificates.clone(),
            insecure: options.insecure,
        };
        Ok(Self { http: Http::new(&options.url, &connection, cancelled)? })
    }

    /// The experiment of this name, a new one if there is none.
    ///
    /// # Errors
    /// If the server cannot be reached or refuses, or the experiment was deleted.
    pub fn experiment(&self, name: &str) -> Result<String, MlflowError> {
        let query = percent_encoded(name).replace('/', "%2F");
        let path = format!("/api/2.0/mlflow/experiments/get-by-name?experiment_name={query}");
        let found = match self.http.get(&path) {
            Err(MlflowError::Refused { status: 404, code, .. })
                if code == "RESOURCE_DOES_NOT_EXIST" =>
            {
                None
            }
            other => Some(other?),
        };
        let Some(found) = found else {
            let path = "/api/2.0/mlflow/experiments/create";
            let (key, value) = EXPERIMENT_KIND;
            let body = json!({"name": name, "tags": [{"key": key, "value": value}]});
            let made = self.http.post(path, &body)?;
            return self.text(path, &made["experiment_id"], "experiment_id");
        };
        let experiment = &found["experiment"];
        if experiment["lifecycle_stage"].as_str().is_some_and(|stage| stage != "active") {
            return Err(MlflowError::Deleted { name: name.to_owned() });
        }
        self.text(&path, &experiment["experiment_id"], "experiment_id")
    }

    /// Sends a run to an experiment, by the experiment's id. One that is there already stays as it is,
    /// apart from the tags and files of a [`Run::refreshed`] one; one that was sent in part only is
    /// deleted and sent again.
    ///
    /// # Errors
    /// If the server cannot be reached or refuses, or a file cannot be read.
    pub fn write(&self, experiment_id: &str, run: &Run) -> Result<Written, MlflowError> {
        let mut notes = Vec::new();
        if let Some(found) = self.find(experiment_id, &run.id)? {
            if found.over {
                if run.refreshed {
                    self.tags(&found.run_id, run)?;
                    self.files(&found.artifact_uri, &run.files, &mut notes)?;
                }
                return Ok(Written { run_id: found.run_id, created: false, notes });
            }
            self.http.post("/api/2.0/mlflow/runs/delete", &json!({"run_id": found.run_id}))?;
        }
        let path = "/api/2.0/mlflow/runs/create";
        let made = self.http.post(
            path,
            &json!({
                "experiment_id": experiment_id,
                "run_name": run.name,
                "start_time": run.start_ms,
                "tags": [{"key": EXPORT_TAG, "value": run.id}],
            }),
        )?;
        let run_id = self.text(path, &made["run"]["info"]["run_id"], "run_id")?;
        let (params, cut) = run.fitting_params();
        if cut > 0 {
            notes.push(format!("{cut} values of parameters were cut to 6000 characters"));
        }
        self.tags(&run_id, run)?;
        self.log(&run_id, "params", params.iter().map(pair), PAIRS)?;
        self.log(&run_id, "metrics", run.metrics.iter().map(metric), METRICS)?;
        let artifact_uri = made["run"]["info"]["artifact_uri"].as_str().unwrap_or_default();
        self.files(artifact_uri, &run.files, &mut notes)?;
        // Last: a run that is still "running" is one that was not sent completely.
        let status = if run.succeeded { "FINISHED" } else { "FAILED" };
        let update = json!({"run_id": run_id, "status": status, "end_time": run.end_ms});
        self.http.post("/api/2.0/mlflow/runs/update", &update)?;
        Ok(Written { run_id, created: true, notes })
    }

    /// The run that was exported under this id.
    fn find(&self, experiment_id: &str, id: &str) -> Result<Option<Found>, MlflowError> {
        let path = "/api/2.0/mlflow/runs/search";
        let found = self.http.post(
            path,
            &json!({
                "experiment_ids": [experiment_id],
                "filter": format!("tags.`{EXPORT_TAG}` = '{id}'"),
                "max_results": 1,
                "run_view_type": "ACTIVE_ONLY",
            }),
        )?;
        let Some(run) = found["runs"].as_array().and_then(|runs| runs.first()) else {
            return Ok(None);
        };
        let info = &run["info"];
        Ok(Some(Found {
            run_id: self.text(path, &info["run_id"], "run_id")?,
            artifact_uri: info["artifact_uri"].as_str().unwrap_or_default().to_owned(),
            over: info["status"].as_str().is_some_and(|status| status != "RUNNING"),
        }))
    }

    fn tags(&self, run_id: &str, run: &Run) -> Result<(), MlflowError> {
        self.log(run_id, "tags", run.fitting_tags().iter().map(pair), PAIRS)
    }

    /// Logs many items in as few requests as the server's limits allow.
    fn log(
        &self,
        run_id: &str,
        what: &str,
        items: impl Iterator<Item = Value>,
        most: usize,
    ) -> Result<(), MlflowError> {
        let (mut batch, mut bytes) = (Vec::new(), 0);
        let send = |batch: &mut Vec<Value>| {
            if batch.is_empty() {
                return Ok(());
            }
            let body = json!({"run_id": run_id, what: std::mem::take(batch)});
            self.http.post("/api/2.0/mlflow/runs/log-batch", &body).map(|_| ())
        };
        for item in items {
            let size = item.to_string().len() + 1;
            if batch.len() == most || bytes + size > BYTES {
                send(&mut batch)?;
                bytes = 0;
            }
            batch.push(item);
            bytes += size;
        }
        send(&mut batch)
    }

    /// Sends files, if the server takes them itself.
    fn files(
        &self,
        artifact_uri: &str,
        files: &[RunFile],
        notes: &mut Vec<String>,
    ) -> Result<(), MlflowError> {
        let root = artifact_uri.strip_prefix("mlflow-artifacts:");
        let root = root.filter(|rest| !rest.starts_with("//"));
        let Some(root) = root else {
            if !files.is_empty() {
                notes.push(format!(
                    "no files were sent: the server does not take them itself (it keeps them at \
                     {artifact_uri}; `mlflow server --serve-artifacts` would)"
                ));
            }
            return Ok(());
        };
        for file in files {
            let name = percent_encoded(&format!("{}/{}", root.trim_matches('/'), file.name));
            let path = format!("/api/2.0/mlflow-artifacts/artifacts/{name}");
            self.http.put_file(&path, &file.path)?;
        }
        Ok(())
    }

    fn text(&self, path: &str, value: &Value, field: &str) -> Result<String, MlflowError> {
        value.as_str().map(str::to_owned).ok_or_else(|| MlflowError::Answer {
            url: self.http.url(path),
            what: format!("there is no `{field}` in its answer"),
        })
    }
}

fn pair((key, value): &(String, String)) -> Value {
    json!({"key": key, "value": value})
}

fn metric(metric: &MetricValue) -> Value {
    // As JSON of protocol buffers has them.
    let value = match metric.value {
        value if value.is_nan() => json!("NaN"),
        value if value.is_infinite() => json!(if value > 0.0 { "Infinity" } else { "-Infinity" }),
        value => json!(value),
    };
    json!({"key": metric.key, "value": value, "timestamp": metric.timestamp_ms, "step": metric.step})
}
