//! Random views of slices: rotation, flips, a crop and intensity jitter, on a whole batch.
//!
//! Two forms give the same pixels: tensor operations for accelerators, and loops over bytes for
//! the host, where every temporary tensor would cost more than the work itself.

mod host;
mod jitter;
mod on_device;
mod path;
mod view;

pub use view::{Augmentation, View};
