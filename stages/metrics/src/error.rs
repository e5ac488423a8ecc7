//! What goes wrong when two label maps are compared.

/// Label maps that cannot be compared.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum MetricsError {
    /// A label map does not have one value per voxel of the grid.
    #[error("the {what} has {found} voxels, but a grid of {shape:?} has {expected}")]
    Length {
        /// Which label map.
        what: &'static str,
        /// Its voxels.
        found: usize,
        /// The grid's shape along x, y, z.
        shape: [usize; 3],
        /// The grid's voxels.
        expected: usize,
    },
    /// A shape that no label map in memory can have.
    #[error("a grid of {shape:?} voxels is too large")]
    Shape {
        /// The shape along x, y, z.
        shape: [usize; 3],
    },
    /// A voxel size that is no length.
    #[error("a voxel size of {found:?} mm is no length; accepted: positive numbers along x, y, z")]
    Spacing {
        /// The spacing along x, y, z.
        found: [f64; 3],
    },
}
