//! `orchestrate export mlflow`.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use pipeline_cli::{CommandContext, Ending};
use pipeline_spec::{Diagnostic, sentence};
use stages_mlflow::{Credentials, FolderStore, MlflowError, Run, Server, ServerOptions, Written};
use stages_tables::kind;

use super::arguments::MlflowArguments;
use super::mistake::missing;
use super::mlflow_run::{evaluation_run, experiment_run};
use super::times::Starts;

/// Hands the evaluations of a run to MLflow.
pub(super) fn export(
    arguments: &MlflowArguments,
    context: &CommandContext<'_>,
) -> Result<Ending, Vec<Diagnostic>> {
    let run = context.recorded_run(&arguments.run.places, &arguments.run.run)?;
    let evaluations = run.artifacts(kind::METRICS);
    if evaluations.is_empty() {
        let message = format!("no node of `{}` has left metrics", run.experiment());
        return Err(missing(message, "`orchestrate show RUN` lists what became of each node"));
    }
    let name = arguments.experiment.as_deref().unwrap_or(run.experiment());
    if name.trim().is_empty() {
        return Err(missing("`--experiment` is empty".to_owned(), "give the experiment a name"));
    }
    let cancelled = || context.cancellation().is_cancelled();
    let target = Target::open(arguments, context, name, &cancelled)?;
    let starts = Starts::read(&run);
    let progress = context.progress("MLflow runs", evaluations.len() as u64);
    let mut tally = Tally::default();
    let outcome = (|| {
        let parent = target.write(&experiment_run(&run, name)?)?;
        tally.notes.extend(parent.notes);
        for metrics in &evaluations {
            if cancelled() {
                return Err(Ended::Stopped);
            }
            let prepared = evaluation_run(&run, &starts, metrics, name, &parent.run_id)?;
            let written = target.write(&prepared.run)?;
            *(if written.created { &mut tally.new } else { &mut tally.there }) += 1;
            tally.notes.extend(written.notes);
            progress.advance(metrics.node.node.as_str());
        }
        Ok(())
    })();
    drop(progress);
    for note in &tally.notes {
        context.note(note);
    }
    let Tally { new, there, .. } = tally;
    let said =
        format!("experiment `{name}` in {}: {new} new, {there} already there\n", target.place);
    match outcome {
        Ok(()) => {
            context.data(&said);
            if matches!(target.kind, Kind::Folder(_)) {
                context.note(&format!(
                    "look at it with: MLFLOW_ALLOW_FILE_STORE=true mlflow ui --backend-store-uri {}",
                    target.place
                ));
            }
            Ok(Ending::Done)
        }
        Err(Ended::Stopped) => {
            context.data(&said);
            context.note("stopped; the next export goes on from here");
            Ok(Ending::Failed)
        }
        Err(Ended::Mistakes(mistakes)) => Err(mistakes),
    }
}

#[derive(Default)]
struct Tally {
    new: usize,
    there: usize,
    notes: BTreeSet<String>,
}

/// Why an export did not come to its end.
enum Ended {
    Stopped,
    Mistakes(Vec<Diagnostic>),
}

impl From<Vec<Diagnostic>> for Ended {
    fn from(mistakes: Vec<Diagnostic>) -> Self {
        Self::Mistakes(mistakes)
    }
}

impl From<MlflowError> for Ended {
    fn from(error: MlflowError) -> Self {
        match error {
            MlflowError::Stopped => Self::Stopped,
            error => Self::Mistakes(explained(&error)),
        }
    }
}

/// Where runs go.
struct Target<'a> {
    kind: Kind<'a>,
    /// What people call it.
    place: String,
    experiment: &'a str,
}

enum Kind<'a> {
    Folder(FolderStore),
    /// With the id of the experiment.
    Server(Server<'a>, String),
}

impl<'a> Target<'a> {
    fn open(
        arguments: &MlflowArguments,
        context: &CommandContext<'_>,
        experiment: &'a str,
        cancelled: &'a (dyn Fn() -> bool + Sync),
    ) -> Result<Self, Vec<Diagnostic>> {
        let environment = |name: &str| context.environment(name).filter(|text| !text.is_empty());
        let to = arguments.to.as_deref().or(environment("MLFLOW_TRACKING_URI"));
        let Some(to) = to else {
            return Err(missing(
                "neither `--to` nor MLFLOW_TRACKING_URI says where to".to_owned(),
                "name a folder, `--to mlruns`, or a server, `--to http://localhost:5000`",
            ));
        };
        if to.starts_with("http://") || to.starts_with("https://") {
            let user = environment("MLFLOW_TRACKING_USERNAME");
            let credentials = match (environment("MLFLOW_TRACKING_TOKEN"), user) {
                (_, Some(user)) => Credentials::Password {
                    user: user.to_owned(),
                    password: environment("MLFLOW_TRACKING_PASSWORD")
                        .unwrap_or_default()
                        .to_owned(),
                },
                (Some(token), None) => Credentials::Token(token.to_owned()),
                (None, None) => Credentials::None,
            };
            let yes = |text: &str| ["true", "1"].contains(&text.to_lowercase().as_str());
            let options = ServerOptions {
                url: to.to_owned(),
                credentials,
                certificates: environment("MLFLOW_TRACKING_SERVER_CERT_PATH").map(PathBuf::from),
                insecure: environment("MLFLOW_TRACKING_INSECURE_TLS").is_some_and(yes),
            };
            let server = Server::new(&options, cancelled).map_err(|error| explained(&error))?;
            let id = server.experiment(experiment).map_err(|error| explained(&error))?;
            return Ok(Self { kind: Kind::Server(server, id), place: to.to_owned(), experiment });
        }
        let path = match to.split_once(':') {
            Some(("file", rest)) => Path::new(rest.strip_prefix("//").unwrap_or(rest)),
            Some((scheme, _)) if scheme.len() > 1 && !to.starts_with(['.', '/']) => {
                return Err(missing(
                    format!("runs cannot be written to `{to}`"),
                    "name a folder, or start `mlflow server` in front of the database and name its \
                     address, `--to http://localhost:5000`",
                ));
            }
            _ => Path::new(to),
        };
        let store = FolderStore::open(path).map_err(|error| explained(&error))?;
        let place = path.display().to_string();
        Ok(Self { kind: Kind::Folder(store), place, experiment })
    }

    fn write(&self, run: &Run) -> Result<Written, MlflowError> {
        match &self.kind {
            Kind::Folder(store) => store.write(self.experiment, run),
            Kind::Server(server, experiment_id) => server.write(experiment_id, run),
        }
    }
}

fn explained(error: &MlflowError) -> Vec<Diagnostic> {
    let help = match error {
        MlflowError::Store { .. } => "name an empty or a new folder, or one that MLflow has made",
        MlflowError::Deleted { .. } => {
            "restore it in MLflow, or name another one with `--experiment`"
        }
        MlflowError::Unreachable { .. } => "is the server running, and is the address right?",
        MlflowError::Refused { status: 401 | 403, .. } => {
            "set MLFLOW_TRACKING_TOKEN, or MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD"
        }
        MlflowError::Address { .. } | MlflowError::Answer { .. } => {
            "name the address that the pages of MLflow are shown at, such as http://localhost:5000"
        }
        _ => return vec![Diagnostic::new("export::mlflow", sentence(error))],
    };
    vec![Diagnostic::new("export::mlflow", sentence(error)).with_help(help)]
}
