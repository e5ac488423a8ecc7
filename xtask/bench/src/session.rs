//! One run of the benchmark from beginning to end.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use crate::arguments::{EngineArguments, Part};
use crate::error::BenchError;
use crate::machine::{self, Machine};
use crate::measure::{Invocation, step};
use crate::race::Repeats;
use crate::report::{Group, Report, Version, line, print};
use crate::surroundings::Surroundings;
use crate::target::Target;
use crate::tool::{self, Form, Found, Orchestrate, Seat, Tool};
use crate::version::version_in;
use crate::{part, render};

/// What the numbers of the report are.
const ABOUT: &str = "\
Tools are measured turn by turn in one run. Times are medians of wall time from outside the process; \
ratios are to the first row of each table; memory is the largest resident set of one process; \
`executed` counts the stages that really ran.";

/// What the parts of the benchmark share.
pub(crate) struct Session<'a> {
    /// What was asked for.
    pub(crate) options: &'a EngineArguments,
    /// The tools, `orchestrate` first.
    pub(crate) tools: Vec<Box<dyn Tool>>,
    /// Where `orchestrate` lies.
    pub(crate) seat: Seat,
    /// The program with toy stages.
    pub(crate) toy: Option<PathBuf>,
    /// Where projects are made.
    pub(crate) scratch: PathBuf,
    report: Report,
}

/// Measures what was asked for.
///
/// # Errors
/// What a tool does wrong is part of the result; an error is what keeps the benchmark itself from
/// going on.
pub(crate) fn run(options: &EngineArguments) -> Result<(), BenchError> {
    let mut session = Session::open(options)?;
    if options.wants(Part::Startup) {
        part::startup(&mut session)?;
    }
    if options.wants(Part::Stages) {
        for &size in &options.sizes {
            part::stages(&mut session, size)?;
        }
    }
    if options.wants(Part::Overhead) {
        part::overhead(&mut session)?;
    }
    if options.wants(Part::Plan) {
        part::plan(&mut session)?;
    }
    if options.wants(Part::Files) {
        part::files(&mut session)?;
    }
    if options.wants(Part::Slots) {
        part::slots(&mut session)?;
    }
    session.close()
}

impl<'a> Session<'a> {
    fn open(options: &'a EngineArguments) -> Result<Self, BenchError> {
        let Surroundings { path, folder, typed } = Surroundings::look()?;
        let root = fs_err::canonicalize(folder.join(&options.root))?;
        let scratch = match &options.scratch {
            Some(scratch) => folder.join(scratch),
            None => root.join("target/bench"),
        };
        fs_err::create_dir_all(&scratch)?;
        let scratch = fs_err::canonicalize(scratch)?;
        let program = options.program.as_ref().ok_or_else(|| {
            BenchError::Usage("no program to measure: start with `cargo xtask bench`".into())
        })?;
        let program = fs_err::canonicalize(folder.join(program))?;
        let toy = options.toy.as_ref().map(|toy| fs_err::canonicalize(folder.join(toy)));
        let machine = Machine::look(&root);
        if options.install_peers {
            tool::install(&scratch)?;
        }

        let cpus = options.cpus.unwrap_or_else(machine::cores).max(1);
        let seat = |program| Seat { program, cpus, caches: scratch.join("caches") };
        let asked = Invocation::new(&program, ["--version"], &scratch);
        let version = version_in(&step("`--version` of the program", &asked)?);
        let own = Version {
            name: Orchestrate::NAME.into(),
            version: version.unwrap_or_else(|| "unknown".into()),
        };
        let mut session = Self {
            options,
            tools: Vec::new(),
            seat: seat(program),
            toy: toy.transpose()?,
            scratch: scratch.clone(),
            report: Report {
                title: "The engine beside its peers".into(),
                about: ABOUT.into(),
                machine,
                command: typed,
                tools: vec![own],
                absent: Vec::new(),
                targets: Vec::new(),
                sections: Vec::new(),
                groups: Vec::new(),
            },
        };
        for form in [Form::Written, Form::Matrix] {
            let seat = session.seat.clone();
            session.tools.push(Box::new(Orchestrate { form, seat }));
        }
        let installed = tool::peers_folder(&scratch);
        for &peer in &options.peers {
            match tool::find(peer, &path, &installed, seat) {
                None => {}
                Some(Ok(Found { tool, version })) => {
                    session.report.tools.push(Version { name: tool.name().into(), version });
                    session.tools.push(tool);
                }
                Some(Err(absent)) => {
                    line(&format!("{}: {}", absent.name, absent.reason));
                    session.report.absent.push(absent);
                }
            }
        }
        Ok(session)
    }

