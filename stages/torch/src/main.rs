//! The worker `orchestrate-torch`: runs one job of stage `train` or `predict`.
//!
//! `orchestrate-torch --job FILE` reads a job, writes events to standard output, one JSON object a
//! line, and ends with status 0 if the job is done. `orchestrate-torch --describe` says what it can
//! use, for `orchestrate doctor`.

mod cuda;
mod describe;
mod memory;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use pipeline_engine::stage::serve_worker;
use stages_torch::worker;

const USAGE: &str = "usage: orchestrate-torch --job FILE\n       orchestrate-torch --describe\n       orchestrate-torch --version\n";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["--job", file] => ExitCode::from(serve(&PathBuf::from(file))),
        ["--describe"] => {
            for line in describe::lines() {
                say(&mut std::io::stdout(), &format!("{line}\n"));
            }
            ExitCode::SUCCESS
        }
        ["--version"] => {
            let version = env!("CARGO_PKG_VERSION");
            say(
                &mut std::io::stdout(),
                &format!("orchestrate-torch {version} (libtorch {})\n", worker::LIBTORCH),
            );
            ExitCode::SUCCESS
        }
        _ => {
            say(&mut std::io::stderr(), USAGE);
            ExitCode::from(2)
        }
    }
}

fn serve(job_file: &Path) -> u8 {
    // A panic is reported as an event; its default message would only repeat it.
    std::panic::set_hook(Box::new(|_| {}));
    let machine = worker::Machine { load_cuda: &cuda::load, memory: &memory::in_use };
    serve_worker(job_file, |job, context| worker::run(job, context, &machine))
}

fn say(stream: &mut dyn Write, text: &str) {
    // Nobody is left to tell if the stream is closed.
    let _ = stream.write_all(text.as_bytes());
}
