//! Passes over maps whose channels lie together, with coefficients for every channel.
//!
//! A map is rows of channels, one row a pixel. Rows are taken in pieces of a few hundred numbers,
//! for which the coefficients are repeated, so that vectors are full whatever the number of
//! channels. Pieces make up blocks, which threads share; blocks do not depend on the number of
//! threads, and neither does any result.

#![expect(
    clippy::inline_always,
    reason = "a kernel gets the instructions of the function that it ends up in"
)]

use half::bf16;
use tch::Tensor;

use super::instructions::{Instructions, Kernel};
use super::memory::{Stored, View};
use super::team::do_all;

/// A piece has at least so many numbers: many vectors, and coefficients stay in the nearest cache.
const PIECE: usize = 512;
/// A block has about so many numbers, some tens of microseconds. Sums of a block are taken in
/// single precision, over at most `BLOCK / PIECE` terms each.
const BLOCK: usize = 1 << 16;
/// Vectors have at most so many numbers; the numbers of all vectors divide it.
const WIDEST_VECTOR: usize = 16;
/// Pixels that a first guess at the means is taken from.
const SAMPLE: usize = 64;

/// A kind of number that maps are stored in; computing is in single precision.
pub(crate) trait Channel: Stored + Default + Send + Sync + 'static {
    /// The number.
    fn wide(self) -> f32;
    /// The nearest of this kind, the even one of two.
    fn stored(number: f32) -> Self;
}

impl Channel for f32 {
    #[inline(always)]
    fn wide(self) -> f32 {
        self
    }

    #[inline(always)]
    fn stored(number: f32) -> Self {
        number
    }
}

impl Channel for bf16 {
    #[inline(always)]
    fn wide(self) -> f32 {
        f32::from_bits(u32::from(self.to_bits()) << 16)
    }

    #[inline(always)]
    fn stored(number: f32) -> Self {
        // Without branches, so that it becomes vector instructions. What is not a number must not
        // be rounded to infinity.
        let bits = number.to_bits();
        let rounded = bits.wrapping_add(0x7fff + ((bits >> 16) & 1));
        let kept = if number.is_nan() { bits | 0x40_0000 } else { rounded };
        Self::from_bits((kept >> 16) as u16)
    }
}

/// What is computed of the numbers at one place of `R` maps with `K` coefficients of its channel.
pub(crate) trait Rule<const R: usize, const K: usize, const W: usize>:
    Copy + Send + Sync
{
    /// Computes it. `FUSED` says whether `mul_add` is an instruction.
    ///
    /// Implementations are `#[inline(always)]`.
    fn apply<const FUSED: bool>(self, numbers: [f32; R], coefficients: [f32; K]) -> [f32; W];
}

/// `factor * number + term`, rounded once where the processor can.
#[inline(always)]
pub(crate) fn fused<const FUSED: bool>(factor: f32, number: f32, term: f32) -> f32 {
    if FUSED { factor.mul_add(number, term) } else { factor * number + term }
}

/// A map on the CPU whose channels lie together, to be read.
pub(crate) struct Rows<'a, T> {
    values: &'a [T],
    /// Distance of neighbouring pixels: more than the channels for some channels of a wider map.
    stride: usize,
}

impl<'a, T: Channel> Rows<'a, T> {
    /// Looks at a map; nothing if it lies otherwise.
    ///
    /// # Shapes
    /// `map`: `[N, C, H, W]`.
    pub(crate) fn of(map: &'a Tensor) -> Option<Self> {
        let view = View::<T>::of(map);
        let ([images, channels, height, width], stride) = (view.size, view.stride);
        let pixel = if width > 1 {
            stride[3]
        } else if height > 1 {
            stride[2]
        } else if images > 1 {
            stride[0]
        } else {
            channels
        };
        // The distance along an axis of length 1 says nothing.
        let lies =
            |axis: usize, length: usize, distance: usize| length <= 1 || stride[axis] == distance;
        let good = lies(1, channels, 1)
            && lies(3, width, pixel)
            && lies(2, height, pixel * width)
            && lies(0, images, pixel * width * height)
            && pixel >= channels;
        good.then_some(Self { values: view.values, stride: pixel })
    }

