//! A network's values: two flat buffers.

use stages_train::{MemoryLayout, Precision, TrainParams};
use tch::{Device, Kind, Tensor};

use super::doubling;
use super::forward::Forward;
use super::initialize::initial_values;
use super::{Design, Layout, Mode};

/// How a network computes; changes results by rounding only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Numerics {
    /// The number format of activations and convolutions.
    pub precision: Precision,
    /// How images lie in memory.
    pub memory: MemoryLayout,
}

impl Numerics {
    /// As the parameters of a training say.
    pub fn of(params: &TrainParams) -> Self {
        Self { precision: params.precision, memory: params.memory }
    }
}

/// A network with its values.
///
/// All trained values lie in one flat tensor, so that the optimizer is one pass over memory, and
/// all batch-norm statistics in another.
pub struct Network {
    design: Design,
    layout: Layout,
    parameters: Tensor,
    statistics: Tensor,
    /// A constant of its convolutions that double the resolution, where the network is.
    taps: Tensor,
    numerics: Numerics,
}

impl Network {
    /// A network with PyTorch's default initial values, drawn from `seed` for a purpose: `train`
    /// for the one that is evaluated.
    pub fn new(
        design: Design,
        seed: u64,
        purpose: &str,
        numerics: Numerics,
        device: Device,
    ) -> Self {
        let layout = design.layout();
        let parameters = initial_values(&layout.parameters, seed, purpose);
        let statistics = initial_values(&layout.statistics, seed, purpose);
        Self::from_values(design, &parameters, &statistics, numerics, device)
    }

    /// A network with given values, laid out as its design says.
    pub fn from_values(
        design: Design,
        parameters: &[f32],
        statistics: &[f32],
        numerics: Numerics,
        device: Device,
    ) -> Self {
        let layout = design.layout();
        assert_eq!(parameters.len() as i64, layout.parameter_count(), "parameters fill the layout");
        assert_eq!(statistics.len() as i64, layout.statistic_count(), "statistics fill the layout");
        let parameters = Tensor::from_slice(parameters).to_device(device).set_requires_grad(true);
        let statistics = Tensor::from_slice(statistics).to_device(device);
        let taps = doubling::taps(Kind::Float, device);
        Self { design, layout, parameters, statistics, taps, numerics }
    }

    /// What it is made of.
    pub fn design(&self) -> &Design {
        &self.design
    }

    /// What lies where in the buffers.
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// How it computes.
    pub fn numerics(&self) -> Numerics {
        self.numerics
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

    pub(super) fn taps(&self) -> &Tensor {
        &self.taps
    }

    /// Lays the values out for computing. Valid until they change.
    pub fn begin(&self) -> Forward<'_> {
        Forward::new(self)
    }

    /// Class scores of every pixel, in one pass; see [`Forward::scores`].
    pub fn scores(&self, images: &Tensor, mode: Mode) -> Tensor {
        self.begin().scores(images, mode)
    }
}

#[cfg(test)]
mod tests {
    use stages_train::{Architecture, ClusterHead, NetworkParams};

    use super::super::forward::split;
    use super::super::{ClusterHeadDesign, FeatureName, ParameterKind};
    use super::*;

    const ALL: [Architecture; 3] =
        [Architecture::Unet, Architecture::Ssl4misUnet, Architecture::Ssl4misUnetTransposed];

    fn design(architecture: Architecture) -> Design {
        Design::plain(&NetworkParams { architecture, widths: [4, 4, 8, 8, 8] }, 3)
    }

    fn numerics(precision: Precision) -> Numerics {
        Numerics { precision, memory: MemoryLayout::ChannelsLast }
    }

    fn small(architecture: Architecture, precision: Precision) -> Network {
        Network::new(design(architecture), 8, "train", numerics(precision), Device::Cpu)
    }

    fn images(count: i64) -> Tensor {
        let values = Tensor::arange(count * 32 * 32, (Kind::Float, Device::Cpu));
        ((values * 0.37).sin() / 2.0 + 0.5).reshape([count, 1, 32, 32])
    }

