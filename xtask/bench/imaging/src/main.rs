//! Does the imaging work that `cargo xtask bench imaging` measures: the counterpart of
//! `python/imaging_peers.py`, with the same words on its command line.
//!
//! What is measured is what stages do: the library's reader, the stages `ingest` and `extract` as the
//! engine runs them, the metrics of `evaluate`.

mod found;
mod read;
mod score;
mod stages;
mod work;

use std::error::Error;
use std::io::{BufRead, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::{Parser, Subcommand};
use mimalloc::MiMalloc;
use pipeline_spec::sentence;

/// The same as in `orchestrate`.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

/// Does the imaging work that `cargo xtask bench imaging` measures.
#[derive(Debug, Parser)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Says `ready`, then does the work for every line it is given, and says `done N`
    Serve {
        /// The folder with volumes
        folder: PathBuf,
        /// What to do: `read-cardiac`, `prepare`, `metrics-abdomen`, …
        work: String,
        /// In which way
        tool: String,
        /// Threads
        #[arg(long, default_value_t = 1)]
        workers: u32,
    },
    /// Says what the work finds, as one line of JSON
    Found {
        /// The folder with volumes
        folder: PathBuf,
    },
    /// Runs `ingest` and `extract` once
    Stages {
        /// The folder with volumes
        folder: PathBuf,
        /// How many scans
        #[arg(long)]
        scans: usize,
    },
}

fn main() -> ExitCode {
    let result = match Arguments::parse().command {
        Command::Serve { folder, work, tool, workers } => {
            work::of(&folder, &work, &tool, workers).and_then(serve)
        }
        Command::Found { folder } => found::found(&folder).and_then(|text| say(&text)),
        Command::Stages { folder, scans } => stages::ingest_and_extract(&folder, scans),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Nobody is left to tell when standard error is closed.
            let _ = writeln!(std::io::stderr(), "error: {}", sentence(&*error));
            ExitCode::FAILURE
        }
    }
}

/// The work of one contest, to be done again and again.
type Once = Box<dyn FnMut() -> Result<(), Box<dyn Error>>>;

/// Work shorter than this is repeated, because processor time is counted in hundredths of a second.
const LONG_ENOUGH: Duration = Duration::from_millis(500);

fn serve(mut once: Once) -> Result<(), Box<dyn Error>> {
    once()?;
    say("ready")?;
    for line in std::io::stdin().lock().lines() {
        line?;
        let start = Instant::now();
        let mut count = 0;
        while count == 0 || start.elapsed() < LONG_ENOUGH {
            once()?;
            count += 1;
        }
        say(&format!("done {count}"))?;
    }
    Ok(())
}

fn say(text: &str) -> Result<(), Box<dyn Error>> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{text}")?;
    out.flush()?;
    Ok(())
}
