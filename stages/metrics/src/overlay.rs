//! Two label maps on one grid, and one class of them.

use crate::bits::{BitBox, is_background, set_row};
use crate::surface::Surface;
use crate::{Counts, Lattice, MetricsError, SurfaceDistances};

/// A prediction and a reference on the same grid.
#[derive(Debug, Clone, Copy)]
pub struct Overlay<'a> {
    prediction: &'a [u8],
    reference: &'a [u8],
    lattice: Lattice,
    /// First voxel and the one after the last along x, y, z of what is not background in both.
    extent: [[usize; 2]; 3],
}

impl<'a> Overlay<'a> {
    /// Lays a prediction over a reference.
    ///
    /// # Shapes
    /// Both: one class id per voxel of the grid, x fastest, then y, then z.
    /// # Errors
    /// [`MetricsError::Length`] if one of them has another number of voxels than the grid.
    pub fn new(
        prediction: &'a [u8],
        reference: &'a [u8],
        lattice: Lattice,
    ) -> Result<Self, MetricsError> {
        for (what, labels) in [("prediction", prediction), ("reference", reference)] {
            if labels.len() != lattice.voxels() {
                return Err(MetricsError::Length {
                    what,
                    found: labels.len(),
                    shape: lattice.shape(),
                    expected: lattice.voxels(),
                });
            }
        }
        let extent = foreground(prediction, reference, lattice.shape());
        Ok(Self { prediction, reference, lattice, extent })
    }

    /// The grid.
    pub fn lattice(&self) -> Lattice {
        self.lattice
    }

    /// The masks of one class.
    pub fn class(&self, class: u8) -> ClassOverlay {
        let shape = self.lattice.shape();
        let extent = if class == 0 { shape.map(|size| [0, size]) } else { self.extent };
        let [columns, rows, planes] = extent;
        let size = extent.map(|[first, end]| end - first);
        let [mut prediction, mut reference] = [BitBox::new(size), BitBox::new(size)];
        for plane in planes[0]..planes[1] {
            for row in rows[0]..rows[1] {
                let start = (plane * shape[1] + row) * shape[0];
                let part = start + columns[0]..start + columns[1];
                let place = (row - rows[0], plane - planes[0]);
                set_row(
                    &self.prediction[part.clone()],
                    class,
                    prediction.row_mut(place.0, place.1),
                );
                set_row(&self.reference[part], class, reference.row_mut(place.0, place.1));
            }
        }
        let counts = count(&prediction, &reference, self.lattice.voxels());
        ClassOverlay { prediction, reference, counts, lattice: self.lattice }
    }
}

/// The box around every voxel that is not background in one of the maps; empty if there is none.
fn foreground(prediction: &[u8], reference: &[u8], shape: [usize; 3]) -> [[usize; 2]; 3] {
    let [nx, ny, _] = shape;
    let mut extent: Option<[[usize; 2]; 3]> = None;
    if nx == 0 {
        return [[0; 2]; 3];
    }
    for (at, (p, r)) in prediction.chunks_exact(nx).zip(reference.chunks_exact(nx)).enumerate() {
        if is_background(p) && is_background(r) {
            continue;
        }
        let (row, plane) = (at % ny, at / ny);
        let extent = extent.get_or_insert([[nx, 0], [row, row], [plane, plane]]);
        let any = |column: &usize| p[*column] != 0 || r[*column] != 0;
        // Only what lies outside of the columns known so far can widen them.
        let first = (0..extent[0][0]).find(any).unwrap_or(extent[0][0]);
        let end = (extent[0][1]..nx).rfind(any).map_or(extent[0][1], |last| last + 1);
        extent[0] = [first, end];
        extent[1] = [extent[1][0].min(row), extent[1][1].max(row + 1)];
        extent[2][1] = plane + 1;
    }
    extent.unwrap_or([[0; 2]; 3])
}

fn count(prediction: &BitBox, reference: &BitBox, voxels: usize) -> Counts {
    let [mut both, mut predicted, mut annotated] = [0_u64; 3];
    for (p, r) in prediction.words().iter().zip(reference.words()) {
        if p | r != 0 {
            both += u64::from((p & r).count_ones());
            predicted += u64::from(p.count_ones());
            annotated += u64::from(r.count_ones());
        }
    }
    Counts {
        true_positive: both,
        false_positive: predicted - both,
        false_negative: annotated - both,
        true_negative: voxels as u64 + both - predicted - annotated,
    }
}

/// One class of two label maps.
pub struct ClassOverlay {
    prediction: BitBox,
    reference: BitBox,
    counts: Counts,
    lattice: Lattice,
}

impl ClassOverlay {
    /// Its voxel counts.
    pub fn counts(&self) -> Counts {
        self.counts
    }

    /// The distances between the surfaces of the two masks, in mm; none unless both have voxels.
    pub fn distances(&self) -> Option<SurfaceDistances> {
        self.distances_at(self.lattice.spacing_mm())
    }

    /// The same in voxels, as if every voxel were a cube of side 1; only for comparison with
    /// published numbers that ignore the spacing.
    pub fn voxel_distances(&self) -> Option<SurfaceDistances> {
        self.distances_at([1.0; 3])
    }

    fn distances_at(&self, spacing: [f64; 3]) -> Option<SurfaceDistances> {
        let both = self.counts.predicted() > 0 && self.counts.annotated() > 0;
        both.then(|| {
            let surface = |mask| Surface::of(mask, self.lattice.is_planar());
            let (prediction, reference) = (surface(&self.prediction), surface(&self.reference));
            SurfaceDistances::between(&prediction, &reference, spacing)
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_label_map_of_another_size_is_refused() {
        let lattice = Lattice::new([2, 2, 2], [1.0; 3]).unwrap();
        let error = Overlay::new(&[0; 8], &[0; 7], lattice).unwrap_err();
        assert_eq!(error.to_string(), "the reference has 7 voxels, but a grid of [2, 2, 2] has 8");
        assert!(Overlay::new(&[0; 9], &[0; 8], lattice).is_err());
    }

    #[test]
    fn a_grid_without_voxels_has_no_class() {
        let lattice = Lattice::new([0, 3, 2], [1.0; 3]).unwrap();
        let class = Overlay::new(&[], &[], lattice).unwrap().class(1);
        assert_eq!(class.counts(), Counts::default());
        assert!(class.distances().is_none());
    }

    proptest! {
        #[test]
        fn counts_are_those_of_counting_one_by_one(
            (nx, ny, nz, voxels) in (1_usize..80, 1_usize..4, 1_usize..4).prop_flat_map(
                |(nx, ny, nz)| {
                    let label = || prop_oneof![8 => Just(0_u8), 1 => 1_u8..3];
                    let voxels = prop::collection::vec((label(), label()), nx * ny * nz);
                    (Just(nx), Just(ny), Just(nz), voxels)
                }
            )
        ) {
            let (prediction, reference): (Vec<u8>, Vec<u8>) = voxels.iter().copied().unzip();
            let lattice = Lattice::new([nx, ny, nz], [1.0; 3]).unwrap();
            let overlay = Overlay::new(&prediction, &reference, lattice).unwrap();
            for class in 0..4 {
                let number = |p: bool, r: bool| {
                    let same = |(a, b): &&(u8, u8)| (*a == class) == p && (*b == class) == r;
                    voxels.iter().filter(same).count() as u64
                };
                let expected = Counts {
                    true_positive: number(true, true),
                    false_positive: number(true, false),
                    false_negative: number(false, true),
                    true_negative: number(false, false),
                };
                prop_assert_eq!(overlay.class(class).counts(), expected);
            }
        }
    }
}
