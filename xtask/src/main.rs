//! The repository's own commands: `cargo xtask setup`, `run`, `test`, `install` and `bench`.
//!
//! Each command first makes sure that libtorch is there and whole ([`libtorch::prepare()`]), then
//! builds with cargo and hands over to the program that was asked for, with its exit code.

mod arguments;
mod bench;
mod cargo;
mod environment;
mod error;
mod install;
mod libtorch;
mod python;
mod report;
mod toolchain;

use std::process::ExitCode;

use arguments::Command;
use environment::Environment;
use error::Error;

fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args_os().skip(1).collect();
    match Environment::read().and_then(|environment| execute(&environment, &arguments)) {
        Ok(code) => code,
        Err(error) => {
            report::error(&error);
            error.exit_code()
        }
    }
}

fn execute(environment: &Environment, arguments: &[std::ffi::OsString]) -> Result<ExitCode, Error> {
    match arguments::parse(arguments)? {
        Command::Help => {
            report::print(arguments::HELP)?;
            Ok(ExitCode::SUCCESS)
        }
        Command::Setup => {
            toolchain::check_compilers(environment)?;
            let libtorch = libtorch::prepare(environment)?;
            report::line(&format!("libtorch {} is ready in {libtorch}", libtorch::VERSION));
            Ok(ExitCode::SUCCESS)
        }
        Command::Run { experiment, rest } => cargo::run(environment, &experiment, &rest),
        Command::Test { rest } => cargo::test(environment, &rest),
        Command::Install { prefix } => install::install(environment, prefix),
        Command::Bench { rest } => bench::bench(environment, &rest),
    }
}
