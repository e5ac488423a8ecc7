//! Runs that were recorded: finding them, and reading what they left.

mod files;
mod find;
mod run;

pub use files::RunFiles;
pub(crate) use files::add_files;
pub(crate) use find::find_run;
pub use run::{PlacedArtifact, RecordedArtifact, RecordedRun};
