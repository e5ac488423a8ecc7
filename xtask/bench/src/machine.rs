//! The machine that measures, and how busy it is.

use std::path::Path;
use std::time::{Duration, Instant};

use serde::Serialize;

use crate::measure::{Invocation, step};
use crate::version::version_in;

/// How busy the machine may be before a group of measurements.
const IDLE: f64 = 0.15;
/// How long one look at the machine takes.
const LOOK: Duration = Duration::from_millis(500);

/// What a reader needs to know about where the numbers come from.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Machine {
    /// The processor, as it calls itself.
    pub(crate) cpu: String,
    /// Cores that this process may use.
    pub(crate) cores: usize,
    /// Memory in GiB.
    pub(crate) memory_gib: f64,
    /// The kernel's version.
    pub(crate) kernel: String,
    /// Load averages before the first measurement: of 1, 5 and 15 minutes.
    pub(crate) load_before: String,
    /// The repository's commit; `+` at the end if files were changed since.
    pub(crate) commit: String,
}

impl Machine {
    /// Asks the system.
    pub(crate) fn look(root: &Path) -> Self {
        let read = |path: &str| fs_err::read_to_string(path).unwrap_or_default();
        let memory_kib: f64 =
            field(&read("/proc/meminfo"), "MemTotal").split(' ').next().map_or(0.0, number);
        let load = read("/proc/loadavg");
        Self {
            cpu: field(&read("/proc/cpuinfo"), "model name"),
            cores: cores(),
            memory_gib: (memory_kib / 1024.0 / 1024.0 * 10.0).round() / 10.0,
            kernel: version_in(&read("/proc/version")).unwrap_or_else(|| "unknown".into()),
            load_before: load.split(' ').take(3).collect::<Vec<_>>().join(" "),
            commit: commit(root),
        }
    }
}

/// Returns how many cores this process may use.
pub(crate) fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}

/// Waits until the machine is idle, at most `longest`; returns the share of it that was in use in
/// the last look.
pub(crate) fn settle(longest: Duration) -> f64 {
    let start = Instant::now();
    loop {
        let busy = busy();
        if busy <= IDLE || start.elapsed() >= longest {
            return busy;
        }
    }
}

/// Returns the share of all CPU time that is in use over the next moment; 0 where unknown.
fn busy() -> f64 {
    let before = fs_err::read_to_string("/proc/stat").unwrap_or_default();
    std::thread::park_timeout(LOOK);
    let after = fs_err::read_to_string("/proc/stat").unwrap_or_default();
    share_in_use(&before, &after)
}

/// Compares two readings of `/proc/stat`.
fn share_in_use(before: &str, after: &str) -> f64 {
    let total_and_idle = |text: &str| {
        let first = text.lines().next().unwrap_or_default();
        let ticks: Vec<f64> = first.split_whitespace().skip(1).map(number).collect();
        // user nice system idle iowait irq softirq steal …
        let idle: f64 = ticks.iter().skip(3).take(2).sum();
        (ticks.iter().take(8).sum::<f64>(), idle)
    };
    let ((total_before, idle_before), (total_after, idle_after)) =
        (total_and_idle(before), total_and_idle(after));
    let total = total_after - total_before;
    if total <= 0.0 { 0.0 } else { (1.0 - (idle_after - idle_before) / total).clamp(0.0, 1.0) }
}

/// Returns the first value of a `name : value` line.
fn field(text: &str, name: &str) -> String {
    let value = text.lines().find_map(|line| {
        let (key, value) = line.split_once(':')?;
        (key.trim() == name).then(|| value.trim().to_owned())
    });
    value.unwrap_or_else(|| "unknown".into())
}

fn number(text: &str) -> f64 {
    text.parse().unwrap_or(0.0)
}

fn commit(root: &Path) -> String {
    let git = |arguments: &[&str]| {
        step("git", &Invocation::new(Path::new("git"), arguments.iter().copied(), root)).ok()
    };
    let Some(commit) = git(&["rev-parse", "--short=12", "HEAD"]) else { return "unknown".into() };
    let changed = git(&["status", "--porcelain", "--untracked-files=no"])
        .is_some_and(|text| !text.trim().is_empty());
    format!("{}{}", commit.trim(), if changed { "+" } else { "" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sees_how_busy_the_machine_was_between_two_looks() {
        // 30 of 100 ticks were neither idle nor waiting for a disk.
        let before = "cpu 100 0 100 700 100 0 0 0 0 0\ncpu0 1 1 1 1\n";
        let after = "cpu 120 0 110 760 110 0 0 0 0 0\n";
        assert!((share_in_use(before, after) - 0.3).abs() < 1e-9);
        assert_eq!(share_in_use(before, before), 0.0);
        assert_eq!(share_in_use("", ""), 0.0);
    }

    #[test]
    fn reads_the_first_line_of_a_name() {
        let text = "processor\t: 0\nmodel name\t: A CPU\nmodel name\t: B\n";
        assert_eq!(field(text, "model name"), "A CPU");
        assert_eq!(field(text, "flags"), "unknown");
    }
}
