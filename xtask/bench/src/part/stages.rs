//! N stages that copy a small file, in ten layers: first run, rerun, rerun after `touch`, one
//! input changed.

use super::project::{Project, let_time_pass};
use crate::dag::{DEPTH, Dag, content_of};
use crate::error::BenchError;
use crate::race::{Series, race};
use crate::report::{Group, Row};
use crate::session::Session;
use crate::target::Target;
use crate::tool::Orchestrate;

/// The size for which targets are set.
const TARGET_SIZE: usize = 1000;
/// The wanted time of a rerun of that size in seconds.
const LIMIT_S: f64 = 0.015;
/// First runs of many stages take long, and vary little.
const FIRST_RUNS: usize = 3;

/// Measures every tool on the graph of this many stages.
pub(crate) fn stages(session: &mut Session<'_>, size: usize) -> Result<(), BenchError> {
    let dag = Dag::new(size);
    let count = dag.len();
    let folder = session.fresh("stages")?;
    let patience = session.patience();
    let mut projects = Vec::new();
    for (number, tool) in session.tools.iter().enumerate() {
        projects.push(Project::of_stages(&**tool, &folder.join(number.to_string()), dag)?);
    }

    let firsts = session.repeats().at_most(if count <= 100 { usize::MAX } else { FIRST_RUNS });
    let busy = session.settle(&format!("first run of {count} stages"));
    let all = race(projects.len(), firsts, |contestant, round| {
        let tool = &*session.tools[contestant];
        let project = &mut projects[contestant];
        if round > 0 {
            *project = Project::of_stages(tool, project.folder(), dag)?;
        }
        project.run(tool, patience)
    })?;
    check(&mut projects, &all, count as u64);
    for (project, tool) in projects.iter_mut().zip(&session.tools) {
        if project.unusable.is_none() {
            project.unusable = project.proof(&**tool, dag)?;
        }
    }
    add(session, format!("First run of {count} stages"), busy, &all, "")?;

    let busy = session.settle(&format!("rerun of {count} stages"));
    let all = race(projects.len(), session.repeats(), |contestant, _| {
        projects[contestant].run(&*session.tools[contestant], patience)
    })?;
    let group = add(session, format!("Rerun of {count} stages, nothing to do"), busy, &all, "")?;
    if count == TARGET_SIZE {
        targets(session, group);
    }

    let few = session.repeats().at_most(FIRST_RUNS);
    let busy = session.settle(&format!("rerun of {count} stages after touch"));
    let all = race(projects.len(), few, |contestant, _| {
        projects[contestant].touch_inputs(dag)?;
        let_time_pass();
        projects[contestant].run(&*session.tools[contestant], patience)
    })?;
    let title = format!("Rerun of {count} stages after `touch` of all inputs");
    let note = "The bytes are the same. Tools that look at times run everything again.";
    let touched = add(session, title, busy, &all, note)?;
    let executed = executed(session, touched);
    session.target(Target::count(format!("stages executed after `touch` ({count})"), 0, executed));

    let busy = session.settle(&format!("rerun of {count} stages, one input changed"));
    let all = race(projects.len(), few, |contestant, round| {
        let_time_pass();
        projects[contestant].change_input(&format!("{}changed {round}\n", content_of(0)))?;
        let_time_pass();
        projects[contestant].run(&*session.tools[contestant], patience)
    })?;
    let title = format!("Rerun of {count} stages, one input changed");
    let note = "One chain depends on it.";
    let changed = add(session, title, busy, &all, note)?;
    let executed = self::executed(session, changed);
    let what = format!("stages executed after one change ({count})");
    session.target(Target::count(what, DEPTH as u64, executed));
    Ok(())
}

/// A first run that did not run everything makes all that follows meaningless.
fn check(projects: &mut [Project], all: &[Series], count: u64) {
    for (project, series) in projects.iter_mut().zip(all) {
        if !series.samples.is_empty() && series.executed != Some(count) {
            let executed = series.executed.map_or("unknown".into(), |found| found.to_string());
            project.unusable = Some(format!("the first run executed {executed} of {count} stages"));
        }
    }
}

/// Adds a table with a row for each tool; returns its number among the tables.
fn add(
    session: &mut Session<'_>,
    title: String,
    busy: f64,
    all: &[Series],
    note: &str,
) -> Result<usize, BenchError> {
    let rows = session
        .tools
        .iter()
        .zip(all)
        .map(|(tool, series)| {
            Row::new(tool.name(), tool.invocation(&session.scratch).shown(), series)
        })
        .collect();
    let group = Group::new(title, busy, rows);
    session.add(if note.is_empty() { group } else { group.with_note(note) })
}

fn targets(session: &mut Session<'_>, number: usize) {
    let median = |name: &str| session.group(number).row(name).and_then(Row::median);
    let (own, ninja) = (median(Orchestrate::NAME), median("ninja"));
    let what = format!("rerun of {TARGET_SIZE} stages, nothing to do");
    session.target(Target::time(&what, LIMIT_S, own));
    if let Some(ninja) = ninja {
        session.target(Target::time(format!("{what}, beside ninja"), ninja, own));
    }
}

fn executed(session: &Session<'_>, number: usize) -> Option<u64> {
    session.group(number).row(Orchestrate::NAME)?.executed
}
