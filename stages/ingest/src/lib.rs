//! Stage `ingest`: a dataset on disk, as its data manifest describes it, to a checked cases table.
//!
//! A [`Manifest`] says where files lie and what they mean; nothing in this crate knows any dataset
//! by name. The stage finds the files, reads every volume once, and either writes one row per case
//! or reports everything that is wrong with the dataset together.

mod attributes;
pub mod check;
mod checksum;
mod declared;
mod embedded;
mod error;
mod examine;
mod fields;
mod inventory;
mod listing;
mod locate;
mod manifest;
mod params;
mod pattern;
pub mod preview;
mod problem;
mod scan;
mod stage;
mod survey;
mod text_file;
mod twins;
mod walk;

pub use embedded::embedded_manifests;
pub use error::IngestError;
pub use manifest::{
    AttributesFormat, AttributesParams, ChannelParams, ChecksumParams, ClassParams, CountParams,
    ExpectParams, FramesParams, LayoutParams, ListFormat, ListParams, Manifest, ManifestFile,
    NonFiniteParams, PhaseParams, SplitParams, TableParams, manifest_schema,
};
pub use params::IngestParams;
pub use pattern::{Parts, Pattern, PatternError};
pub use problem::Problem;
pub use stage::Ingest;
