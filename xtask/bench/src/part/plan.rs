//! Large graphs: how long planning takes, in how much memory, and whether a stage costs the same
//! in a large graph as in a small one.

use super::project::run_in_summary;
use crate::dag::Dag;
use crate::error::BenchError;
use crate::experiment;
use crate::measure::{Invocation, measure};
use crate::race::{Turn, race};
use crate::report::{Group, Row};
use crate::session::Session;
use crate::statistics::Summary;
use crate::target::Target;

/// The size for which time and memory are limited.
const TARGET_SIZE: usize = 100_000;
/// The wanted time of a plan of that size in seconds.
const LIMIT_S: f64 = 1.5;
/// The wanted memory in MiB.
const LIMIT_MIB: f64 = 500.0;
/// What a stage may cost in the largest graph, as a multiple of what it costs in the smallest.
const FLATNESS: f64 = 1.3;

/// What is measured once, and has no limit of its own.
const FIRST_RUN: &str = "first run";

/// What is measured of one graph.
struct Measured {
    stages: usize,
    fresh: Row,
    first: Row,
    planned: Option<Row>,
    rerun: Option<Row>,
}

/// Plans graphs of every size, before anything is done and after everything is.
pub(crate) fn plan(session: &mut Session<'_>) -> Result<(), BenchError> {
    let mut all = Vec::new();
    for &size in &session.options.plan_sizes {
        all.push(of_size(session, Dag::new(size))?);
    }
    let busy = session.settle("plan: done");
    let note = "Ten stages and a matrix; every stage is one program.";
    let rows = |choose: fn(&Measured) -> Option<&Row>| {
        all.iter().filter_map(choose).cloned().collect::<Vec<_>>()
    };
    let fresh = Group::new("Plan, nothing done".into(), busy, rows(|one| Some(&one.fresh)));
    let first = Group::new("First run".into(), busy, rows(|one| Some(&one.first)));
    let planned = Group::new("Plan, all done".into(), busy, rows(|one| one.planned.as_ref()));
    let rerun = Group::new("Rerun, all done".into(), busy, rows(|one| one.rerun.as_ref()));
    for (group, what) in [
        (fresh, "plan, nothing done"),
        (first, FIRST_RUN),
        (planned, "plan, all done"),
        (rerun, "rerun"),
    ] {
        let costs = cost_per_stage(&group, &all);
        targets(session, &group, what, &costs);
        let title = format!("Cost of one stage: {what}");
        if !group.rows.is_empty() {
            session.add(group.with_note(note))?;
        }
        if !costs.is_empty() {
            session.add(Group::new(title, busy, costs))?;
        }
    }
    Ok(())
}

fn of_size(session: &Session<'_>, dag: Dag) -> Result<Measured, BenchError> {
    let stages = dag.len();
    let folder = session.fresh("plan")?;
    fs_err::write(folder.join("bench.yaml"), experiment::matrix_without_files(dag))?;
    let program = &session.seat.program;
    let plan = Invocation::new(program, ["plan", "bench.yaml"], &folder);
    let slots = session.seat.cpus.to_string();
    let run = Invocation::new(program, ["run", "bench.yaml", "-j", &slots], &folder);
    let patience = session.patience();
    let name = format!("{stages} stages");
    let measured = |what: &str, invocation: &Invocation, repeats| {
        session.settle(&format!("{what} of {stages} stages"));
        let mut series = race(1, repeats, |_, _| {
            let sample = measure(invocation, patience)?;
            let executed = run_in_summary(&sample.output);
            Ok(Ok(Turn { sample, executed, problem: None }))
        })?;
        Ok::<_, BenchError>(Row::new(&name, invocation.shown(), &series.remove(0)))
    };

    let repeats = session.repeats();
    let fresh = measured("plan", &plan, repeats)?;
    let first = measured("first run", &run, repeats.at_most(1))?;
    let (mut planned, mut rerun) = (None, None);
    if first.problem.is_none() {
        planned = Some(measured("plan, all done,", &plan, repeats)?);
        rerun = Some(measured("rerun", &run, repeats)?);
    }
    Ok(Measured { stages, fresh, first, planned, rerun })
}

fn targets(session: &mut Session<'_>, group: &Group, what: &str, costs: &[Row]) {
    if what != FIRST_RUN
        && let Some(row) = group.row(&format!("{TARGET_SIZE} stages"))
    {
        let what = format!("{what}, {TARGET_SIZE} stages");
        session.target(Target::time(&what, LIMIT_S, row.median()));
        session.target(Target::number(format!("{what}: memory"), LIMIT_MIB, " MiB", row.peak_mib));
    }
    if let (Some(first), Some(last)) = (costs.first(), costs.last())
        && costs.len() > 1
    {
        let ratio = last.median().zip(first.median()).map(|(last, first)| last / first);
        let what = format!("{what}: cost of a stage among {} beside {}", last.name, first.name);
        session.target(Target::number(what, FLATNESS, " x", ratio));
    }
}

/// Divides every median by the number of stages.
fn cost_per_stage(group: &Group, all: &[Measured]) -> Vec<Row> {
    let stages = |name: &str| all.iter().find(|one| one.fresh.name == name).map(|one| one.stages);
    group
        .rows
        .iter()
        .filter_map(|row| {
            let (stages, wall) = (stages(&row.name)? as f64, row.wall_s?);
            let each = Summary {
                median: wall.median / stages,
                min: wall.min / stages,
                max: wall.max / stages,
            };
            Some(Row::derived(&row.name, Some(each)))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stage_costs_its_share_of_the_whole() {
        let row = |name: &str, wall| Row::derived(name, Summary::of([wall]));
        let measured = |stages: usize, wall| Measured {
            stages,
            fresh: row(&format!("{stages} stages"), wall),
            first: row("first", wall),
            planned: None,
            rerun: None,
        };
        let all = [measured(1000, 0.010), measured(10_000, 0.2)];
        let rows = all.iter().map(|one| one.fresh.clone()).collect();
        let costs = cost_per_stage(&Group::new(String::new(), 0.0, rows), &all);
        let medians: Vec<_> = costs.iter().map(|row| row.median().unwrap() * 1e6).collect();
        assert!((medians[0] - 10.0).abs() < 1e-9 && (medians[1] - 20.0).abs() < 1e-9);
    }
}
