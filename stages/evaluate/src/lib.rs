//! The stage `evaluate`: label maps to a metrics table, on the CPU.
//!
//! Every predicted scan is scored class by class on two grids: the network's, as the paper's
//! authors report, and the scan's own voxels, where the prediction is put back first. The metrics
//! themselves are in `stages-metrics`, their names and units in `metric.rs`; `docs/metrics.md` has
//! every definition.

mod clinical;
mod error;
mod metric;
mod native;
mod network;
mod params;
mod prepare;
mod quantity;
mod scans;
mod score;
mod stage;
#[cfg(test)]
mod tests;

pub use clinical::ClinicalParams;
pub use error::EvaluateError;
pub use metric::Metric;
pub use native::native_prediction;
pub use params::{EvaluateParams, GridName, Neighbours};
pub use prepare::largest_components;
pub use scans::{Scan, scans};
pub use stage::Evaluate;
