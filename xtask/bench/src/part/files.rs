//! One stage that depends on thousands of files: first run, rerun, rerun after `touch`, one file
//! changed. All tools look at the same folder, so that one `touch` is the same for all.

use std::io::{BufWriter, Read, Write};
use std::path::Path;
use std::time::Duration;

use super::project::{Project, let_time_pass, touch};
use crate::error::BenchError;
use crate::measure::{Invocation, measure};
use crate::race::{Repeats, Series, Turn, race};
use crate::report::{Group, Row, line};
use crate::session::Session;
use crate::target::Target;
use crate::tool::{Form, Orchestrate, Tool, TrackedFiles};

/// Files in each folder of the data.
const FILES_IN_A_FOLDER: usize = 100;
/// The wanted time of a rerun in seconds.
const LIMIT_S: f64 = 0.040;
/// Runs that read everything take long, and vary little.
const FULL_READS: usize = 3;

/// Measures every tool on the same folder.
pub(crate) fn files(session: &mut Session<'_>) -> Result<(), BenchError> {
    let (count, megabytes) = (session.options.files.max(1), session.options.megabytes);
    let folder = session.scratch.join("files");
    fs_err::create_dir_all(&folder)?;
    let data = make_data(&folder, count, megabytes)?;
    let root = folder.join(&data.folder);
    line("reading all files once, so that every tool finds them in memory");
    read_all(&root, &data)?;

    let patience = session.patience();
    let tools: Vec<usize> = (0..session.tools.len())
        .filter(|&number| session.tools[number].name() != name_of(Form::Matrix, session))
        .collect();
    let fresh = |session: &Session<'_>, number: usize| {
        let tool = &*session.tools[number];
        Project::of_one(&folder.join(number.to_string()), |project| {
            tool.write_files(project, &data)
        })
    };
    let mut projects = Vec::new();
    for &number in &tools {
        projects.push(fresh(session, number)?);
    }
    let what = format!("{count} files of {megabytes} MB");

    let few = session.repeats().at_most(FULL_READS);
    let busy = session.settle(&format!("first run with {what}"));
    let all = race(tools.len(), few, |contestant, round| {
        if round > 0 {
            projects[contestant] = fresh(session, tools[contestant])?;
        }
        projects[contestant].run(&*session.tools[tools[contestant]], patience)
    })?;
    let reading = reading_alone(&root, few, patience)?;
    let mut rows = rows(session, &tools, &all);
    rows.push(reading);
    let note = "The files are in memory. Tools that look at times do not read them.";
    session.add(Group::new(format!("First run with {what}"), busy, rows).with_note(note))?;

    let busy = session.settle(&format!("rerun with {what}"));
    let all = race(tools.len(), session.repeats(), |contestant, _| {
        projects[contestant].run(&*session.tools[tools[contestant]], patience)
    })?;
    let title = format!("Rerun with {what}, nothing to do");
    let group = add(session, &tools, title, busy, &all, "")?;
    let found = session.group(group).row(Orchestrate::NAME).and_then(Row::median);
    session.target(Target::time(format!("rerun with {what}, nothing to do"), LIMIT_S, found));

    let busy = session.settle(&format!("rerun with {what} after touch"));
    let mut touched = None;
    let all = race(tools.len(), few, |contestant, round| {
        if touched != Some(round) {
            for file in &data.files {
                touch(&root.join(file))?;
            }
            let_time_pass();
            touched = Some(round);
        }
        projects[contestant].run(&*session.tools[tools[contestant]], patience)
    })?;
    let title = format!("Rerun with {what} after `touch` of all");
    let group = add(session, &tools, title, busy, &all, "The bytes are the same.")?;
    let found = session.group(group).row(Orchestrate::NAME).and_then(|row| row.executed);
    session.target(Target::count("stages executed after `touch` of all files", 0, found));

    let busy = session.settle(&format!("rerun with {what}, one changed"));
    let mut changed = None;
    let all = race(tools.len(), session.repeats(), |contestant, round| {
        if changed != Some(round) {
            change(&root.join(&data.files[round % data.files.len()]))?;
            let_time_pass();
            changed = Some(round);
        }
        projects[contestant].run(&*session.tools[tools[contestant]], patience)
    })?;
    let title = format!("Rerun with {what}, one changed");
    let group = add(session, &tools, title, busy, &all, "The stage runs, one file is read.")?;
    let found = session.group(group).row(Orchestrate::NAME).and_then(|row| row.executed);
    session.target(Target::count("stages executed after one file changed", 1, found));
    Ok(())
}

