//! Volumes and label maps in memory.

use std::fmt;

use crate::Orientation;

/// The type of a voxel as it is stored in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum VoxelType {
    /// Unsigned, 8 bits.
    U8,
    /// Signed, 8 bits.
    I8,
    /// Unsigned, 16 bits.
    U16,
    /// Signed, 16 bits.
    I16,
    /// Unsigned, 32 bits.
    U32,
    /// Signed, 32 bits.
    I32,
    /// Unsigned, 64 bits.
    U64,
    /// Signed, 64 bits.
    I64,
    /// IEEE single precision.
    F32,
    /// IEEE double precision.
    F64,
}

impl VoxelType {
    /// The name used in tables: `uint8`, `int16`, `float32`, ...
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::U8 => "uint8",
            Self::I8 => "int8",
            Self::U16 => "uint16",
            Self::I16 => "int16",
            Self::U32 => "uint32",
            Self::I32 => "int32",
            Self::U64 => "uint64",
            Self::I64 => "int64",
            Self::F32 => "float32",
            Self::F64 => "float64",
        }
    }

    /// Bytes of one voxel.
    pub const fn bytes(self) -> usize {
        match self {
            Self::U8 | Self::I8 => 1,
            Self::U16 | Self::I16 => 2,
            Self::U32 | Self::I32 | Self::F32 => 4,
            Self::U64 | Self::I64 | Self::F64 => 8,
        }
    }

    /// The smallest and largest whole number the type holds, or none for floating point.
    pub(crate) const fn whole_range(self) -> Option<(f64, f64)> {
        Some(match self {
            Self::U8 => (0.0, u8::MAX as f64),
            Self::I8 => (i8::MIN as f64, i8::MAX as f64),
            Self::U16 => (0.0, u16::MAX as f64),
            Self::I16 => (i16::MIN as f64, i16::MAX as f64),
            Self::U32 => (0.0, u32::MAX as f64),
            Self::I32 => (i32::MIN as f64, i32::MAX as f64),
            Self::U64 => (0.0, u64::MAX as f64),
            Self::I64 => (i64::MIN as f64, i64::MAX as f64),
            Self::F32 | Self::F64 => return None,
        })
    }
}

impl fmt::Display for VoxelType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What is known of a volume without its voxels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct VolumeHeader {
    /// Voxels along x, y, z in storage order; x varies fastest. Never zero.
    pub shape: [usize; 3],
    /// Distance of voxel centres along x, y, z in mm; positive and finite.
    pub spacing_mm: [f64; 3],
    /// The type of the stored voxels.
    pub voxel_type: VoxelType,
    /// Where the grid lies in the patient; none if the file says nothing usable.
    pub orientation: Option<Orientation>,
}

impl VolumeHeader {
    /// How many voxels the volume has.
    pub const fn voxel_count(&self) -> usize {
        self.shape[0] * self.shape[1] * self.shape[2]
    }

    /// The voxels of the plane at `z` as a range of the voxel array.
    fn plane_range(&self, z: usize) -> std::ops::Range<usize> {
        let plane = self.shape[0] * self.shape[1];
        z * plane..(z + 1) * plane
    }
}

/// An image: one number per voxel.
#[derive(Debug, Clone, PartialEq)]
pub struct Volume {
    /// Shape, spacing and stored type.
    pub header: VolumeHeader,
    /// `nx * ny * nz` values, x fastest, scaled to physical units (Hounsfield for CT), all finite.
    pub voxels: Vec<f32>,
}

impl Volume {
    /// The plane at `z`: `ny` rows of `nx` values.
    ///
    /// # Panics
    /// If `z` is not below the number of planes.
    pub fn plane(&self, z: usize) -> &[f32] {
        &self.voxels[self.header.plane_range(z)]
    }
}

/// An annotation: one class id per voxel.
#[derive(Debug, Clone, PartialEq)]
pub struct LabelMap {
    /// Shape, spacing and stored type.
    pub header: VolumeHeader,
    /// `nx * ny * nz` class ids, x fastest; 0 is background.
    pub labels: Vec<u8>,
}

impl LabelMap {
    /// The plane at `z`: `ny` rows of `nx` class ids.
    ///
    /// # Panics
    /// If `z` is not below the number of planes.
    pub fn plane(&self, z: usize) -> &[u8] {
        &self.labels[self.header.plane_range(z)]
    }

    /// The distinct class ids present, ascending.
    pub fn values(&self) -> Vec<u8> {
        let mut present = [false; 256];
        for label in &self.labels {
            present[usize::from(*label)] = true;
        }
        (0..=u8::MAX).filter(|value| present[usize::from(*value)]).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn planes_are_rows_of_x() {
        let header = VolumeHeader {
            shape: [3, 2, 2],
            spacing_mm: [1.0, 2.0, 3.0],
            voxel_type: VoxelType::U8,
            orientation: None,
        };
        let labels = LabelMap { header, labels: (0..12).collect() };
        assert_eq!(labels.plane(0), [0, 1, 2, 3, 4, 5]);
        assert_eq!(labels.plane(1), [6, 7, 8, 9, 10, 11]);
        let volume = Volume { header, voxels: (0..12u8).map(f32::from).collect() };
        assert_eq!(volume.plane(1)[3..], [9.0, 10.0, 11.0]);
    }

    #[test]
    fn values_are_distinct_and_sorted() {
        let header = VolumeHeader {
            shape: [5, 1, 1],
            spacing_mm: [1.0; 3],
            voxel_type: VoxelType::U8,
            orientation: None,
        };
        let map = LabelMap { header, labels: vec![3, 0, 255, 3, 1] };
        assert_eq!(map.values(), [0, 1, 3, 255]);
    }
}
