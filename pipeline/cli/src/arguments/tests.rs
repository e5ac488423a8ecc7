use std::path::PathBuf;
use std::time::Duration;

use clap::{CommandFactory, Parser};

use super::*;

fn parse(line: &str) -> Result<Arguments, clap::Error> {
    Arguments::try_parse_from(line.split(' '))
}

#[test]
fn the_definition_is_sound() {
    Arguments::command().debug_assert();
}

#[test]
fn every_command_that_is_listed_has_an_example() {
    for command in Arguments::command().get_subcommands().filter(|command| !command.is_hide_set()) {
        let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
        assert!(help.contains("orchestrate "), "{} has no example", command.get_name());
    }
}

#[test]
fn reads_a_long_command_line() {
    let line = "o run e.yaml --set a.b=1 --set matrix.seed=[8] -j 2 --memory 4GiB --gpus 0 -k -q";
    let arguments = parse(line).unwrap();
    assert!(arguments.globals.quiet);
    let Command::Run(run) = arguments.command else { panic!("not run") };
    assert_eq!(run.experiment.sets, ["a.b=1", "matrix.seed=[8]"]);
    assert_eq!((run.cpus, run.memory, run.gpus), (Some(2), Some(4096), Some(0)));
    assert!(run.keep_going && !run.json);
    assert_eq!(run.experiment.places.runs, PathBuf::from("runs"));
}

#[test]
fn the_store_is_kept_by_age_and_size() {
    let Command::Gc(gc) = parse("o gc --older-than 30d --max-size 50GiB -n").unwrap().command
    else {
        panic!("not gc")
    };
    assert_eq!(gc.older_than, Some(Duration::from_hours(30 * 24)));
    assert_eq!(gc.max_size, Some(50 << 30));
    assert!(gc.dry_run && gc.keep_runs.is_none());
}

#[test]
fn refuses_what_it_cannot_read() {
    let cases = [
        "run e --memory 4096",
        "run e --cpus 0",
        "run e --gpus -1",
        "run",
        "rum e",
        "run e --only a --until b",
        "run e --dry-run --trace-file t.json",
        "gc --older-than 30",
        "gc --older-than d",
        "gc --older-than 3y",
        "gc --older-than 99999999999999999999d",
        "gc --max-size 50",
        "status --watch --json",
        "logs quickstart",
        "completions tcsh",
        "run e --color sometimes",
    ];
    for wrong in cases {
        assert!(parse(&format!("o {wrong}")).is_err(), "{wrong}");
    }
}
