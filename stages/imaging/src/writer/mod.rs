//! Writing image files whose bytes depend on the volume only: no times, no names, no host.

mod metaimage;
mod nifti;

use std::path::Path;

use crate::{ImagingError, VolumeHeader};

pub use metaimage::{ByteOrder, MetaImageWrite, write_metaimage_label_map, write_metaimage_volume};
pub(crate) use nifti::scanner_space;
pub use nifti::{
    NiftiForm, NiftiWrite, write_nifti_label_map, write_nifti_label_map_in, write_nifti_volume,
};

/// Checks that a volume and its header agree and that every value fits the stored type.
fn check(
    path: &Path,
    header: &VolumeHeader,
    count: usize,
    values: impl Iterator<Item = f32>,
) -> Result<(), ImagingError> {
    let refuse = |message| Err(ImagingError::Unwritable { path: path.to_path_buf(), message });
    if count != header.voxel_count() || count == 0 {
        return refuse(format!(
            "its shape {:?} needs {} voxels, found {count}",
            header.shape,
            header.voxel_count()
        ));
    }
    if header.spacing_mm.iter().any(|mm| !(mm.is_finite() && *mm > 0.0)) {
        return refuse(format!("spacing must be positive, found {:?}", header.spacing_mm));
    }
    let (low, high) = header.voxel_type.whole_range().unwrap_or((f64::MIN, f64::MAX));
    // Written so that NaN is refused too.
    let mut outside = values.map(f64::from).filter(|value| !(low..=high).contains(&value.round()));
    if let Some(value) = outside.next() {
        return refuse(format!(
            "its type {} holds {low} to {high}, found {value}",
            header.voxel_type
        ));
    }
    Ok(())
}

/// A number that voxels are stored as.
trait Element: Copy {
    /// The nearest representable value; whole types round halves away from zero.
    fn from_value(value: f32) -> Self;
}

macro_rules! whole_elements {
    ($($number:ty),*) => {$(
        impl Element for $number {
            fn from_value(value: f32) -> Self {
                value.round() as Self
            }
        }
    )*};
}
whole_elements!(u8, i8, u16, i16, u32, i32, u64, i64);

impl Element for f32 {
    fn from_value(value: f32) -> Self {
        value
    }
}

impl Element for f64 {
    fn from_value(value: f32) -> Self {
        Self::from(value)
    }
}
