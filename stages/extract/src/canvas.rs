//! Padding and cropping.

use std::ops::Range;

/// Copies a plane onto a canvas of zeros, its first pixel at `offset`, cutting off what does not
/// fit.
///
/// # Shapes
/// `plane`: rows of `size[0]` pixels, `size[1]` rows; `canvas`: `side` rows of `side`, all zero on
/// entry; `offset`: canvas column and row of the plane's first pixel, may be negative.
pub fn place(plane: &[u8], size: [usize; 2], offset: [i32; 2], canvas: &mut [u8], side: usize) {
    let (columns, rows) = (visible(size[0], offset[0], side), visible(size[1], offset[1], side));
    if columns.is_empty() {
        return;
    }
    let on_canvas = |i: usize, offset: i32| (i as i64 + i64::from(offset)) as usize;
    for row in rows {
        let from = &plane[row * size[0]..][columns.clone()];
        let start = on_canvas(row, offset[1]) * side + on_canvas(columns.start, offset[0]);
        canvas[start..][..from.len()].copy_from_slice(from);
    }
}

/// The part of `0..size` that lies on the canvas when shifted by `offset`.
pub(crate) fn visible(size: usize, offset: i32, side: usize) -> Range<usize> {
    let start = i64::from(-offset.min(0)).min(size as i64);
    let end = (side as i64 - i64::from(offset)).clamp(start, (size as i64).max(start));
    start as usize..end as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pads_one_axis_and_crops_the_other() {
        // 2 columns, 5 rows on 4 x 4: one column of zeros on each side, the first row cut off.
        let plane: Vec<u8> = (1..=10).collect();
        let mut canvas = [0; 16];
        place(&plane, [2, 5], [1, -1], &mut canvas, 4);
        assert_eq!(canvas, [0, 3, 4, 0, 0, 5, 6, 0, 0, 7, 8, 0, 0, 9, 10, 0]);
    }

    #[test]
    fn visible_parts() {
        assert_eq!(visible(3, 2, 8), 0..3);
        assert_eq!(visible(9, -1, 8), 1..9);
        assert_eq!(visible(11, -2, 8), 2..10);
        assert_eq!(visible(8, 0, 8), 0..8);
        assert!(visible(3, 9, 8).is_empty());
        assert!(visible(3, -5, 8).is_empty());
    }
}
