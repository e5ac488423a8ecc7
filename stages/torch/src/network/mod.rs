//! The segmentation network: what it is made of, how it starts, and what it computes.

mod initialize;
mod layout;
mod unet;

pub use layout::{Layout, ParameterKind, Slot};
pub use unet::{Mode, UNet};
