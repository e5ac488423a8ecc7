//! Runs for MLflow: written into a folder store, or sent to a server over HTTP.
//!
//! A [`Run`] is plain data: parameters, metrics with their history, tags, files. [`FolderStore`]
//! writes it in the layout of MLflow's own file store, [`Server`] logs it through version 2.0 of the
//! REST interface. Both find a run again by its [`Run::id`], so that exporting twice adds nothing.

mod error;
mod flatten;
mod folder_store;
mod http;
mod meta;
mod names;
mod run;
mod server;

pub use error::MlflowError;
pub use flatten::flatten;
pub use folder_store::FolderStore;
pub use http::Credentials;
pub use names::{unique_keys, valid_key};
pub use run::{MetricValue, Run, RunFile, Written};
pub use server::{Server, ServerOptions};