    #[test]
    fn starts_with_pytorchs_defaults() {
        for architecture in ALL {
            let network = NetworkParams { architecture, ..NetworkParams::default() };
            let design = Design::plain(&network, 4);
            let network = Network::new(design, 8, "train", numerics(Precision::Fp32), Device::Cpu);
            let views = split(network.parameters(), &network.layout().parameters);
            for (view, slot) in views.iter().zip(&network.layout().parameters) {
                let (low, high) = (view.min().double_value(&[]), view.max().double_value(&[]));
                match slot.kind {
                    ParameterKind::Constant(value) => {
                        assert_eq!(value, if slot.name.ends_with("weight") { 1.0 } else { 0.0 });
                        let value = f64::from(value);
                        assert_eq!((low, high), (value, value), "{}", slot.name);
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
    }

    #[test]
    fn gives_a_score_per_class_and_pixel_and_every_parameter_a_gradient() {
        for architecture in ALL {
            let network = small(architecture, Precision::Fp32);
            let scores = network.scores(&images(2), Mode::Training);
            assert_eq!(scores.size(), [2, 3, 32, 32]);
            scores.square().sum(Kind::Float).backward();
            let gradient = network.parameters().grad();
            let slots = &network.layout().parameters;
            for (view, slot) in split(&gradient, slots).iter().zip(slots) {
                assert!(view.abs().max().double_value(&[]) > 0.0, "{} has no gradient", slot.name);
            }
        }
    }

    #[test]
    fn only_training_moves_the_statistics() {
        for architecture in ALL {
            let network = small(architecture, Precision::Fp32);
            let before = network.statistics().copy();
            for mode in [Mode::Evaluation, Mode::Untracked] {
                let _ = tch::no_grad(|| network.scores(&images(2), mode));
                assert_eq!(*network.statistics(), before);
            }
            let _ = tch::no_grad(|| network.scores(&images(2), Mode::Training));
            let moved = network.statistics().ne_tensor(&before).sum(Kind::Int64).int64_value(&[]);
            assert_eq!(moved, network.layout().statistic_count());
        }
    }

    #[test]
    fn an_image_is_segmented_alone_as_in_company() {
        for architecture in ALL {
            let network = small(architecture, Precision::Fp32);
            let _ = tch::no_grad(|| network.scores(&images(4), Mode::Training));
            let scores =
                |images: &Tensor| tch::no_grad(|| network.scores(images, Mode::Evaluation));
            let (all, one) = (scores(&images(4)), scores(&images(4).narrow(0, 2, 1)));
            let off = (all.narrow(0, 2, 1) - one).abs().max().double_value(&[]);
            assert!(off < 1e-5, "{off}");
        }
    }

    #[test]
    fn bf16_is_close_to_fp32_and_keeps_32_bit_scores() {
        let scores = |precision: Precision| {
            let network = small(Architecture::Unet, precision);
            tch::no_grad(|| network.scores(&images(2), Mode::Training))
        };
        let (exact, rough) = (scores(Precision::Fp32), scores(Precision::Bf16));
        assert_eq!(rough.kind(), Kind::Float);
        let off = (&exact - rough).abs().mean(Kind::Float) / exact.std(false);
        // Seven bits of significand through 23 layers: percents.
        assert!(off.double_value(&[]) < 0.1, "{}", off.double_value(&[]));
    }

    #[test]
    fn both_memory_layouts_compute_the_same() {
        let scores = |memory: MemoryLayout| {
            let numerics = Numerics { precision: Precision::Fp32, memory };
            let network =
                Network::new(design(Architecture::Unet), 8, "train", numerics, Device::Cpu);
            tch::no_grad(|| network.scores(&images(2), Mode::Training))
        };
        let last = scores(MemoryLayout::ChannelsLast);
        let first = scores(MemoryLayout::ChannelsFirst);
        assert_eq!(last.stride()[1], 1, "{:?}", last.stride());
        assert_eq!(first.stride()[3], 1, "{:?}", first.stride());
        assert!((last - first).abs().max().double_value(&[]) < 1e-4);
    }

    #[test]
    fn parts_beside_the_main_network_do_not_change_it_and_are_trained() {
        let head = |feature: FeatureName, kind: ClusterHead| ClusterHeadDesign {
            feature,
            kind,
            clusters: 5,
        };
        let design = Design {
            further_decoders: 1,
            scale_heads: true,
            clusters: vec![
                head(FeatureName::Encoder(4), ClusterHead::Linear),
                head(FeatureName::Decoder(2), ClusterHead::Mlp),
            ],
            ..design(Architecture::Unet)
        };
        let network = Network::new(design, 8, "train", numerics(Precision::Fp32), Device::Cpu);
        let forward = network.begin();
        let encoded = forward.encode(&images(2), Mode::Training);
        let main = forward.decode(0, &encoded, Mode::Training);
        let plain = small(Architecture::Unet, Precision::Fp32).scores(&images(2), Mode::Training);
        assert_eq!(main.scores, plain);
        let other = forward.decode(1, &encoded, Mode::Training);
        assert_ne!(other.scores, plain, "another draw");
        let pooled = forward.clusters(0, &encoded.0[4]);
        assert_eq!(pooled.size(), [2, 5]);
        let mapped = forward.clusters(1, &main.features[2]);
        assert_eq!(mapped.size(), [2, 5, 16, 16], "Up_conv3 has half the resolution");
        let summed = mapped.sum_dim_intlist(1, false, Kind::Float) - 1.0;
        assert!(summed.abs().max().double_value(&[]) < 1e-6);
        let scales: Vec<Tensor> = (0..3)
            .map(|block| forward.scale_scores(block, &main.features[block as usize]))
            .collect();
        assert_eq!(scales[0].size(), [2, 3, 4, 4], "the deepest block has an eighth");
        let mut loss = other.scores.square().mean(Kind::Float) + main.scores.mean(Kind::Float);
        for map in [&pooled, &mapped].into_iter().chain(&scales) {
            loss += map.square().mean(Kind::Float);
        }
        loss.backward();
        let gradient = network.parameters().grad();
        let slots = &network.layout().parameters;
        for (view, slot) in split(&gradient, slots).iter().zip(slots) {
            assert!(view.abs().max().double_value(&[]) > 0.0, "{} has no gradient", slot.name);
        }
    }
}
