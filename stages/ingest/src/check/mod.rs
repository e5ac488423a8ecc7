//! What a dataset holds and what is odd about it, told to a person before any experiment.
//!
//! Unlike the stage, nothing here stops at the first problem: [`check`] reads every case, notes what
//! the stage would refuse ([`Severity::Error`]), what a person should look at
//! ([`Severity::Warning`]) and what is good to know ([`Severity::Note`]).

mod across;
mod case;
mod finding;
mod intensity;
mod json;
mod labels;
mod names;
mod oddities;
mod outlier;
mod place;
mod report;
mod summary;
mod survey;

pub use finding::{Finding, FindingKind, Severity};
pub use json::check_json;
pub use place::{
    DatasetPlace, FoundDataset, FoundManifest, dataset_folder, find_dataset, find_manifest,
};
pub use report::check_report;
pub use survey::{CheckOptions, Checked, Stopped, check};

pub(crate) use intensity::Intensities;
