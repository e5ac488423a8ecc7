//! One run of the benchmark from beginning to end.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::time::Duration;

use super::agreement::{Found, differences};
use super::contest::{CONTESTS, Contest, Contestant, Side};
use super::options::{ImagingArguments, Part};
use super::wanted;
use crate::error::BenchError;
use crate::machine::{self, Machine};
use crate::measure::{End, Invocation, measure, step};
use crate::places::{Places, Wanted};
use crate::race::{Repeats, Turn, race};
use crate::render;
use crate::report::{Group, Report, Row, Section, Version, line, print};
use crate::stepper::Stepper;
use crate::surroundings::Surroundings;

/// What the numbers of the report are.
const ABOUT: &str = "\
Medical imaging work beside the Python libraries that most people do it with. The volumes are synthetic, \
with the noise and so the compressibility of real ones. Every contestant is a process that has been \
warmed up and computes with one thread unless its name says otherwise; they take turns, so that whatever \
else the machine does falls on all alike. Slices: 2-D planes of 216 x 240 pixels are read with their \
labels, resized to 256 x 256, normalized and written. Times are medians; targets are about CPU time; \
ratios are of wall time to the first row of each table; memory is the largest resident set, in Python's \
case with all that was imported.";

/// Scans whose slices are prepared for the comparison of memory; ten times as many are the other side.
const FEW: usize = 20;
/// No part of it takes longer.
const PATIENCE: Duration = Duration::from_mins(10);

/// Compares, then measures what was asked for.
///
/// # Errors
/// [`BenchError::Disagreement`] if both sides do not find the same; otherwise what keeps the
/// benchmark from going on.
pub(crate) fn run(options: &ImagingArguments) -> Result<(), BenchError> {
    let around = Surroundings::look()?;
    let sides = Sides::find(options, &around)?;
    let mut report = Report {
        title: "Volumes, slices and metrics beside Python".into(),
        about: ABOUT.into(),
        machine: Machine::look(&sides.0.root),
        command: around.typed.clone(),
        tools: sides.versions()?,
        absent: Vec::new(),
        targets: Vec::new(),
        sections: Vec::new(),
        groups: Vec::new(),
    };
    line("making volumes");
    sides.make_volumes(options.patients)?;
    line("both sides look at them");
    let problems = differences(&sides.found(Side::Ours)?, &sides.found(Side::Theirs)?);
    if !problems.is_empty() {
        return Err(BenchError::Disagreement(problems));
    }
    for contest in CONTESTS.iter().filter(|contest| options.wants(contest.part)) {
        let group = sides.measure(options, contest)?;
        print(&format!("{}\n", render::group(&group)))?;
        report.targets.extend(wanted::targets(contest.work, &group));
        report.groups.push(group);
    }
    if options.wants(Part::Memory) {
        let peaks = [sides.peak_mib(FEW)?, sides.peak_mib(10 * FEW)?];
        report.targets.push(wanted::memory(peaks[0], peaks[1]));
        report.sections.push(memory_section(peaks));
    }
    print(&format!("## What is wanted\n\n{}", render::targets(&report.targets)))?;
    match &options.out {
        Some(out) => report.write(&around.folder.join(out)),
        None => Ok(()),
    }
}

fn memory_section([few, many]: [f64; 2]) -> Section {
    let row = |scans: usize, mib: f64| vec![scans.to_string(), format!("{mib:.0} MiB")];
    Section {
        title: "Memory of ingest and extract".into(),
        note: "Both stages over so many cardiac scans in one process with two threads, largest \
               resident set."
            .into(),
        heads: vec!["scans".into(), "memory".into()],
        rows: vec![row(FEW, few), row(10 * FEW, many)],
    }
}

/// Both sides and where they work.
struct Sides(Places);

impl Sides {
    fn find(options: &ImagingArguments, around: &Surroundings) -> Result<Self, BenchError> {
        let wanted = Wanted {
            benchmark: "imaging",
            script: "python/imaging_peers.py",
            root: &options.root,
            program: options.program.as_ref(),
            python: options.python.as_ref(),
            scratch: options.scratch.as_ref(),
        };
        Places::find(&wanted, around).map(Self)
    }

