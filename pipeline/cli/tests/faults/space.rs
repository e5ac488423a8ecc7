//! A folder in which the program is run and disturbed.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process, kill_process_group};

use crate::experiment::{NODES, chains};
use crate::process;
use crate::store_files::StoreFiles;

/// No run takes longer, disturbed or not.
const LIMIT: Duration = Duration::from_mins(1);
/// Where files lie in memory on most Linux systems.
const MEMORY: &str = "/dev/shm";
/// What the program may read outside the store.
const FILES: [(&str, &str); 2] =
    [("data/a.bin", "the first file\n"), ("data/b.bin", "the second\n")];

/// A temporary folder with an experiment, data and a store. Every process that works in it carries
/// the folder's name.
pub(crate) struct Space {
    dir: tempfile::TempDir,
    state: tempfile::TempDir,
}

/// The exported files of a run, by relative path.
pub(crate) type Tables = BTreeMap<String, String>;

impl Space {
    /// One with the chains as `e.yaml`.
    pub(crate) fn new() -> Self {
        Self::empty().with_chains()
    }

    /// The same in memory where there is a folder for it: for many runs.
    pub(crate) fn in_memory() -> Self {
        Self::empty_in_memory().with_chains()
    }

    /// One with the data and no experiment.
    pub(crate) fn empty() -> Self {
        Self::below(&std::env::temp_dir())
    }

    /// The same in memory where there is a folder for it.
    pub(crate) fn empty_in_memory() -> Self {
        let memory = Path::new(MEMORY);
        let usable = tempfile::tempdir_in(memory).is_ok();
        Self::below(if usable { memory.to_owned() } else { std::env::temp_dir() }.as_path())
    }

    fn with_chains(self) -> Self {
        self.write("e.yaml", &chains(&self.tally()));
        self
    }

    fn below(place: &Path) -> Self {
        let folder = |prefix| {
            let mut folder = tempfile::Builder::new();
            folder.prefix(prefix).tempdir_in(place).expect("a temporary folder")
        };
        let space = Self { dir: folder("faults-"), state: folder("state-") };
        for (name, text) in FILES {
            space.write(name, text);
        }
        space
    }

    pub(crate) fn path(&self, relative: &str) -> PathBuf {
        self.dir.path().join(relative)
    }

    /// What every process that works here carries.
    pub(crate) fn marker(&self) -> &str {
        self.dir.path().file_name().and_then(|name| name.to_str()).expect("a folder has a name")
    }

    /// A path in a folder that is neither the experiment's nor the store's.
    pub(crate) fn state(&self, relative: &str) -> PathBuf {
        self.state.path().join(relative)
    }

    /// The file in which actions count themselves.
    pub(crate) fn tally(&self) -> String {
        self.state("tally.log").display().to_string()
    }

    pub(crate) fn write(&self, relative: &str, text: &str) {
        let path = self.path(relative);
        fs_err::create_dir_all(path.parent().expect("a file lies in a folder")).expect("a folder");
        fs_err::write(path, text).expect("a file");
    }

    /// The store's files.
    pub(crate) fn store(&self) -> StoreFiles {
        StoreFiles::of(&self.path(".orchestrate"))
    }

    /// The program, ready to start here in a process group of its own.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        use std::os::unix::process::CommandExt;

        let mut command = Command::new(program());
        command.args(arguments).current_dir(self.dir.path()).stdin(Stdio::null()).process_group(0);
        for name in ["ORCHESTRATE_DATA", "ORCHESTRATE_STORE", "ORCHESTRATE_LOG", "RUST_BACKTRACE"] {
            command.env_remove(name);
        }
        command
    }

    /// Starts the program. What it says goes into files, so that it never waits for a reader.
    pub(crate) fn start(&self, arguments: &[&str]) -> Running {
        let said = tempfile::tempdir_in(self.dir.path()).expect("a folder");
        let file = |name: &str| {
            let file = fs_err::File::create(said.path().join(name)).expect("a file");
            Stdio::from(file.into_file())
        };
        let mut command = self.command(arguments);
        command.stdout(file("out")).stderr(file("err"));
        let since = Instant::now();
        let child = command.spawn().expect("the program starts");
        Running { child, since, said, marker: self.marker().to_owned() }
    }

    /// Starts a run of `e.yaml` on two slots.
    pub(crate) fn start_run(&self) -> Running {
        self.start(&["run", "e.yaml", "--cpus", "2", "--grace", "2s"])
    }

    /// Runs the program to its end.
    pub(crate) fn say(&self, arguments: &[&str]) -> Said {
        self.start(arguments).wait()
    }

    /// Runs `e.yaml` to its end.
    pub(crate) fn run(&self) -> Said {
        self.start_run().wait()
    }

    /// The exported files of the latest run.
    pub(crate) fn tables(&self) -> Tables {
        let mut tables = Tables::new();
        for folder in ["table", "notes", ""] {
            let path = self.path("runs/faults").join(folder).join("table.md");
            if let Ok(text) = fs_err::read_to_string(path) {
                tables.insert(format!("{folder}/table.md"), text);
            }
        }
        tables
    }

    /// What must hold after every disturbance: processes that were left alone are gone by
    /// themselves, the next run ends well with the same tables, and nothing half-written is left.
    /// Returns what that run said.
    pub(crate) fn recovers(&self, expected: &Tables, context: &str) -> Said {
        process::wait_for_none(self.marker());
        let said = self.run();
        assert_eq!(said.status, Some(0), "{context}: {said:?}");
        assert_eq!(self.tables(), *expected, "{context}: {said:?}");
        assert_eq!(self.store().temporary(), [] as [PathBuf; 0], "{context}: {said:?}");
        assert_eq!(self.store().unfinished(), [] as [PathBuf; 0], "{context}: {said:?}");
        process::wait_for_none(self.marker());
        said
    }

    /// Whether every object's content is what its name says.
    pub(crate) fn is_whole(&self) -> Result<(), String> {
        for object in self.store().objects() {
            let found = object.found();
            if found.as_deref() != Some(object.digest.as_str()) {
                return Err(format!("{} holds {found:?}", object.path.display()));
            }
        }
        Ok(())
    }
}

