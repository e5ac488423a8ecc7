//! The counts of all displacements, tile by tile.

#![expect(
    clippy::inline_always,
    reason = "a kernel gets the instructions of the function that it ends up in"
)]

use super::tile::{GROUP, Margin, Tiling};
use crate::kernel::instructions::{Instructions, Kernel, Number, add_product};
use crate::kernel::memory::View;
use crate::kernel::team::do_all;

/// Counts how often classes of two maps meet at every displacement: [`super::joint_of_displacements`]
/// for maps in the CPU's memory. Returns the counts in the order `[S, S, C, C]`.
///
/// The sums over a tile are taken in the precision of the maps, the sums over tiles in double
/// precision and always in the same order, so the result does not depend on the number of threads.
pub(super) fn count<T: Number>(
    x: &View<T>,
    y: &View<T>,
    valid: Option<&View<T>>,
    tiling: &Tiling,
    instructions: Instructions,
    threads: usize,
) -> Vec<f64> {
    let numbers = tiling.side().pow(2) * tiling.size[1].pow(2);
    let tiles: Vec<(usize, usize)> = (0..tiling.size[0])
        .flat_map(|image| tiling.first_rows().map(move |first_row| (image, first_row)))
        .collect();
    let mut of_tiles = vec![T::default(); tiles.len() * numbers];
    if numbers > 0 {
        do_all(
            tiles.iter().zip(of_tiles.chunks_exact_mut(numbers)),
            tiling.threads(threads),
            || (tiling.zeros(Margin::Around), tiling.zeros(Margin::None)),
            |(tile_of_x, tile_of_y), (&(image, first_row), counts)| {
                tiling.fill(tile_of_x, Margin::Around, x, valid, image, first_row);
                tiling.fill(tile_of_y, Margin::None, y, valid, image, first_row);
                instructions.run(CountTile { tiling, x: tile_of_x, y: tile_of_y, counts });
            },
        );
    }
    let mut total = vec![0.0; numbers];
    for counts in of_tiles.chunks_exact(numbers.max(1)) {
        for (sum, number) in total.iter_mut().zip(counts) {
            *sum += number.double();
        }
    }
    total
}

/// The counts of one tile.
struct CountTile<'a, T> {
    tiling: &'a Tiling,
    /// With margin.
    x: &'a [T],
    /// Without margin.
    y: &'a [T],
    /// `[S, S, C, C]`.
    counts: &'a mut [T],
}

impl<T: Number> Kernel for CountTile<'_, T> {
    #[inline(always)]
    fn run<const LANES: usize, const VECTORS: usize, const FUSED: bool>(self) {
        let tiling = self.tiling;
        let (classes, side) = (tiling.size[1], tiling.side());
        let length = (tiling.rows * tiling.pitch).next_multiple_of(LANES);
        let mut sums = [[[T::default(); LANES]; VECTORS]; GROUP];
        for i in (0..classes).step_by(GROUP) {
            for j in (0..classes).step_by(VECTORS) {
                let y: [&[T]; VECTORS] =
                    std::array::from_fn(|k| &self.y[(j + k) * tiling.plane()..][..length]);
                for displacement in 0..side * side {
                    let offset = displacement / side * tiling.pitch + displacement % side;
                    let x: [&[T]; GROUP] = std::array::from_fn(|k| {
                        &self.x[(i + k) * tiling.wide_plane() + offset..][..length]
                    });
                    sum_products::<T, LANES, VECTORS, FUSED>(x, y, &mut sums);
                    let counts = &mut self.counts[displacement * classes * classes..];
                    for (i, sums) in (i..classes).zip(&sums) {
                        for (j, sums) in (j..classes).zip(sums) {
                            counts[i * classes + j] = sum_of_lanes(sums);
                        }
                    }
                }
            }
        }
    }
}

/// The products of each of some rows of numbers with each of others, summed up lane by lane.
#[inline(always)]
fn sum_products<T: Number, const LANES: usize, const VECTORS: usize, const FUSED: bool>(
    x: [&[T]; GROUP],
    y: [&[T]; VECTORS],
    sums: &mut [[[T; LANES]; VECTORS]; GROUP],
) {
    // All of one length, which the compiler sees: it leaves the checks of indices out.
    let length = x[0].len() / LANES;
    let x = x.map(|row| &row.as_chunks::<LANES>().0[..length]);
    let y = y.map(|row| &row.as_chunks::<LANES>().0[..length]);
    // A variable of its own, which the compiler keeps in registers.
    let mut running = [[[T::default(); LANES]; VECTORS]; GROUP];
    for at in 0..length {
        let y: [[T; LANES]; VECTORS] = std::array::from_fn(|k| y[k][at]);
        for (x, running) in x.iter().zip(&mut running) {
            let x = x[at];
            for (y, running) in y.iter().zip(running) {
                add_product::<T, LANES, FUSED>(running, &x, y);
            }
        }
    }
    *sums = running;
}

/// Sums halves until one number is left.
#[inline(always)]
fn sum_of_lanes<T: Number, const LANES: usize>(lanes: &[T; LANES]) -> T {
    let mut lanes = *lanes;
    let mut half = LANES / 2;
    while half > 0 {
        for lane in 0..half {
            lanes[lane] = lanes[lane] + lanes[lane + half];
        }
        half /= 2;
    }
    lanes[0]
}
