//! One run of the benchmark from beginning to end.

use std::time::Duration;

use super::agreement::compare;
use super::options::{TrainArguments, Work};
use crate::error::BenchError;
use crate::machine::{self, Machine};
use crate::measure::{Invocation, step};
use crate::places::{Places, Wanted};
use crate::race::{Repeats, Turn, race};
use crate::render;
use crate::report::{Group, Report, Row, Version, line, print};
use crate::stepper::Stepper;
use crate::surroundings::Surroundings;
use crate::target::Target;

/// What the numbers of the report are.
const ABOUT: &str = "\
One training step of the published method: 4 labelled, 10 unlabelled and 10 perturbed images of 224 x \
224 pixels in one pass through the UNet of 2.16 million parameters, cross-entropy, KL consistency and \
local mutual information (d = 1), backward, Adam with weight decay. `orchestrate` runs its own training \
loop, which also draws and augments the images; PyTorch runs `python/train_step.py` on images that lie \
ready. Every process has been warmed up; they take turns, one step each, so that whatever else the \
machine does falls on all alike. Times are medians of wall time; ratios are to the first row of each \
table; memory is the largest resident set.";

/// How many times faster than eager PyTorch a step of ours is meant to be: at our default precision,
/// and at fp32.
const WANTED: [f64; 2] = [2.5, 1.1];
/// A contestant whose steps take longer than this in all is not asked again.
const SPEND: Duration = Duration::from_mins(30);

/// Compares, then measures what was asked for.
///
/// # Errors
/// [`BenchError::Disagreement`] if both sides do not compute the same; otherwise what keeps the
/// benchmark from going on.
pub(crate) fn run(options: &TrainArguments) -> Result<(), BenchError> {
    let around = Surroundings::look()?;
    let sides = Sides::find(options, &around)?;
    let mut report = Report {
        title: "A training step beside PyTorch".into(),
        about: ABOUT.into(),
        machine: Machine::look(&sides.0.root),
        command: around.typed.clone(),
        tools: sides.versions()?,
        absent: Vec::new(),
        targets: Vec::new(),
        sections: Vec::new(),
        groups: Vec::new(),
    };

    line("both sides take the first steps");
    let cores = machine::cores();
    let [ours, theirs] = sides.sides(options, cores);
    let agreement = compare(&ours, &theirs, &sides.0.folder)?;
    print(&format!("{}\n", render::section(&agreement.section)))?;
    if !agreement.problems.is_empty() {
        return Err(BenchError::Disagreement(agreement.problems));
    }
    report.sections.push(agreement.section);

    for threads in options.threads(cores) {
        for work in options.work() {
            let contestants = sides.contestants(options, threads, work);
            let group = measure(options, &contestants, threads, work)?;
            let targets = targets(&group, &agreement.default_precision, threads, work);
            print(&format!("{}\n", render::group(&group)))?;
            report.groups.push(group);
            report.targets.extend(targets);
        }
    }
    print(&format!("## What is wanted\n\n{}", render::targets(&report.targets)))?;
    match &options.out {
        Some(out) => report.write(&around.folder.join(out)),
        None => Ok(()),
    }
}

/// One form of the step.
struct Contestant {
    name: &'static str,
    invocation: Invocation,
}

const OURS_FP32: &str = "orchestrate, fp32";
const OURS_BF16: &str = "orchestrate, bf16";
const EAGER: &str = "PyTorch, eager fp32";
const TUNED: &str = "PyTorch, tuned by hand";

/// Has all contestants take steps in turn.
fn measure(
    options: &TrainArguments,
    contestants: &[Contestant],
    threads: usize,
    work: Work,
) -> Result<Group, BenchError> {
    let plural = if threads == 1 { "" } else { "s" };
    let title = match work {
        Work::Step => format!("The step, {threads} thread{plural}"),
        Work::WithoutMi => format!("Without the mutual information, {threads} thread{plural}"),
    };
    line(&title);
    let busy = machine::settle(Duration::from_secs_f64(options.settle.max(0.0)));
    let mut steppers = contestants
        .iter()
        .map(|contestant| Stepper::start(&contestant.invocation))
        .collect::<Result<Vec<_>, _>>()?;
    let repeats = Repeats { wanted: options.steps.max(1), spend: SPEND };
    let all = race(steppers.len(), repeats, |contestant, _| {
        Ok(Ok(Turn::plain(steppers[contestant].step()?)))
    })?;
    let rows = contestants.iter().zip(&all);
    let rows = rows.map(|(contestant, series)| Row::new(contestant.name, String::new(), series));
    Ok(Group::new(title, busy, rows.collect()))
}

