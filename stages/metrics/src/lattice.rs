//! The grid that both label maps lie on.

use crate::MetricsError;

/// A regular grid of voxels: how many along x, y and z, and how far apart.
///
/// Label maps on it are stored x fastest, then y, then z.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Lattice {
    shape: [usize; 3],
    spacing_mm: [f64; 3],
    planar: bool,
}

impl Lattice {
    /// A grid in space.
    ///
    /// # Errors
    /// [`MetricsError::Spacing`] unless every spacing is a positive number, [`MetricsError::Shape`]
    /// for more voxels than memory can hold.
    pub fn new(shape: [usize; 3], spacing_mm: [f64; 3]) -> Result<Self, MetricsError> {
        if !spacing_mm.iter().all(|spacing| spacing.is_finite() && *spacing > 0.0) {
            return Err(MetricsError::Spacing { found: spacing_mm });
        }
        // Coordinates are kept in 32 bits, and a voxel takes at least a byte.
        let voxels = shape.iter().try_fold(1_usize, |product, size| product.checked_mul(*size));
        let fits = |size: &usize| u32::try_from(*size).is_ok();
        if voxels.is_none_or(|voxels| isize::try_from(voxels).is_err()) || !shape.iter().all(fits) {
            return Err(MetricsError::Shape { shape });
        }
        Ok(Self { shape, spacing_mm, planar: false })
    }

    /// The same grid as a picture: surfaces are outlines within a plane, so a voxel has four
    /// neighbours, and planes have nothing to do with each other's surface.
    #[must_use]
    pub fn planar(self) -> Self {
        Self { planar: true, ..self }
    }

    /// Whether surfaces are outlines within a plane.
    pub fn is_planar(&self) -> bool {
        self.planar
    }

    /// Voxels along x, y, z.
    pub fn shape(&self) -> [usize; 3] {
        self.shape
    }

    /// Voxel size along x, y, z in mm.
    pub fn spacing_mm(&self) -> [f64; 3] {
        self.spacing_mm
    }

    /// All voxels.
    pub fn voxels(&self) -> usize {
        self.shape.iter().product()
    }

    /// The volume of a voxel in ml.
    pub fn voxel_ml(&self) -> f64 {
        self.spacing_mm.iter().product::<f64>() / 1000.0
    }

    /// From the centre of the first voxel to the centre of the last one, in mm: no distance on
    /// this grid is larger.
    pub fn diagonal_mm(&self) -> f64 {
        let square = |(size, spacing): (&usize, &f64)| {
            let length = size.saturating_sub(1) as f64 * spacing;
            length * length
        };
        self.shape.iter().zip(&self.spacing_mm).map(square).sum::<f64>().sqrt()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_and_volumes_by_hand() {
        // Edges of 3, 4 and 12 mm between the outer centres: 9 + 16 + 144 = 13 squared.
        let lattice = Lattice::new([4, 3, 4], [1.0, 2.0, 4.0]).unwrap();
        assert_eq!(lattice.diagonal_mm(), 13.0);
        assert_eq!(lattice.voxel_ml(), 0.008);
        assert_eq!(lattice.voxels(), 48);
        assert_eq!(Lattice::new([1, 1, 1], [5.0; 3]).unwrap().diagonal_mm(), 0.0);
        assert_eq!(Lattice::new([0, 3, 3], [5.0; 3]).unwrap().voxels(), 0);
    }

    #[test]
    fn refuses_what_is_no_grid() {
        for spacing in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            let found = [1.0, spacing, 1.0];
            let error = Lattice::new([2, 2, 2], found).unwrap_err();
            assert!(matches!(error, MetricsError::Spacing { .. }), "{error}");
        }
        let shape = [usize::MAX, 2, 2];
        assert_eq!(Lattice::new(shape, [1.0; 3]), Err(MetricsError::Shape { shape }));
        let shape = [1 << 33, 1, 1];
        assert_eq!(Lattice::new(shape, [1.0; 3]), Err(MetricsError::Shape { shape }));
    }
}
