//! The parts of the benchmark, one file each.

mod files;
mod overhead;
mod plan;
mod project;
mod slots;
mod stages;
mod startup;
mod task;

pub(crate) use files::files;
pub(crate) use overhead::overhead;
pub(crate) use plan::plan;
pub(crate) use slots::slots;
pub(crate) use stages::stages;
pub(crate) use startup::startup;
