//! The vector instructions of the processor.
//!
//! A kernel is written once, over arrays of numbers that the compiler turns into vectors, and
//! compiled once for each set of instructions. Which one runs is found out at run time.

#![expect(
    clippy::inline_always,
    reason = "a kernel gets the instructions of the function that it ends up in"
)]

/// The numbers that kernels work on.
pub(crate) trait Number:
    Copy + Default + Send + Sync + std::ops::Add<Output = Self> + std::ops::Mul<Output = Self>
{
    /// `self * factor + term`, rounded once.
    fn fused(self, factor: Self, term: Self) -> Self;
    /// The same number in double precision.
    fn double(self) -> f64;
    /// The number of this kind that lies nearest.
    fn nearest(number: f64) -> Self;
}

impl Number for f32 {
    #[inline(always)]
    fn fused(self, factor: Self, term: Self) -> Self {
        self.mul_add(factor, term)
    }

    fn double(self) -> f64 {
        f64::from(self)
    }

    fn nearest(number: f64) -> Self {
        number as Self
    }
}

impl Number for f64 {
    #[inline(always)]
    fn fused(self, factor: Self, term: Self) -> Self {
        self.mul_add(factor, term)
    }

    fn double(self) -> f64 {
        self
    }

    fn nearest(number: f64) -> Self {
        number
    }
}

/// Adds `factor * values` to the sums, lane by lane. `FUSED` says whether the processor has an
/// instruction for it; without one the fused form would be a slow function call.
#[inline(always)]
pub(crate) fn add_product<T: Number, const LANES: usize, const FUSED: bool>(
    sums: &mut [T; LANES],
    factor: &[T; LANES],
    values: &[T; LANES],
) {
    for lane in 0..LANES {
        sums[lane] = if FUSED {
            factor[lane].fused(values[lane], sums[lane])
        } else {
            factor[lane] * values[lane] + sums[lane]
        };
    }
}

/// Whether the processor multiplies bf16 numbers in instructions of their own.
pub(crate) fn multiplies_bf16() -> bool {
    #[cfg(target_arch = "x86_64")]
    // Processors with the matrix instructions (AMX) have these too.
    let has = is_x86_feature_detected!("avx512bf16");
    #[cfg(target_arch = "aarch64")]
    let has = std::arch::is_aarch64_feature_detected!("bf16");
    #[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
    let has = false;
    has
}

/// Something to compute with any set of instructions.
pub(crate) trait Kernel {
    /// Computes it with vectors of `LANES` numbers, `VECTORS` of which fit into registers beside
    /// four times as many sums.
    ///
    /// Implementations and all they call are `#[inline(always)]`: code gets the instructions of
    /// the function it ends up in.
    fn run<const LANES: usize, const VECTORS: usize, const FUSED: bool>(self);
}

/// The most numbers that `LANES * VECTORS` of a [`Kernel`] come to; the others divide it.
pub(crate) const WIDEST: usize = 64;

/// A set of instructions that this processor has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Instructions(Set);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Set {
    #[cfg(target_arch = "x86_64")]
    Avx512,
    #[cfg(target_arch = "x86_64")]
    Avx2,
    Baseline,
}

impl Instructions {
    /// All sets that this processor has, the fastest first.
    pub(crate) fn available() -> impl Iterator<Item = Self> {
        #[cfg(target_arch = "x86_64")]
        let vectors = [
            (Set::Avx512, is_x86_feature_detected!("avx512f")),
            (Set::Avx2, is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma")),
        ];
        #[cfg(not(target_arch = "x86_64"))]
        let vectors = [];
        let baseline = [(Set::Baseline, true)];
        vectors.into_iter().chain(baseline).filter(|(_, there)| *there).map(|(set, _)| Self(set))
    }

    /// The fastest set that this processor has.
    pub(crate) fn best() -> Self {
        Self::available().next().unwrap_or(Self(Set::Baseline))
    }

    /// Runs a kernel with these instructions.
    pub(crate) fn run(self, kernel: impl Kernel) {
        match self.0 {
            #[cfg(target_arch = "x86_64")]
            #[expect(unsafe_code, reason = "the processor must have the instructions")]
            // SAFETY: the only way to this value is `available`, which asked the processor.
            Set::Avx512 => unsafe { with_avx512(kernel) },
            #[cfg(target_arch = "x86_64")]
            #[expect(unsafe_code, reason = "the processor must have the instructions")]
            // SAFETY: the only way to this value is `available`, which asked the processor.
            Set::Avx2 => unsafe { with_avx2(kernel) },
            // 64-bit ARM has 32 registers and fused instructions in its baseline.
            #[cfg(target_arch = "aarch64")]
            Set::Baseline => kernel.run::<4, 4, true>(),
            #[cfg(not(target_arch = "aarch64"))]
            Set::Baseline => kernel.run::<4, 2, false>(),
        }
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f")]
fn with_avx512(kernel: impl Kernel) {
    kernel.run::<16, 4, true>();
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
fn with_avx2(kernel: impl Kernel) {
    kernel.run::<8, 2, true>();
}
