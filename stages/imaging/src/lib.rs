//! Volumes, label maps, grids, and the readers and writers of medical image files.
//!
//! Arrays stay in storage order everywhere: x varies fastest, then y, then z, and shapes and
//! spacings are listed in the same order. A *plane* is the slice at one z: `ny` rows of `nx`.

mod error;
mod geometry;
mod grid;
mod intensity;
mod interpolation;
mod nearest;
mod nifti_space;
mod oddity;
mod orientation;
mod percentile;
mod reader;
mod resample;
mod spline;
mod taps;
mod view;
mod volume;
mod writer;

pub use error::ImagingError;
pub use geometry::{GeometryDifference, compare_geometry};
pub use grid::{AxisMap, GridConvention};
pub use intensity::{mean_and_deviation, value_range};
pub use interpolation::Interpolation;
pub use nearest::{NearestMap, OneHotMap, resample_nearest, restore_nearest};
pub use nifti_space::NiftiSpace;
pub use oddity::Oddity;
pub use orientation::Orientation;
pub use percentile::{percentile, percentile_of};
pub use reader::{
    Disk, ImageFiles, ImageFormat, ImageReader, ImageReport, LabelOptions, MemoryFiles, NonFinite,
    OpenFile, ReadOptions, ReadSeek, inspect, read_header, read_header_with, read_label_map,
    read_label_map_from, read_label_map_with, read_nifti_space, read_volume, read_volume_from,
    read_volume_with,
};
pub use resample::Resampler;
pub use view::View;
pub use volume::{LabelMap, Volume, VolumeHeader, VoxelType};
pub use writer::{
    ByteOrder, MetaImageWrite, NiftiForm, NiftiWrite, write_metaimage_label_map,
    write_metaimage_volume, write_nifti_label_map, write_nifti_label_map_in, write_nifti_volume,
};
