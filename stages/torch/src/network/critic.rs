//! A network that judges segmentations.

use stages_train::Precision;
use tch::{Device, Kind, Tensor};

use super::forward::split;
use super::initialize::initial_values;
use super::layout::{Layout, uniform_bound};
use super::{Numerics, Slot};

/// Convolutions, each halving the resolution.
const LAYERS: usize = 4;

/// Slope of the leaky ReLU below zero.
const SLOPE: f64 = 0.2;

/// Judges which images a segmentation is of: four 4 x 4 convolutions with bias, stride 2 and leaky
/// ReLU on the image and its class probabilities together, the mean over the map, and one linear
/// map to a score.
///
/// # Source
/// DCGAN (Radford et al., 2016) in the form in which the paper's authors and the field's benchmark
/// judge an image with its segmentation. Differs from them in: no batch norm, whose statistics
/// would tell a batch of labelled images from one of unlabelled images, no dropout, and a mean
/// instead of a last convolution of a fixed size, so that any image of at least 16 x 16 is judged.
pub struct Critic {
    slots: Vec<Slot>,
    parameters: Tensor,
    numerics: Numerics,
}

impl Critic {
    /// A critic with PyTorch's default initial values; its first layer has `width` channels, each
    /// next one twice as many.
    pub fn new(classes: u32, width: u32, seed: u64, numerics: Numerics, device: Device) -> Self {
        let mut layout = Layout::default();
        let mut inputs = 1 + i64::from(classes);
        for layer in 0..LAYERS {
            let outputs = i64::from(width) << layer;
            let name = format!("critic.{layer}");
            layout.convolution(&name, inputs, outputs, 4);
            layout.bias(&name, outputs, inputs * 16);
            inputs = outputs;
        }
        layout.parameter("critic.score.weight", &[1, inputs], uniform_bound(inputs));
        layout.bias("critic.score", 1, inputs);
        let slots = layout.parameters;
        let values = initial_values(&slots, seed, "train");
        let parameters = Tensor::from_slice(&values).to_device(device).set_requires_grad(true);
        Self { slots, parameters, numerics }
    }

    /// The flat trained values, a leaf that collects gradients.
    ///
    /// # Shapes
    /// `[N]`, f32.
    pub fn parameters(&self) -> &Tensor {
        &self.parameters
    }

    /// The score of every segmentation, with a gradient to the critic's own values.
    ///
    /// # Shapes
    /// `images`: `[B, 1, H, W]`, f32 in 0..=1; `probabilities`: `[B, C, H, W]`, f32, summing to 1
    /// over `C`; `H` and `W` at least 16. Returns `[B]`, f32, any real number.
    pub fn scores(&self, images: &Tensor, probabilities: &Tensor) -> Tensor {
        self.scores_with(&self.parameters, images, probabilities)
    }

    /// The same with the critic's values held constant: the gradient goes to the segmentation only.
    pub fn fixed_scores(&self, images: &Tensor, probabilities: &Tensor) -> Tensor {
        self.scores_with(&self.parameters.detach(), images, probabilities)
    }

    fn scores_with(&self, parameters: &Tensor, images: &Tensor, probabilities: &Tensor) -> Tensor {
        let kind = match self.numerics.precision {
            Precision::Fp32 => Kind::Float,
            Precision::Bf16 => Kind::BFloat16,
        };
        let values = split(&parameters.to_kind(kind), &self.slots);
        let slope = Tensor::full([1], SLOPE, (kind, images.device()));
        let mut features = Tensor::cat(&[images, probabilities], 1).to_kind(kind);
        let (convolutions, last) = values.split_at(2 * LAYERS);
        for layer in convolutions.chunks_exact(2) {
            features = features.conv2d(&layer[0], Some(&layer[1]), 2, 1, 1, 1).prelu(&slope);
        }
        let pooled = features.mean_dim([2, 3].as_slice(), false, Kind::Float);
        let [weight, bias] = [&last[0], &last[1]].map(|value| value.to_kind(Kind::Float));
        pooled.linear(&weight, Some(&bias)).squeeze_dim(1)
    }
}

