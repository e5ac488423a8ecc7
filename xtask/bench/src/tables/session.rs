//! One run of the benchmark from beginning to end.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::options::TablesArguments;
use crate::error::BenchError;
use crate::machine::{self, Machine};
use crate::measure::{Invocation, measure, step};
use crate::places::{Places, Wanted};
use crate::race::{Repeats, Turn, race};
use crate::render;
use crate::report::{Group, Report, Row, Version, line, print};
use crate::surroundings::Surroundings;
use crate::target::Target;

/// What the numbers of the report are.
const ABOUT: &str = "\
Mean and standard deviation over seeds of Dice, methods by classes, from the metrics of one label ratio, \
grid and checkpoint, as `compare` averages: over the scans of a run for each class, for the mean over \
classes then over the classes, then over the seeds. The rows are synthetic and lie in one Arrow file, as \
a run's `metrics.arrow`, with text as dictionaries. Every contestant is a whole process, from its start to \
the table on disk, so the time of Python includes its imports; all say the same to ten digits, which is \
checked before. The program of ours is built as `cargo xtask run` builds it. They take turns, so that \
whatever else the machine does falls on all alike. Times are medians; ratios are to the first row; memory \
is the largest resident set, mapped pages of the file included.";

/// The wanted time of the whole process in seconds, and its memory in MiB, over ten million rows.
const LIMIT_S: f64 = 2.0;
const LIMIT_MIB: f64 = 2048.0;

/// No measurement takes longer.
const PATIENCE: Duration = Duration::from_mins(5);

const OURS: &str = "orchestrate table";
const ONE_THREAD: &str = "orchestrate table, 1 thread";
const SUBJECTS: &str = "orchestrate table, over subjects";

/// The words of the script, and how a reader calls them.
const PEERS: [(&str, &str); 3] =
    [("polars", "polars, lazy"), ("pandas", "pandas"), ("duckdb", "DuckDB over pyarrow")];

/// Checks, then measures.
///
/// # Errors
/// When the contestants do not say the same; otherwise what keeps the benchmark from going on.
pub(crate) fn run(options: &TablesArguments) -> Result<(), BenchError> {
    let around = Surroundings::look()?;
    let wanted = Wanted {
        benchmark: "tables",
        script: "python/tables_peers.py",
        root: &options.root,
        program: options.program.as_ref(),
        python: options.python.as_ref(),
        scratch: options.scratch.as_ref(),
    };
    let bench = Bench { places: Places::find(&wanted, &around)? };
    line("making rows");
    let made = bench.script(&["make".into(), bench.rows().into(), options.rows.to_string().into()]);
    let made: BTreeMap<String, u64> = last_json(&step("making rows", &made)?)?;
    let rows = made.get("rows").copied().unwrap_or_default();
    line("all of them make the table");
    bench.check()?;

    let contestants = bench.contestants();
    let title = format!("Methods by classes over {rows} rows");
    line(&title);
    let busy = machine::settle(Duration::from_secs_f64(options.settle.max(0.0)));
    let spend = Duration::from_secs_f64(options.spend.max(0.0));
    let repeats = Repeats { wanted: options.rounds.max(1), spend };
    let all = race(contestants.len(), repeats, |contestant, _| {
        Ok(Ok(Turn::plain(measure(&contestants[contestant].1, PATIENCE)?)))
    })?;
    let of_contestants = contestants.iter().zip(&all);
    let of_contestants =
        of_contestants.map(|((name, command), series)| Row::new(name, command.shown(), series));
    let group = Group::new(title, busy, of_contestants.collect());
    print(&format!("{}\n", render::group(&group)))?;
    let targets = targets(&group, rows);
    print(&format!("## What is wanted\n\n{}", render::targets(&targets)))?;
    let report = Report {
        title: "A table over many rows beside Python".into(),
        about: ABOUT.into(),
        machine: Machine::look(&bench.places.root),
        command: around.typed.clone(),
        tools: bench.versions()?,
        absent: Vec::new(),
        targets,
        sections: Vec::new(),
        groups: vec![group],
    };
    match &options.out {
        Some(out) => report.write(&around.folder.join(out)),
        None => Ok(()),
    }
}

