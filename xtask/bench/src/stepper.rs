//! A process that does one step whenever it is asked to.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Stdio};
use std::time::{Duration, Instant};

use tempfile::NamedTempFile;

use crate::error::BenchError;
use crate::measure::{End, Invocation, Sample, tail};

/// A process that says `ready` and then, for every line of its standard input, does a step and says
/// `done N`, where `N` is how many steps it has done since its last word.
///
/// It lives through all its steps, so that importing, allocating and warming up are not measured,
/// and waits on a pipe, using no processor, while others have their turn.
pub(crate) struct Stepper {
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
    errors: NamedTempFile,
}

impl Stepper {
    /// Starts a process and waits until it is ready.
    ///
    /// # Errors
    /// [`BenchError::Start`] if there is no such program, [`BenchError::Step`] with what it said if
    /// it ends before it is ready.
    pub(crate) fn start(invocation: &Invocation) -> Result<Self, BenchError> {
        let mut errors = NamedTempFile::new()?;
        let mut command = invocation.command();
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(errors.reopen()?);
        let start_error =
            |source| BenchError::Start { program: invocation.program.clone(), source };
        let mut child = command.spawn().map_err(start_error)?;
        let input = child.stdin.take();
        let output = child.stdout.take().expect("standard output is a pipe");
        let mut output = BufReader::new(output);
        let mut said = String::new();
        output.read_line(&mut said)?;
        if said.trim_end() == "ready" {
            return Ok(Self { child, input, output, errors });
        }
        drop(input);
        let status = child.wait()?;
        let output = format!("{said}{}", tail(&mut errors)?);
        Err(BenchError::Step { what: format!("`{}`", invocation.shown()), status, output })
    }

    /// Has one step done. What it took is counted from outside; where the process has done more
    /// than one step meanwhile, it is their mean.
    ///
    /// # Errors
    /// The error of talking to it. One that fails is a [`Sample`].
    pub(crate) fn step(&mut self) -> Result<Sample, BenchError> {
        let cpu_before = self.cpu();
        let start = Instant::now();
        let asked = self.input.as_mut().is_some_and(|input| input.write_all(b"step\n").is_ok());
        let mut said = String::new();
        if asked {
            self.output.read_line(&mut said)?;
        }
        let wall = start.elapsed();
        let cpu = self.cpu().saturating_sub(cpu_before);
        let steps = said.trim_end().strip_prefix("done ").and_then(|count| count.parse().ok());
        let Some(steps @ 1u32..) = steps else {
            self.input = None;
            let end = End::Failed(self.child.wait()?);
            let output = format!("{said}{}", tail(&mut self.errors)?);
            return Ok(Sample { wall, cpu, peak_bytes: 0, end, output });
        };
        Ok(Sample {
            wall: wall / steps,
            cpu: cpu / steps,
            peak_bytes: self.peak_bytes(),
            end: End::Done,
            output: String::new(),
        })
    }

    /// User and system time of all its threads so far; zero where unknown.
    fn cpu(&self) -> Duration {
        let text = self.about("stat");
        // The name before the last bracket may hold anything.
        let fields = text.rsplit(')').next().unwrap_or_default().split_whitespace();
        let ticks: u64 =
            fields.skip(11).take(2).filter_map(|field| field.parse::<u64>().ok()).sum();
        Duration::from_secs_f64(ticks as f64 / rustix::param::clock_ticks_per_second() as f64)
    }

    /// The largest resident memory so far; zero where unknown.
    fn peak_bytes(&self) -> u64 {
        let text = self.about("status");
        let value = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kib = value.and_then(|value| value.trim().strip_suffix(" kB"));
        kib.and_then(|kib| kib.parse::<u64>().ok()).unwrap_or(0) * 1024
    }

    fn about(&self, file: &str) -> String {
        fs_err::read_to_string(format!("/proc/{}/{file}", self.child.id())).unwrap_or_default()
    }
}

impl Drop for Stepper {
    /// Ends it by closing its input.
    fn drop(&mut self) {
        self.input = None;
        let _ = self.child.wait();
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn shell(script: &str) -> Result<Stepper, BenchError> {
        Stepper::start(&Invocation::new(Path::new("/bin/sh"), ["-c", script], Path::new("/")))
    }

    #[test]
    fn a_step_is_done_for_every_line_and_counted_from_outside() {
        let busy = "i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done";
        let script = format!("echo ready; while read -r line; do {busy}; echo \"done 1\"; done");
        let mut stepper = shell(&script).unwrap();
        let took: Vec<_> = (0..3).map(|_| stepper.step().unwrap()).collect();
        assert!(took.iter().all(|sample| sample.end == End::Done));
        assert!(took.iter().all(|sample| sample.wall > Duration::from_millis(1)));
        if cfg!(target_os = "linux") {
            assert!(took.iter().map(|sample| sample.cpu).sum::<Duration>() > Duration::ZERO);
            assert!(took[0].peak_bytes > 100_000);
        }
    }

    #[test]
    fn several_steps_at_once_are_told_apart() {
        let mut stepper = shell("echo ready; read -r line; sleep 0.2; echo done 40; cat").unwrap();
        let sample = stepper.step().unwrap();
        assert!(
            sample.wall >= Duration::from_millis(5) && sample.wall < Duration::from_millis(200)
        );
    }

    #[test]
    fn one_that_fails_says_why() {
        let mut stepper = shell("echo ready; read -r line; echo broken >&2; exit 3").unwrap();
        let sample = stepper.step().unwrap();
        assert!(matches!(sample.end, End::Failed(status) if status.code() == Some(3)));
        assert_eq!(sample.output, "broken\n");
        let message = shell("echo no module >&2; exit 1").err().unwrap().to_string();
        assert!(message.contains("no module"), "{message}");
    }
}
