//! Batch normalization and the activation behind it, in one operation.
//!
//! On the CPU, with channels last, it is ours: a map is read once for its statistics and once to be
//! written, instead of once more for each of the two operations, and what is needed of the
//! activation on the way back is computed again instead of read. Sums are taken in double precision
//! over short sums in single precision; libtorch sums up a whole channel in single precision, where
//! the statistics of a million pixels lose three digits.

#![expect(
    clippy::inline_always,
    reason = "a kernel gets the instructions of the function that it ends up in"
)]

use std::marker::PhantomData;

use half::bf16;
use tch::{Device, Kind, Tensor};

use crate::graph_node::{self, WayBack};
use crate::kernel::channels::{Channel, Rows, Rule, Shape, fused, sums, write};
use crate::kernel::memory::{channels_last, numbers_of};
use crate::kernel::team::threads;

/// Keeps the root away from zero; PyTorch's default.
pub(super) const EPSILON: f64 = 1e-5;
/// Share of a batch in the running statistics; PyTorch's default.
pub(super) const MOMENTUM: f64 = 0.1;

/// The learned values of a normalization, `[C]` each, f32.
pub(super) struct Affine {
    pub(super) scale: Tensor,
    pub(super) shift: Tensor,
}

/// The running statistics of a normalization, `[C]` each, f32.
pub(super) struct Running {
    pub(super) mean: Tensor,
    pub(super) variance: Tensor,
}

/// What happens to negative numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Activation {
    /// They become zero.
    Relu,
    /// They become a hundredth; PyTorch's default.
    LeakyRelu,
}

impl Activation {
    /// What they are multiplied by.
    fn slope(self) -> f32 {
        match self {
            Self::Relu => 0.0,
            Self::LeakyRelu => 0.01,
        }
    }
}

/// Normalizes every channel by mean and variance of the batch, scales and shifts it, then applies
/// the activation.
///
/// # Shapes
/// `input`: `[N, C, H, W]`, f32 or bf16; the same is returned. `running` moves towards the batch.
/// # Source
/// Ioffe and Szegedy 2015, algorithm 1; the running variance is the unbiased one, as in PyTorch.
pub(super) fn of_batch(
    input: &Tensor,
    affine: &Affine,
    running: Option<&Running>,
    activation: Activation,
) -> Tensor {
    let pixels = input.numel() as i64 / input.size()[1].max(1);
    let ours = input.device() == Device::Cpu && pixels > 1;
    let fast = match input.kind() {
        Kind::Float if ours => of_batch_on_cpu::<f32>(input, affine, running, activation.slope()),
        Kind::BFloat16 if ours => {
            of_batch_on_cpu::<bf16>(input, affine, running, activation.slope())
        }
        _ => None,
    };
    fast.unwrap_or_else(|| by_libtorch(input, affine, running, true, activation))
}

/// The same by the running statistics, which stay.
pub(super) fn of_running(
    input: &Tensor,
    affine: &Affine,
    running: &Running,
    activation: Activation,
) -> Tensor {
    by_libtorch(input, affine, Some(running), false, activation)
}

fn by_libtorch(
    input: &Tensor,
    affine: &Affine,
    running: Option<&Running>,
    training: bool,
    activation: Activation,
) -> Tensor {
    let mut normalized = input.batch_norm(
        Some(&affine.scale),
        Some(&affine.shift),
        running.map(|running| &running.mean),
        running.map(|running| &running.variance),
        training,
        MOMENTUM,
        EPSILON,
        true,
    );
    match activation {
        Activation::Relu => normalized.relu_(),
        Activation::LeakyRelu => normalized.leaky_relu_(),
    }
}

