//! The outlines of label maps.

/// The pixels on the edge of a class: those with a face neighbour of another class, or at the
/// border of the picture. Gives the class of each such pixel, 0 elsewhere.
///
/// # Shapes
/// `labels` has `size[1]` rows of `size[0]` values, as has the result.
pub(super) fn contours(labels: &[u8], size: [usize; 2]) -> Vec<u8> {
    let [width, height] = size;
    let at = |x: usize, y: usize| labels[y * width + x];
    let mut edges = vec![0; labels.len()];
    for y in 0..height {
        for x in 0..width {
            let own = at(x, y);
            let differs = |x: Option<usize>, y: Option<usize>| match (x, y) {
                (Some(x), Some(y)) if x < width && y < height => at(x, y) != own,
                _ => true,
            };
            let edge = own != 0
                && (differs(x.checked_sub(1), Some(y))
                    || differs(Some(x + 1), Some(y))
                    || differs(Some(x), y.checked_sub(1))
                    || differs(Some(x), Some(y + 1)));
            if edge {
                edges[y * width + x] = own;
            }
        }
    }
    edges
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_inside_of_a_square_is_no_edge() {
        #[rustfmt::skip]
        let labels = [
            0, 0, 0, 0, 0,
            0, 2, 2, 2, 0,
            0, 2, 2, 2, 0,
            0, 2, 2, 2, 1,
        ];
        #[rustfmt::skip]
        let edges = [
            0, 0, 0, 0, 0,
            0, 2, 2, 2, 0,
            0, 2, 0, 2, 0,
            0, 2, 2, 2, 1,
        ];
        assert_eq!(contours(&labels, [5, 4]), edges);
    }
}
