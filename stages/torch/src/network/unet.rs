//! The UNet's forward pass over flat parameter buffers.

use stages_train::Precision;
use tch::{Device, Kind, Tensor};

use super::Layout;
use super::initialize::initial_values;

/// Batch-norm constant that keeps the root away from zero; PyTorch's default.
const NORM_EPSILON: f64 = 1e-5;
/// Share of a batch in the running statistics; PyTorch's default.
const NORM_MOMENTUM: f64 = 0.1;

/// Which statistics batch normalization uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Those of the batch; the running statistics move towards them.
    Training,
    /// The running statistics.
    Evaluation,
}

/// A five-level UNet: two 3 x 3 convolutions a level, each with batch normalization and ReLU,
/// nearest-neighbour upsampling with a convolution, skip connections by concatenation.
///
/// All trained values lie in one flat tensor, so that the optimizer is a few vector operations,
/// and all batch-norm statistics in another.
pub struct UNet {
    layout: Layout,
    parameters: Tensor,
    statistics: Tensor,
    precision: Precision,
}

impl UNet {
    /// A network with PyTorch's default initial values, drawn from `seed`.
    pub fn new(layout: Layout, seed: u64, precision: Precision, device: Device) -> Self {
        let parameters = initial_values(&layout.parameters, seed);
        let statistics = initial_values(&layout.statistics, seed);
        Self::from_values(layout, &parameters, &statistics, precision, device)
    }

    /// A network with given values, laid out as `layout` says.
    pub fn from_values(
        layout: Layout,
        parameters: &[f32],
        statistics: &[f32],
        precision: Precision,
        device: Device,
    ) -> Self {
        assert_eq!(parameters.len() as i64, layout.parameter_count(), "parameters fill the layout");
        assert_eq!(statistics.len() as i64, layout.statistic_count(), "statistics fill the layout");
        let parameters = Tensor::from_slice(parameters).to_device(device).set_requires_grad(true);
        let statistics = Tensor::from_slice(statistics).to_device(device);
        Self { layout, parameters, statistics, precision }
    }

    /// What lies where in the buffers.
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// The flat trained values, a leaf that collects gradients.
    ///
    /// # Shapes
    /// `[parameter_count]`, f32.
    pub fn parameters(&self) -> &Tensor {
        &self.parameters
    }

    /// The flat batch-norm statistics.
    ///
    /// # Shapes
    /// `[statistic_count]`, f32.
    pub fn statistics(&self) -> &Tensor {
        &self.statistics
    }

    /// Class scores of every pixel, before softmax.
    ///
    /// # Shapes
    /// `images`: `[B, 1, H, W]`, f32 in 0..=1, `H` and `W` multiples of 16. Returns
    /// `[B, C, H, W]`, f32, any real number.
    pub fn forward(&self, images: &Tensor, mode: Mode) -> Tensor {
        let mut pass = Pass::new(self, mode);
        let images = match self.precision {
            Precision::Fp32 => images.shallow_clone(),
            Precision::Bf16 => images.to_kind(Kind::BFloat16),
        };
        let conv1 = pass.double_convolution(&images);
        let conv2 = pass.double_convolution(&halve(&conv1));
        let conv3 = pass.double_convolution(&halve(&conv2));
        let conv4 = pass.double_convolution(&halve(&conv3));
        let mut features = pass.double_convolution(&halve(&conv4));
        for skip in [conv4, conv3, conv2, conv1] {
            let up = pass.convolution_and_norm(&double(&features));
            features = pass.double_convolution(&Tensor::cat(&[skip, up], 1));
        }
        pass.head(&features).to_kind(Kind::Float)
    }
}

/// One forward pass: hands out the tensors of the layout in its order.
struct Pass {
    parameters: std::vec::IntoIter<Tensor>,
    statistics: std::vec::IntoIter<Tensor>,
    training: bool,
}

impl Pass {
    fn new(network: &UNet, mode: Mode) -> Self {
        Self {
            parameters: split(&network.parameters, &network.layout.parameters).into_iter(),
            statistics: split(&network.statistics, &network.layout.statistics).into_iter(),
            training: mode == Mode::Training,
        }
    }

    fn double_convolution(&mut self, input: &Tensor) -> Tensor {
        let first = self.convolution_and_norm(input);
        self.convolution_and_norm(&first)
    }

    fn convolution_and_norm(&mut self, input: &Tensor) -> Tensor {
        let weight = self.parameter().to_kind(input.kind());
        let (scale, shift) = (self.parameter(), self.parameter());
        let (mean, variance) = (self.statistic(), self.statistic());
        channels_last(&input.conv2d(&weight, None::<&Tensor>, 1, 1, 1, 1))
            .batch_norm(
                Some(&scale),
                Some(&shift),
                Some(&mean),
                Some(&variance),
                self.training,
                NORM_MOMENTUM,
                NORM_EPSILON,
                true,
            )
            .relu_()
    }

    fn head(&mut self, input: &Tensor) -> Tensor {
        let weight = self.parameter().to_kind(input.kind());
        let bias = self.parameter().to_kind(input.kind());
        input.conv2d(&weight, Some(&bias), 1, 0, 1, 1)
    }

    fn parameter(&mut self) -> Tensor {
        self.parameters.next().expect("the layout lists every tensor of the pass")
    }

