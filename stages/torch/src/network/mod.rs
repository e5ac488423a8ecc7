//! The segmentation network: what it is made of, how it starts, and what it computes.
//!
//! A [`Design`] says what a network is made of, its [`Layout`] where each value lies, a [`Network`]
//! holds the values, and a [`Forward`] computes with them.

mod cluster;
mod critic;
mod design;
mod doubling;
mod forward;
mod initialize;
mod layout;
mod norm;
mod scale;
mod ssl4mis;
mod unet;
mod values;

pub use critic::Critic;
pub use design::{ClusterHeadDesign, Design, FeatureName};
pub use forward::{Decoded, Encoded, Forward, Mode};
pub use layout::{Layout, ParameterKind, Part, Slot};
pub use values::{Network, Numerics};
