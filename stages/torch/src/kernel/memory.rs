//! The numbers of a tensor in the CPU's memory, without copying them.

#![expect(unsafe_code, reason = "a tensor gives a pointer to its numbers, not a slice")]

use half::bf16;
use tch::{Device, Kind, Tensor};

/// A kind of number as it lies in memory. (For `bf16`, tch's own trait names another kind.)
pub(crate) trait Stored: Copy {
    /// What libtorch calls it.
    const KIND: Kind;
}

impl Stored for f32 {
    const KIND: Kind = Kind::Float;
}

impl Stored for f64 {
    const KIND: Kind = Kind::Double;
}

impl Stored for bf16 {
    const KIND: Kind = Kind::BFloat16;
}

/// A map `[N, C, H, W]` in any layout, to be read.
pub(crate) struct View<'a, T> {
    /// All numbers from the first of the map to its last, with whatever lies between.
    pub(crate) values: &'a [T],
    /// Length of each axis.
    pub(crate) size: [usize; 4],
    /// Distance of neighbours along each axis.
    pub(crate) stride: [usize; 4],
}

impl<'a, T: Stored> View<'a, T> {
    /// Looks at a map.
    ///
    /// # Panics
    /// If the map is not on the CPU, not of numbers `T`, or has not four axes.
    pub(crate) fn of(map: &'a Tensor) -> Self {
        check::<T>(map);
        let four = |numbers: Vec<i64>| -> [usize; 4] {
            let numbers: Vec<usize> = numbers.into_iter().map(|number| number as usize).collect();
            numbers.try_into().expect("a map has four axes")
        };
        let (size, stride) = (four(map.size()), four(map.stride()));
        if size.contains(&0) {
            return Self { values: &[], size, stride };
        }
        let last: usize = (0..4).map(|axis| (size[axis] - 1) * stride[axis]).sum();
        // SAFETY: strides of a tensor are never negative, so its numbers lie from the pointer to
        // `last` behind it, inside one storage, which lives at least as long as the borrowed
        // tensor. Numbers in between belong to the same storage. Of this storage nobody writes
        // meanwhile: tensors are written by operations of the calling thread only, and that is
        // busy with this view.
        let values = unsafe { std::slice::from_raw_parts(map.data_ptr().cast::<T>(), last + 1) };
        Self { values, size, stride }
    }
}

/// All numbers of a tensor without gaps between them, to be written, in the order of memory.
///
/// # Panics
/// If the tensor is not on the CPU or not of numbers `T`.
pub(crate) fn numbers_of<T: Stored>(dense: &mut Tensor) -> &mut [T] {
    check::<T>(dense);
    assert!(dense.is_contiguous(), "the numbers of a tensor to be written lie without gaps");
    if dense.numel() == 0 {
        return &mut [];
    }
    // SAFETY: a contiguous tensor has `numel` numbers from its pointer on, and any bits are such a
    // number. The callers made the tensor themselves and have given no other handle on it away, so
    // the exclusive borrow of this handle is one of the numbers.
    unsafe { std::slice::from_raw_parts_mut(dense.data_ptr().cast::<T>(), dense.numel()) }
}

/// The same map with the channels of each pixel together; itself if they lie so already.
///
/// # Shapes
/// `map`: `[N, C, H, W]`.
pub(crate) fn channels_last(map: &Tensor) -> Tensor {
    map.permute([0, 2, 3, 1]).contiguous().permute([0, 3, 1, 2])
}

fn check<T: Stored>(tensor: &Tensor) {
    assert_eq!(tensor.device(), Device::Cpu, "the numbers must be in the CPU's memory");
    assert_eq!(tensor.kind(), T::KIND, "the numbers must be of the kind that is asked for");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sees_the_numbers_of_any_layout() {
        // 0..48 as [2, 2, 3, 4], axes swapped and the first row cut off.
        let all = Tensor::arange(48, (Kind::Double, Device::Cpu)).reshape([2, 2, 3, 4]);
        let map = all.permute([0, 3, 1, 2]).narrow(2, 1, 1);
        let view = View::<f64>::of(&map);
        assert_eq!((view.size, view.stride), ([2, 4, 1, 3], [24, 1, 12, 4]));
        for (n, c, w) in [(0, 0, 0), (1, 2, 1), (1, 3, 2)] {
            let found = view.values[n * 24 + c + w * 4];
            assert_eq!(found, map.double_value(&[n as i64, c as i64, 0, w as i64]));
        }
        assert_eq!(view.values.len(), 24 + 3 + 2 * 4 + 1);
    }

    #[test]
    fn an_empty_map_has_no_numbers() {
        let empty = Tensor::zeros([0, 3, 4, 5], (Kind::Float, Device::Cpu));
        assert!(View::<f32>::of(&empty).values.is_empty());
    }

    #[test]
    fn what_is_written_is_in_the_tensor() {
        let mut tensor = Tensor::zeros([2, 3], (Kind::Float, Device::Cpu));
        numbers_of::<f32>(&mut tensor)[4] = 5.0;
        assert_eq!(tensor.double_value(&[1, 1]), 5.0);
    }

    #[test]
    #[should_panic(expected = "kind")]
    fn numbers_of_another_kind_are_refused() {
        View::<f32>::of(&Tensor::zeros([1, 1, 1, 1], (Kind::Double, Device::Cpu)));
    }
}
