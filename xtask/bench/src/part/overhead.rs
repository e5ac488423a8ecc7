//! What an action costs beyond the program that it runs.

use super::project::run_in_summary;
use crate::dag::Dag;
use crate::error::BenchError;
use crate::experiment;
use crate::measure::{Invocation, measure};
use crate::race::{Turn, race};
use crate::report::{Group, Row};
use crate::session::{Session, empty};
use crate::statistics::Summary;
use crate::target::Target;

/// Actions in each measurement.
const ACTIONS: usize = 1000;
/// Each measurement takes seconds.
const REPEATS: usize = 5;
/// The wanted overhead of an action inside the process, in seconds.
const IN_PROCESS_LIMIT_S: f64 = 0.001;
/// The wanted overhead of an action in a process of its own, in seconds.
const PROCESS_LIMIT_S: f64 = 0.005;

/// One way to execute the actions.
struct Contestant {
    name: String,
    invocation: Invocation,
    /// What is written into the project, if it is an experiment.
    experiment: Option<String>,
}

/// Measures the same thousand programs with and without the engine, and a thousand actions that
/// run inside the engine's process.
pub(crate) fn overhead(session: &mut Session<'_>) -> Result<(), BenchError> {
    let dag = Dag::new(ACTIONS);
    let folder = session.fresh("overhead")?;
    let contestants = contestants(session, dag)?;
    let patience = session.patience();
    let repeats = session.repeats().at_most(REPEATS);
    let busy = session.settle("overhead of actions");
    let all = race(contestants.len(), repeats, |number, _| {
        let contestant = &contestants[number];
        empty(&folder)?;
        dag.write_inputs(&folder)?;
        let mut executed = None;
        if let Some(text) = &contestant.experiment {
            fs_err::write(folder.join("bench.yaml"), text)?;
        }
        let sample = measure(&contestant.invocation, patience)?;
        let mut problem = None;
        if contestant.experiment.is_some() {
            executed = run_in_summary(&sample.output);
            problem = (executed != Some(ACTIONS as u64)).then(|| "not every action ran".to_owned());
        }
        Ok(Ok(Turn { sample, executed, problem }))
    })?;
    let rows = contestants
        .iter()
        .zip(&all)
        .map(|(contestant, series)| {
            Row::new(&contestant.name, contestant.invocation.shown(), series)
        })
        .collect();
    let group = Group::new(format!("{ACTIONS} actions"), busy, rows).with_note(
        "The bare loop starts the same programs with nothing around them, as the measure of what \
         they themselves take.",
    );
    let derived = derive(session, &group);
    session.add(group)?;
    let note = "Time with the engine less that of the bare loop, over the number of actions.";
    session.add(Group::new("Overhead of one action".into(), busy, derived).with_note(note))?;
    Ok(())
}

fn contestants(session: &Session<'_>, dag: Dag) -> Result<Vec<Contestant>, BenchError> {
    let folder = session.scratch.join("overhead");
    let this = std::env::current_exe()?;
    let mut contestants = Vec::new();
    for cpus in widths(session) {
        let (stages, slots) = (dag.len().to_string(), cpus.to_string());
        let arguments = ["bare-loop", &stages, &slots];
        contestants.push(Contestant {
            name: bare(cpus),
            invocation: Invocation::new(&this, arguments, &folder),
            experiment: None,
        });
        let run = ["run", "bench.yaml", "-j", &slots];
        contestants.push(Contestant {
            name: programs(cpus),
            invocation: Invocation::new(&session.seat.program, run, &folder),
            experiment: Some(experiment::written(dag)),
        });
        if let Some(toy) = &session.toy {
            contestants.push(Contestant {
                name: in_process(cpus),
                invocation: Invocation::new(toy, run, &folder),
                experiment: Some(experiment::toy(ACTIONS)),
            });
        }
    }
    Ok(contestants)
}

/// Works out what one action costs, and whether that is wanted.
fn derive(session: &mut Session<'_>, group: &Group) -> Vec<Row> {
    let all = |name: &str| group.row(name).and_then(|row| row.wall_s);
    let mut rows = Vec::new();
    for cpus in widths(session) {
        let bare = all(&bare(cpus));
        // Ends of a difference: the smallest less the largest, and the other way round.
        let beyond = all(&programs(cpus)).zip(bare).map(|(own, bare)| Summary {
            median: (own.median - bare.median) / ACTIONS as f64,
            min: (own.min - bare.max) / ACTIONS as f64,
            max: (own.max - bare.min) / ACTIONS as f64,
        });
        let inside = all(&in_process(cpus)).map(|own| Summary {
            median: own.median / ACTIONS as f64,
            min: own.min / ACTIONS as f64,
            max: own.max / ACTIONS as f64,
        });
        let at_a_time = format!("{cpus} at a time");
        if cpus == 1 {
            let found = inside.map(|summary| summary.median);
            session.target(Target::time(
                "overhead of an in-process action",
                IN_PROCESS_LIMIT_S,
                found,
            ));
            let found = beyond.map(|summary| summary.median);
            session.target(Target::time("overhead of a program's action", PROCESS_LIMIT_S, found));
        }
        rows.push(Row::derived(&format!("a program, {at_a_time}"), beyond));
        rows.push(Row::derived(&format!("in-process, {at_a_time}"), inside));
    }
    rows
}

fn widths(session: &Session<'_>) -> Vec<usize> {
    let mut widths = vec![1, session.seat.cpus];
    widths.dedup();
    widths
}

fn bare(cpus: usize) -> String {
    format!("bare loop, {cpus} at a time")
}

fn programs(cpus: usize) -> String {
    format!("orchestrate, {cpus} at a time")
}

fn in_process(cpus: usize) -> String {
    format!("in-process, {cpus} at a time")
}
