//! How a file is to be read, where more than one answer is right.

use std::collections::BTreeMap;

/// What to do about voxels of an image that are NaN or infinite, or that float32 cannot hold.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum NonFinite {
    /// An error that says how many there are.
    #[default]
    Refuse,
    /// Each such voxel becomes this value, which must be finite.
    Fill(f32),
}

/// How to read an image.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct ReadOptions {
    /// Which volume of a file that holds several (a frame of a time series, a channel), from 0;
    /// frames are counted in file order over all axes beyond the third. None: the file must hold
    /// just one.
    pub frame: Option<usize>,
    /// What to do about voxels that are not finite numbers.
    pub non_finite: NonFinite,
}

/// How to read a label map.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LabelOptions {
    /// Which volume of a file that holds several, as in [`ReadOptions`].
    pub frame: Option<usize>,
    /// The class id for each value of the file; every value found must be a key. None: the values
    /// are the class ids, from 0 to 255.
    pub remap: Option<BTreeMap<i64, u8>>,
}