/// Everything that is killed when the test ends.
impl Drop for Space {
    fn drop(&mut self) {
        for process in process::carrying(self.marker()) {
            process.kill();
        }
    }
}

/// A program that runs.
pub(crate) struct Running {
    child: Child,
    since: Instant,
    said: tempfile::TempDir,
    marker: String,
}

impl Running {
    /// Sends a signal to the program alone.
    pub(crate) fn signal(&self, signal: Signal) {
        let _ = kill_process(Pid::from_child(&self.child), signal);
    }

    /// Sends a signal to its process group.
    pub(crate) fn signal_group(&self, signal: Signal) {
        let _ = kill_process_group(Pid::from_child(&self.child), signal);
    }

    /// Kills it and everything it started, in one go.
    pub(crate) fn kill_all(&self) {
        for process in process::carrying(&self.marker) {
            process.kill();
        }
    }

    /// Whether it still runs.
    pub(crate) fn is_running(&mut self) -> bool {
        self.child.try_wait().expect("it can be asked").is_none()
    }

    /// What it has said on standard error up to now.
    pub(crate) fn err(&self) -> String {
        let bytes = fs_err::read(self.said.path().join("err")).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// Waits until something holds.
    pub(crate) fn wait_until(&mut self, what: &str, holds: impl Fn(&Self) -> bool) {
        let begin = Instant::now();
        while !holds(self) {
            assert!(self.is_running(), "it ended before {what}: {}", self.err());
            assert!(begin.elapsed() < LIMIT, "it waits for ever for {what}: {}", self.err());
            std::thread::sleep(Duration::from_micros(500));
        }
    }

    /// Waits for its end.
    pub(crate) fn wait(mut self) -> Said {
        let begin = Instant::now();
        let status = loop {
            if let Some(status) = self.child.try_wait().expect("it can be waited for") {
                break status;
            }
            if begin.elapsed() > LIMIT {
                self.kill_all();
                panic!("it does not end: {}", self.err());
            }
            std::thread::sleep(Duration::from_micros(500));
        };
        let bytes = fs_err::read(self.said.path().join("out")).unwrap_or_default();
        let out = String::from_utf8_lossy(&bytes).into_owned();
        Said { status: status.code(), out, err: self.err(), took: self.since.elapsed() }
    }
}

/// What a program said, and how it ended.
pub(crate) struct Said {
    /// The exit status; none if it was killed.
    pub(crate) status: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
    pub(crate) took: Duration,
}

/// For messages: the end of what was said.
impl std::fmt::Debug for Said {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { status, out, err, took } = self;
        writeln!(f, "status {status:?} after {took:?}, {} bytes on standard output", out.len())?;
        let lines: Vec<&str> = err.lines().collect();
        for line in &lines[lines.len().saturating_sub(40)..] {
            writeln!(f, "  | {}", line.chars().take(300).collect::<String>())?;
        }
        Ok(())
    }
}

impl Said {
    /// The counts of the summary: run, cached, failed.
    pub(crate) fn counts(&self) -> (usize, usize, usize) {
        let summary = self.err.lines().rfind(|line| line.contains(" cached, ")).unwrap_or_default();
        let words: Vec<&str> = summary.split_whitespace().collect();
        let count = |i: usize| words.get(i).and_then(|word| word.parse().ok());
        match (count(0), count(2), count(4)) {
            (Some(run), Some(cached), Some(failed)) => (run, cached, failed),
            _ => panic!("no summary: {self:?}"),
        }
    }

    /// Whether it says any of these words on standard error.
    pub(crate) fn tells(&self, words: &[&str]) -> bool {
        words.iter().any(|word| self.err.contains(word))
    }
}

/// The example beside the tests.
fn program() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        let tests = std::env::current_exe().expect("a test has a path");
        let built = tests.ancestors().nth(2).expect("tests lie in target/PROFILE/deps");
        let program = built.join("examples/faulty");
        assert!(program.is_file(), "build it first: cargo build -p pipeline-cli --example faulty");
        program
    })
}

/// What an undisturbed run of the chains gives and how long it takes.
pub(crate) struct Undisturbed {
    pub(crate) tables: Tables,
    pub(crate) took: Duration,
}

/// Runs the chains undisturbed.
pub(crate) fn undisturbed() -> Undisturbed {
    let space = Space::in_memory();
    let said = space.run();
    assert_eq!(said.counts(), (NODES, 0, 0), "{said:?}");
    let again = space.run();
    assert_eq!(again.counts(), (0, NODES, 0), "{again:?}");
    let tables = space.tables();
    assert_eq!(tables.len(), 2, "{tables:?}");
    Undisturbed { tables, took: said.took }
}