/// Nothing if the map does not lie with its channels together.
fn of_batch_on_cpu<T: Channel>(
    input: &Tensor,
    affine: &Affine,
    running: Option<&Running>,
    slope: f32,
) -> Option<Tensor> {
    let detached = input.detach();
    let rows = [Rows::<T>::of(&detached)?];
    let channels = detached.size()[1] as usize;
    let pixels = detached.numel() / channels;
    let shape = Shape { pixels, channels, threads: threads() };

    // Distances from near the mean, so that a mean far from zero costs no digits of the variance.
    let near = rows[0].rough_means(&shape);
    let [sum, squares] = sums(Distances, &rows, [&near], &shape);
    let statistics: Vec<(f64, f64)> = (0..shape.channels)
        .map(|c| {
            let (distance, square) = (sum[c] / pixels as f64, squares[c] / pixels as f64);
            let variance = square - distance * distance;
            // Not `max`, which would make a number of what is none.
            (f64::from(near[c]) + distance, if variance < 0.0 { 0.0 } else { variance })
        })
        .collect();
    if let Some(running) = running {
        follow(running, &statistics, pixels);
    }
    let scale = numbers(&affine.scale.detach());
    let shift = numbers(&affine.shift.detach());
    let mean: Vec<f32> = statistics.iter().map(|(mean, _)| *mean as f32).collect();
    let inverse: Vec<f64> =
        statistics.iter().map(|(_, variance)| 1.0 / (variance + EPSILON).sqrt()).collect();
    let factor: Vec<f32> =
        (0..shape.channels).map(|c| (f64::from(scale[c]) * inverse[c]) as f32).collect();
    let mut output = written(Activated { slope }, &rows, [&mean, &factor, &shift], &shape, input);
    let inputs = [input, &affine.scale, &affine.shift];
    if graph_node::is_needed(&inputs) {
        let input = detached.shallow_clone();
        let kind = PhantomData::<T>;
        let kept = Kept { input, kind, shape, slope, mean, factor, shift, inverse };
        graph_node::attach(&mut output, &inputs, kept);
    }
    Some(output)
}

