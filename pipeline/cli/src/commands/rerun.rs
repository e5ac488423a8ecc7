//! Runs that had nothing to do and would have nothing to do again.

use std::path::{Path, PathBuf};
use std::time::Instant;

use pipeline_engine::{Report, RunResult, RunSummary};
use pipeline_store::{Digest, Store};
use serde::{Deserialize, Serialize};

use super::{Loaded, Session};
use crate::arguments::RunArguments;
use crate::console::Console;
use crate::progress::summary_line;

/// What makes two runs the same request, while the files that they go by are the same.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    name: String,
    digest: Digest,
    /// Files that were read before the run looked at anything.
    files: Vec<PathBuf>,
}

/// What a run says that has nothing to do.
#[derive(Debug, Serialize, Deserialize)]
struct Told {
    experiment: String,
    nodes: usize,
    run_dir: PathBuf,
    shown: Vec<PathBuf>,
}

impl Request {
    /// The request of these arguments; none if they ask for more than the results, or if a file
    /// cannot be read, which is better said by whoever needs it.
    pub(crate) fn of(session: &Session<'_>, arguments: &RunArguments) -> Option<Self> {
        let selection = &arguments.selection;
        let chosen = [&selection.only, &selection.until, &selection.force];
        let more = arguments.json
            || arguments.dry_run
            || arguments.trace_file.is_some()
            || session.console.verbose > 0
            || chosen.iter().any(|names| !names.is_empty());
        if more {
            return None;
        }
        let experiment = &arguments.experiment;
        let whole = |path: &Path| std::path::absolute(path).ok();
        let file = whole(&experiment.file)?;
        let runs = whole(&experiment.places.runs)?;
        let data_root = experiment.data_root.as_ref().or(session.surroundings.data_root.as_ref());
        let data_root = data_root.map(|root| whole(root)).map_or(Some(None), |root| root.map(Some));
        let mut contents = vec![fs_err::read(&file).ok()?];
        let mut files = vec![session.surroundings.program.clone()?];
        for path in &experiment.param_files {
            contents.push(fs_err::read(path).ok()?);
            files.push(whole(path)?);
        }
        let request = (
            (session.about.name, session.about.version),
            (&file, &runs, data_root?, &experiment.file),
            (&experiment.sets, &experiment.sweeps, &experiment.param_files),
            contents.iter().map(|bytes| Digest::of_bytes(bytes)).collect::<Vec<_>>(),
        );
        let digest = Digest::of_bytes(&serde_json::to_vec(&request).ok()?);
        files.push(file.clone());
        Some(Self { name: format!("{}\n{}", file.display(), runs.display()), digest, files })
    }

    /// Says what there is to say, if nothing has changed since the same request had nothing to do.
    pub(crate) fn answer(&self, console: &Console, store: &Store) -> Option<()> {
        let begin = Instant::now();
        let told = store.recall_rerun(&self.name, self.digest)?;
        let told: Told = serde_json::from_slice(&told).ok()?;
        let shown: Vec<String> =
            told.shown.iter().map(fs_err::read_to_string).collect::<Result<_, _>>().ok()?;
        if !console.quiet {
            console.note(&format!("{}: {} nodes", told.experiment, told.nodes));
            if !shown.is_empty() {
                console.note(&format!("results: {}/", told.run_dir.display()));
            }
            let seconds = begin.elapsed().as_secs_f64();
            let summary = RunSummary { cached: told.nodes, seconds, ..RunSummary::default() };
            console.note(&summary_line(&summary));
        }
        for text in &shown {
            console.data(text);
        }
        Some(())
    }

    /// Leaves the answer for the next run, if this one had nothing to do.
    pub(crate) fn leave(
        &self,
        again: Option<&Self>,
        store: &Store,
        loaded: &Loaded,
        result: &RunResult,
        added: Vec<PathBuf>,
    ) -> Option<()> {
        // The experiment file was read a second time in between.
        if again?.digest != self.digest {
            return None;
        }
        let mut read = result.looked_at.clone()?;
        read.extend_from_slice(&self.files);
        let run_dir = std::path::absolute(&loaded.run_dir).ok()?;
        read.extend(result.report.exported.keys().map(|name| run_dir.join(name)));
        let keys: Vec<_> = result.report.nodes.iter().filter_map(|node| node.key).collect();
        let told = Told {
            experiment: loaded.experiment.name.clone(),
            nodes: result.summary.cached,
            run_dir: loaded.run_dir.clone(),
            shown: result.shown.clone(),
        };
        let told = serde_json::to_vec(&told).ok()?;
        let mut written = added;
        written.push(run_dir.join(Report::FILE));
        store.remember_rerun(&self.name, self.digest, &keys, &read, &written, &told);
        Some(())
    }
}