    /// The mean of every channel over some pixels of the map, evenly spaced: not far from the mean
    /// over all, if seen from the numbers' spread.
    pub(crate) fn rough_means(&self, shape: &Shape) -> Vec<f32> {
        let count = shape.pixels.min(SAMPLE);
        let rows = (0..count).map(|at| at * shape.pixels / count * self.stride);
        let mut sums = vec![0_f64; shape.channels];
        for row in rows {
            for (sum, number) in sums.iter_mut().zip(&self.values[row..]) {
                *sum += f64::from(number.wide());
            }
        }
        sums.into_iter().map(|sum| (sum / count as f64) as f32).collect()
    }

    /// Some rows, one behind the other; copied if they do not lie so.
    fn piece<'b>(
        &'b self,
        first: usize,
        count: usize,
        channels: usize,
        copy: &'b mut Vec<T>,
    ) -> &'b [T] {
        if self.stride == channels {
            return &self.values[first * channels..(first + count) * channels];
        }
        copy.clear();
        for row in first..first + count {
            copy.extend_from_slice(&self.values[row * self.stride..][..channels]);
        }
        copy
    }
}

/// The same rows of every map.
#[inline(always)]
fn pieces<'a, T: Channel, const R: usize>(
    maps: &'a [Rows<'_, T>; R],
    copies: &'a mut [Vec<T>; R],
    first: usize,
    count: usize,
    channels: usize,
) -> [&'a [T]; R] {
    let mut copies = copies.iter_mut();
    maps.each_ref().map(|map| {
        let copy = copies.next().expect("there is one for each map");
        map.piece(first, count, channels, copy)
    })
}

/// How large maps are, and by how many threads they are gone through; no result depends on the
/// latter.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shape {
    /// Of all images together.
    pub(crate) pixels: usize,
    pub(crate) channels: usize,
    pub(crate) threads: usize,
}

/// Coefficients of every channel, repeated to the length of a piece.
struct Repeated<const K: usize> {
    coefficients: [Vec<f32>; K],
    channels: usize,
    /// Rows of a piece.
    rows: usize,
}

impl<const K: usize> Repeated<K> {
    fn new(coefficients: [&[f32]; K], channels: usize) -> Self {
        // Whole rows and whole vectors.
        let least = channels * WIDEST_VECTOR / common_divisor(channels, WIDEST_VECTOR);
        let length = least * PIECE.div_ceil(least);
        let coefficients = coefficients.map(|coefficients| {
            assert_eq!(coefficients.len(), channels, "every channel has its coefficients");
            coefficients.iter().copied().cycle().take(length).collect()
        });
        Self { coefficients, channels, rows: length / channels }
    }

    /// The coefficients as vectors.
    #[inline(always)]
    fn vectors<const LANES: usize>(&self) -> [&[[f32; LANES]]; K] {
        self.coefficients.each_ref().map(|coefficients| coefficients.as_chunks().0)
    }

    /// Rows of a block: whole pieces.
    fn rows_of_block(&self) -> usize {
        self.rows * (BLOCK / (self.rows * self.channels)).max(1)
    }
}

fn common_divisor(a: usize, b: usize) -> usize {
    if b == 0 { a } else { common_divisor(b, a % b) }
}

