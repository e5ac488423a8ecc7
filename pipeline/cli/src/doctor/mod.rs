//! `orchestrate doctor`: what this machine has, as a list of checks.
//!
//! Each file looks at one thing, in two steps: facts are read, and a plain function judges them.

mod check;
mod folder;
mod machine;
mod program;
mod system;

pub(crate) use check::{Check, Verdict};
pub(crate) use folder::{Probe, folder_checks};
pub(crate) use machine::{Machine, machine_checks};
pub(crate) use program::{ask, version_check, worker_checks};
pub(crate) use system::{System, system_checks};
