//! Which way up a slice is shown.

/// How rows and columns of the screen lie on a plane of the volume.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct View {
    /// The axis of the volume that runs from left to right, 0 or 1.
    across: usize,
    /// Whether the screen's left is the high end of that axis.
    flip_across: bool,
    /// Whether the screen's top is the high end of the other axis.
    flip_down: bool,
    /// What is at the left and at the top, such as `R` and `A`, where that is known.
    pub sides: Option<[char; 2]>,
}

impl View {
    /// As it is stored: x to the right, y down.
    pub const STORED: Self = Self { across: 0, flip_across: false, flip_down: false, sides: None };

    /// As a radiologist looks at it: the patient's right at the left and the front at the top of an
    /// axial slice, the head at the top otherwise. `codes` say where the axes point, such as
    /// `['L', 'P', 'S']`; with directions that are not three different ones, as stored.
    pub fn of(codes: [char; 3]) -> Self {
        // To the right and down on the screen, by the direction that slices are stacked in.
        let (right, down) = match codes[2] {
            'S' | 'I' => ('L', 'P'),
            'A' | 'P' => ('L', 'I'),
            'L' | 'R' => ('P', 'I'),
            _ => return Self::STORED,
        };
        let along =
            |axis: usize, letter: char| codes[axis] == letter || codes[axis] == opposite(letter);
        let across = if along(0, right) && along(1, down) {
            0
        } else if along(1, right) && along(0, down) {
            1
        } else {
            return Self::STORED;
        };
        Self {
            across,
            flip_across: codes[across] != right,
            flip_down: codes[1 - across] != down,
            sides: Some([opposite(right), opposite(down)]),
        }
    }

    /// Columns and rows of the screen, of a pair that belongs to x and y.
    pub fn turned<T: Copy>(self, of_axes: [T; 2]) -> [T; 2] {
        [of_axes[self.across], of_axes[1 - self.across]]
    }

    /// A plane in rows of the screen.
    ///
    /// # Shapes
    /// `plane` has `size[1]` rows of `size[0]` values; the result as [`View::turned`] says.
    pub fn turn<T: Copy>(self, plane: &[T], size: [usize; 2]) -> Vec<T> {
        let [width, height] = self.turned(size);
        let flipped = |i: usize, n: usize, flip: bool| if flip { n - 1 - i } else { i };
        let mut turned = Vec::with_capacity(plane.len());
        for row in 0..height {
            for column in 0..width {
                let across = flipped(column, width, self.flip_across);
                let down = flipped(row, height, self.flip_down);
                let (x, y) = if self.across == 0 { (across, down) } else { (down, across) };
                turned.push(plane[y * size[0] + x]);
            }
        }
        turned
    }
}

fn opposite(letter: char) -> char {
    match letter {
        'L' => 'R',
        'R' => 'L',
        'P' => 'A',
        'A' => 'P',
        'S' => 'I',
        'I' => 'S',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A plane of 3 x 2: rows 1 2 3 and 4 5 6.
    const PLANE: [u8; 6] = [1, 2, 3, 4, 5, 6];

    #[test]
    fn what_points_left_and_back_is_shown_as_stored() {
        let view = View::of(['L', 'P', 'S']);
        assert_eq!(view.turn(&PLANE, [3, 2]), PLANE);
        assert_eq!(view.sides, Some(['R', 'A']));
    }

    #[test]
    fn what_points_right_and_forward_is_turned_half_around() {
        assert_eq!(View::of(['R', 'A', 'S']).turn(&PLANE, [3, 2]), [6, 5, 4, 3, 2, 1]);
    }

    #[test]
    fn axes_are_exchanged_where_they_are_stored_the_other_way() {
        // x runs back and y to the left: columns of the screen are y.
        let view = View::of(['P', 'L', 'I']);
        assert_eq!(view.turned([3, 2]), [2, 3]);
        assert_eq!(view.turn(&PLANE, [3, 2]), [1, 4, 2, 5, 3, 6]);
    }

    #[test]
    fn coronal_and_sagittal_slices_have_the_head_at_the_top() {
        let coronal = View::of(['L', 'S', 'P']);
        assert_eq!(coronal.turn(&PLANE, [3, 2]), [4, 5, 6, 1, 2, 3]);
        assert_eq!(coronal.sides, Some(['R', 'S']));
        let sagittal = View::of(['A', 'S', 'L']);
        assert_eq!(sagittal.turn(&PLANE, [3, 2]), [6, 5, 4, 3, 2, 1]);
        assert_eq!(sagittal.sides, Some(['A', 'S']));
    }

    #[test]
    fn nonsense_is_shown_as_stored() {
        assert_eq!(View::of(['L', 'L', 'S']), View::STORED);
        assert_eq!(View::of(['?', '?', '?']), View::STORED);
    }
}