fn name_of(form: Form, session: &Session<'_>) -> &'static str {
    Orchestrate { form, seat: session.seat.clone() }.name()
}

fn add(
    session: &mut Session<'_>,
    tools: &[usize],
    title: String,
    busy: f64,
    all: &[Series],
    note: &str,
) -> Result<usize, BenchError> {
    let rows = rows(session, tools, all);
    let group = Group::new(title, busy, rows);
    session.add(if note.is_empty() { group } else { group.with_note(note) })
}

fn rows(session: &Session<'_>, tools: &[usize], all: &[Series]) -> Vec<Row> {
    let row = |(&number, series): (&usize, &Series)| {
        let tool = &session.tools[number];
        Row::new(tool.name(), tool.invocation(&session.scratch).shown(), series)
    };
    tools.iter().zip(all).map(row).collect()
}

/// Measures how long one core takes to read all files and do nothing with them.
fn reading_alone(root: &Path, repeats: Repeats, patience: Duration) -> Result<Row, BenchError> {
    let script = ["-c", "cat */*.bin > /dev/null"];
    let read = Invocation::new(Path::new("sh"), script, root);
    let series = race(1, repeats, |_, _| Ok(Ok(Turn::plain(measure(&read, patience)?))))?;
    Ok(Row::new("reading alone, one core", "cat */*.bin > /dev/null".into(), &series[0]))
}

/// Makes the files, of bytes that cannot be compressed, or finds them from an earlier run.
fn make_data(folder: &Path, count: usize, megabytes: usize) -> Result<TrackedFiles, BenchError> {
    let name = format!("data-{count}-{megabytes}");
    let files: Vec<_> =
        (0..count).map(|file| format!("{:03}/f{file:05}.bin", file / FILES_IN_A_FOLDER)).collect();
    let data = TrackedFiles { folder: name, files };
    let complete = folder.join(format!("{}.complete", data.folder));
    if complete.is_file() {
        return Ok(data);
    }
    let root = folder.join(&data.folder);
    crate::session::empty(&root)?;
    line(&format!("writing {count} files of {megabytes} MB"));
    let size = megabytes * 1_000_000 / count;
    // Any constant but 0 would do: the golden ratio's bits.
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    for file in &data.files {
        let path = root.join(file);
        fs_err::create_dir_all(path.parent().unwrap_or(&root))?;
        let mut out = BufWriter::new(fs_err::File::create(&path)?);
        let mut left = size;
        while left > 0 {
            let bytes = next(&mut state).to_le_bytes();
            let part = left.min(bytes.len());
            out.write_all(&bytes[..part])?;
            left -= part;
        }
        out.flush()?;
    }
    fs_err::write(complete, "")?;
    Ok(data)
}

/// One step of Marsaglia's xorshift generator (2003) with the shifts 13, 7, 17.
fn next(state: &mut u64) -> u64 {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    *state
}

fn read_all(root: &Path, data: &TrackedFiles) -> Result<(), BenchError> {
    let mut buffer = vec![0; 1 << 20];
    for file in &data.files {
        let mut file = fs_err::File::open(root.join(file))?;
        while file.read(&mut buffer)? > 0 {}
    }
    Ok(())
}

/// Turns the bits of a file's first byte around.
fn change(path: &Path) -> Result<(), BenchError> {
    let mut bytes = fs_err::read(path)?;
    match bytes.first_mut() {
        Some(first) => *first = !*first,
        None => bytes.push(0),
    }
    Ok(fs_err::write(path, bytes)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn makes_files_of_the_size_asked_for_once() {
        let folder = tempfile::tempdir().unwrap();
        let data = make_data(folder.path(), 120, 1).unwrap();
        assert_eq!(data.files.len(), 120);
        assert_eq!(data.files[119], "001/f00119.bin");
        let first = folder.path().join(&data.folder).join(&data.files[0]);
        let bytes = fs_err::read(&first).unwrap();
        assert_eq!(bytes.len(), 1_000_000 / 120);
        change(&first).unwrap();
        make_data(folder.path(), 120, 1).unwrap();
        let changed = fs_err::read(&first).unwrap();
        assert_eq!(changed[0], !bytes[0]);
        assert_eq!(changed[1..], bytes[1..]);
        assert_eq!(data.seen_from_project().next().unwrap(), "../data-120-1/000/f00000.bin");
    }
}
