//! Solids: the only kind of thing a scene is made of, and their cross-sections.

use crate::draw::Draw;

/// A rotation in the plane.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Turn {
    cos: f64,
    sin: f64,
}

impl Turn {
    /// No rotation.
    pub(crate) const NONE: Self = Self { cos: 1.0, sin: 0.0 };

    /// About this many degrees, from -90 to 90: exactly a rotation, by an angle that is right to
    /// one part in a hundred.
    pub(crate) fn degrees(degrees: f64) -> Self {
        let half = degrees * (std::f64::consts::PI / 360.0);
        let square = half * half;
        let tangent = half * (1.0 + square * (1.0 / 3.0 + square * (2.0 / 15.0)));
        let norm = 1.0 + tangent * tangent;
        Self { cos: (1.0 - tangent * tangent) / norm, sin: 2.0 * tangent / norm }
    }

    /// Rotates a vector.
    pub(crate) fn apply(self, [x, y]: [f64; 2]) -> [f64; 2] {
        [self.cos * x - self.sin * y, self.sin * x + self.cos * y]
    }

    /// Rotates a vector back.
    fn undo(self, [x, y]: [f64; 2]) -> [f64; 2] {
        [self.cos * x + self.sin * y, self.cos * y - self.sin * x]
    }

    /// This rotation after another.
    pub(crate) fn after(self, other: Self) -> Self {
        let [cos, sin] = self.apply([other.cos, other.sin]);
        Self { cos, sin }
    }
}

/// Cosine and sine amplitudes of the second, third and fourth harmonic of an outline, relative to
/// its radius.
pub(crate) type Ripple = [[f64; 2]; 3];

/// An outline with random harmonics up to `amount`, smaller for higher ones.
pub(crate) fn ripple(draw: &mut Draw, amount: f64) -> Ripple {
    [1.0, 0.6, 0.4].map(|share| [draw.spread(amount * share), draw.spread(amount * share)])
}

/// What a solid does to the label map where it covers a voxel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mark {
    /// Sets this class; 0 makes background.
    Class(u8),
    /// Leaves the class of what lies beneath, as papillary muscles count as cavity.
    Keep,
}

/// An ellipsoid-like thing with a wavy outline. Lengths in mm.
#[derive(Debug, Clone)]
pub(crate) struct Solid {
    /// Centre along x, y, z.
    pub(crate) centre: [f64; 3],
    /// Half-axes along its own x, y, and z; an infinite third one makes a column.
    pub(crate) radii: [f64; 3],
    /// How its own axes are turned in the plane.
    pub(crate) turn: Turn,
    /// Waviness of the outline.
    pub(crate) ripple: Ripple,
    /// How far the centre moves in x and y for each mm along z.
    pub(crate) lean: [f64; 2],
    /// It exists only between these z.
    pub(crate) z_range: [f64; 2],
    /// Brightness: 0 to about 1 for magnetic resonance, Hounsfield units for tomography.
    pub(crate) value: f64,
    /// What it does to the label map.
    pub(crate) mark: Mark,
}

impl Solid {
    /// An upright ellipsoid of background class.
    pub(crate) fn new(centre: [f64; 3], radii: [f64; 3], value: f64) -> Self {
        Self {
            centre,
            radii,
            turn: Turn::NONE,
            ripple: Ripple::default(),
            lean: [0.0; 2],
            z_range: [f64::NEG_INFINITY, f64::INFINITY],
            value,
            mark: Mark::Class(0),
        }
    }

    /// The same with a class, or without a say in it.
    pub(crate) fn marked(self, mark: Mark) -> Self {
        Self { mark, ..self }
    }

    /// The same, turned.
    pub(crate) fn turned(self, turn: Turn) -> Self {
        Self { turn, ..self }
    }

    /// The same with a wavy outline.
    pub(crate) fn rippled(self, ripple: Ripple) -> Self {
        Self { ripple, ..self }
    }

    /// The same, leaning.
    pub(crate) fn leaning(self, lean: [f64; 2]) -> Self {
        Self { lean, ..self }
    }

    /// The same, cut off outside a range of z.
    pub(crate) fn within(self, z_range: [f64; 2]) -> Self {
        Self { z_range, ..self }
    }

    /// The same, larger by a margin in mm on all sides, with another brightness.
    pub(crate) fn grown(&self, margin: f64, value: f64) -> Self {
        Self { radii: self.radii.map(|radius| radius + margin), value, ..self.clone() }
    }

