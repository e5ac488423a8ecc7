//! How long a tool takes to say its version.

use std::path::Path;

use crate::error::BenchError;
use crate::measure::{Invocation, measure};
use crate::race::{Turn, race};
use crate::report::{Group, Row};
use crate::session::Session;
use crate::target::Target;
use crate::tool::Orchestrate;

/// The wanted start-up time in seconds.
const LIMIT_S: f64 = 0.005;
/// It is quick, so it can be repeated often.
const REPEATS: usize = 31;

/// Measures `--version` of every tool, and a program that does nothing as the floor.
pub(crate) fn startup(session: &mut Session<'_>) -> Result<(), BenchError> {
    let mut contestants: Vec<_> = session
        .tools
        .iter()
        .filter(|tool| {
            tool.name() == Orchestrate::NAME || tool.seat().program != session.seat.program
        })
        .map(|tool| {
            let mut command =
                Invocation::new(&tool.seat().program, ["--version"], &session.scratch);
            command.environment = tool.environment();
            (tool.name(), command)
        })
        .collect();
    let nothing: [&str; 0] = [];
    contestants.push((
        "a program that does nothing",
        Invocation::new(Path::new("true"), nothing, &session.scratch),
    ));

    let busy = session.settle("start-up");
    let mut repeats = session.repeats();
    repeats.wanted = REPEATS;
    let patience = session.patience();
    let all = race(contestants.len(), repeats, |contestant, _| {
        Ok(Ok(Turn::plain(measure(&contestants[contestant].1, patience)?)))
    })?;
    let rows = contestants
        .iter()
        .zip(&all)
        .map(|((name, command), series)| Row::new(name, command.shown(), series))
        .collect();
    let group = Group::new("Start-up".into(), busy, rows);
    let found = group.row(Orchestrate::NAME).and_then(Row::median);
    session.target(Target::time("`orchestrate --version`", LIMIT_S, found));
    session.add(group)?;
    Ok(())
}
