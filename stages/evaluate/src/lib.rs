//! The stage `evaluate`: label maps to a metrics table, on the CPU.
//!
//! Every predicted scan is scored class by class on two grids: the network's, as the paper's
//! authors report, and the scan's own voxels, where the prediction is put back first. To add a
//! metric, add a file under `metric/` and its line in `metric/mod.rs`.

mod error;
mod metric;
mod native;
mod network;
mod params;
mod scans;
mod stage;
#[cfg(test)]
mod tests;

pub use error::EvaluateError;
pub use metric::{ClassScore, LabelPair, Metric};
pub use params::{EvaluateParams, GridName};
pub use stage::Evaluate;
