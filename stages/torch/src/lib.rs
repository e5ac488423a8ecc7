//! What `train` and `predict` do: the network, the losses, the training loop, the worker.
//!
//! The only crate that uses libtorch. [`worker::run`] is the way in; [`train::train`] is the loop.

pub mod allocator;
pub mod augment;
pub mod batch;
pub mod checkpoint;
pub mod copy_paste;
pub mod cutmix;
pub mod data;
pub mod ema;
pub mod error;
mod graph_node;
pub mod intensity;
mod kernel;
pub mod largest_component;
pub mod learning_rate;
mod log;
mod losses;
pub mod network;
pub mod noise;
pub mod optimizer;
pub mod overlap;
pub mod perturbation;
pub mod pixel_box;
pub mod predict;
pub mod random;
pub mod regularizer;
mod resume;
pub mod sampler;
pub mod segment;
pub mod state;
pub mod step;
pub mod strong;
pub mod supervised;
pub mod teacher;
pub mod train;
pub mod trained;
mod upload;
pub mod validate;
pub mod weight;
pub mod worker;

mod panic_text;
mod per_image;

#[cfg(test)]
mod fixture;
