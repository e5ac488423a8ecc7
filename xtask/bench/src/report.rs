//! What was measured.

use std::io::Write;
use std::path::Path;
use std::time::Duration;

use serde::Serialize;

use crate::error::BenchError;
use crate::machine::Machine;
use crate::race::Series;
use crate::render;
use crate::statistics::Summary;
use crate::target::Target;
use crate::tool::Absent;

/// All results of one run.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    /// What it is about.
    pub(crate) title: String,
    /// What a reader must know to understand the numbers.
    pub(crate) about: String,
    /// Where it was measured.
    pub(crate) machine: Machine,
    /// The command that measured it, as typed.
    pub(crate) command: String,
    /// Tools with their versions.
    pub(crate) tools: Vec<Version>,
    /// Tools that were asked for and are not there.
    pub(crate) absent: Vec<Absent>,
    /// What is wanted, and whether it was met.
    pub(crate) targets: Vec<Target>,
    /// What was found besides measurements.
    pub(crate) sections: Vec<Section>,
    /// The measurements.
    pub(crate) groups: Vec<Group>,
}

/// A table of anything.
#[derive(Debug, Serialize)]
pub(crate) struct Section {
    /// What it is about.
    pub(crate) title: String,
    /// What a reader must know about it.
    pub(crate) note: String,
    /// Names of the columns.
    pub(crate) heads: Vec<String>,
    /// One row for each thing.
    pub(crate) rows: Vec<Vec<String>>,
}

/// A tool and its version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Version {
    /// The tool.
    pub(crate) name: String,
    /// Its version.
    pub(crate) version: String,
}

/// One measurement of several contestants.
#[derive(Debug, Serialize)]
pub(crate) struct Group {
    /// What was measured.
    pub(crate) title: String,
    /// What a reader must know about it.
    pub(crate) note: Option<String>,
    /// Share of the machine that was in use just before.
    pub(crate) busy_before: f64,
    /// One for each contestant.
    pub(crate) rows: Vec<Row>,
}

/// What one contestant took.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Row {
    /// The contestant.
    pub(crate) name: String,
    /// Its command.
    pub(crate) command: String,
    /// How often it was measured.
    pub(crate) runs: usize,
    /// Time from start to end in seconds.
    pub(crate) wall_s: Option<Summary>,
    /// Median of user and system time in seconds.
    pub(crate) cpu_s: Option<f64>,
    /// Largest resident memory of any run in MiB.
    pub(crate) peak_mib: Option<f64>,
    /// Actions executed.
    pub(crate) executed: Option<u64>,
    /// Median time as a multiple of that of the first row.
    pub(crate) ratio: Option<f64>,
    /// Why it was not measured, or not more often.
    pub(crate) problem: Option<String>,
}

impl Report {
    /// Writes the report as Markdown, and beside it as JSON.
    ///
    /// # Errors
    /// The error of writing.
    pub(crate) fn write(&self, out: &Path) -> Result<(), BenchError> {
        if let Some(parent) = out.parent() {
            fs_err::create_dir_all(parent)?;
        }
        fs_err::write(out, render::markdown(self))?;
        let mut json = serde_json::to_string_pretty(self)?;
        json.push('\n');
        fs_err::write(out.with_extension("json"), json)?;
        line(&format!("wrote {} and the JSON beside it", out.display()));
        Ok(())
    }
}

impl Row {
    /// Summarizes the measurements of one contestant.
    pub(crate) fn new(name: &str, command: String, series: &Series) -> Self {
        let samples = &series.samples;
        let seconds = |time: fn(&crate::measure::Sample) -> Duration| {
            Summary::of(samples.iter().map(|sample| time(sample).as_secs_f64()))
        };
        let peak = samples.iter().map(|sample| sample.peak_bytes).max();
        Self {
            name: name.into(),
            command,
            runs: samples.len(),
            wall_s: seconds(|sample| sample.wall),
            cpu_s: seconds(|sample| sample.cpu).map(|summary| summary.median),
            peak_mib: peak.map(|bytes| bytes as f64 / (1024.0 * 1024.0)),
            executed: series.executed,
            ratio: None,
            problem: series.problem.clone(),
        }
    }

    /// A number that was worked out and not measured directly, in seconds.
    pub(crate) fn derived(name: &str, summary: Option<Summary>) -> Self {
        Self {
            name: name.into(),
            command: String::new(),
            runs: 0,
            wall_s: summary,
            cpu_s: None,
            peak_mib: None,
            executed: None,
            ratio: None,
            problem: None,
        }
    }

    /// Returns the median time in seconds.
    pub(crate) fn median(&self) -> Option<f64> {
        self.wall_s.map(|summary| summary.median)
    }
}

impl Group {
    /// Puts rows together and works out the ratios to the first one.
    pub(crate) fn new(title: String, busy_before: f64, mut rows: Vec<Row>) -> Self {
        let first = rows.first().and_then(Row::median).filter(|first| *first > 0.0);
        for row in &mut rows {
            row.ratio = first.and_then(|first| Some(row.median()? / first));
        }
        Self { title, note: None, busy_before, rows }
    }

    /// Adds what a reader must know.
    pub(crate) fn with_note(mut self, note: &str) -> Self {
        self.note = Some(note.into());
        self
    }

    /// Returns the row of this name.
    pub(crate) fn row(&self, name: &str) -> Option<&Row> {
        self.rows.iter().find(|row| row.name == name)
    }
}

/// Says what happens, on standard error.
pub(crate) fn line(text: &str) {
    // Nobody is left to tell when standard error is closed.
    let _ = writeln!(std::io::stderr(), "bench: {text}");
}

/// Prints results on standard output.
///
/// # Errors
/// The error of writing, unless the reader has closed its end.
pub(crate) fn print(text: &str) -> std::io::Result<()> {
    match std::io::stdout().write_all(text.as_bytes()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(error),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ratios_are_to_the_first_row() {
        let row = |seconds: f64| Row::derived("x", Summary::of([seconds]));
        let group = Group::new("g".into(), 0.0, vec![row(2.0), row(1.0), row(5.0)]);
        let ratios: Vec<_> = group.rows.iter().map(|row| row.ratio).collect();
        assert_eq!(ratios, [Some(1.0), Some(0.5), Some(2.5)]);
        let unknown = Group::new("g".into(), 0.0, vec![Row::derived("a", None), row(1.0)]);
        assert_eq!(unknown.rows[1].ratio, None);
    }
}
