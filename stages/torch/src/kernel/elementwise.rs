//! One pass over the values of several flat tensors, on the CPU and by several threads.
//!
//! A chain of tensor operations reads and writes all values once per operation. What an optimizer
//! does to a value depends on nothing but the values at the same place in the other buffers, so all
//! of it can be done while they are at hand. For the same reason the result does not depend on the
//! number of threads.

use std::array;
use std::slice::{Chunks, ChunksMut};

use tch::{Device, Kind, Tensor};

use super::team::do_all;

/// Values that a thread takes at a time: some tens of microseconds, about what starting it takes.
const BLOCK: usize = 1 << 15;

/// What happens to the values at one place of `W` buffers that change and `R` that do not.
pub(crate) trait Elementwise<const W: usize, const R: usize>: Copy + Send + Sync {
    /// The new values of the buffers that change.
    fn apply(self, written: [f32; W], read: [f32; R]) -> [f32; W];
}

/// `from` moved towards `to` by the share `weight`; exactly `to` at 1.
pub(crate) fn lerp(from: f32, to: f32, weight: f32) -> f32 {
    if weight < 0.5 { from + weight * (to - from) } else { to - (1.0 - weight) * (to - from) }
}

/// Applies a rule to every place of flat tensors, with at most `threads` threads.
///
/// Autograd does not see the change: nothing that it still needs may lie in `written`.
///
/// # Shapes
/// All `[N]`, f32, contiguous, on the CPU, none overlapping one in `written`.
/// # Panics
/// If a tensor is anything else.
pub(crate) fn apply<const W: usize, const R: usize>(
    rule: impl Elementwise<W, R>,
    written: [&Tensor; W],
    read: [&Tensor; R],
    threads: usize,
) {
    let written = written.map(Values::of);
    let read = read.map(Values::of);
    let count = written.first().map_or(0, |values| values.count);
    assert!(
        written.iter().chain(&read).all(|values| values.count == count),
        "all buffers have one value for each place"
    );
    for (i, values) in written.iter().enumerate() {
        let others = written[i + 1..].iter().chain(&read);
        assert!(others.into_iter().all(|other| !values.overlaps(other)), "buffers lie apart");
    }
    if count == 0 {
        return;
    }
    #[expect(unsafe_code, reason = "a pass over raw values is several times faster than tensors")]
    // SAFETY: `Values::of` took the addresses from contiguous tensors of f32 on the CPU, which live
    // as long as this function, since they were lent to it; so each is aligned and starts `count`
    // initialized values. Written buffers overlap no other buffer, as was just checked, so each
    // reference to them is the only one. Until the last use of the slices below nothing runs but
    // `Elementwise::apply`, which is given numbers; libtorch is not called, and it has no thread
    // that works on a tensor without having been called.
    let (written, read) = unsafe {
        (
            written.map(|values| std::slice::from_raw_parts_mut(values.start, count)),
            read.map(|values| std::slice::from_raw_parts(values.start.cast_const(), count)),
        )
    };
    share_out(rule, written, read, threads);
}

/// Where the values of a tensor lie.
#[derive(Clone, Copy)]
struct Values {
    start: *mut f32,
    count: usize,
}

impl Values {
    fn of(tensor: &Tensor) -> Self {
        assert_eq!(tensor.device(), Device::Cpu, "values are within reach");
        assert_eq!(tensor.kind(), Kind::Float, "values are 32-bit");
        assert!(tensor.dim() == 1 && tensor.is_contiguous(), "values lie flat and without gaps");
        let start = tensor.data_ptr().cast::<f32>();
        let count = tensor.numel();
        assert!(count == 0 || (!start.is_null() && start.is_aligned()), "values are in memory");
        Self { start, count }
    }

    fn overlaps(&self, other: &Self) -> bool {
        let range = |values: &Self| {
            let start = values.start as usize;
            start..start + values.count * size_of::<f32>()
        };
        let (one, two) = (range(self), range(other));
        one.start < two.end && two.start < one.end
    }
}

/// This thread and its helpers take block after block until none is left, so that a helper whose
/// processor is busy holds nobody up.
fn share_out<const W: usize, const R: usize>(
    rule: impl Elementwise<W, R>,
    written: [&mut [f32]; W],
    read: [&[f32]; R],
    threads: usize,
) {
    let count = written.first().map_or(0, |values| values.len());
    let threads = threads.min(count / BLOCK);
    if threads <= 1 {
        return pass(rule, written, read);
    }
    let written = written.map(|values| values.chunks_mut(BLOCK));
    let read = read.map(|values| values.chunks(BLOCK));
    let blocks = Blocks { written, read, left: count.div_ceil(BLOCK) };
    do_all(blocks, threads, || (), |(), (written, read)| pass(rule, written, read));
}

