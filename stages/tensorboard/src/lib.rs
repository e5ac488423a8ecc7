//! TensorBoard event files, written and read without TensorFlow.
//!
//! An event file is a chain of framed records (length, payload, checksums), each an event in
//! protocol buffers: scalars, text, and the hyper-parameters of a session. [`EventFile`] writes one;
//! [`read_events`] reads one back, as far as it is whole.

mod crc;
mod error;
mod event_file;
mod hyperparameters;
mod read;
mod record;
mod wire;

pub use error::EventError;
pub use event_file::EventFile;
pub use hyperparameters::HyperParameter;
pub use read::{Event, EventValue, Events, read_events};
