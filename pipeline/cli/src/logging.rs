//! Log lines of the libraries, on standard error.

use std::io::Write;

use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::{EnvFilter, fmt};

use crate::console::Console;

/// Starts printing: warnings, with `-v` also notes, with `-vv` also decisions. A filter of the
/// user's (`ORCHESTRATE_LOG`) replaces that.
pub(crate) fn start(console: &Console, filter: Option<&str>) {
    let level = match console.verbose {
        0 => LevelFilter::WARN,
        1 => LevelFilter::INFO,
        2 => LevelFilter::DEBUG,
        _ => LevelFilter::TRACE,
    };
    let lines = fmt()
        .with_writer(Above(console.clone()))
        .with_ansi(console.colour())
        .with_target(console.verbose > 1)
        .without_time();
    // A second subscriber in one process (tests) is no reason to fail.
    let _ = match filter {
        Some(filter) => lines.with_env_filter(EnvFilter::new(filter)).try_init(),
        None => lines.with_max_level(level).try_init(),
    };
}

/// Writes above the progress bars.
struct Above(Console);

impl<'a> MakeWriter<'a> for Above {
    type Writer = Line;

    fn make_writer(&'a self) -> Line {
        Line { console: self.0.clone(), bytes: Vec::new() }
    }
}

/// One log line, written when it is complete.
struct Line {
    console: Console,
    bytes: Vec<u8>,
}

impl Write for Line {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.console.write_stderr(&self.bytes);
    }
}
