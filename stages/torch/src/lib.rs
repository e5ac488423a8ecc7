//! What `train` and `predict` do: the network, the losses, the training loop, the worker.
//!
//! The only crate that uses libtorch. [`worker::run`] is the way in; [`train::train`] is the loop.

pub mod augment;
pub mod batch;
pub mod checkpoint;
pub mod data;
pub mod error;
pub mod learning_rate;
pub mod network;
pub mod optimizer;
pub mod overlap;
pub mod perturbation;
pub mod predict;
pub mod random;
pub mod regularizer;
pub mod sampler;
pub mod segment;
pub mod supervised;
mod team;
pub mod train;
pub mod validate;
pub mod weight;
pub mod worker;

#[cfg(test)]
mod fixture;