    /// What the plane at `z` cuts out of it.
    pub(crate) fn section(&self, z: f64) -> Option<Section> {
        if !(self.z_range[0]..=self.z_range[1]).contains(&z) {
            return None;
        }
        let dz = z - self.centre[2];
        let height = dz / self.radii[2];
        let scale = (1.0 - height * height).max(0.0).sqrt();
        let radii = [self.radii[0] * scale, self.radii[1] * scale];
        // Thinner than a tenth of a millimetre is nothing.
        (radii[0].min(radii[1]) > 0.1).then(|| Section {
            centre: [self.centre[0] + self.lean[0] * dz, self.centre[1] + self.lean[1] * dz],
            radii,
            turn: self.turn,
            ripple: self.ripple,
            largest: radii[0].max(radii[1]),
            value: self.value,
            mark: self.mark,
        })
    }
}

/// The cross-section of a solid: an ellipse with a wavy outline.
#[derive(Debug, Clone)]
pub(crate) struct Section {
    centre: [f64; 2],
    radii: [f64; 2],
    turn: Turn,
    ripple: Ripple,
    largest: f64,
    pub(crate) value: f64,
    pub(crate) mark: Mark,
}

impl Section {
    /// About how far a point lies outside the outline in mm; negative inside.
    pub(crate) fn distance(&self, x: f64, y: f64) -> f64 {
        let (dx, dy) = (x - self.centre[0], y - self.centre[1]);
        let square = dx * dx + dy * dy;
        // No outline has ripples of more than half its radius.
        let reach = 1.5 * self.largest + 4.0;
        if square > reach * reach {
            return square.sqrt() - 1.5 * self.largest;
        }
        let [x, y] = self.turn.undo([dx, dy]);
        let (u, v) = (x / self.radii[0], y / self.radii[1]);
        let radius = (u * u + v * v).sqrt();
        if radius < 1e-6 {
            return -self.radii[0].min(self.radii[1]);
        }
        // Multiples of the angle by complex multiplication.
        let (c1, s1) = (u / radius, v / radius);
        let (mut cos, mut sin) = (c1, s1);
        let mut outline = 1.0;
        for [a, b] in self.ripple {
            (cos, sin) = (cos * c1 - sin * s1, sin * c1 + cos * s1);
            outline += a * cos + b * sin;
        }
        (radius - outline) * square.sqrt() / radius
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ball() -> Solid {
        Solid::new([1.0, 2.0, 3.0], [5.0, 5.0, 5.0], 1.0)
    }

    #[test]
    fn turns_are_rotations() {
        for degrees in [-90.0, -45.0, 0.0, 10.0, 60.0] {
            let turn = Turn::degrees(degrees);
            let [x, y] = turn.apply([1.0, 0.0]);
            assert!((x * x + y * y - 1.0).abs() < 1e-12);
            assert!((y.atan2(x).to_degrees() - degrees).abs() <= 0.01 * degrees.abs(), "{degrees}");
            let back = turn.undo([x, y]);
            assert!((back[0] - 1.0).abs() < 1e-12 && back[1].abs() < 1e-12);
        }
        let [x, y] = Turn::degrees(20.0).after(Turn::degrees(30.0)).apply([1.0, 0.0]);
        assert!((y.atan2(x).to_degrees() - 50.0).abs() < 0.5);
    }

    #[test]
    fn sections_of_a_ball_are_circles() {
        // Three mm off the centre of a ball of radius 5 lies a circle of radius 4.
        let section = ball().section(6.0).unwrap();
        assert!((section.distance(1.0 + 4.0, 2.0)).abs() < 1e-9);
        assert!((section.distance(1.0, 2.0 + 7.0) - 3.0).abs() < 1e-9);
        assert!((section.distance(1.0, 2.0) + 4.0).abs() < 1e-9);
        assert!(ball().section(8.5).is_none());
        assert!(ball().within([0.0, 2.0]).section(3.0).is_none());
    }

    #[test]
    fn leaning_moves_the_centre() {
        let section = ball().leaning([0.5, 0.0]).section(5.0).unwrap();
        assert_eq!(section.centre, [2.0, 2.0]);
    }

    #[test]
    fn ripples_move_the_outline() {
        // The second harmonic's cosine is 1 along x and -1 along y.
        let ripple = [[0.1, 0.0], [0.0; 2], [0.0; 2]];
        let section = ball().rippled(ripple).section(3.0).unwrap();
        assert!(section.distance(1.0 + 5.5, 2.0).abs() < 1e-9);
        assert!(section.distance(1.0, 2.0 + 4.5).abs() < 1e-9);
    }

    #[test]
    fn far_points_are_never_called_near() {
        let section = ball().section(3.0).unwrap();
        assert!(section.distance(40.0, 40.0) > 4.0);
    }
}
