//! Files of a dataset by URL, each with the digest that it must have.
//!
//! A file is first looked for where a person may have put it, under `downloads/` in the data root,
//! then taken from its URL or one of its mirrors. What has arrived survives a failed or killed run
//! and is continued. Whatever the way, a file is used only if its digest is the wanted one, so
//! neither a server nor the network can change a result.

mod address;
mod backoff;
mod check;
mod client;
mod digest;
mod download;
mod error;
mod fetcher;
mod local;
mod params;
mod partial;
mod places;
mod stage;
mod tally;
mod unpack;

pub use digest::{Algorithm, WantedDigest};
pub use params::{FetchParams, FileParams, TransferParams, Unpack};
pub use stage::Fetch;