#[cfg(test)]
mod tests {
    use stages_train::MemoryLayout;

    use super::*;

    fn critic(precision: Precision) -> Critic {
        let numerics = Numerics { precision, memory: MemoryLayout::ChannelsLast };
        Critic::new(3, 4, 8, numerics, Device::Cpu)
    }

    fn images(size: i64) -> (Tensor, Tensor) {
        let values = Tensor::arange(2 * 4 * size * size, (Kind::Float, Device::Cpu)) * 0.37;
        let maps = values.sin().reshape([2, 4, size, size]);
        (maps.narrow(1, 0, 1).abs(), maps.narrow(1, 1, 3).softmax(1, Kind::Float))
    }

    #[test]
    fn has_a_score_per_image_at_any_size_and_a_gradient_for_every_value() {
        let critic = critic(Precision::Fp32);
        // 4 x 4 kernels from 4 to 4, 8, 16 and 32 channels, their biases, and 32 weights and 1 bias.
        let convolutions = 16 * (4 * 4 + 4 * 8 + 8 * 16 + 16 * 32) + 4 + 8 + 16 + 32;
        assert_eq!(critic.parameters().size(), [convolutions + 33]);
        for size in [16, 32, 40, 96] {
            let (images, probabilities) = images(size);
            let scores = critic.scores(&images, &probabilities);
            assert_eq!(scores.size(), [2]);
            scores.square().sum(Kind::Float).backward();
        }
        let gradient = critic.parameters().grad();
        for (view, slot) in split(&gradient, &critic.slots).iter().zip(&critic.slots) {
            assert!(view.abs().max().double_value(&[]) > 0.0, "{} has no gradient", slot.name);
        }
    }

    #[test]
    fn an_image_is_judged_alone_as_in_company() {
        let critic = critic(Precision::Fp32);
        let (images, probabilities) = images(32);
        let both = critic.fixed_scores(&images, &probabilities);
        let second = critic.fixed_scores(&images.narrow(0, 1, 1), &probabilities.narrow(0, 1, 1));
        let off = (both.narrow(0, 1, 1) - second).abs().max().double_value(&[]);
        assert!(off < 1e-6, "{off}");
    }

    #[test]
    fn held_constant_it_passes_a_gradient_on_but_keeps_none() {
        let critic = critic(Precision::Fp32);
        let (images, probabilities) = images(32);
        let probabilities = probabilities.set_requires_grad(true);
        critic.fixed_scores(&images, &probabilities).sum(Kind::Float).backward();
        assert!(!critic.parameters().grad().defined());
        assert!(probabilities.grad().abs().max().double_value(&[]) > 0.0);
    }

    #[test]
    fn bf16_is_close_to_fp32() {
        let (images, probabilities) = images(32);
        let scores = |precision| critic(precision).fixed_scores(&images, &probabilities);
        let (exact, rough) = (scores(Precision::Fp32), scores(Precision::Bf16));
        assert_eq!(rough.kind(), Kind::Float);
        let off = (&exact - rough).abs().max().double_value(&[]);
        assert!(off < 0.02, "{off}");
    }

    #[test]
    fn all_zero_values_give_the_last_bias() {
        let critic = critic(Precision::Fp32);
        tch::no_grad(|| {
            let mut values = critic.parameters().detach();
            let _ = values.zero_();
            let count = values.size()[0];
            let _ = values.narrow(0, count - 1, 1).fill_(0.25);
        });
        let (images, probabilities) = images(32);
        let scores = critic.fixed_scores(&images, &probabilities);
        assert_eq!(Vec::<f32>::try_from(&scores).unwrap(), [0.25, 0.25]);
    }
}
