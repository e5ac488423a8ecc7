//! Stage `extract`: every slice of every scan on one canvas, as 8-bit planes.
//!
//! Intensities are scaled per volume ([`IntensityParams`]), planes are brought onto a common grid
//! ([`GeometryParams`]), and the geometry that leads back is kept with every slice.

mod canvas;
mod error;
mod geometry;
mod intensity;
mod ordered;
mod params;
mod slices;
mod stage;

pub use canvas::Placement;
pub use error::ExtractError;
pub use geometry::{Axes, plane_geometry};
pub use intensity::Window;
pub use params::{
    Convention, ExtractParams, GeometryParams, ImageInterpolation, IntensityParams,
    InterpolationParams, LabelInterpolation, MinMaxParams, PercentileParams, ResampleParams,
    ResizeParams, Voxels, WindowParams, ZScoreParams,
};
pub use slices::{CaseSlices, slices_of};
pub use stage::Extract;