/// For every channel, two sums of what the rule says of every pixel.
///
/// # Shapes
/// All maps `[N, C, H, W]` of one size, the shape; coefficients `[C]`.
pub(crate) fn sums<T: Channel, const R: usize, const K: usize>(
    rule: impl Rule<R, K, 2>,
    maps: &[Rows<'_, T>; R],
    coefficients: [&[f32]; K],
    shape: &Shape,
) -> [Vec<f64>; 2] {
    let Shape { pixels, channels, threads } = *shape;
    let repeated = Repeated::new(coefficients, channels);
    let rows = repeated.rows_of_block();
    let blocks = pixels.div_ceil(rows);
    let mut of_blocks = vec![0_f64; blocks * 2 * channels];
    do_all(
        of_blocks.chunks_exact_mut(2 * channels).enumerate(),
        threads.min(blocks),
        || (std::array::from_fn(|_| Vec::new()), Vec::new()),
        |(copies, sums), (block, total)| {
            let range = block * rows..pixels.min((block + 1) * rows);
            let repeated = &repeated;
            Instructions::best().run(SumBlock { rule, maps, range, repeated, copies, sums, total });
        },
    );
    let mut result = [vec![0.0; channels], vec![0.0; channels]];
    for block in of_blocks.chunks_exact(2 * channels) {
        for (result, block) in result.iter_mut().zip(block.chunks_exact(channels)) {
            for (sum, number) in result.iter_mut().zip(block) {
                *sum += number;
            }
        }
    }
    result
}

struct SumBlock<'a, 'm, T, L, const R: usize, const K: usize> {
    rule: L,
    maps: &'a [Rows<'m, T>; R],
    range: std::ops::Range<usize>,
    repeated: &'a Repeated<K>,
    copies: &'a mut [Vec<T>; R],
    /// Sums of every place of a piece, the first kind behind the second.
    sums: &'a mut Vec<f32>,
    /// Sums of every channel, the first kind behind the second.
    total: &'a mut [f64],
}

impl<T: Channel, L: Rule<R, K, 2>, const R: usize, const K: usize> Kernel
    for SumBlock<'_, '_, T, L, R, K>
{
    #[inline(always)]
    fn run<const LANES: usize, const VECTORS: usize, const FUSED: bool>(self) {
        let (channels, step) = (self.repeated.channels, self.repeated.rows);
        let length = step * channels;
        self.sums.clear();
        self.sums.resize(2 * length, 0.0);
        let (first, second) = self.sums.split_at_mut(length);
        let (first_vectors, second_vectors) =
            (first.as_chunks_mut::<LANES>().0, second.as_chunks_mut::<LANES>().0);
        let coefficients = self.repeated.vectors::<LANES>();
        let mut row = self.range.start;
        while row + step <= self.range.end {
            let pieces = pieces(self.maps, self.copies, row, step, channels);
            let pieces = pieces.map(|piece| piece.as_chunks::<LANES>().0);
            for at in 0..length / LANES {
                let numbers: [[T; LANES]; R] = std::array::from_fn(|r| pieces[r][at]);
                let factors: [[f32; LANES]; K] = std::array::from_fn(|k| coefficients[k][at]);
                for lane in 0..LANES {
                    let [a, b] = self.rule.apply::<FUSED>(
                        std::array::from_fn(|r| numbers[r][lane].wide()),
                        std::array::from_fn(|k| factors[k][lane]),
                    );
                    first_vectors[at][lane] += a;
                    second_vectors[at][lane] += b;
                }
            }
            row += step;
        }
        for row in row..self.range.end {
            for channel in 0..channels {
                let [a, b] = self.rule.apply::<FUSED>(
                    std::array::from_fn(|r| {
                        let map = &self.maps[r];
                        map.values[row * map.stride + channel].wide()
                    }),
                    std::array::from_fn(|k| self.repeated.coefficients[k][channel]),
                );
                // The last rows are fewer than a piece: each place gets at most one of them.
                let place = row % step * channels + channel;
                first[place] += a;
                second[place] += b;
            }
        }
        let totals = self.total.split_at_mut(channels);
        for (total, sums) in [(totals.0, &*first), (totals.1, &*second)] {
            for sums in sums.chunks_exact(channels) {
                for (total, sum) in total.iter_mut().zip(sums) {
                    *total += f64::from(*sum);
                }
            }
        }
    }
}

