//! `orchestrate run`.

use std::path::Path;
use std::sync::Arc;

use pipeline_engine::{Cancellation, NodeFailure, RunEvent, RunOptions, RunResult, RunSummary};
use pipeline_spec::Diagnostic;

use super::rerun::Request;
use super::session::Selected;
use super::{Loaded, Session, plan};
use crate::arguments::RunArguments;
use crate::capacity::capacity;
use crate::error::{CommandError, Exit};
use crate::journal::{Journal, Origin};
use crate::progress::{Tally, choose, summary_line};
use crate::recorded::add_files;
use crate::surroundings::now;
use crate::trace::Trace;
use crate::workers::find_workers;
use crate::{interrupt, render};

/// Runs whatever is not done yet, then prints the results.
pub(crate) fn run(session: &Session<'_>, arguments: &RunArguments) -> Result<Exit, CommandError> {
    let console = session.console;
    let request = Request::of(session, arguments);
    let opened = session.existing_store(&arguments.experiment.places);
    if let (Some(request), Some(store)) = (&request, &opened)
        && request.answer(console, store).is_some()
    {
        return Ok(Exit::Done);
    }
    let loaded = session.load(&arguments.experiment)?;
    let selected = loaded.selected(&arguments.selection)?;
    // Only for an experiment without mistakes is a store made.
    let store = match opened {
        Some(store) => store,
        None => session.store(&arguments.experiment.places)?,
    };
    let store = Arc::new(store);
    if arguments.dry_run {
        let plan = loaded.plan(&store, &selected);
        return Ok(plan::tell(session, &loaded, &plan, arguments.json));
    }
    let trace = arguments.trace_file.as_deref().map(begin_trace).transpose()?;
    let options = options(session, arguments, &loaded, selected);
    let cancellation = Cancellation::new();
    let grace = render::duration(options.grace.as_secs_f64());
    let notice = format!(
        "stopping: running actions have {grace} to save their work; press Ctrl-C again to leave at once"
    );
    interrupt::watch(console, &cancellation, notice);

    let tally = Tally::default();
    let progress = choose(console, arguments.json);
    let journal = Journal::new(&loaded.run_dir, origin(session), &now);
    let hear = |event: RunEvent| {
        tally.event(&event);
        if let Some(trace) = &trace {
            trace.event(&event);
        }
        // Before it is printed: whoever reads of something here finds it in the journal.
        journal.event(&event);
        progress.event(&event);
    };
    let result = pipeline_engine::run(&loaded.graph, &store, &options, &cancellation, &hear);
    drop(journal);
    drop(progress);

    for warning in tally.warnings() {
        console.note(&format!("{} {warning}", console.tag("warning")));
    }
    let failures = grouped(&loaded, tally.failures());
    for failed in &failures {
        let tag = console.tag("error");
        console.note(&render::failure(
            &tag,
            &failed.nodes,
            failed.stage,
            &failed.error,
            &loaded.run_dir,
        ));
    }
    let result = match result {
        Ok(result) => result,
        // What failed weighs more than that it could not be written down.
        Err(error) if !failures.is_empty() => {
            console.mistakes(&error.into());
            return Ok(Exit::Failed);
        }
        Err(error) => return Err(error.into()),
    };
    let added = add_files(session.run_files, &result, &loaded.run_dir, &store);
    if !console.quiet {
        if !result.shown.is_empty() {
            console.note(&format!("results: {}/", loaded.run_dir.display()));
        }
        console.note(&summary_line(&result.summary));
    }
    if !arguments.json {
        print_results(session, &result);
    }
    if !added.mistakes.is_empty() {
        return Err(CommandError { mistakes: added.mistakes });
    }
    if tally.warnings().is_empty()
        && let Some(request) = &request
    {
        // Without it the next run looks at everything again, nothing worse.
        let again = Request::of(session, arguments);
        let _ = request.leave(again.as_ref(), &store, &loaded, &result, added.files);
    }
    let exit = exit(&result.summary);
    // The process ends here; taking a large graph apart would take longer than building it.
    std::mem::forget((loaded, result, options));
    Ok(exit)
}

fn begin_trace(path: &Path) -> Result<Trace, CommandError> {
    Trace::create(path).map_err(|error| {
        Diagnostic::new("cli::trace", format!("the trace cannot be written: {error}"))
            .with_help("choose a file in a folder that is writable")
            .into()
    })
}

/// What the journal says of this process.
fn origin(session: &Session<'_>) -> Origin {
    let surroundings = session.surroundings;
    Origin {
        run_id: surroundings.run_id.clone(),
        command: surroundings.command.clone(),
        pid: surroundings.pid,
    }
}

fn options(
    session: &Session<'_>,
    arguments: &RunArguments,
    loaded: &Loaded,
    selected: Selected,
) -> RunOptions {
    RunOptions {
        run_id: session.surroundings.run_id.clone(),
        selection: selected.selection,
        force: selected.force,
        capacity: capacity(arguments, session.surroundings),
        grace: arguments.grace.unwrap_or(pipeline_engine::GRACE),
        keep_going: arguments.keep_going,
        experiment_dir: loaded.experiment_dir.clone(),
        experiment_file: loaded.experiment.path.display().to_string(),
        data_root: loaded.data_root.clone(),
        run_dir: loaded.run_dir.clone(),
        workers: find_workers(session.registry, session.surroundings),
        program: format!("{} {}", session.about.name, session.about.version),
        started_at: session.surroundings.started_at.clone(),
    }
}

/// Prints the text files that stages want shown.
fn print_results(session: &Session<'_>, result: &RunResult) {
    for path in &result.shown {
        match fs_err::read_to_string(path) {
            Ok(text) => session.console.data(&text),
            Err(error) => tracing::warn!(%error, "result not shown"),
        }
    }
}

/// Nodes of one stage that failed for the same reason.
struct Failed<'a> {
    nodes: Vec<String>,
    stage: &'a str,
    error: NodeFailure,
}

/// Puts failures that differ in nothing but the node together.
fn grouped(loaded: &Loaded, failures: Vec<(String, NodeFailure)>) -> Vec<Failed<'_>> {
    let mut groups: Vec<Failed<'_>> = Vec::new();
    for (node, error) in failures {
        let found = loaded.graph.nodes.iter().find(|candidate| candidate.id.as_str() == node);
        let stage = found.map_or("?", |node| node.stage.info().name);
        let same = groups.iter_mut().find(|group| group.stage == stage && group.error == error);
        match same {
            Some(group) => group.nodes.push(node),
            None => groups.push(Failed { nodes: vec![node], stage, error }),
        }
    }
    groups
}

fn exit(summary: &RunSummary) -> Exit {
    if summary.bug {
        Exit::Bug
    } else if summary.failed > 0 || summary.cancelled || summary.skipped > 0 {
        Exit::Failed
    } else {
        Exit::Done
    }
}
