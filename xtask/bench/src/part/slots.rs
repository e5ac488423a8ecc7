//! Mixed actions, beside the shortest time that any scheduler could need.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use super::project::run_in_summary;
use super::task::{Capacity, Task, bound, chain, experiment, mixed, wide};
use crate::error::BenchError;
use crate::measure::{Invocation, measure};
use crate::race::{Turn, race};
use crate::report::{Group, Row};
use crate::session::{Session, empty};
use crate::statistics::Summary;
use crate::target::Target;

/// Memory that the actions share, in MiB.
const MEMORY_MIB: usize = 1024;
/// How long one unit of a task is busy, about, in seconds.
const UNIT_S: f64 = 0.025;
/// What a run may take, as a multiple of the bound.
const LIMIT: f64 = 1.10;
/// Each shape takes seconds.
const REPEATS: usize = 5;

/// Measures graphs of three shapes.
pub(crate) fn slots(session: &mut Session<'_>) -> Result<(), BenchError> {
    let capacity = Capacity { cpus: session.seat.cpus, memory_mib: MEMORY_MIB };
    let folder = session.fresh("slots")?;
    session.settle("slots: how fast a loop is");
    let loops = loops_in_a_unit(&folder)?;
    for (name, tasks) in [
        ("independent", wide(capacity)),
        ("one long chain, last in the file", chain(capacity)),
        ("mixed", mixed(capacity)),
    ] {
        shape(session, &folder, name, capacity, &tasks, loops)?;
    }
    Ok(())
}

fn shape(
    session: &mut Session<'_>,
    folder: &Path,
    name: &str,
    capacity: Capacity,
    tasks: &[Task],
    loops: u64,
) -> Result<(), BenchError> {
    let (slots, memory) = (capacity.cpus.to_string(), format!("{}MiB", capacity.memory_mib));
    let arguments = ["run", "bench.yaml", "-j", &slots, "--memory", &memory];
    let invocation = Invocation::new(&session.seat.program, arguments, folder);
    let text = experiment(tasks, loops);
    let patience = session.patience();
    let busy = session.settle(&format!("slots: {name}"));
    let mut bounds = Vec::new();
    let all = race(1, session.repeats().at_most(REPEATS), |_, _| {
        // The bound is taken in every round, from the same programs on the same machine.
        let durations = durations(tasks, capacity, loops, folder)?;
        bounds.push(bound(tasks, capacity, |task| durations[&kind(task)]));
        empty(folder)?;
        fs_err::write(folder.join("bench.yaml"), &text)?;
        let sample = measure(&invocation, patience)?;
        let executed = run_in_summary(&sample.output);
        let problem =
            (executed != Some(tasks.len() as u64)).then(|| "not every action ran".to_owned());
        Ok(Ok(Turn { sample, executed, problem }))
    })?;
    let rows = vec![
        Row::derived("bound", Summary::of(bounds)),
        Row::new("orchestrate", invocation.shown(), &all[0]),
    ];
    let group = Group::new(format!("Keeping the cores busy: {name}"), busy, rows).with_note(
        "The bound is the longest path, or the work over all slots, whichever is longer, from what \
         the same programs take when they run alone on all cores.",
    );
    let ratio = group.rows[1].ratio;
    session.target(Target::number(format!("time over the bound: {name}"), LIMIT, " x", ratio));
    session.add(group)?;
    Ok(())
}

/// What decides how long a task takes.
fn kind(task: &Task) -> (usize, usize) {
    (task.units, task.cpus)
}

/// Measures one task of every kind, as many side by side as there are slots for; the median of
/// them.
fn durations(
    tasks: &[Task],
    capacity: Capacity,
    loops: u64,
    folder: &Path,
) -> Result<BTreeMap<(usize, usize), f64>, BenchError> {
    let kinds: BTreeMap<_, _> = tasks.iter().map(|task| (kind(task), task)).collect();
    let mut durations = BTreeMap::new();
    for (kind, task) in kinds {
        let script = task.script(loops);
        let side_by_side = (capacity.cpus / task.cpus).max(1);
        let times = std::thread::scope(|scope| {
            let runs: Vec<_> =
                (0..side_by_side).map(|_| scope.spawn(|| shell_s(&script, folder))).collect();
            runs.into_iter().filter_map(|run| run.join().ok()).collect::<Result<Vec<_>, _>>()
        })?;
        let median = Summary::of(times).map_or(0.0, |summary| summary.median);
        durations.insert(kind, median);
    }
    Ok(durations)
}

/// Works out how many turns of a shell's loop fill a unit.
fn loops_in_a_unit(folder: &Path) -> Result<u64, BenchError> {
    const LOOPS: u64 = 100_000;
    let task = Task { units: 1, cpus: 1, memory_mib: 0, after: vec![] };
    let script = task.script(LOOPS);
    let times = (0..3).map(|_| shell_s(&script, folder)).collect::<Result<Vec<_>, _>>()?;
    let took = Summary::of(times).map_or(UNIT_S, |summary| summary.min);
    Ok(((LOOPS as f64 * UNIT_S / took) as u64).max(1))
}

/// Runs a shell script; returns how long it took in seconds.
fn shell_s(script: &str, folder: &Path) -> Result<f64, BenchError> {
    let start = Instant::now();
    let status = Command::new("sh")
        .args(["-c", script])
        .current_dir(folder)
        .stdin(Stdio::null())
        .status()
        .map_err(|source| BenchError::Start { program: "sh".into(), source })?;
    if status.success() {
        Ok(start.elapsed().as_secs_f64())
    } else {
        Err(BenchError::Usage(format!("a busy loop failed ({status})")))
    }
}
