//! Reading image files: one file per format, one shared pass from bytes to voxels.
//!
//! The format is taken from the name where it says one, otherwise from the content. A file is
//! opened at exactly the path given; compression is recognized by content, never by name.

mod convert;
mod files;
mod inflate;
mod memory;
mod meta_header;
mod metaimage;
mod nifti;
mod nifti_header;
mod nifti_space;
mod number;
mod options;
mod read;
mod voxels;
mod whole;

#[cfg(test)]
mod tests;

pub use files::{Disk, ImageFiles, MemoryFiles, OpenFile, ReadSeek};
pub(crate) use nifti_header::NiftiHeader;
pub use options::{LabelOptions, NonFinite, ReadOptions};
pub use read::{
    ImageFormat, ImageReader, ImageReport, inspect, read_header, read_header_with, read_label_map,
    read_label_map_from, read_label_map_with, read_nifti_space, read_volume, read_volume_from,
    read_volume_with,
};
