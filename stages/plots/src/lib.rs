//! The stage `figures`: training logs, metrics and predictions of all methods to the figures of a
//! paper, each as SVG and PNG, and a list of them.
//!
//! What is drawn is decided by what there is: learning curves of the training logs, boxes and a
//! curve against the label ratio of the metrics, agreement on volumes and pictures of the
//! predictions. A method has one place, name and look in all of them. `docs/figures.md` has the
//! rules.

mod agreement;
mod clinical;
mod distribution;
mod error;
mod file_name;
mod grouping;
mod index;
mod learning;
mod material;
mod methods;
mod panels;
mod params;
mod predicted;
mod ratio;
mod scores;
mod stage;
#[cfg(test)]
mod tests;
mod words;

pub use error::PlotsError;
pub use params::{
    AgreementParams, CheckpointName, DifferenceName, DistributionParams, ErrorMapsName, FigureKind,
    FiguresParams, FormName, GridName, LearningParams, OverlayName, PanelsParams, RatioParams,
    ScaleName, SpreadName,
};
pub use stage::Figures;
