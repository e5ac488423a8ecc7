//! Programs: whether they are found, whether they start, and what they say of themselves.

use std::io::Read;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use serde::Deserialize;

use super::check::{Check, Verdict};

const GROUP: &str = "programs";
/// A program that has not answered by then does not answer.
const PATIENCE: Duration = Duration::from_secs(30);
const POLL: Duration = Duration::from_millis(10);

/// What a program answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Answer {
    /// It ended with this status and wrote this on standard output and standard error.
    Ended {
        /// Whether the status was 0.
        success: bool,
        /// Standard output.
        out: String,
        /// Standard error.
        err: String,
    },
    /// It did not start, or did not end in time.
    None(String),
}

/// A line of `WORKER --describe`.
#[derive(Debug, Deserialize)]
struct Fact {
    name: String,
    #[serde(default)]
    value: String,
    state: Verdict,
    #[serde(default)]
    help: Option<String>,
}

/// Starts a program with one argument and waits for it to end.
pub(crate) fn ask(program: &Path, argument: &str) -> Answer {
    let child = Command::new(program)
        .arg(argument)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let mut child = match child {
        Ok(child) => child,
        Err(error) => return Answer::None(format!("does not start: {error}")),
    };
    let out = child.stdout.take().map(collect);
    let err = child.stderr.take().map(collect);
    let begin = Instant::now();
    let status = loop {
        match child.try_wait() {
            Ok(Some(status)) => break status,
            Ok(None) if begin.elapsed() < PATIENCE => std::thread::sleep(POLL),
            Ok(None) => {
                let _ = child.kill();
                let _ = child.wait();
                return Answer::None(format!("did not end within {} s", PATIENCE.as_secs()));
            }
            Err(error) => return Answer::None(format!("cannot be waited for: {error}")),
        }
    };
    // Something that it left behind may hold its output open.
    let read = |text: Option<mpsc::Receiver<String>>| {
        text.and_then(|text| text.recv_timeout(Duration::from_secs(1)).ok()).unwrap_or_default()
    };
    Answer::Ended { success: status.success(), out: read(out), err: read(err) }
}

fn collect(mut stream: impl Read + Send + 'static) -> mpsc::Receiver<String> {
    let (sender, receiver) = mpsc::channel();
    let read = move || {
        let mut bytes = Vec::new();
        let _ = stream.read_to_end(&mut bytes);
        let _ = sender.send(String::from_utf8_lossy(&bytes).into_owned());
    };
    // Without the thread nothing is heard, which is said.
    let _ = std::thread::Builder::new().name("doctor-output".to_owned()).spawn(read);
    receiver
}

/// Judges a worker: found or not, and what it says of itself line by line.
pub(crate) fn worker_checks(
    name: &str,
    path: Option<&Path>,
    answer: Option<&Answer>,
) -> Vec<Check> {
    let (Some(path), Some(answer)) = (path, answer) else {
        let help = "stages that need it fail; put it beside this program or on PATH";
        return vec![Check::fail(GROUP, name, "not found", help)];
    };
    let shown = path.display().to_string();
    let (success, out, err) = match answer {
        Answer::Ended { success, out, err } => (*success, out, err),
        Answer::None(what) => {
            let help = "stages that need it fail; install it again";
            return vec![Check::fail(GROUP, name, format!("{shown} {what}"), help)];
        }
    };
    let facts: Vec<Fact> = out.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    if facts.is_empty() {
        let said = err.lines().chain(out.lines()).find(|line| !line.trim().is_empty());
        let said = said.map(|line| format!(": {}", line.trim())).unwrap_or_default();
        let value = format!("{shown} does not describe itself{said}");
        return vec![Check::warn(
            GROUP,
            name,
            value,
            "it may be of another version; install both programs together",
        )];
    }
    let mut checks = vec![if success {
        Check::ok(GROUP, name, shown)
    } else {
        Check::warn(GROUP, name, format!("{shown} says that something is wrong"), "see below")
    }];
    checks.extend(facts.into_iter().map(|fact| Check {
        group: GROUP,
        name: format!("{name}: {}", fact.name),
        value: fact.value,
        state: fact.state,
        help: fact.help,
    }));
    checks
}

/// A program that is good to have: where it is and which version.
pub(crate) fn version_check(name: &str, found: Option<(&Path, &Answer)>, help: &str) -> Check {
    match found {
        Some((path, Answer::Ended { success: true, out, err })) => {
            let version = out.lines().chain(err.lines()).find(|line| !line.trim().is_empty());
            let value = format!("{} ({})", version.unwrap_or("no version").trim(), path.display());
            Check::ok(GROUP, name, value)
        }
        Some((path, _)) => {
            Check::warn(GROUP, name, format!("{} does not start", path.display()), help)
        }
        None => Check::warn(GROUP, name, "not found on PATH", help),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ended(success: bool, out: &str, err: &str) -> Answer {
        Answer::Ended { success, out: out.to_owned(), err: err.to_owned() }
    }

    fn states(answer: &Answer) -> Vec<Verdict> {
        let checks = worker_checks("w", Some(Path::new("bin/w")), Some(answer));
        checks.into_iter().map(|check| check.state).collect()
    }

    #[test]
    fn a_worker_is_judged_by_what_it_says() {
        let facts = "{\"name\":\"library\",\"value\":\"2.1\",\"state\":\"ok\"}\n{\"name\":\"GPU\",\"value\":\"none\",\"state\":\"warn\",\"help\":\"h\"}\n";
        assert_eq!(states(&ended(true, facts, "")), [Verdict::Ok, Verdict::Ok, Verdict::Warn]);
        let unknown = ended(false, "", "error: unexpected argument '--describe'\n");
        let checks = worker_checks("w", Some(Path::new("bin/w")), Some(&unknown));
        assert_eq!(checks[0].state, Verdict::Warn);
        assert!(checks[0].value.ends_with("unexpected argument '--describe'"), "{checks:?}");
        let dead = Answer::None("does not start: no such library".to_owned());
        assert_eq!(states(&dead), [Verdict::Fail]);
        assert_eq!(worker_checks("w", None, None)[0].state, Verdict::Fail);
    }

    #[test]
    fn programs_are_started_and_heard() {
        let shell = Path::new("/bin/sh");
        assert!(matches!(ask(shell, "--no-such-flag"), Answer::Ended { success: false, .. }));
        let none = ask(Path::new("/nowhere/program"), "--version");
        assert!(
            matches!(&none, Answer::None(what) if what.starts_with("does not start")),
            "{none:?}"
        );
        let check = version_check("python3", None, "help");
        assert_eq!((check.state, check.value.as_str()), (Verdict::Warn, "not found on PATH"));
    }
}
