//! A project of one tool: measured, and looked at before and after.

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::dag::{Dag, content_of};
use crate::error::BenchError;
use crate::measure::{End, Invocation, measure, step};
use crate::race::Turn;
use crate::tool::{Counted, Tool};

/// Stands for what a file is now: its number and modification time.
type Stamp = Option<(u64, i64, i64)>;

/// A folder in which one tool works.
pub(crate) struct Project {
    folder: PathBuf,
    /// Files that the stages write, where the tool leaves them in the folder.
    outputs: Vec<PathBuf>,
    /// What must be in the last of them, where that is known.
    expected: Vec<(PathBuf, String)>,
    /// Why it cannot be measured any more.
    pub(crate) unusable: Option<String>,
}

impl Project {
    /// The graph as a project. An error of the tool's own preparation makes it unusable.
    ///
    /// # Errors
    /// The error of writing.
    pub(crate) fn of_stages(tool: &dyn Tool, folder: &Path, dag: Dag) -> Result<Self, BenchError> {
        crate::session::empty(folder)?;
        dag.write_inputs(folder)?;
        let unusable = preparation(tool.write_stages(folder, dag))?;
        let outputs = dag.stages().map(|stage| folder.join(stage.output())).collect();
        let expected =
            dag.last().map(|stage| (folder.join(stage.output()), content_of(stage.chain)));
        Ok(Self { folder: folder.into(), outputs, expected: expected.collect(), unusable })
    }

    /// A project of one stage, prepared by `write`.
    ///
    /// # Errors
    /// The error of writing.
    pub(crate) fn of_one(
        folder: &Path,
        write: impl FnOnce(&Path) -> Result<(), BenchError>,
    ) -> Result<Self, BenchError> {
        crate::session::empty(folder)?;
        let unusable = preparation(write(folder))?;
        let outputs = vec![folder.join("n.txt")];
        Ok(Self { folder: folder.into(), outputs, expected: vec![], unusable })
    }

    /// Lets the tool bring the project up to date once.
    ///
    /// # Errors
    /// [`BenchError::Start`]; a tool that fails is the inner error, and the project is unusable.
    pub(crate) fn run(
        &mut self,
        tool: &dyn Tool,
        patience: Duration,
    ) -> Result<Result<Turn, String>, BenchError> {
        if let Some(problem) = &self.unusable {
            return Ok(Err(problem.clone()));
        }
        let before: Vec<_> = self.outputs.iter().map(|path| stamp(path)).collect();
        let sample = measure(&tool.invocation(&self.folder), patience)?;
        let executed = match tool.counted() {
            Counted::ByOutputs => {
                let written = self.outputs.iter().zip(&before).filter(|(path, before)| {
                    let now = stamp(path);
                    now.is_some() && now != **before
                });
                Some(written.count() as u64)
            }
            Counted::BySummary => run_in_summary(&sample.output),
        };
        let mut problem = None;
        if sample.end == End::Done && tool.counted() == Counted::ByOutputs {
            problem = self.expected.iter().find_map(|(path, expected)| {
                let found = fs_err::read_to_string(path).ok();
                (found.as_ref() != Some(expected))
                    .then(|| format!("the result is wrong: {}", path.display()))
            });
        }
        if sample.end != End::Done || problem.is_some() {
            self.unusable = Some("an earlier run failed".into());
        }
        Ok(Ok(Turn { sample, executed, problem }))
    }

    /// Looks at the end of one chain where the tool keeps it to itself; returns what is wrong.
    ///
    /// # Errors
    /// The error of reading.
    pub(crate) fn proof(&self, tool: &dyn Tool, dag: Dag) -> Result<Option<String>, BenchError> {
        let Some(stage) = dag.last().next() else { return Ok(None) };
        let exported = self.folder.join("exported");
        let Some(arguments) = tool.export(stage, &exported) else { return Ok(None) };
        let export = Invocation::new(&tool.seat().program, arguments, &self.folder);
        if let Err(error) = step("exporting a result", &export) {
            return Ok(Some(error.to_string()));
        }
        let expected = content_of(stage.chain);
        let found = find_file(&exported, "out.txt")?.map(fs_err::read_to_string).transpose()?;
        Ok((found.as_ref() != Some(&expected))
            .then(|| format!("the result is {found:?} instead of {expected:?}")))
    }

    /// Changes what the tool has to arrive at from one input.
    ///
    /// # Errors
    /// The error of writing.
    pub(crate) fn change_input(&mut self, content: &str) -> Result<(), BenchError> {
        fs_err::write(self.folder.join(crate::dag::input_of(0)), content)?;
        if let Some((_, expected)) = self.expected.first_mut() {
            content.clone_into(expected);
        }
        Ok(())
    }

    /// Gives all inputs of the graph a new modification time.
    ///
    /// # Errors
    /// The error of the system, with the file.
    pub(crate) fn touch_inputs(&self, dag: Dag) -> Result<(), BenchError> {
        for chain in 0..dag.width {
            touch(&self.folder.join(crate::dag::input_of(chain)))?;
        }
        Ok(())
    }

    /// Returns the folder.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }
}

/// Sets the modification time of a file to now.
///
/// # Errors
/// The error of the system, with the file.
pub(crate) fn touch(path: &Path) -> Result<(), BenchError> {
    use rustix::fs::{AtFlags, CWD, Timespec, Timestamps, UTIME_NOW};
    let now = Timespec { tv_sec: 0, tv_nsec: UTIME_NOW };
    let times = Timestamps { last_access: now, last_modification: now };
    rustix::fs::utimensat(CWD, path, &times, AtFlags::empty()).map_err(|error| {
        let error = std::io::Error::from(error);
        BenchError::Io(std::io::Error::new(
            error.kind(),
            format!("cannot touch `{}`: {error}", path.display()),
        ))
    })
}