    /// Returns how often to repeat.
    pub(crate) fn repeats(&self) -> Repeats {
        Repeats {
            wanted: self.options.repeats.max(1),
            spend: Duration::from_secs_f64(self.options.spend.max(0.0)),
        }
    }

    /// Returns when to give a single command up.
    pub(crate) fn patience(&self) -> Duration {
        Duration::from_secs_f64(self.options.patience.max(1.0))
    }

    /// Waits for the machine to be idle; returns how busy it is.
    pub(crate) fn settle(&self, what: &str) -> f64 {
        line(what);
        machine::settle(Duration::from_secs_f64(self.options.settle.max(0.0)))
    }

    /// Returns an empty folder for projects.
    ///
    /// # Errors
    /// The error of emptying it.
    pub(crate) fn fresh(&self, name: &str) -> Result<PathBuf, BenchError> {
        let folder = self.scratch.join(name);
        empty(&folder)?;
        Ok(folder)
    }

    /// Keeps a table and prints it; returns its number for [`Self::group`].
    ///
    /// # Errors
    /// The error of printing.
    pub(crate) fn add(&mut self, group: Group) -> Result<usize, BenchError> {
        let number = self.report.groups.len();
        let gap = if number == 0 { "" } else { "\n" };
        print(&format!("{gap}{}", render::group(&group)))?;
        self.report.groups.push(group);
        Ok(number)
    }

    /// Returns a table that was kept.
    pub(crate) fn group(&self, number: usize) -> &Group {
        &self.report.groups[number]
    }

    /// Keeps whether a target was met.
    pub(crate) fn target(&mut self, target: Target) {
        self.report.targets.push(target);
    }

    fn close(self) -> Result<(), BenchError> {
        clear(&self.scratch, 1)?;
        if !self.report.targets.is_empty() {
            print(&format!("\n## What is wanted\n\n{}", render::targets(&self.report.targets)))?;
        }
        match &self.options.out {
            Some(out) => self.report.write(&Surroundings::look()?.folder.join(out)),
            None => Ok(()),
        }
    }
}

/// Empties a folder, or makes it. What was in it is set aside until [`clear`]: for some seconds
/// after files were removed, ext4 is slow at making new ones, and a measurement would begin there.
///
/// # Errors
/// The error of moving or making.
pub(crate) fn empty(folder: &Path) -> Result<(), BenchError> {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    if folder.exists() {
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let aside = folder.with_extension(format!("{}-{number}{ASIDE}", std::process::id()));
        fs_err::rename(folder, aside)?;
    }
    Ok(fs_err::create_dir_all(folder)?)
}

/// Ends the names of folders that were set aside.
const ASIDE: &str = ".aside";

/// Removes what was set aside in a folder and in the folders in it.
fn clear(folder: &Path, depth: usize) -> Result<(), BenchError> {
    for entry in fs_err::read_dir(folder)? {
        let entry = entry?;
        if !entry.file_type()?.is_dir() {
            continue;
        }
        if entry.file_name().to_string_lossy().ends_with(ASIDE) {
            fs_err::remove_dir_all(entry.path())?;
        } else if depth > 0 {
            clear(&entry.path(), depth - 1)?;
        }
    }
    Ok(())
}
