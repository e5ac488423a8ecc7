//! The tools that are measured: `orchestrate` and its peers, one file each.

mod contract;
mod doit;
mod dvc;
mod find;
mod install;
mod make;
mod ninja;
mod orchestrate;
mod redun;
mod snakemake;

pub(crate) use contract::{Counted, Seat, Tool, TrackedFiles};
pub(crate) use find::{Absent, Found, find};
pub(crate) use install::{install, peers_folder};
pub(crate) use orchestrate::{Form, Orchestrate};