    fn statistic(&mut self) -> Tensor {
        self.statistics.next().expect("the layout lists every tensor of the pass")
    }
}

/// Views of a flat buffer. One split makes one node of the gradient graph, whose gradient is one
/// concatenation.
fn split(flat: &Tensor, slots: &[super::Slot]) -> Vec<Tensor> {
    let sizes: Vec<i64> = slots.iter().map(super::Slot::len).collect();
    flat.split_with_sizes(&sizes, 0)
        .into_iter()
        .zip(slots)
        .map(|(part, slot)| part.view(slot.shape.as_slice()))
        .collect()
}

/// The same values with the channels of a pixel side by side in memory.
///
/// Only the first convolution's output is copied: it cannot tell the layout of a one-channel image,
/// and every later operation keeps the layout of its input. On a CPU this saves a fifth of a step.
fn channels_last(features: &Tensor) -> Tensor {
    features.permute([0, 2, 3, 1]).contiguous().permute([0, 3, 1, 2])
}

fn halve(features: &Tensor) -> Tensor {
    features.max_pool2d(2, 2, 0, 1, false)
}

fn double(features: &Tensor) -> Tensor {
    let size = features.size();
    features.upsample_nearest2d([size[2] * 2, size[3] * 2], None, None)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::ParameterKind;

    const WIDTHS: [u32; 5] = [16, 32, 64, 128, 256];

    fn small(precision: Precision) -> UNet {
        UNet::new(Layout::unet([4, 4, 8, 8, 8], 3), 8, precision, Device::Cpu)
    }

    fn images(count: i64) -> Tensor {
        let values = Tensor::arange(count * 32 * 32, (Kind::Float, Device::Cpu));
        ((values * 0.37).sin() / 2.0 + 0.5).reshape([count, 1, 32, 32])
    }

    #[test]
    fn starts_with_pytorchs_defaults() {
        let network = UNet::new(Layout::unet(WIDTHS, 4), 8, Precision::Fp32, Device::Cpu);
        let views = split(network.parameters(), &network.layout().parameters);
        for (view, slot) in views.iter().zip(&network.layout().parameters) {
            let (low, high) = (view.min().double_value(&[]), view.max().double_value(&[]));
            match slot.kind {
                ParameterKind::Constant(value) => {
                    assert_eq!(value, if slot.name.ends_with("weight") { 1.0 } else { 0.0 });
                    assert_eq!((low, high), (f64::from(value), f64::from(value)), "{}", slot.name);
                }
                ParameterKind::Uniform { bound } => {
                    assert!(low >= -bound && high <= bound, "{}: {low} {high}", slot.name);
                    // The largest of n uniform values misses the bound by about 2 / n.
                    let miss = 20.0 * bound / slot.len() as f64;
                    assert!(slot.len() < 100 || high > bound - miss, "{}: {high}", slot.name);
                }
            }
        }
    }

    #[test]
    fn gives_a_score_per_class_and_pixel_and_every_parameter_a_gradient() {
        let network = small(Precision::Fp32);
        let scores = network.forward(&images(2), Mode::Training);
        assert_eq!(scores.size(), [2, 3, 32, 32]);
        scores.square().sum(Kind::Float).backward();
        let gradient = network.parameters().grad();
        for (view, slot) in
            split(&gradient, &network.layout().parameters).iter().zip(&network.layout().parameters)
        {
            assert!(view.abs().max().double_value(&[]) > 0.0, "{} has no gradient", slot.name);
        }
    }

    #[test]
    fn only_training_moves_the_statistics() {
        let network = small(Precision::Fp32);
        let before = network.statistics().copy();
        let _ = tch::no_grad(|| network.forward(&images(2), Mode::Evaluation));
        assert_eq!(*network.statistics(), before);
        let _ = tch::no_grad(|| network.forward(&images(2), Mode::Training));
        let moved = network.statistics().ne_tensor(&before).sum(Kind::Int64).int64_value(&[]);
        assert_eq!(moved, network.layout().statistic_count());
    }

    #[test]
    fn an_image_is_segmented_alone_as_in_company() {
        let network = small(Precision::Fp32);
        let _ = tch::no_grad(|| network.forward(&images(4), Mode::Training));
        let scores = |images: &Tensor| tch::no_grad(|| network.forward(images, Mode::Evaluation));
        let (all, one) = (scores(&images(4)), scores(&images(4).narrow(0, 2, 1)));
        let off = (all.narrow(0, 2, 1) - one).abs().max().double_value(&[]);
        assert!(off < 1e-5, "{off}");
    }

    #[test]
    fn bf16_is_close_to_fp32_and_keeps_32_bit_scores() {
        let scores = |precision: Precision| {
            tch::no_grad(|| small(precision).forward(&images(2), Mode::Training))
        };
        let (exact, rough) = (scores(Precision::Fp32), scores(Precision::Bf16));
        assert_eq!(rough.kind(), Kind::Float);
        let off = (&exact - rough).abs().mean(Kind::Float) / exact.std(false);
        // Seven bits of significand through 23 layers: percents.
        assert!(off.double_value(&[]) < 0.1, "{}", off.double_value(&[]));
    }

    #[test]
    fn features_stay_channels_last() {
        let scores = small(Precision::Fp32).forward(&images(2), Mode::Training);
        assert_eq!(scores.stride()[1], 1, "{:?}", scores.stride());
    }
}