/// Neighbouring values of all buffers.
type Block<'a, const W: usize, const R: usize> = ([&'a mut [f32]; W], [&'a [f32]; R]);

/// The blocks that nobody has taken yet.
struct Blocks<'a, const W: usize, const R: usize> {
    written: [ChunksMut<'a, f32>; W],
    read: [Chunks<'a, f32>; R],
    left: usize,
}

impl<'a, const W: usize, const R: usize> Iterator for Blocks<'a, W, R> {
    type Item = Block<'a, W, R>;

    fn next(&mut self) -> Option<Self::Item> {
        self.left = self.left.checked_sub(1)?;
        let written = self.written.each_mut().map(|chunks| chunks.next().expect("one is left"));
        let read = self.read.each_mut().map(|chunks| chunks.next().expect("one is left"));
        Some((written, read))
    }
}

/// Changes the values of a block. Wide instructions give the same bytes as others: every operation
/// is rounded by itself.
fn pass<const W: usize, const R: usize>(
    rule: impl Elementwise<W, R>,
    written: [&mut [f32]; W],
    read: [&[f32]; R],
) {
    #[cfg(target_arch = "x86_64")]
    if std::arch::is_x86_feature_detected!("avx2") {
        #[expect(
            unsafe_code,
            reason = "without it the compiler leaves roots and quotients narrow"
        )]
        // SAFETY: the processor has the instructions, as was just asked.
        return unsafe { wide_pass(rule, written, read) };
    }
    place_by_place(rule, written, read);
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn wide_pass<const W: usize, const R: usize>(
    rule: impl Elementwise<W, R>,
    written: [&mut [f32]; W],
    read: [&[f32]; R],
) {
    place_by_place(rule, written, read);
}

#[expect(clippy::inline_always, reason = "it is compiled anew for the instructions of its caller")]
#[inline(always)]
fn place_by_place<const W: usize, const R: usize>(
    rule: impl Elementwise<W, R>,
    mut written: [&mut [f32]; W],
    read: [&[f32]; R],
) {
    let count = written.first().map_or(0, |values| values.len());
    for place in 0..count {
        let old = array::from_fn(|i| written[i][place]);
        let new = rule.apply(old, read.map(|values| values[place]));
        for (values, new) in written.iter_mut().zip(new) {
            values[place] = new;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first buffer gains the third, the second counts.
    #[derive(Clone, Copy)]
    struct Gain;

    impl Elementwise<2, 1> for Gain {
        fn apply(self, [sum, count]: [f32; 2], [gain]: [f32; 1]) -> [f32; 2] {
            [sum + gain, count + 1.0]
        }
    }

    #[test]
    fn every_place_changes_once_whatever_the_number_of_threads() {
        // The last block is not full.
        let count = 5 * BLOCK as i64 + 7;
        for threads in [0, 1, 2, 3, 5, 64] {
            let sum = Tensor::ones([count], (Kind::Float, Device::Cpu));
            let counted = Tensor::zeros([count], (Kind::Float, Device::Cpu));
            let gain = Tensor::arange(count, (Kind::Float, Device::Cpu));
            apply(Gain, [&sum, &counted], [&gain], threads);
            assert_eq!(sum, Tensor::arange(count, (Kind::Float, Device::Cpu)) + 1.0);
            assert_eq!(counted, Tensor::ones([count], (Kind::Float, Device::Cpu)), "{threads}");
        }
    }

    #[test]
    fn nothing_happens_to_nothing() {
        let empty = || Tensor::zeros([0], (Kind::Float, Device::Cpu));
        apply(Gain, [&empty(), &empty()], [&empty()], 4);
    }

    #[test]
    fn interpolation_is_exact_at_both_ends() {
        // 0.3 + (0.1 - 0.3) is not 0.1 in 32 bits.
        assert_ne!(0.3f32 + (0.1 - 0.3), 0.1);
        assert_eq!(lerp(0.3, 0.1, 1.0), 0.1);
        assert_eq!(lerp(0.3, 0.1, 0.0), 0.3);
        assert_eq!(lerp(8.0, 16.0, 0.25), 10.0);
        assert_eq!(lerp(8.0, 16.0, 0.75), 14.0);
    }

    #[test]
    #[should_panic(expected = "buffers lie apart")]
    fn refuses_buffers_that_overlap() {
        let values = Tensor::zeros([10], (Kind::Float, Device::Cpu));
        let [one, two] = [0, 5].map(|start| values.narrow(0, start, 5));
        let gain = Tensor::zeros([5], (Kind::Float, Device::Cpu));
        apply(Gain, [&one, &two], [&gain], 1);
        apply(Gain, [&one, &one.shallow_clone()], [&gain], 1);
    }

    #[test]
    #[should_panic(expected = "without gaps")]
    fn refuses_values_with_gaps() {
        let values = || Tensor::zeros([10], (Kind::Float, Device::Cpu));
        apply(Gain, [&values().slice(0, 0, 10, 2), &values()], [&values()], 1);
    }

    #[test]
    #[should_panic(expected = "32-bit")]
    fn refuses_other_kinds() {
        let values = || Tensor::zeros([10], (Kind::Double, Device::Cpu));
        apply(Gain, [&values(), &values()], [&values()], 1);
    }

    #[test]
    #[should_panic(expected = "one value for each place")]
    fn refuses_buffers_of_different_lengths() {
        let values = |count: i64| Tensor::zeros([count], (Kind::Float, Device::Cpu));
        apply(Gain, [&values(3), &values(3)], [&values(2)], 1);
    }
}
