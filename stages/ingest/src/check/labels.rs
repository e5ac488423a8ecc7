//! What a label map holds.

use stages_imaging::LabelMap;

/// Voxels by class and by slice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LabelCounts {
    /// Value and number of voxels with it, ascending by value; absent values are left out.
    pub(crate) voxels: Vec<(u8, u64)>,
    /// Foreground voxels of each slice.
    pub(crate) foreground: Vec<u64>,
}

impl LabelCounts {
    /// Counts, in one pass.
    pub(crate) fn of(map: &LabelMap) -> Self {
        let mut totals = [0u64; 256];
        let slices = 0..map.header.shape[2];
        let foreground = slices.map(|z| {
            let mut plane = [0u64; 256];
            for label in map.plane(z) {
                plane[usize::from(*label)] += 1;
            }
            for (total, count) in totals.iter_mut().zip(plane) {
                *total += count;
            }
            plane[1..].iter().sum()
        });
        let foreground = foreground.collect();
        let voxels = (0..=u8::MAX).map(|value| (value, totals[usize::from(value)]));
        Self { voxels: voxels.filter(|(_, count)| *count > 0).collect(), foreground }
    }

    /// The first and last slice with foreground.
    pub(crate) fn range(&self) -> Option<(usize, usize)> {
        let first = self.foreground.iter().position(|count| *count > 0)?;
        let last = self.foreground.iter().rposition(|count| *count > 0)?;
        Some((first, last))
    }

    /// Slices with foreground.
    pub(crate) fn labelled_slices(&self) -> usize {
        self.foreground.iter().filter(|count| **count > 0).count()
    }

    /// Slices without foreground between slices with it.
    pub(crate) fn gaps(&self) -> Vec<usize> {
        let Some((first, last)) = self.range() else { return Vec::new() };
        (first..=last).filter(|z| self.foreground[*z] == 0).collect()
    }
}

#[cfg(test)]
mod tests {
    use stages_imaging::{VolumeHeader, VoxelType};

    use super::*;

    #[test]
    fn counts_by_class_and_slice() {
        let header = VolumeHeader {
            shape: [2, 1, 5],
            spacing_mm: [1.0; 3],
            voxel_type: VoxelType::U8,
            orientation: None,
        };
        let counts =
            LabelCounts::of(&LabelMap { header, labels: vec![0, 0, 3, 0, 0, 0, 3, 1, 0, 0] });
        assert_eq!(counts.voxels, [(0, 7), (1, 1), (3, 2)]);
        assert_eq!(counts.foreground, [0, 1, 0, 2, 0]);
        assert_eq!((counts.range(), counts.labelled_slices()), (Some((1, 3)), 2));
        assert_eq!(counts.gaps(), [2]);
    }

    #[test]
    fn a_map_of_background_has_no_range() {
        let header = VolumeHeader {
            shape: [1, 1, 2],
            spacing_mm: [1.0; 3],
            voxel_type: VoxelType::U8,
            orientation: None,
        };
        let counts = LabelCounts::of(&LabelMap { header, labels: vec![0, 0] });
        assert_eq!((counts.range(), counts.gaps()), (None, Vec::new()));
    }
}
