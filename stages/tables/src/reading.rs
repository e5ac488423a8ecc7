//! How the files of a scan are to be read, and what their values look like.

use std::collections::BTreeMap;

/// Which volume of its files a scan is, and how their values are to be understood.
///
/// The default is a file that holds one volume of finite numbers, and a label map whose values are
/// the class ids.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Reading {
    /// The position, from 0, of the scan's volume in a 4-D image: its channel or its time frame.
    pub image_frame: Option<u32>,
    /// The position, from 0, of the scan's volume in a 4-D label map.
    pub label_frame: Option<u32>,
    /// What takes the place of image voxels that are no finite number; without it, they are an
    /// error.
    pub fill: Option<f32>,
    /// The class id of every value that the label file may hold; without it, values are class ids.
    pub remap: Option<BTreeMap<i64, u8>>,
}

/// The values of an image in short, in the image's own units.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Intensity {
    /// The smallest value.
    pub min: f64,
    /// The largest value.
    pub max: f64,
    /// The mean over all voxels.
    pub mean: f64,
    /// The standard deviation over all voxels (divided by their number).
    pub sd: f64,
}