/// Returns what is wanted, and whether it was found: of the whole step, and of what both sides
/// compute in the same way.
fn targets(group: &Group, default_precision: &str, threads: usize, work: Work) -> Vec<Target> {
    let default = if default_precision == "bf16" { OURS_BF16 } else { OURS_FP32 };
    let [by_default, at_fp32] = WANTED;
    let wanted = match work {
        Work::Step => vec![(default, " (default)", by_default), (OURS_FP32, "", at_fp32)],
        Work::WithoutMi => vec![(OURS_FP32, ", without the mutual information", at_fp32)],
    };
    wanted
        .into_iter()
        .map(|(name, mark, wanted)| {
            let what = format!("{name}{mark}, beside eager PyTorch, threads: {threads}");
            let (slow, fast) = (group.row(EAGER), group.row(name));
            let wall = |row: Option<&Row>| row.and_then(|row| row.wall_s);
            let cpu = |row: Option<&Row>| row.and_then(|row| row.cpu_s);
            Target::speed(what, wanted, wall(slow), wall(fast)).and_cpu(cpu(slow), cpu(fast))
        })
        .collect()
}

/// Both sides and where they work.
struct Sides(Places);

impl Sides {
    fn find(options: &TrainArguments, around: &Surroundings) -> Result<Self, BenchError> {
        let wanted = Wanted {
            benchmark: "train",
            script: "python/train_step.py",
            root: &options.root,
            program: options.program.as_ref(),
            python: options.python.as_ref(),
            scratch: options.scratch.as_ref(),
        };
        Places::find(&wanted, around).map(Self)
    }

    fn versions(&self) -> Result<Vec<Version>, BenchError> {
        let version =
            |name: &str, version: &str| Version { name: name.into(), version: version.into() };
        let ask = "import sys, torch; print(sys.version.split()[0], torch.__version__)";
        let said =
            step("`import torch`", &Invocation::new(&self.0.python, ["-c", ask], &self.0.root))?;
        let (python, torch) = said.trim().rsplit_once(' ').unwrap_or_default();
        Ok(vec![
            version("orchestrate", env!("CARGO_PKG_VERSION")),
            version("Python", python.lines().last().unwrap_or_default()),
            version("PyTorch", torch),
        ])
    }

    /// Returns how our program and the script are started, without what they are to do.
    fn sides(&self, options: &TrainArguments, threads: usize) -> [Invocation; 2] {
        let folder = self.0.folder.clone().into_os_string();
        let with = [
            "--threads".into(),
            threads.to_string().into(),
            "--device".into(),
            options.device.word().into(),
        ];
        let ours = ["--folder".into(), folder.clone()].into_iter().chain(with.clone());
        let theirs = [self.0.script.clone().into(), folder].into_iter().chain(with);
        let ours = Invocation::new(&self.0.program, ours, &self.0.folder);
        let mut theirs = Invocation::new(&self.0.python, theirs, &self.0.folder);
        // The repository's folder stays as it is.
        theirs.environment.push(("PYTHONDONTWRITEBYTECODE".into(), "1".into()));
        [ours, theirs]
    }

    fn contestants(&self, options: &TrainArguments, threads: usize, work: Work) -> Vec<Contestant> {
        let [ours, theirs] = self.sides(options, threads);
        let serve = |name: &'static str, precision: &str| {
            let method = if work == Work::Step { "paper" } else { "consistency" };
            let mut invocation = ours.clone();
            invocation.arguments.splice(0..0, ["serve".into()]);
            let with = ["--precision", precision, "--method", method];
            invocation.arguments.extend(with.map(Into::into));
            Contestant { name, invocation }
        };
        let script = |name: &'static str, form: &str| {
            let mut invocation = theirs.clone();
            invocation.arguments.extend(["--form".into(), form.into()]);
            if work == Work::WithoutMi {
                invocation.arguments.push("--without-mi".into());
            }
            Contestant { name, invocation }
        };
        vec![
            serve(OURS_FP32, "fp32"),
            serve(OURS_BF16, "bf16"),
            script(EAGER, "eager"),
            script(TUNED, "tuned"),
        ]
    }
}
