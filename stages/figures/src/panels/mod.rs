//! Qualitative panels: a row a subject; image, ground truth, predictions and their errors.

mod crop;
mod data;
mod draw;
mod overlay;

pub use data::{
    Crop, ErrorMaps, GreyImage, Overlay, PanelClass, PanelPrediction, PanelRow, QualitativePanels,
};