/// What is wanted, scaled to the rows that there are.
fn targets(group: &Group, rows: u64) -> Vec<Target> {
    // Rows are rounded up to whole runs: ten million may be some more.
    let share = (rows as f64 / 1e7 * 10.0).floor() / 10.0;
    let row = |name: &str| group.row(name);
    let wall = |name: &str| row(name).and_then(Row::median);
    let fastest = PEERS.iter().filter_map(|(_, name)| wall(name)).reduce(f64::min);
    let full = |name: &str| row(name).and_then(|row| row.wall_s);
    let fastest_peer = PEERS.iter().map(|(_, name)| *name).find(|name| wall(name) == fastest);
    vec![
        Target::time("the table, whole process", LIMIT_S * share.max(1.0), wall(OURS)),
        Target::number(
            "its memory",
            LIMIT_MIB * share.max(1.0),
            " MiB",
            row(OURS).and_then(|row| row.peak_mib),
        ),
        Target::speed("beside the fastest of Python", 1.0, fastest_peer.and_then(full), full(OURS)),
    ]
}

/// Where everything lies.
struct Bench {
    places: Places,
}

impl Bench {
    fn rows(&self) -> PathBuf {
        self.places.folder.join("metrics.arrow")
    }

    fn out(&self, name: &str) -> PathBuf {
        self.places.folder.join(format!("{name}.csv"))
    }

    fn script(&self, arguments: &[OsString]) -> Invocation {
        let script = self.places.script.clone().into();
        let arguments = std::iter::once(script).chain(arguments.iter().cloned());
        let mut python = Invocation::new(&self.places.python, arguments, &self.places.folder);
        // The repository's folder stays as it is.
        python.environment.push(("PYTHONDONTWRITEBYTECODE".into(), "1".into()));
        python
    }

    /// Ours, with more options.
    fn ours(&self, more: &[&str], out: &Path) -> Invocation {
        let layout = [
            "--rows",
            "method",
            "--columns",
            "class",
            "--where",
            "metric=dice",
            "--where",
            "grid=network",
            "--where",
            "checkpoint=best",
            "--where",
            "ratio=5",
            "--no-percent",
        ];
        let arguments = ["table".into(), self.rows().into_os_string()].into_iter();
        let arguments = arguments.chain(layout.iter().chain(more).map(|text| (*text).into()));
        let arguments = arguments.chain(["--out".into(), out.to_owned().into_os_string()]);
        Invocation::new(&self.places.program, arguments, &self.places.folder)
    }

    fn contestants(&self) -> Vec<(&'static str, Invocation)> {
        let ours = self.ours(&[], &self.out("ours"));
        let mut one_thread = ours.clone();
        one_thread.environment.push(("RAYON_NUM_THREADS".into(), "1".into()));
        let subjects = self.ours(&["--across", "subjects"], &self.out("subjects"));
        let mut all = vec![(OURS, ours), (ONE_THREAD, one_thread), (SUBJECTS, subjects)];
        for (word, name) in PEERS {
            let arguments = [word.into(), self.rows().into(), self.out(word).into()];
            all.push((name, self.script(&arguments)));
        }
        all
    }

    /// Lets everybody make the table, and compares.
    fn check(&self) -> Result<(), BenchError> {
        for (name, invocation) in self.contestants() {
            step(name, &invocation)?;
        }
        let tables = ["ours", "polars", "pandas", "duckdb"].map(|name| self.out(name).into());
        let arguments: Vec<OsString> = std::iter::once("check".into()).chain(tables).collect();
        step("the comparison of all tables", &self.script(&arguments)).map(drop)
    }

    fn versions(&self) -> Result<Vec<Version>, BenchError> {
        let said = step("the versions of Python's packages", &self.script(&["versions".into()]))?;
        let versions: BTreeMap<String, String> = last_json(&said)?;
        let ours = [("orchestrate".to_owned(), env!("CARGO_PKG_VERSION").to_owned())];
        let all = ours.into_iter().chain(versions);
        Ok(all.map(|(name, version)| Version { name, version }).collect())
    }
}

/// Reads the last line that is an object.
fn last_json<T: serde::de::DeserializeOwned>(said: &str) -> Result<T, BenchError> {
    let last = said.lines().rfind(|line| line.starts_with('{')).unwrap_or_default();
    Ok(serde_json::from_str(last)?)
}