/// Writes what the rule says of every pixel and channel.
///
/// # Shapes
/// Maps and coefficients as in [`sums`]; `result`: one number each, pixel by pixel.
pub(crate) fn write<T: Channel, const R: usize, const K: usize>(
    rule: impl Rule<R, K, 1>,
    maps: &[Rows<'_, T>; R],
    coefficients: [&[f32]; K],
    result: &mut [T],
    shape: &Shape,
) {
    let Shape { channels, threads, .. } = *shape;
    let repeated = Repeated::new(coefficients, channels);
    let rows = repeated.rows_of_block();
    let blocks = result.len().div_ceil(rows * channels);
    do_all(
        result.chunks_mut(rows * channels).enumerate(),
        threads.min(blocks),
        || std::array::from_fn(|_| Vec::new()),
        |copies, (block, result)| {
            let (first, repeated) = (block * rows, &repeated);
            Instructions::best().run(WriteBlock { rule, maps, first, repeated, copies, result });
        },
    );
}

struct WriteBlock<'a, 'm, T, L, const R: usize, const K: usize> {
    rule: L,
    maps: &'a [Rows<'m, T>; R],
    /// The first row.
    first: usize,
    repeated: &'a Repeated<K>,
    copies: &'a mut [Vec<T>; R],
    result: &'a mut [T],
}

impl<T: Channel, L: Rule<R, K, 1>, const R: usize, const K: usize> Kernel
    for WriteBlock<'_, '_, T, L, R, K>
{
    #[inline(always)]
    fn run<const LANES: usize, const VECTORS: usize, const FUSED: bool>(self) {
        let (channels, step) = (self.repeated.channels, self.repeated.rows);
        let coefficients = self.repeated.vectors::<LANES>();
        let mut row = self.first;
        for result in self.result.chunks_mut(step * channels) {
            let count = result.len() / channels;
            let pieces = pieces(self.maps, self.copies, row, count, channels);
            let (vectors, rest) = result.as_chunks_mut::<LANES>();
            let done = vectors.len() * LANES;
            let of_pieces = pieces.map(|piece| piece.as_chunks::<LANES>().0);
            for (at, vector) in vectors.iter_mut().enumerate() {
                let numbers: [[T; LANES]; R] = std::array::from_fn(|r| of_pieces[r][at]);
                let factors: [[f32; LANES]; K] = std::array::from_fn(|k| coefficients[k][at]);
                for lane in 0..LANES {
                    let [number] = self.rule.apply::<FUSED>(
                        std::array::from_fn(|r| numbers[r][lane].wide()),
                        std::array::from_fn(|k| factors[k][lane]),
                    );
                    vector[lane] = T::stored(number);
                }
            }
            for (at, place) in (done..).zip(rest) {
                let [number] = self.rule.apply::<FUSED>(
                    std::array::from_fn(|r| pieces[r][at].wide()),
                    std::array::from_fn(|k| self.repeated.coefficients[k][at]),
                );
                *place = T::stored(number);
            }
            row += count;
        }
    }
}

#[cfg(test)]
mod tests {
    use tch::{Device, Kind};

    use super::*;
    use crate::kernel::memory::numbers_of;

    #[test]
    fn rounds_to_bf16_as_everybody_does() {
        // Every pattern of the upper half, with lower halves around the middle between two numbers.
        for upper in 0..=u16::MAX {
            for lower in [0, 1, 0x7fff, 0x8000, 0x8001, 0xffff] {
                let number = f32::from_bits(u32::from(upper) << 16 | lower);
                let (ours, expected) = (bf16::stored(number), bf16::from_f32(number));
                assert!(
                    ours == expected || ours.is_nan() && expected.is_nan(),
                    "{number:e}: {ours} instead of {expected}"
                );
            }
            let exact = bf16::from_bits(upper);
            assert!(exact.wide() == exact.to_f32() || exact.is_nan());
        }
    }

    /// A product with a coefficient, and the number itself.
    #[derive(Clone, Copy)]
    struct Weighted;