/// Waits until files written from now on have later times than those written before, also on
/// systems that count in hundredths of a second.
pub(crate) fn let_time_pass() {
    std::thread::park_timeout(Duration::from_millis(60));
}

/// Finds the number of executed actions in `3 run, 5 cached, 0 failed`.
pub(crate) fn run_in_summary(output: &str) -> Option<u64> {
    let line = output.lines().rev().find(|line| line.contains(" run, "))?;
    line.split(" run, ").next()?.rsplit(' ').next()?.parse().ok()
}

/// Returns the first file of this name in a folder or below it.
fn find_file(folder: &Path, name: &str) -> std::io::Result<Option<PathBuf>> {
    for entry in fs_err::read_dir(folder)? {
        let entry = entry?;
        let path = entry.path();
        if entry.file_type()?.is_dir() {
            if let Some(found) = find_file(&path, name)? {
                return Ok(Some(found));
            }
        } else if entry.file_name() == name {
            return Ok(Some(path));
        }
    }
    Ok(None)
}

/// A tool whose preparation fails cannot be measured; any other error ends the benchmark.
fn preparation(result: Result<(), BenchError>) -> Result<Option<String>, BenchError> {
    match result {
        Ok(()) => Ok(None),
        Err(error @ (BenchError::Step { .. } | BenchError::Start { .. })) => {
            Ok(Some(error.to_string()))
        }
        Err(error) => Err(error),
    }
}

fn stamp(path: &Path) -> Stamp {
    let meta = fs_err::metadata(path).ok()?;
    Some((meta.ino(), meta.mtime(), meta.mtime_nsec()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tool::{Seat, TrackedFiles};

    /// Copies every stage's input with a shell script; one stage in two can be left out.
    struct Script(Seat, &'static str);

    impl Tool for Script {
        fn name(&self) -> &'static str {
            "script"
        }

        fn seat(&self) -> &Seat {
            &self.0
        }

        fn arguments(&self) -> Vec<String> {
            vec!["-c".into(), self.1.into()]
        }

        fn write_stages(&self, project: &Path, dag: Dag) -> Result<(), BenchError> {
            let commands: Vec<_> = dag.stages().map(crate::dag::Stage::command).collect();
            Ok(fs_err::write(project.join("all.sh"), commands.join("\n"))?)
        }

        fn write_files(&self, _: &Path, _: &TrackedFiles) -> Result<(), BenchError> {
            Ok(())
        }
    }

    fn script(command: &'static str) -> Script {
        Script(Seat { program: "/bin/sh".into(), cpus: 1, caches: PathBuf::new() }, command)
    }

    const PATIENCE: Duration = Duration::from_mins(1);

    #[test]
    fn counts_the_outputs_that_were_written() {
        let folder = tempfile::tempdir().unwrap();
        let dag = Dag::new(20);
        let all = script("sh all.sh");
        let mut project = Project::of_stages(&all, folder.path(), dag).unwrap();
        let first = project.run(&all, PATIENCE).unwrap().unwrap();
        assert_eq!((first.executed, first.problem), (Some(20), None));
        let nothing = project.run(&script("true"), PATIENCE).unwrap().unwrap();
        assert_eq!((nothing.executed, nothing.problem), (Some(0), None));
        let_time_pass();
        let one = project.run(&script("cat in/0.txt > out/s3_0.txt"), PATIENCE).unwrap().unwrap();
        assert_eq!(one.executed, Some(1));
    }

    #[test]
    fn a_wrong_result_ends_the_measurements() {
        let folder = tempfile::tempdir().unwrap();
        let all = script("sh all.sh");
        let mut project = Project::of_stages(&all, folder.path(), Dag::new(10)).unwrap();
        project.run(&all, PATIENCE).unwrap().unwrap();
        project.change_input("changed\n").unwrap();
        let stale = project.run(&script("true"), PATIENCE).unwrap().unwrap();
        assert!(stale.problem.unwrap().starts_with("the result is wrong"));
        assert_eq!(project.run(&all, PATIENCE).unwrap().unwrap_err(), "an earlier run failed");
    }

    #[test]
    fn finds_a_file_below_a_folder() {
        let folder = tempfile::tempdir().unwrap();
        fs_err::create_dir_all(folder.path().join("a/b")).unwrap();
        assert_eq!(find_file(folder.path(), "out.txt").unwrap(), None);
        let file = folder.path().join("a/b/out.txt");
        fs_err::write(&file, "").unwrap();
        assert_eq!(find_file(folder.path(), "out.txt").unwrap(), Some(file));
    }

    #[test]
    fn reads_the_number_of_executed_actions() {
        let output = "bench: 3 nodes\n[3/3] done s\n12 run, 3 cached, 0 failed in 0.57s\n";
        assert_eq!(run_in_summary(output), Some(12));
        assert_eq!(run_in_summary("nothing"), None);
    }

    #[test]
    fn touching_changes_the_time_alone() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a");
        fs_err::write(&file, "text").unwrap();
        let before = stamp(&file);
        let_time_pass();
        touch(&file).unwrap();
        assert_ne!(stamp(&file), before);
        assert_eq!(fs_err::read_to_string(&file).unwrap(), "text");
        let message = touch(&folder.path().join("b")).unwrap_err().to_string();
        assert!(message.contains("cannot touch"), "{message}");
    }
}
