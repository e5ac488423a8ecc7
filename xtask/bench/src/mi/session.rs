//! One run of the benchmark from beginning to end.

use std::ffi::OsString;
use std::path::Path;
use std::time::Duration;

use super::options::MiArguments;
use super::outcome;
use crate::error::BenchError;
use crate::machine::{self, Machine};
use crate::measure::{Invocation, step};
use crate::render;
use crate::report::{Report, Section, Version, line, print};
use crate::surroundings::Surroundings;

/// What the numbers of the report are.
const ABOUT: &str = "\
Local mutual information of two maps of class probabilities, forward and backward, the second map \
being a constant. `fast` is what training uses: counts and gradient by kernels of our own, the rest \
by autograd. `published` is one convolution whose kernel is as large as the image, then autograd. Both \
run turn by turn in one process, after two rounds of warming up, and must find the same value and the \
same gradient. Maps lie in memory class by class (`classes first`) or pixel by pixel (`classes last`).";

/// Measures what was asked for.
///
/// # Errors
/// [`BenchError::Disagreement`] if both forms do not find the same; otherwise what keeps the
/// benchmark from going on.
pub(crate) fn run(options: &MiArguments) -> Result<(), BenchError> {
    let around = Surroundings::look()?;
    let root = fs_err::canonicalize(around.folder.join(&options.root))?;
    let program = options.program.as_ref().ok_or_else(|| {
        BenchError::Usage("no program to measure: start with `cargo xtask bench mi`".into())
    })?;
    let program = fs_err::canonicalize(around.folder.join(program))?;
    let scratch = options.scratch.as_ref().map(|scratch| around.folder.join(scratch));
    let scratch = scratch.unwrap_or_else(|| root.join("target/bench"));
    fs_err::create_dir_all(&scratch)?;

    let mut report = Report {
        title: "Local mutual information beside its published form".into(),
        about: ABOUT.into(),
        machine: Machine::look(&root),
        command: around.typed.clone(),
        tools: vec![Version {
            name: "orchestrate".into(),
            version: env!("CARGO_PKG_VERSION").into(),
        }],
        absent: Vec::new(),
        targets: Vec::new(),
        sections: Vec::new(),
        groups: Vec::new(),
    };
    let heads = ["shape", "threads", "median", "smallest", "largest"];
    let mut ratios = Section {
        title: "Times faster, round by round".into(),
        note: "The time of the published form over that of the fast one in the same round.".into(),
        heads: heads.map(String::from).into(),
        rows: Vec::new(),
    };
    for &threads in &options.threads {
        line(&format!("both forms with {threads} threads"));
        let busy = machine::settle(Duration::from_secs_f64(options.settle.max(0.0)));
        let out = scratch.join("mi.jsonl");
        let invocation = invocation(options, &program, threads, &out);
        step("the program with both forms", &invocation)?;
        let pairs = outcome::read(&fs_err::read_to_string(&out)?)?;
        let problems: Vec<_> = pairs.iter().filter_map(outcome::disagreement).collect();
        if !problems.is_empty() {
            return Err(BenchError::Disagreement(problems));
        }
        for pair in &pairs {
            let group = outcome::group(pair, threads, busy);
            print(&format!("{}\n", render::group(&group)))?;
            report.groups.push(group);
            report.targets.push(outcome::target(pair, threads));
            ratios.rows.push(outcome::ratios(pair, threads));
        }
    }
    report.sections.push(ratios);
    print(&format!("## What is wanted\n\n{}", render::targets(&report.targets)))?;
    match &options.out {
        Some(out) => report.write(&around.folder.join(out)),
        None => Ok(()),
    }
}

fn invocation(options: &MiArguments, program: &Path, threads: usize, out: &Path) -> Invocation {
    let arguments: [OsString; 5] = [
        out.into(),
        options.device.word().into(),
        threads.to_string().into(),
        options.repeats.max(1).to_string().into(),
        options.spend.max(0.0).to_string().into(),
    ];
    Invocation::new(program, arguments, Path::new("/"))
}
