//! The nearest surface voxel, exactly.
//!
//! Two surfaces of the same organ are mostly a few voxels apart, so the rows around a voxel are
//! looked through in the order of their distance, each with two bit operations, until no row can
//! hold anything nearer. A voxel far from everything would look through many rows: after
//! [`ROWS`] of them the search goes on in a tree of boxes.
//!
//! And where very many voxels are far, one field of all distances replaces the searches.
//!
//! Every comparison, of voxels and of bounds, is between sums of squares made by the same formula
//! from whole numbers of voxels. Rounding is monotone, so a bound never excludes a nearer voxel
//! and the result is, bit for bit, that of comparing with all voxels.

use std::cell::{Cell, OnceCell};

use crate::field::{Field, worthwhile_after};
use crate::surface::{Span, Surface};
use crate::tree::Tree;

/// Rows after which the tree is faster.
const ROWS: u32 = 48;

/// A surface voxel and how far away it is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Nearest {
    /// Column, row, plane.
    pub(crate) voxel: [u32; 3],
    /// Squared distance.
    pub(crate) square: f64,
}

/// Squared length of a step of whole voxels, with the sum always in the order x, y, z.
pub(crate) fn square(step: [u32; 3], spacing: [f64; 3]) -> f64 {
    let [x, y, z] = [0, 1, 2].map(|axis| {
        let length = f64::from(step[axis]) * spacing[axis];
        length * length
    });
    x + y + z
}

/// Looks for the nearest voxels of one surface.
pub(crate) struct Search<'a> {
    surface: &'a Surface,
    spacing: [f64; 3],
    tree: OnceCell<Tree>,
    field: OnceCell<Field>,
    /// Searches in the tree before the field is made; none for never.
    before_field: Cell<Option<usize>>,
}

impl<'a> Search<'a> {
    pub(crate) fn new(surface: &'a Surface, spacing: [f64; 3]) -> Self {
        Self {
            surface,
            spacing,
            tree: OnceCell::new(),
            field: OnceCell::new(),
            before_field: Cell::new(worthwhile_after(surface)),
        }
    }

    /// The squared distance of a voxel to one of the surface.
    pub(crate) fn square_to(&self, from: [u32; 3], to: [u32; 3]) -> f64 {
        square([0, 1, 2].map(|axis| from[axis].abs_diff(to[axis])), self.spacing)
    }

    /// The nearest surface voxel of `from`. `guess` is any surface voxel; the nearer, the faster.
    /// The distance is exact; where the field gave it, the voxel is only the guess.
    pub(crate) fn nearest(&self, from: [u32; 3], guess: [u32; 3]) -> Nearest {
        if let Some(field) = self.field.get() {
            return Nearest { voxel: guess, square: field.square(from) };
        }
        let mut best = Nearest { voxel: guess, square: self.square_to(from, guess) };
        let mut budget = ROWS;
        let planes = self.surface.plane_spans.len() as u32;
        let plane = from[2];
        for distance in 0..planes {
            if square([0, 0, distance], self.spacing) >= best.square {
                return best;
            }
            let behind = plane.checked_sub(distance);
            let ahead = Some(plane + distance).filter(|at| distance > 0 && *at < planes);
            for at in [behind, ahead].into_iter().flatten() {
                if self.search_plane(from, at, &mut best, &mut budget).is_none() {
                    return self.nearest_far(from, best);
                }
            }
        }
        best
    }

    /// The nearest surface voxel of one that is far from all.
    fn nearest_far(&self, from: [u32; 3], best: Nearest) -> Nearest {
        match self.before_field.get() {
            Some(0) => {
                let field = || Field::of(self.surface, self.spacing);
                Nearest { square: self.field.get_or_init(field).square(from), ..best }
            }
            searches => {
                self.before_field.set(searches.map(|searches| searches - 1));
                let tree = || Tree::of(self.surface, self.spacing);
                self.tree.get_or_init(tree).nearest(from, best)
            }
        }
    }

    /// Looks through the rows of a plane; none when the budget is used up.
    fn search_plane(
        &self,
        from: [u32; 3],
        plane: u32,
        best: &mut Nearest,
        budget: &mut u32,
    ) -> Option<()> {
        let [columns, rows] = self.surface.plane_spans[plane as usize];
        if columns.is_empty() {
            return Some(());
        }
        let steps = [columns.gap(from[0]), rows.gap(from[1]), plane.abs_diff(from[2])];
        for distance in steps[1].. {
            if square([steps[0], distance, steps[2]], self.spacing) >= best.square {
                return Some(());
            }
            let inside = |row: &u32| (rows.first..=rows.last).contains(row);
            let above = from[1].checked_sub(distance).filter(inside);
            let below = Some(from[1] + distance).filter(|row| distance > 0 && inside(row));
            if above.is_none() && below.is_none() {
                break;
            }
            for row in [above, below].into_iter().flatten() {
                *budget = budget.checked_sub(1)?;
                self.search_row(from, row, plane, best);
            }
        }
        Some(())
    }

    fn search_row(&self, from: [u32; 3], row: u32, plane: u32, best: &mut Nearest) {
        let bits = &self.surface.bits;
        let span = self.surface.row_spans[plane as usize * bits.rows() + row as usize];
        if span.is_empty() {
            return;
        }
        let steps = [span.gap(from[0]), row.abs_diff(from[1]), plane.abs_diff(from[2])];
        if square(steps, self.spacing) >= best.square {
            return;
        }
        let column = nearest_column(bits.row(row as usize, plane as usize), span, from[0]);
        let found = square([column.abs_diff(from[0]), steps[1], steps[2]], self.spacing);
        if found < best.square {
            *best = Nearest { voxel: [column, row, plane], square: found };
        }
    }
}

/// The set column of a row that is nearest to `at`; the smaller of two. The row's span is not
/// empty.
fn nearest_column(row: &[u64], span: Span, at: u32) -> u32 {
    if at <= span.first {
        return span.first;
    }
    if at >= span.last {
        return span.last;
    }
    // There is a set bit on both sides, so both loops end.
    let (mut word, bit) = ((at / 64) as usize, at % 64);
    let mut left = row[word] & (u64::MAX >> (63 - bit));
    while left == 0 {
        word -= 1;
        left = row[word];
    }
    let left = 64 * word as u32 + 63 - left.leading_zeros();
    if left == at {
        return at;
    }
    word = (at / 64) as usize;
    let mut right = row[word] & (u64::MAX << bit);
    while right == 0 {
        word += 1;
        right = row[word];
    }
    let right = 64 * word as u32 + right.trailing_zeros();
    if right - at < at - left { right } else { left }
}