    /// Returns how a side is started.
    fn invocation(&self, side: Side, command: &str, more: &[OsString]) -> Invocation {
        let arguments = [command.into(), self.0.folder.clone().into()];
        let arguments = arguments.into_iter().chain(more.iter().cloned());
        match side {
            Side::Ours => Invocation::new(&self.0.program, arguments, &self.0.folder),
            Side::Theirs => {
                let arguments = std::iter::once(self.0.script.clone().into()).chain(arguments);
                let mut theirs = Invocation::new(&self.0.python, arguments, &self.0.folder);
                // The repository's folder stays as it is.
                theirs.environment.push(("PYTHONDONTWRITEBYTECODE".into(), "1".into()));
                theirs
            }
        }
    }

    fn versions(&self) -> Result<Vec<Version>, BenchError> {
        let said = step(
            "the versions of Python's packages",
            &self.invocation(Side::Theirs, "versions", &[]),
        )?;
        let versions: BTreeMap<String, String> = last_json(&said)?;
        let ours = [("orchestrate".to_owned(), env!("CARGO_PKG_VERSION").to_owned())];
        let all = ours.into_iter().chain(versions);
        Ok(all.map(|(name, version)| Version { name, version }).collect())
    }

    fn make_volumes(&self, patients: usize) -> Result<(), BenchError> {
        // Enough for the comparison of memory.
        let patients = patients.max(5 * FEW);
        let how = ["--patients".into(), patients.to_string().into()];
        step("making volumes", &self.invocation(Side::Theirs, "make", &how)).map(drop)
    }

    fn found(&self, side: Side) -> Result<Found, BenchError> {
        last_json(&step("the comparison of both sides", &self.invocation(side, "found", &[]))?)
    }

    fn serve(&self, work: &str, contestant: &Contestant) -> Invocation {
        let workers = contestant.workers.to_string();
        let more = [work, contestant.tool, "--workers", &workers].map(OsString::from);
        self.invocation(contestant.side, "serve", &more)
    }

    /// Has all contestants do their work in turn.
    fn measure(&self, options: &ImagingArguments, contest: &Contest) -> Result<Group, BenchError> {
        line(contest.title);
        let busy = machine::settle(Duration::from_secs_f64(options.settle.max(0.0)));
        let start = |contestant: &Contestant| Stepper::start(&self.serve(contest.work, contestant));
        let mut steppers = contest.contestants.iter().map(start).collect::<Result<Vec<_>, _>>()?;
        let spend = Duration::from_secs_f64(options.spend.max(0.0));
        let repeats = Repeats { wanted: options.rounds.max(1), spend };
        let all = race(steppers.len(), repeats, |contestant, _| {
            Ok(Ok(Turn::plain(steppers[contestant].step()?)))
        })?;
        let rows = contest.contestants.iter().zip(&all).map(|(contestant, series)| {
            let mut row = Row::new(contestant.name, String::new(), series);
            if contestant.side == Side::Theirs && contestant.workers > 1 {
                // Their processes' time is not that of the one that is looked at.
                row.cpu_s = None;
            }
            row
        });
        Ok(Group::new(contest.title.into(), busy, rows.collect()))
    }

    /// The memory that both stages need for so many scans.
    fn peak_mib(&self, scans: usize) -> Result<f64, BenchError> {
        line(&format!("ingest and extract of {scans} scans"));
        let more = ["--scans".into(), scans.to_string().into()];
        let invocation = self.invocation(Side::Ours, "stages", &more);
        let sample = measure(&invocation, PATIENCE)?;
        match sample.end {
            End::Done => Ok(sample.peak_bytes as f64 / (1024.0 * 1024.0)),
            End::Failed(status) => Err(BenchError::Step {
                what: format!("`{}`", invocation.shown()),
                status,
                output: sample.output,
            }),
            End::TooLong => {
                Err(BenchError::Usage(format!("ingest of {scans} scans takes too long")))
            }
        }
    }
}

/// Reads the last line that is an object.
fn last_json<T: serde::de::DeserializeOwned>(said: &str) -> Result<T, BenchError> {
    let last = said.lines().rfind(|line| line.starts_with('{')).unwrap_or_default();
    Ok(serde_json::from_str(last)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_last_object_of_what_was_said() {
        let said = "a warning\n{\"a\": \"1\"}\n{\"a\": \"2\"}\n";
        let found: BTreeMap<String, String> = last_json(said).unwrap();
        assert_eq!(found["a"], "2");
        assert!(last_json::<BTreeMap<String, String>>("nothing\n").is_err());
    }
}
