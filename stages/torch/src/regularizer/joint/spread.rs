//! What a change of every number of a map does to a function of the counts.

#![expect(
    clippy::inline_always,
    reason = "a kernel gets the instructions of the function that it ends up in"
)]

use super::tile::{GROUP, Margin, Tiling};
use crate::kernel::instructions::{Instructions, Kernel, Number, add_product};
use crate::kernel::memory::View;
use crate::kernel::team::do_all;

/// The weights of a sum over the neighbourhood of a pixel: `out[i, p] = sum over u, v, j of
/// w[u, v, i, j] * map[j, p - (u, v) + d]`.
pub(super) struct Weights<T> {
    /// For each group of classes `i`, of `u`, `j`, `v` in this order: one weight for each `i`.
    groups: Vec<[T; GROUP]>,
}

impl<T: Number> Weights<T> {
    /// Takes weights in the order `[S, S, C, C]`.
    pub(super) fn new(weights: &[f64], tiling: &Tiling) -> Self {
        let (classes, side) = (tiling.size[1], tiling.side());
        let weight = |u: usize, v: usize, i: usize, j: usize| {
            if i < classes {
                T::nearest(weights[((u * side + v) * classes + i) * classes + j])
            } else {
                T::default()
            }
        };
        let mut groups = Vec::with_capacity(tiling.classes() / GROUP * side * side * classes);
        for i in (0..classes).step_by(GROUP) {
            for u in 0..side {
                for j in 0..classes {
                    for v in 0..side {
                        groups.push(std::array::from_fn(|k| weight(u, v, i + k, j)));
                    }
                }
            }
        }
        Self { groups }
    }
}

/// How the images of the result lie in memory: one behind the other, each without gaps.
#[derive(Debug, Clone, Copy)]
pub(super) enum Order {
    /// Class by class.
    ClassesFirst,
    /// Pixel by pixel.
    ClassesLast,
}

/// Sums a map over the neighbourhood of every pixel with these weights; `valid` weighs the pixels
/// of the map and of the result.
pub(super) fn spread<T: Number>(
    weights: &Weights<T>,
    map: &View<T>,
    valid: Option<&View<T>>,
    tiling: &Tiling,
    instructions: Instructions,
    threads: usize,
    (result, order): (&mut [T], Order),
) {
    let [_, classes, height, width] = tiling.size;
    let numbers = classes * height * width;
    if numbers == 0 {
        return;
    }
    do_all(
        result.chunks_exact_mut(numbers).enumerate(),
        tiling.threads(threads),
        || (tiling.zeros(Margin::Around), tiling.zeros(Margin::None)),
        |(tile, sums), (image, result)| {
            for first_row in tiling.first_rows() {
                tiling.fill(tile, Margin::Around, map, valid, image, first_row);
                instructions.run(SpreadTile { tiling, weights, tile, sums });
                for row in first_row..height.min(first_row + tiling.rows) {
                    for class in 0..classes {
                        let start = class * tiling.plane() + (row - first_row) * tiling.pitch;
                        let sums = &mut sums[start..start + width];
                        if let Some(valid) = valid {
                            valid.weigh_row([image, 0, row], sums);
                        }
                        order.write_row(result, tiling, class, row, sums);
                    }
                }
            }
        },
    );
}

impl Order {
    /// Puts a row of a class into an image.
    fn write_row<T: Number>(
        self,
        image: &mut [T],
        tiling: &Tiling,
        class: usize,
        row: usize,
        numbers: &[T],
    ) {
        let [_, classes, height, width] = tiling.size;
        match self {
            Self::ClassesFirst => {
                image[(class * height + row) * width..][..width].copy_from_slice(numbers);
            }
            Self::ClassesLast => {
                let pixels = image[row * width * classes..][..width * classes].iter_mut();
                for (to, from) in pixels.skip(class).step_by(classes).zip(numbers) {
                    *to = *from;
                }
            }
        }
    }
}

/// The sums of one tile.
struct SpreadTile<'a, T> {
    tiling: &'a Tiling,
    weights: &'a Weights<T>,
    /// With margin.
    tile: &'a [T],
    /// Without margin; between rows there is nothing of use.
    sums: &'a mut [T],
}

impl<T: Number> Kernel for SpreadTile<'_, T> {
    #[inline(always)]
    fn run<const LANES: usize, const VECTORS: usize, const FUSED: bool>(self) {
        let (tiling, plane) = (self.tiling, self.tiling.plane());
        let (side, span) = (tiling.side(), LANES * VECTORS);
        let groups = self.weights.groups.chunks_exact(side * side * tiling.size[1]);
        let mut of_a_span = [[[T::default(); LANES]; VECTORS]; GROUP];
        for (weights, sums) in groups.zip(self.sums.chunks_exact_mut(GROUP * plane)) {
            // What lies behind the last row is left out as far as it fills whole spans.
            for start in (0..tiling.rows * tiling.pitch).step_by(span) {
                sum_span::<T, LANES, VECTORS, FUSED>(
                    weights,
                    &self.tile[start..],
                    tiling,
                    &mut of_a_span,
                );
                for (class, numbers) in of_a_span.iter().enumerate() {
                    let to = &mut sums[class * plane + start..][..span];
                    to.copy_from_slice(numbers.as_flattened());
                }
            }
        }
    }
}

/// The sums of a group of classes at `LANES * VECTORS` pixels; the tile begins with the first of
/// them, displaced as far up and left as can be.
#[inline(always)]
fn sum_span<T: Number, const LANES: usize, const VECTORS: usize, const FUSED: bool>(
    weights: &[[T; GROUP]],
    tile: &[T],
    tiling: &Tiling,
    sums: &mut [[[T; LANES]; VECTORS]; GROUP],
) {
    let (classes, side, span) = (tiling.size[1], tiling.side(), LANES * VECTORS);
    // A variable of its own, which the compiler keeps in registers.
    let mut running = [[[T::default(); LANES]; VECTORS]; GROUP];
    let mut weights = weights.iter();
    for u in 0..side {
        for j in 0..classes {
            let first = j * tiling.wide_plane() + (side - 1 - u) * tiling.pitch;
            let row = &tile[first..first + span + side - 1];
            for (v, weights) in (0..side).zip(&mut weights) {
                let row = row[side - 1 - v..][..span].as_chunks::<LANES>().0;
                let row: [[T; LANES]; VECTORS] = std::array::from_fn(|k| row[k]);
                for (weight, running) in weights.iter().zip(&mut running) {
                    let weight = [*weight; LANES];
                    for (numbers, running) in row.iter().zip(running) {
                        add_product::<T, LANES, FUSED>(running, &weight, numbers);
                    }
                }
            }
        }
    }
    *sums = running;
}
