//! Metrics of two label maps on one grid: overlap, surface distances, volumes, components.
//!
//! Pure functions on masks: no files, no tables, no threads. [`Overlay`] holds a prediction and a
//! reference; [`Overlay::class`] cuts out one class, which knows its voxel counts and, on demand,
//! the distances between the two surfaces. `docs/metrics.md` has every definition.

mod bits;
mod component;
mod counts;
mod distances;
mod error;
mod field;
mod lattice;
mod nearest;
mod overlay;
mod surface;
mod tree;

pub use component::{Connectivity, keep_largest_component};
pub use counts::{Counts, MaskState};
pub use distances::{Directed, SurfaceDistances};
pub use error::MetricsError;
pub use lattice::Lattice;
pub use overlay::{ClassOverlay, Overlay};