    impl Rule<1, 1, 2> for Weighted {
        #[inline(always)]
        fn apply<const FUSED: bool>(self, [x]: [f32; 1], [weight]: [f32; 1]) -> [f32; 2] {
            [x * weight, x]
        }
    }

    impl Rule<1, 1, 1> for Weighted {
        #[inline(always)]
        fn apply<const FUSED: bool>(self, [x]: [f32; 1], [weight]: [f32; 1]) -> [f32; 1] {
            [x * weight]
        }
    }

    /// Small whole numbers, of which every sum is exact: `[1, C, pixels, 1]`.
    fn map(pixels: i64, channels: i64) -> Tensor {
        let numbers = Tensor::arange(pixels * channels, (Kind::Float, Device::Cpu)).fmod(7.0) - 3.0;
        numbers.reshape([1, pixels, 1, channels]).permute([0, 3, 1, 2])
    }

    #[test]
    fn any_number_of_pixels_and_channels_and_threads_gives_the_same() {
        for (pixels, channels) in [(1, 1), (7, 5), (300, 16), (513, 7), (70_000, 3), (2000, 100)] {
            let map = map(pixels, channels);
            let weights: Vec<f32> = (0..channels).map(|c| (c % 5) as f32 - 2.0).collect();
            let weight = Tensor::from_slice(&weights).reshape([1, -1, 1, 1]);
            let weighted = &map * &weight;
            let expected: [Vec<f64>; 2] = [&weighted, &map].map(|map| {
                let sums = map.sum_dim_intlist([0, 2, 3].as_slice(), false, Kind::Double);
                sums.try_into().unwrap()
            });
            for threads in [1, 3] {
                let shape = Shape { pixels: pixels as usize, channels: channels as usize, threads };
                let rows = [Rows::<f32>::of(&map).unwrap()];
                let found = sums(Weighted, &rows, [&weights], &shape);
                assert_eq!(found, expected, "{pixels} pixels of {channels} channels");
                let mut result =
                    Tensor::empty([1, pixels, 1, channels], (Kind::Float, Device::Cpu));
                write(Weighted, &rows, [&weights], numbers_of(&mut result), &shape);
                assert_eq!(result.permute([0, 3, 1, 2]), weighted);
            }
        }
    }

    #[test]
    fn the_order_of_a_sum_does_not_depend_on_the_number_of_threads() {
        let map = (map(100_000, 24) * 0.7).sin();
        let rows = [Rows::<f32>::of(&map).unwrap()];
        let weights: Vec<f32> = (0_u8..24).map(|c| (f32::from(c) * 0.3).sin()).collect();
        let found = [1, 2, 3].map(|threads| {
            let shape = Shape { pixels: 100_000, channels: 24, threads };
            sums(Weighted, &rows, [&weights], &shape)
        });
        assert_eq!(found[0], found[1]);
        assert_eq!(found[0], found[2]);
    }

    #[test]
    fn rows_may_be_parts_of_wider_rows() {
        let part = map(900, 12).narrow(1, 3, 5);
        let rows = Rows::<f32>::of(&part).expect("its channels lie together");
        assert_eq!(rows.stride, 12);
        let mut result = Tensor::empty([1, 900, 1, 5], (Kind::Float, Device::Cpu));
        let shape = Shape { pixels: 900, channels: 5, threads: 2 };
        write(Weighted, &[rows], [&[1.0; 5]], numbers_of(&mut result), &shape);
        assert_eq!(result.permute([0, 3, 1, 2]), part);
    }

    #[test]
    fn a_map_that_lies_otherwise_is_left_alone() {
        let lying = map(12, 6).reshape([1, 6, 3, 4]);
        assert!(Rows::<f32>::of(&lying.contiguous()).is_none(), "rows of pixels lie together");
        let turned = lying.permute([0, 2, 3, 1]).contiguous().permute([0, 3, 2, 1]);
        assert!(Rows::<f32>::of(&turned).is_none(), "columns of pixels are turned");
    }
}