/// What a rule says of every pixel and channel, in a map of the same size as `like`.
fn written<T: Channel, const R: usize, const K: usize>(
    rule: impl Rule<R, K, 1>,
    maps: &[Rows<'_, T>; R],
    coefficients: [&[f32]; K],
    shape: &Shape,
    like: &Tensor,
) -> Tensor {
    let (images, channels, height, width) = like.size4().expect("it is a map");
    let mut result = Tensor::empty([images, height, width, channels], (T::KIND, Device::Cpu));
    write(rule, maps, coefficients, numbers_of(&mut result), shape);
    // Detached, so that it is no view whose base an operation in place would ask for its history.
    result.permute([0, 3, 1, 2]).detach()
}

fn numbers(tensor: &Tensor) -> Vec<f32> {
    let flat = tensor.to_kind(Kind::Float).reshape([-1]);
    Vec::try_from(flat).expect("it has one axis of this kind")
}

/// Moves running statistics towards those of a batch: (mean, biased variance) of every channel.
fn follow(running: &Running, statistics: &[(f64, f64)], pixels: usize) {
    let unbiased = pixels as f64 / (pixels as f64 - 1.0);
    let towards = |running: &Tensor, of_batch: &dyn Fn(&(f64, f64)) -> f64| {
        let moved: Vec<f32> = numbers(running)
            .into_iter()
            .zip(statistics)
            .map(|(before, batch)| {
                (f64::from(before) * (1.0 - MOMENTUM) + of_batch(batch) * MOMENTUM) as f32
            })
            .collect();
        running.shallow_clone().copy_(&Tensor::from_slice(&moved));
    };
    towards(&running.mean, &|(mean, _)| *mean);
    towards(&running.variance, &|(_, variance)| variance * unbiased);
}

/// Distance of a number from a coefficient, and its square.
#[derive(Clone, Copy)]
struct Distances;

impl Rule<1, 1, 2> for Distances {
    #[inline(always)]
    fn apply<const FUSED: bool>(self, [x]: [f32; 1], [from]: [f32; 1]) -> [f32; 2] {
        let distance = x - from;
        [distance, distance * distance]
    }
}

/// The normalized number behind its activation; coefficients are mean, factor and shift.
#[derive(Clone, Copy)]
struct Activated {
    slope: f32,
}

impl Rule<1, 3, 1> for Activated {
    #[inline(always)]
    fn apply<const FUSED: bool>(self, [x]: [f32; 1], [mean, factor, shift]: [f32; 3]) -> [f32; 1] {
        let y = fused::<FUSED>(factor, x - mean, shift);
        [if y > 0.0 { y } else { y * self.slope }]
    }
}

/// The gradient before the activation, given the one behind it. Whether the activation let a number
/// through is computed again, in the same way as by [`Activated`].
#[inline(always)]
fn before_activation<const FUSED: bool>(
    gradient: f32,
    [factor, distance, shift]: [f32; 3],
    slope: f32,
) -> f32 {
    if fused::<FUSED>(factor, distance, shift) > 0.0 { gradient } else { gradient * slope }
}

/// The gradient before the activation, and its product with the distance from the mean; numbers
/// are input and gradient, coefficients as above.
#[derive(Clone, Copy)]
struct GradientSums {
    slope: f32,
}

impl Rule<2, 3, 2> for GradientSums {
    #[inline(always)]
    fn apply<const FUSED: bool>(
        self,
        [x, gradient]: [f32; 2],
        [mean, factor, shift]: [f32; 3],
    ) -> [f32; 2] {
        let distance = x - mean;
        let gradient = before_activation::<FUSED>(gradient, [factor, distance, shift], self.slope);
        [gradient, gradient * distance]
    }
}

/// The gradient with respect to the input; two more coefficients: what the distance from the mean
/// is multiplied with, and what is added.
#[derive(Clone, Copy)]
struct Gradients {
    slope: f32,
}

impl Rule<2, 5, 1> for Gradients {
    #[inline(always)]
    fn apply<const FUSED: bool>(
        self,
        [x, gradient]: [f32; 2],
        [mean, factor, shift, of_distance, term]: [f32; 5],
    ) -> [f32; 1] {
        let distance = x - mean;
        let gradient = before_activation::<FUSED>(gradient, [factor, distance, shift], self.slope);
        [fused::<FUSED>(factor, gradient, fused::<FUSED>(of_distance, distance, term))]
    }
}

/// What the way back needs of a map of numbers `T`.
struct Kept<T> {
    input: Tensor,
    kind: PhantomData<T>,
    shape: Shape,
    slope: f32,
    mean: Vec<f32>,
    /// Scale by standard deviation.
    factor: Vec<f32>,
    shift: Vec<f32>,
    /// One by standard deviation.
    inverse: Vec<f64>,
}

impl<T: Channel> WayBack for Kept<T> {
    fn gradients(&self, gradient: &Tensor, wanted: &[bool]) -> Vec<Option<Tensor>> {
        let mut gradient = gradient.detach().to_kind(T::KIND);
        if Rows::<T>::of(&gradient).is_none() {
            gradient = channels_last(&gradient);
        }
        let rows = |map| Rows::<T>::of(map).expect("its channels lie together");
        let rows = [rows(&self.input), rows(&gradient)];
        let (shape, slope) = (self.shape, self.slope);
        let coefficients: [&[f32]; 3] = [&self.mean, &self.factor, &self.shift];
        let rule = GradientSums { slope };
        let [sum, product] = sums(rule, &rows, coefficients, &shape);
        let of_channels = |value: &dyn Fn(usize) -> f64| -> Vec<f32> {
            (0..shape.channels).map(|c| value(c) as f32).collect()
        };
        let of_input = wanted[0].then(|| {
            let share = |c: usize| f64::from(self.factor[c]) / shape.pixels as f64;
            let of_distance = of_channels(&|c| -share(c) * product[c] * self.inverse[c].powi(2));
            let term = of_channels(&|c| -share(c) * sum[c]);
            let [mean, factor, shift] = coefficients;
            let coefficients = [mean, factor, shift, &of_distance, &term];
            written(Gradients { slope }, &rows, coefficients, &shape, &self.input)
        });
        let of_scale =
            wanted[1].then(|| Tensor::from_slice(&of_channels(&|c| product[c] * self.inverse[c])));
        let of_shift = wanted[2].then(|| Tensor::from_slice(&of_channels(&|c| sum[c])));
        vec![of_input, of_scale, of_shift]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers that differ everywhere: a map `[N, C, H, W]` with its channels together.
    fn map(size: [i64; 4], offset: f64) -> Tensor {
        let [images, channels, height, width] = size;
        let count = images * channels * height * width;
        let numbers = Tensor::arange(count, (Kind::Double, Device::Cpu));
        // Some channels are large and far from zero, others small.
        let channel = Tensor::arange(channels, (Kind::Double, Device::Cpu));
        let waves = ((numbers * 0.73 + offset).sin() + (offset + 0.2)).reshape([-1, channels]);
        let waves = waves * (&channel * 0.3 + 0.1) + &channel;
        waves.reshape([images, height, width, channels]).permute([0, 3, 1, 2])
    }

    fn of_channels(channels: i64, offset: f64) -> Tensor {
        (Tensor::arange(channels, (Kind::Double, Device::Cpu)) * 0.9 + offset).sin() + 0.4
    }

    /// Output, gradients with respect to input, scale and shift, and the running statistics.
    struct Outcome([Tensor; 6]);

    /// One pass and its way back; by libtorch where the kind of number is double precision.
    fn outcome(input: &Tensor, slopes: &Tensor, kind: Kind, activation: Activation) -> Outcome {
        let channels = input.size()[1];
        let leaf =
            |tensor: &Tensor, kind: Kind| tensor.to_kind(kind).detach().set_requires_grad(true);
        // In double precision libtorch wants these in the same kind, else in single precision.
        let own = if kind == Kind::Double { kind } else { Kind::Float };
        let input = leaf(input, kind);
        let (scale, shift) = (of_channels(channels, 0.3), of_channels(channels, 1.1));
        let affine = Affine { scale: leaf(&scale, own), shift: leaf(&shift, own) };
        let running = Running {
            mean: of_channels(channels, 0.5).to_kind(own),
            variance: (of_channels(channels, 2.0) + 1.0).to_kind(own),
        };
        let output = of_batch(&input, &affine, Some(&running), activation);
        (&output * slopes.to_kind(kind)).sum(Kind::Double).backward();
        let (scale, shift) = (affine.scale.grad(), affine.shift.grad());
        Outcome([output.detach(), input.grad(), scale, shift, running.mean, running.variance])
    }

    /// The largest difference, in relation to the size of what is expected.
    fn off(found: &Tensor, expected: &Tensor) -> f64 {
        assert_eq!(found.size(), expected.size());
        let found = found.to_kind(Kind::Double);
        ((found - expected).abs().max() / expected.abs().max()).double_value(&[])
    }

    /// Sizes that leave something over: of a vector, of a piece, of a block.
    const SIZES: [[i64; 4]; 6] = [
        [2, 3, 5, 7],
        [1, 16, 9, 9],
        [3, 24, 33, 20],
        [2, 5, 128, 120],
        [4, 256, 3, 3],
        [3, 4, 1, 1],
    ];

    #[test]
    fn agrees_with_libtorch_in_double_precision_forward_and_backward() {
        for size in SIZES {
            for activation in [Activation::Relu, Activation::LeakyRelu] {
                let (input, slopes) = (map(size, 0.0), map(size, 0.7) - 1.0);
                let exact = outcome(&input, &slopes, Kind::Double, activation);
                for (kind, limit) in [(Kind::Float, 3e-6), (Kind::BFloat16, 3e-2)] {
                    // What is rounded in storing the input is no fault of the operation.
                    let stored = input.to_kind(kind).to_kind(Kind::Double);
                    let exact_of_stored = outcome(&stored, &slopes, Kind::Double, activation);
                    let exact = if kind == Kind::Float { &exact } else { &exact_of_stored };
                    let found = outcome(&input, &slopes, kind, activation);
                    for (part, (found, exact)) in found.0.iter().zip(&exact.0).enumerate() {
                        let off = off(found, exact);
                        assert!(off < limit, "{size:?}, {kind:?}, part {part}: {off}");
                    }
                }
            }
        }
    }

    #[test]
    fn it_is_our_operation_where_channels_lie_together_and_libtorchs_elsewhere() {
        let input = map([2, 5, 8, 8], 0.0).to_kind(Kind::Float);
        let affine = Affine {
            scale: of_channels(5, 0.3).to_kind(Kind::Float),
            shift: of_channels(5, 1.1).to_kind(Kind::Float),
        };
        let ours = |input: &Tensor| {
            of_batch_on_cpu::<f32>(input, &affine, None, Activation::Relu.slope()).is_some()
        };
        assert!(ours(&input));
        assert!(ours(&map([2, 8, 8, 8], 0.0).to_kind(Kind::Float).narrow(1, 2, 5)));
        assert!(!ours(&input.contiguous()));
    }

    #[test]
    fn the_gradient_may_lie_anyhow() {
        let input = map([2, 24, 9, 11], 0.0).to_kind(Kind::Float);
        let shape = Shape { pixels: 2 * 9 * 11, channels: 24, threads: 1 };
        let mean = Rows::<f32>::of(&input).unwrap().rough_means(&shape);
        let way = Kept {
            input,
            kind: PhantomData::<f32>,
            shape,
            slope: 0.01,
            mean,
            factor: vec![0.7; 24],
            shift: vec![0.1; 24],
            inverse: vec![0.5; 24],
        };
        // As it comes back from a concatenation; by channels; and one number for all.
        let part = (map([2, 40, 9, 11], 0.7) - 1.0).to_kind(Kind::Float).narrow(1, 10, 24);
        assert_eq!(part.stride()[3], 40);
        let one = Tensor::full([1, 1, 1, 1], 0.25, (Kind::Float, Device::Cpu));
        let same = one.expand([2, 24, 9, 11], false);
        for gradient in [&part, &part.contiguous(), &same] {
            let dense = channels_last(gradient);
            let wanted = [true; 3];
            assert_eq!(way.gradients(gradient, &wanted), way.gradients(&dense, &wanted));
        }
        let some = way.gradients(&part, &[false, true, false]);
        assert!(some[0].is_none() && some[1].is_some() && some[2].is_none());
    }

    #[test]
    fn an_operation_in_place_may_follow() {
        let input = map([2, 5, 6, 7], 0.0).to_kind(Kind::Float).set_requires_grad(true);
        let affine = Affine {
            scale: of_channels(5, 0.3).to_kind(Kind::Float),
            shift: of_channels(5, 1.1).to_kind(Kind::Float),
        };
        let mut output = of_batch(&input, &affine, None, Activation::LeakyRelu);
        let _ = output.relu_();
        output.square().sum(Kind::Float).backward();
        assert!(input.grad().abs().max().double_value(&[]) > 0.0);
    }

    #[test]
    fn a_mean_far_from_zero_costs_no_digits() {
        // Around 1000 with a deviation of about 0.7: in single precision the mean of the squares
        // would hold the variance to no more than one digit.
        let size = [2, 4, 160, 160];
        let numbers = Tensor::arange(2 * 4 * 160 * 160, (Kind::Float, Device::Cpu));
        let [images, channels, height, width] = size;
        let input = (numbers * 0.73).sin() + 1000.0;
        let input = input.reshape([images, height, width, channels]).permute([0, 3, 1, 2]);
        // The corner lies far from all others, as where an image is padded with zeros.
        let _ = input.narrow(2, 0, 1).narrow(3, 0, 1).fill_(900.0);
        let slopes = map(size, 0.7);
        let exact = outcome(&input.to_kind(Kind::Double), &slopes, Kind::Double, Activation::Relu);
        let found = outcome(&input, &slopes, Kind::Float, Activation::Relu);
        let off = off(&found.0[0], &exact.0[0]);
        assert!(off < 1e-4, "{off}");
    }

    #[test]
    fn what_is_not_a_number_stays_so() {
        let input = map([1, 16, 8, 8], 0.0).to_kind(Kind::Float);
        let _ = input.get(0).get(3).get(2).fill_(f64::NAN);
        for kind in [Kind::Float, Kind::BFloat16] {
            let slopes = Tensor::ones([1, 16, 8, 8], (Kind::Double, Device::Cpu));
            let found = outcome(&input, &slopes, kind, Activation::LeakyRelu);
            // Output, gradient of the input, running mean and variance.
            for part in [0, 1, 4, 5] {
                assert!(found.0[part].isnan().any().int64_value(&[]) == 1, "{kind:?}, part {part}");
            }
        }
    }
}
