//! Computing with a network: views of its values, prepared once and used by any number of passes.

use stages_train::{Architecture, MemoryLayout, Precision};
use tch::{Kind, Tensor};

use super::doubling::transposed_weight;
use super::layout::{Part, Slot};
use super::norm::{self, Activation, Affine, Running};
use super::ssl4mis::Upsampling;
use super::{Network, cluster, scale, ssl4mis, unet};
use crate::kernel::memory::channels_last;

/// Which statistics batch normalization uses, and whether values are dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Those of the batch; the running statistics move towards them. Dropout is on.
    Training,
    /// Those of the batch; the running statistics stay. Dropout is on.
    Untracked,
    /// The running statistics. Dropout is off.
    Evaluation,
}

/// The outputs of the encoder's levels, full resolution first.
pub struct Encoded(pub Vec<Tensor>);

/// What a decoder computes.
pub struct Decoded {
    /// The outputs of its blocks, deepest first.
    pub features: Vec<Tensor>,
    /// Class scores of every pixel, before softmax: `[B, C, H, W]`, f32.
    pub scores: Tensor,
}

impl Encoded {
    /// Some of the images.
    #[must_use]
    pub fn narrow(&self, start: i64, count: i64) -> Self {
        Self(narrow(&self.0, start, count))
    }
}

impl Decoded {
    /// Some of the images.
    #[must_use]
    pub fn narrow(&self, start: i64, count: i64) -> Self {
        Self {
            features: narrow(&self.features, start, count),
            scores: self.scores.narrow(0, start, count),
        }
    }
}

fn narrow(maps: &[Tensor], start: i64, count: i64) -> Vec<Tensor> {
    maps.iter().map(|map| map.narrow(0, start, count)).collect()
}

/// A network whose values are laid out for computing, between two changes of these values.
///
/// All its passes share one node of the gradient graph, whose gradient is one concatenation.
pub struct Forward<'a> {
    network: &'a Network,
    parameters: Vec<Tensor>,
    /// The same in the kind of the activations.
    weights: Vec<Tensor>,
    statistics: Vec<Tensor>,
}

impl<'a> Forward<'a> {
    pub(super) fn new(network: &'a Network) -> Self {
        let layout = network.layout();
        let parameters = split(network.parameters(), &layout.parameters);
        let weights = match network.numerics().precision {
            Precision::Fp32 => parameters.iter().map(Tensor::shallow_clone).collect(),
            Precision::Bf16 => {
                split(&network.parameters().to_kind(Kind::BFloat16), &layout.parameters)
            }
        };
        let statistics = split(network.statistics(), &layout.statistics);
        Self { network, parameters, weights, statistics }
    }

    /// Class scores of every pixel, before softmax.
    ///
    /// # Shapes
    /// `images`: `[B, 1, H, W]`, f32 in 0..=1, `H` and `W` multiples of 16. Returns
    /// `[B, C, H, W]`, f32, any real number.
    pub fn scores(&self, images: &Tensor, mode: Mode) -> Tensor {
        self.decode(0, &self.encode(images, mode), mode).scores
    }

    /// The features of every level; same shapes of images.
    pub fn encode(&self, images: &Tensor, mode: Mode) -> Encoded {
        let images = match self.network.numerics().precision {
            Precision::Fp32 => images.shallow_clone(),
            Precision::Bf16 => images.to_kind(Kind::BFloat16),
        };
        let mut pass = self.pass(Part::Encoder, mode);
        match self.network.design().network.architecture {
            Architecture::Unet => unet::encode(&mut pass, &images),
            Architecture::Ssl4misUnet | Architecture::Ssl4misUnetTransposed => {
                ssl4mis::encode(&mut pass, &images)
            }
        }
    }

    /// What a decoder, 0 the main one, makes of these features.
    pub fn decode(&self, decoder: u32, encoded: &Encoded, mode: Mode) -> Decoded {
        let mut pass = self.pass(Part::Decoder(decoder), mode);
        match self.network.design().network.architecture {
            Architecture::Unet => unet::decode(&mut pass, encoded),
            Architecture::Ssl4misUnet => ssl4mis::decode(&mut pass, encoded, Upsampling::Bilinear),
            Architecture::Ssl4misUnetTransposed => {
                ssl4mis::decode(&mut pass, encoded, Upsampling::Transposed)
            }
        }
    }

    /// Class scores from the feature of a decoder block (0 the deepest, at most 2), at its own
    /// resolution: `[B, C, h, w]`, f32.
    pub fn scale_scores(&self, block: u32, feature: &Tensor) -> Tensor {
        scale::scores(&mut self.pass(Part::ScaleHead(block), Mode::Training), feature)
    }

    /// Soft assignments of a feature by the cluster head of this number: `[B, K]` for features on
    /// the way down, `[B, K, H, W]` on the way up, f32, summing to 1 over `K`.
    pub fn clusters(&self, number: u32, feature: &Tensor) -> Tensor {
        let head = &self.network.design().clusters[number as usize];
        cluster::assign(&mut self.pass(Part::ClusterHead(number), Mode::Training), head, feature)
    }

