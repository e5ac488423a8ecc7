//! Maps cut into blocks of rows that fit into the processor's caches.

use crate::kernel::instructions::{Number, WIDEST};
use crate::kernel::memory::View;

/// Classes are worked on in groups of so many; missing ones of the last group are zero.
pub(super) const GROUP: usize = 4;
/// A tile of one map holds about so many numbers: together with its neighbourhood in the other
/// map it fits into a megabyte of cache.
const NUMBERS: usize = 1 << 16;
/// Tiles of fewer rows would spend their time on the rows of the neighbourhood.
const LEAST_ROWS: usize = 4;
/// The sums over one tile are taken in the precision of the maps, so it must not be too large.
const MOST_ROWS: usize = 16;
/// Products of two numbers for which a thread of its own pays.
const WORTH_A_THREAD: usize = 1 << 21;

/// How maps of one size are cut into tiles.
///
/// A tile lies in memory class by class, row behind row, with `d` zeros between rows. A
/// displacement of `u` rows and `v` columns is then one offset, `u * pitch + v`, for the whole
/// tile, and a pixel that is displaced out of the map meets a zero.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tiling {
    /// Number of images, of classes, of rows and of columns.
    pub(super) size: [usize; 4],
    /// The largest displacement.
    pub(super) d: usize,
    /// Distance of two rows.
    pub(super) pitch: usize,
    /// Rows of a tile; the last of an image may reach over its edge, where all is zero.
    pub(super) rows: usize,
}

/// Which rows of a map a tile holds.
#[derive(Debug, Clone, Copy)]
pub(super) enum Margin {
    /// Only its own.
    None,
    /// Also `d` rows above, `d` rows below and `d` columns to the left.
    Around,
}

impl Tiling {
    /// Cuts maps of this size.
    pub(super) fn new(size: [usize; 4], d: usize) -> Self {
        let pitch = size[3] + d;
        let wanted = NUMBERS / (size[1] * pitch).max(1);
        let rows = wanted.clamp(LEAST_ROWS, MOST_ROWS).min(size[2]).max(1);
        Self { size, d, pitch, rows }
    }

    /// Number of displacements along one axis.
    pub(super) fn side(&self) -> usize {
        2 * self.d + 1
    }

    /// Number of classes, filled up to whole groups.
    pub(super) fn classes(&self) -> usize {
        self.size[1].next_multiple_of(GROUP)
    }

    /// Numbers of one class in a tile without margin, filled up to whole vectors.
    pub(super) fn plane(&self) -> usize {
        (self.rows * self.pitch).next_multiple_of(WIDEST)
    }

    /// Numbers of one class in a tile with margin, as far as displaced vectors reach.
    pub(super) fn wide_plane(&self) -> usize {
        self.plane() + 2 * self.d * self.pitch + 2 * self.d
    }

    /// The tiles of one image, as their first rows.
    pub(super) fn first_rows(&self) -> impl Iterator<Item = usize> + use<> {
        (0..self.size[2]).step_by(self.rows)
    }

    /// Zeros for a tile of all classes.
    pub(super) fn zeros<T: Number>(&self, margin: Margin) -> Vec<T> {
        let plane = match margin {
            Margin::None => self.plane(),
            Margin::Around => self.wide_plane(),
        };
        vec![T::default(); self.classes() * plane]
    }

    /// How many threads, of those there may be, are worth starting.
    pub(super) fn threads(&self, most: usize) -> usize {
        let products = self.size.iter().product::<usize>() * self.size[1] * self.side().pow(2);
        most.min(1 + products / WORTH_A_THREAD)
    }

    /// Copies rows of an image into a tile that was made by [`Self::zeros`] with the same margin.
    /// Pixels count as much as `valid` says, which is 0 or 1.
    pub(super) fn fill<T: Number>(
        &self,
        tile: &mut [T],
        margin: Margin,
        map: &View<T>,
        valid: Option<&View<T>>,
        image: usize,
        first_row: usize,
    ) {
        let [_, classes, height, width] = self.size;
        let (plane, above) = match margin {
            Margin::None => (self.plane(), 0),
            Margin::Around => (self.wide_plane(), self.d),
        };
        for row in 0..self.rows + 2 * above {
            let inside = (first_row + row).checked_sub(above).filter(|row| *row < height);
            for class in 0..classes {
                let start = class * plane + row * self.pitch + above;
                let to = &mut tile[start..start + width];
                match inside {
                    None => to.fill(T::default()),
                    Some(row) => map.read_row([image, class, row], to),
                }
                if let (Some(row), Some(valid)) = (inside, valid) {
                    valid.weigh_row([image, 0, row], to);
                }
            }
        }
    }
}

impl<T: Number> View<'_, T> {
    /// Copies a row of one class.
    fn read_row(&self, place: [usize; 3], to: &mut [T]) {
        let (start, stride) = (self.offset(place), self.stride[3]);
        if stride == 1 {
            to.copy_from_slice(&self.values[start..start + to.len()]);
        } else {
            for (column, to) in to.iter_mut().enumerate() {
                *to = self.values[start + column * stride];
            }
        }
    }

    /// Multiplies a row by the one row of a map without classes.
    pub(super) fn weigh_row(&self, place: [usize; 3], row: &mut [T]) {
        let (start, stride) = (self.offset(place), self.stride[3]);
        for (column, number) in row.iter_mut().enumerate() {
            *number = *number * self.values[start + column * stride];
        }
    }

    /// Where a row begins.
    fn offset(&self, place: [usize; 3]) -> usize {
        place.iter().zip(self.stride).map(|(index, stride)| index * stride).sum()
    }
}
