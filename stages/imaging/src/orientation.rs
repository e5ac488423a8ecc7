//! How the axes of a voxel grid lie in the patient.

/// Where the voxel grid of a file lies in the patient, the same way for NIfTI and MetaImage.
///
/// Patient space is RAS+: x grows to the patient's right, y to the front (anterior), z upwards
/// (superior). MetaImage files use LPS+; they are converted when read and when written.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Orientation {
    /// `direction[axis]` is the unit vector, in patient space, along which voxel axis `axis` grows.
    pub direction: [[f64; 3]; 3],
    /// The centre of voxel (0, 0, 0) in patient space, mm.
    pub origin_mm: [f64; 3],
}

impl Orientation {
    /// Voxel axes along right, anterior, superior; the first voxel at the origin.
    pub const RAS: Self = Self {
        direction: [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]],
        origin_mm: [0.0; 3],
    };

    /// Voxel axes along left, posterior, superior; the first voxel at the origin.
    pub const LPS: Self = Self {
        direction: [[-1.0, 0.0, 0.0], [0.0, -1.0, 0.0], [0.0, 0.0, 1.0]],
        origin_mm: [0.0; 3],
    };

    /// The side of the patient each voxel axis grows towards, the nearest one for oblique grids:
    /// `['L', 'P', 'S']` for most cardiac and CT volumes.
    ///
    /// Every side pair (left/right, posterior/anterior, inferior/superior) appears once: the axis
    /// that follows its side best is named first.
    pub fn codes(&self) -> [char; 3] {
        const SIDES: [[char; 2]; 3] = [['L', 'R'], ['P', 'A'], ['I', 'S']];
        let mut codes = ['?'; 3];
        let mut taken = [false; 3];
        for _ in 0..3 {
            let mut best: Option<(usize, usize, f64)> = None;
            for axis in (0..3).filter(|axis| codes[*axis] == '?') {
                for side in (0..3).filter(|side| !taken[*side]) {
                    let along = self.direction[axis][side];
                    if best.is_none_or(|(_, _, most)| along.abs() > most.abs()) {
                        best = Some((axis, side, along));
                    }
                }
            }
            if let Some((axis, side, along)) = best {
                codes[axis] = SIDES[side][usize::from(along > 0.0)];
                taken[side] = true;
            }
        }
        codes
    }

    /// Volume spanned by the three directions: 1 or -1 for perpendicular axes, less for a shear.
    /// Negative if the axes are left-handed.
    pub fn handedness(&self) -> f64 {
        let [a, b, c] = self.direction;
        a[0] * (b[1] * c[2] - b[2] * c[1]) - a[1] * (b[0] * c[2] - b[2] * c[0])
            + a[2] * (b[0] * c[1] - b[1] * c[0])
    }

    /// The largest cosine between two axes: 0 for perpendicular axes.
    pub fn shear(&self) -> f64 {
        let [a, b, c] = &self.direction;
        let cosine =
            |p: &[f64; 3], q: &[f64; 3]| p.iter().zip(q).map(|(x, y)| x * y).sum::<f64>().abs();
        cosine(a, b).max(cosine(a, c)).max(cosine(b, c))
    }

    /// The largest difference of a component of a direction (of 2 at most) or, if that is more, of
    /// the origin, mm.
    pub fn difference(&self, other: &Self) -> f64 {
        let most =
            |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
        most(self.direction.as_flattened(), other.direction.as_flattened())
            .max(most(&self.origin_mm, &other.origin_mm))
    }

    /// The 4 x 4 matrix from voxel indices to RAS+ mm, row by row, as nibabel's `affine`.
    pub fn affine(&self, spacing_mm: [f64; 3]) -> [[f64; 4]; 4] {
        let row = |row: usize| {
            let at = |axis: usize| self.direction[axis][row] * spacing_mm[axis];
            [at(0), at(1), at(2), self.origin_mm[row]]
        };
        [row(0), row(1), row(2), [0.0, 0.0, 0.0, 1.0]]
    }

    /// The same place in the other convention: RAS+ to LPS+ or back.
    pub(crate) fn mirrored(self) -> Self {
        let mirror = |[x, y, z]: [f64; 3]| [flip(x), flip(y), z];
        Self { direction: self.direction.map(mirror), origin_mm: mirror(self.origin_mm) }
    }
}

/// The negative of a number, without a negative zero.
fn flip(value: f64) -> f64 {
    0.0 - value
}

/// Makes each direction a unit vector; none if one has no direction (zero, NaN or infinite).
pub(crate) fn normalized(direction: [[f64; 3]; 3]) -> Option<[[f64; 3]; 3]> {
    let mut unit = direction;
    for vector in &mut unit {
        let norm = vector.iter().map(|x| x * x).sum::<f64>().sqrt();
        if !(norm.is_finite() && norm > 1e-12) {
            return None;
        }
        for x in vector {
            *x /= norm;
        }
    }
    Some(unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_name_the_side_each_axis_grows_to() {
        assert_eq!(Orientation::RAS.codes(), ['R', 'A', 'S']);
        assert_eq!(Orientation::LPS.codes(), ['L', 'P', 'S']);
        // x grows upwards, y to the left, z to the front.
        let direction = [[0.0, 0.0, 1.0], [-1.0, 0.0, 0.0], [0.0, 1.0, 0.0]];
        assert_eq!(Orientation { direction, ..Orientation::RAS }.codes(), ['S', 'L', 'A']);
        // Two axes that both follow x best: the better one is named after it.
        let direction = [[0.8, 0.6, 0.0], [0.9, -0.435_89, 0.0], [0.0, 0.0, -1.0]];
        assert_eq!(Orientation { direction, ..Orientation::RAS }.codes(), ['A', 'R', 'I']);
    }

    #[test]
    fn mirroring_twice_changes_nothing() {
        let oblique = Orientation {
            direction: [[0.6, 0.8, 0.0], [-0.8, 0.6, 0.0], [0.0, 0.0, 1.0]],
            origin_mm: [1.0, -2.0, 3.0],
        };
        assert_eq!(oblique.mirrored().direction[0], [-0.6, -0.8, 0.0]);
        assert_eq!(oblique.mirrored().origin_mm, [-1.0, 2.0, 3.0]);
        assert_eq!(oblique.mirrored().mirrored(), oblique);
    }

    #[test]
    fn affine_has_scaled_directions_as_columns() {
        let turned = Orientation {
            direction: [[0.0, 1.0, 0.0], [-1.0, 0.0, 0.0], [0.0, 0.0, 1.0]],
            origin_mm: [5.0, 6.0, 7.0],
        };
        let expected = [
            [0.0, -3.0, 0.0, 5.0],
            [2.0, 0.0, 0.0, 6.0],
            [0.0, 0.0, 4.0, 7.0],
            [0.0, 0.0, 0.0, 1.0],
        ];
        assert_eq!(turned.affine([2.0, 3.0, 4.0]), expected);
        assert_eq!(turned.handedness(), 1.0);
        assert_eq!(Orientation::LPS.handedness(), 1.0);
        assert_eq!(turned.shear(), 0.0);
    }

    #[test]
    fn a_direction_without_length_is_none() {
        assert_eq!(
            normalized([[2.0, 0.0, 0.0], [0.0, 0.0, 0.5], [0.0, -1.0, 0.0]]),
            Some([[1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, -1.0, 0.0]])
        );
        for bad in [0.0, f64::NAN, f64::INFINITY] {
            assert_eq!(normalized([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, bad]]), None);
        }
    }
}
