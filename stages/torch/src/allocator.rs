//! Keeps the memory of freed tensors instead of giving it back to the system.
//!
//! A training step frees and asks for the same gigabytes again. By default every large tensor is
//! mapped anew, and the system clears its pages one by one: a fifth of a step on a CPU.

/// Keeps freed memory for this process from now on. Call it before the first tensor is made.
pub fn keep_freed_memory() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    glibc::keep();
}

#[cfg(all(target_os = "linux", target_env = "gnu"))]
mod glibc {
    use std::ffi::c_int;

    // Numbers of `malloc.h`.
    const TRIM_THRESHOLD: c_int = -1;
    const MMAP_MAX: c_int = -4;
    const ARENA_MAX: c_int = -8;

    #[expect(unsafe_code, reason = "the allocator is set by a C function")]
    unsafe extern "C" {
        fn mallopt(parameter: c_int, value: c_int) -> c_int;
    }

    pub(super) fn keep() {
        // One heap for all threads, never trimmed, and nothing mapped beside it. A setting that is
        // refused leaves things as they are, only slower.
        for (parameter, value) in [(ARENA_MAX, 1), (MMAP_MAX, 0), (TRIM_THRESHOLD, -1)] {
            #[expect(unsafe_code, reason = "the allocator is set by a C function")]
            // SAFETY: `mallopt` takes two integers, may be called at any time, and only changes
            // how later allocations are made.
            unsafe {
                let _ = mallopt(parameter, value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use tch::{Device, Kind, Tensor};

    use super::*;

    #[test]
    fn tensors_are_as_before() {
        keep_freed_memory();
        // 64 MiB, above the limit from which memory is mapped by default, several times.
        for value in 1..4_i64 {
            let tensor = Tensor::full([1 << 24], value, (Kind::Float, Device::Cpu));
            assert_eq!(tensor.mean(Kind::Float).double_value(&[]), value as f64);
        }
    }
}
