//! What a program that starts programs of the user's needs besides its own work: tests start
//! theirs through this one.

use std::io::Write;
use std::process::ExitCode;

fn main() -> ExitCode {
    let complain = |line: &str| {
        let _ = writeln!(std::io::stderr(), "{line}");
    };
    if std::env::args().nth(1).is_none_or(|word| word != pipeline_engine::SUPERVISE) {
        complain("this program only supervises others");
        return ExitCode::from(2);
    }
    pipeline_engine::supervise(&complain).into()
}
