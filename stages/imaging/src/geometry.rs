//! Whether an image and its label map lie on one grid.

use std::fmt;

use crate::VolumeHeader;

/// Voxel sizes and origins may differ by so much, mm.
const TOLERANCE_MM: f64 = 1e-3;

/// Components of a direction may differ by so much: a half turn's quaternion in single precision
/// is off by up to half of it.
const DIRECTION_TOLERANCE: f64 = 1e-3;

/// One way in which two grids differ.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum GeometryDifference {
    /// Not as many voxels along each axis.
    Shape {
        /// Of the image.
        image: [usize; 3],
        /// Of the label map.
        label: [usize; 3],
    },
    /// Voxels of another size, by more than 0.001 mm.
    Spacing {
        /// Of the image, mm.
        image: [f64; 3],
        /// Of the label map, mm.
        label: [f64; 3],
    },
    /// The first voxel lies elsewhere in the patient, by more than 0.001 mm.
    Origin {
        /// Of the image, RAS+ mm.
        image: [f64; 3],
        /// Of the label map, RAS+ mm.
        label: [f64; 3],
    },
    /// The axes point elsewhere in the patient, by more than 0.001 in a component.
    Direction {
        /// Of the image, one row per voxel axis, RAS+.
        image: [[f64; 3]; 3],
        /// Of the label map.
        label: [[f64; 3]; 3],
    },
}

impl GeometryDifference {
    /// Whether the two do not belong together. A differing place in the patient is only worth a
    /// look: many label maps were saved without one, and voxel by voxel they still fit.
    pub const fn is_error(&self) -> bool {
        matches!(self, Self::Shape { .. } | Self::Spacing { .. })
    }
}

impl fmt::Display for GeometryDifference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Shape { image, label } => {
                write!(f, "shape {} in the image, {} in the label map", by(image), by(label))
            }
            Self::Spacing { image, label } => write!(
                f,
                "spacing {} mm in the image, {} mm in the label map",
                by(image),
                by(label)
            ),
            Self::Origin { image, label } => {
                write!(f, "origin {image:?} mm in the image, {label:?} mm in the label map")
            }
            Self::Direction { image, label } => {
                write!(f, "axis directions {image:?} in the image, {label:?} in the label map")
            }
        }
    }
}

/// Numbers as `1 x 2 x 3`.
fn by<T: ToString>(numbers: &[T]) -> String {
    numbers.iter().map(ToString::to_string).collect::<Vec<_>>().join(" x ")
}

/// Compares the grid of an image with that of its label map; nothing where they agree.
///
/// Places are compared only if both files say one.
pub fn compare_geometry(image: &VolumeHeader, label: &VolumeHeader) -> Vec<GeometryDifference> {
    let apart = |a: &[f64], b: &[f64], tolerance: f64| {
        a.iter().zip(b).any(|(a, b)| (a - b).abs() > tolerance)
    };
    let mut differences = Vec::new();
    if image.shape != label.shape {
        differences.push(GeometryDifference::Shape { image: image.shape, label: label.shape });
    }
    if apart(&image.spacing_mm, &label.spacing_mm, TOLERANCE_MM) {
        let (image, label) = (image.spacing_mm, label.spacing_mm);
        differences.push(GeometryDifference::Spacing { image, label });
    }
    if let (Some(a), Some(b)) = (image.orientation, label.orientation) {
        if apart(&a.origin_mm, &b.origin_mm, TOLERANCE_MM) {
            let (image, label) = (a.origin_mm, b.origin_mm);
            differences.push(GeometryDifference::Origin { image, label });
        }
        let (image, label) = (a.direction, b.direction);
        if apart(image.as_flattened(), label.as_flattened(), DIRECTION_TOLERANCE) {
            differences.push(GeometryDifference::Direction { image, label });
        }
    }
    differences
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Orientation, VoxelType};

    const HEADER: VolumeHeader = VolumeHeader {
        shape: [4, 5, 6],
        spacing_mm: [1.5, 1.5, 10.0],
        voxel_type: VoxelType::I16,
        orientation: Some(Orientation::LPS),
    };

    #[test]
    fn a_grid_agrees_with_itself_and_with_one_that_has_no_place() {
        assert_eq!(compare_geometry(&HEADER, &HEADER), []);
        let label = VolumeHeader { orientation: None, voxel_type: VoxelType::U8, ..HEADER };
        assert_eq!(compare_geometry(&HEADER, &label), []);
        let label = VolumeHeader { spacing_mm: [1.5009, 1.5, 9.9991], ..HEADER };
        assert_eq!(compare_geometry(&HEADER, &label), []);
    }

    #[test]
    fn shape_and_spacing_are_errors_with_both_values() {
        let label = VolumeHeader { shape: [4, 5, 7], spacing_mm: [1.5, 1.502, 10.0], ..HEADER };
        let found = compare_geometry(&HEADER, &label);
        assert!(found.iter().all(GeometryDifference::is_error));
        let text: Vec<String> = found.iter().map(ToString::to_string).collect();
        assert_eq!(
            text,
            [
                "shape 4 x 5 x 6 in the image, 4 x 5 x 7 in the label map",
                "spacing 1.5 x 1.5 x 10 mm in the image, 1.5 x 1.502 x 10 mm in the label map",
            ]
        );
    }

    #[test]
    fn another_place_is_a_warning() {
        let place = Orientation { origin_mm: [0.0, 0.0, 2.5], ..Orientation::RAS };
        let label = VolumeHeader { orientation: Some(place), ..HEADER };
        let found = compare_geometry(&HEADER, &label);
        assert_eq!(found.len(), 2);
        assert!(!found.iter().any(GeometryDifference::is_error));
        assert!(matches!(found[0], GeometryDifference::Origin { label: [_, _, 2.5], .. }));
        assert!(found[0].to_string().contains("[0.0, 0.0, 2.5] mm in the label map"));
        assert!(matches!(found[1], GeometryDifference::Direction { .. }));
    }
}
