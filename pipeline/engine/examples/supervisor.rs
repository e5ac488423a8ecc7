//! What a program that starts programs of the user's needs besides its own work: tests start
//! theirs through this one.

use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    let complain = |line: &str| {
        let _ = writeln!(std::io::stderr(), "{line}");
    };
    let mut arguments = std::env::args().skip(1);
    let asked = arguments.next().is_some_and(|word| word == pipeline_engine::SUPERVISE);
    let Some(file) = arguments.next().filter(|_| asked) else {
        complain("this program only supervises others");
        return ExitCode::from(2);
    };
    pipeline_engine::supervise(Path::new(&file), &complain).into()
}