    fn pass(&self, part: Part, mode: Mode) -> Pass<'_> {
        let span = self.network.layout().span(part);
        Pass {
            parameters: &self.parameters[span.parameters.clone()],
            weights: &self.weights[span.parameters],
            statistics: &self.statistics[span.statistics],
            taps: self.network.taps(),
            mode,
            memory: self.network.numerics().memory,
        }
    }
}

/// One pass through a part: hands out its tensors in the order of the layout.
pub(super) struct Pass<'a> {
    parameters: &'a [Tensor],
    weights: &'a [Tensor],
    statistics: &'a [Tensor],
    taps: &'a Tensor,
    mode: Mode,
    memory: MemoryLayout,
}

impl Pass<'_> {
    /// A 3 x 3 convolution without bias.
    pub(super) fn convolution(&mut self, input: &Tensor) -> Tensor {
        let weight = self.weight();
        self.arranged(&input.conv2d(&weight, None::<&Tensor>, 1, 1, 1, 1))
    }

    /// A 3 x 3 convolution with bias.
    pub(super) fn biased_convolution(&mut self, input: &Tensor) -> Tensor {
        let (weight, bias) = (self.weight(), self.weight());
        self.arranged(&input.conv2d(&weight, Some(&bias), 1, 1, 1, 1))
    }

    /// A 1 x 1 convolution with bias.
    pub(super) fn map(&mut self, input: &Tensor) -> Tensor {
        let (weight, bias) = (self.weight(), self.weight());
        self.arranged(&input.conv2d(&weight, Some(&bias), 1, 0, 1, 1))
    }

    /// A transposed 2 x 2 convolution with bias that doubles the resolution.
    pub(super) fn transposed(&mut self, input: &Tensor) -> Tensor {
        let (weight, bias) = (self.weight(), self.weight());
        self.arranged(&input.conv_transpose2d(&weight, Some(&bias), 2, 0, 0, 1, 1))
    }

    /// Doubles the resolution, then a 3 x 3 convolution without bias.
    pub(super) fn doubled_convolution(&mut self, input: &Tensor) -> Tensor {
        let weight = transposed_weight(&self.parameter(), self.taps).to_kind(input.kind());
        self.arranged(&input.conv_transpose2d(&weight, None::<&Tensor>, 2, 1, 0, 1, 1))
    }

    /// Batch normalization, then the activation.
    pub(super) fn norm(&mut self, input: &Tensor, activation: Activation) -> Tensor {
        let affine = Affine { scale: self.parameter(), shift: self.parameter() };
        let running = Running { mean: self.statistic(), variance: self.statistic() };
        match self.mode {
            Mode::Training => norm::of_batch(input, &affine, Some(&running), activation),
            Mode::Untracked => norm::of_batch(input, &affine, None, activation),
            Mode::Evaluation => norm::of_running(input, &affine, &running, activation),
        }
    }

    /// Zeroes this share of the values in training, scaling the others up.
    pub(super) fn dropout(&mut self, input: &Tensor, share: f64) -> Tensor {
        if share > 0.0 && self.mode != Mode::Evaluation {
            input.dropout(share, true)
        } else {
            input.shallow_clone()
        }
    }

    /// A convolution with bias to class scores, f32.
    pub(super) fn head(&mut self, input: &Tensor, padding: i64) -> Tensor {
        let (weight, bias) = (self.weight(), self.weight());
        input.conv2d(&weight, Some(&bias), 1, padding, 1, 1).to_kind(Kind::Float)
    }

    /// A linear map of the last axis, f32.
    pub(super) fn linear(&mut self, input: &Tensor) -> Tensor {
        let (weight, bias) = (self.parameter(), self.parameter());
        input.linear(&weight, Some(&bias))
    }

    /// The same values as the memory layout wants them.
    ///
    /// For channels-last only the first convolution's output is copied: it cannot tell the layout
    /// of a one-channel image, and every later operation keeps the layout of its input.
    fn arranged(&self, features: &Tensor) -> Tensor {
        match self.memory {
            MemoryLayout::ChannelsLast => channels_last(features),
            MemoryLayout::ChannelsFirst => features.contiguous(),
        }
    }

    fn parameter(&mut self) -> Tensor {
        self.weights = rest(self.weights).1;
        let (first, parameters) = rest(self.parameters);
        self.parameters = parameters;
        first
    }

    /// The next parameter in the kind of the activations.
    fn weight(&mut self) -> Tensor {
        self.parameters = rest(self.parameters).1;
        let (first, weights) = rest(self.weights);
        self.weights = weights;
        first
    }

    fn statistic(&mut self) -> Tensor {
        let (first, statistics) = rest(self.statistics);
        self.statistics = statistics;
        first
    }
}

fn rest(tensors: &[Tensor]) -> (Tensor, &[Tensor]) {
    let (first, rest) = tensors.split_first().expect("the layout lists every tensor of the pass");
    (first.shallow_clone(), rest)
}

/// Views of a flat buffer.
pub(super) fn split(flat: &Tensor, slots: &[Slot]) -> Vec<Tensor> {
    let sizes: Vec<i64> = slots.iter().map(Slot::len).collect();
    flat.split_with_sizes(&sizes, 0)
        .into_iter()
        .zip(slots)
        .map(|(part, slot)| part.view(slot.shape.as_slice()))
        .collect()
}
