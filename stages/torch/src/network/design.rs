//! What a network is made of.

use stages_train::{
    Architecture, ClusterHead, FeatureParams, NetworkParams, RegularizerParams, TrainParams,
};

use super::layout::{Layout, Part};
use super::ssl4mis::Upsampling;
use super::{cluster, scale, ssl4mis, unet};

/// What a network is made of: enough to lay out its values and to compute with them.
#[derive(Debug, Clone, PartialEq)]
pub struct Design {
    /// The network that is evaluated.
    pub network: NetworkParams,
    /// Classes, background included.
    pub classes: u32,
    /// Decoders beside the main one.
    pub further_decoders: u32,
    /// Whether every resolution of the decoder has class scores of its own.
    pub scale_heads: bool,
    /// The cluster heads.
    pub clusters: Vec<ClusterHeadDesign>,
}

/// One cluster head.
#[derive(Debug, Clone, PartialEq)]
pub struct ClusterHeadDesign {
    /// The block whose output it clusters.
    pub feature: FeatureName,
    /// What it computes before its softmax.
    pub kind: ClusterHead,
    /// Its clusters.
    pub clusters: u32,
}

/// A block of the network, named by its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FeatureName {
    /// The output of this level of the encoder, 0 at full resolution.
    Encoder(usize),
    /// The output of this block of the main decoder, 0 the deepest.
    Decoder(usize),
}

impl FeatureName {
    /// The block with this name in the published code, such as `Conv5` or `Up_conv2`.
    pub fn parse(name: &str) -> Option<Self> {
        let place = |names: &[&str]| names.iter().position(|known| *known == name);
        place(&FeatureParams::ENCODER)
            .map(Self::Encoder)
            .or_else(|| place(&FeatureParams::DECODER).map(Self::Decoder))
    }

    /// Its channels in a network of these widths.
    pub fn channels(self, widths: [u32; 5]) -> i64 {
        i64::from(match self {
            Self::Encoder(level) => widths[level],
            Self::Decoder(block) => widths[3 - block],
        })
    }
}

impl Design {
    /// Only what is evaluated.
    pub fn plain(network: &NetworkParams, classes: usize) -> Self {
        Self {
            network: network.clone(),
            classes: classes as u32,
            further_decoders: 0,
            scale_heads: false,
            clusters: Vec::new(),
        }
    }

    /// With everything that the terms of a method train beside it.
    pub fn of_method(params: &TrainParams, classes: usize) -> Self {
        let needs = params.needs();
        let clusters = params.regularizers.iter().flat_map(|term| match term {
            RegularizerParams::FeatureMi(mi) => cluster::heads(mi),
            _ => Vec::new(),
        });
        Self {
            further_decoders: needs.decoders,
            scale_heads: needs.scale_heads,
            clusters: clusters.collect(),
            ..Self::plain(&params.network, classes)
        }
    }

    /// Without what is only trained beside it.
    #[must_use]
    pub fn evaluated(&self) -> Self {
        Self::plain(&self.network, self.classes as usize)
    }

    /// The names and shapes of all values.
    pub fn layout(&self) -> Layout {
        let mut layout = Layout::default();
        let (widths, classes) = (self.network.widths.map(i64::from), i64::from(self.classes));
        layout.part(Part::Encoder, |layout| match self.network.architecture {
            Architecture::Unet => unet::lay_out_encoder(layout, widths),
            Architecture::Ssl4misUnet | Architecture::Ssl4misUnetTransposed => {
                ssl4mis::lay_out_encoder(layout, widths);
            }
        });
        for decoder in 0..=self.further_decoders {
            let prefix =
                if decoder == 0 { String::new() } else { format!("decoder{}.", decoder + 1) };
            layout.part(Part::Decoder(decoder), |layout| match self.network.architecture {
                Architecture::Unet => unet::lay_out_decoder(layout, &prefix, widths, classes),
                Architecture::Ssl4misUnet => {
                    let up = Upsampling::Bilinear;
                    ssl4mis::lay_out_decoder(layout, &prefix, widths, classes, up);
                }
                Architecture::Ssl4misUnetTransposed => {
                    let up = Upsampling::Transposed;
                    ssl4mis::lay_out_decoder(layout, &prefix, widths, classes, up);
                }
            });
        }
        if self.scale_heads {
            for block in 0..scale::HEADS {
                layout.part(Part::ScaleHead(block), |layout| {
                    scale::lay_out(layout, block, self.network.widths, classes);
                });
            }
        }
        for (number, head) in (0..).zip(&self.clusters) {
            layout.part(Part::ClusterHead(number), |layout| {
                cluster::lay_out(layout, number, head, self.network.widths);
            });
        }
        layout
    }
}

#[cfg(test)]
mod tests {
    use super::super::ParameterKind;
    use super::*;

    fn unet(widths: [u32; 5], classes: usize) -> Layout {
        Design::plain(&NetworkParams { widths, ..NetworkParams::default() }, classes).layout()
    }

    #[test]
    fn counts_the_published_number_of_parameters() {
        let widths = [16, 32, 64, 128, 256];
        assert_eq!(unet(widths, 4).parameter_count(), 2_160_180);
        assert_eq!(unet(widths, 2).parameter_count(), 2_160_146);
        assert_eq!(unet([32, 64, 128, 256, 512], 4).parameter_count(), 8_633_444);
    }

    #[test]
    fn bounds_depend_on_the_inputs_of_a_pixel() {
        let layout = unet([16, 32, 64, 128, 256], 4);
        let bound = |name: &str| {
            let slot = layout.parameters.iter().find(|slot| slot.name == name).unwrap();
            match slot.kind {
                ParameterKind::Uniform { bound } => bound,
                ParameterKind::Constant(_) => panic!("{name} is constant"),
            }
        };
        // One input channel times nine taps, then 16 channels times nine, then 16 times one.
        assert_eq!(bound("Conv1.conv.0.weight"), 1.0 / 3.0);
        assert_eq!(bound("Conv1.conv.3.weight"), 1.0 / 12.0);
        assert_eq!(bound("DeConv_1x1.weight"), 0.25);
        assert_eq!(bound("DeConv_1x1.bias"), 0.25);
        // The concatenation doubles the channels: 2 * 128 * 9 = 48^2.
        assert_eq!(bound("Up_conv5.conv.0.weight"), 1.0 / 48.0);
    }

    #[test]
    fn names_are_unique_and_every_norm_has_statistics() {
        let architectures =
            [Architecture::Unet, Architecture::Ssl4misUnet, Architecture::Ssl4misUnetTransposed];
        for architecture in architectures {
            let network = NetworkParams { architecture, widths: [4; 5] };
            let design = Design {
                further_decoders: 2,
                scale_heads: true,
                clusters: vec![
                    ClusterHeadDesign {
                        feature: FeatureName::Encoder(4),
                        kind: ClusterHead::Mlp,
                        clusters: 3,
                    };
                    2
                ],
                ..Design::plain(&network, 3)
            };
            let layout = design.layout();
            let mut names: Vec<&str> = layout
                .parameters
                .iter()
                .chain(&layout.statistics)
                .map(|slot| slot.name.as_str())
                .collect();
            let all = names.len();
            names.sort_unstable();
            names.dedup();
            assert_eq!(names.len(), all);
            assert_eq!(layout.statistics.len(), 2 * layout.norms().count());
        }
        // 5 + 4 double convolutions and 4 upsampling convolutions: 22 norms, two statistics each.
        assert_eq!(unet([4; 5], 3).statistics.len(), 44);
    }

    #[test]
    fn what_is_evaluated_comes_first() {
        let network = NetworkParams { widths: [4; 5], ..NetworkParams::default() };
        let all = Design { further_decoders: 1, scale_heads: true, ..Design::plain(&network, 3) };
        let (whole, evaluated) = (all.layout(), all.evaluated().layout());
        let count = evaluated.parameters.len();
        assert!(whole.parameters.len() > count);
        assert_eq!(whole.parameters[..count], evaluated.parameters);
        assert_eq!(whole.statistics[..evaluated.statistics.len()], evaluated.statistics);
    }

    #[test]
    fn features_are_found_by_their_published_names() {
        assert_eq!(FeatureName::parse("Conv5"), Some(FeatureName::Encoder(4)));
        assert_eq!(FeatureName::parse("Up_conv3"), Some(FeatureName::Decoder(2)));
        assert_eq!(FeatureName::parse("Up_conv1"), None);
        let widths = [16, 32, 64, 128, 256];
        assert_eq!(FeatureName::Encoder(4).channels(widths), 256);
        assert_eq!(FeatureName::Decoder(2).channels(widths), 32, "Up_conv3");
        assert_eq!(FeatureName::Decoder(3).channels(widths), 16, "Up_conv2");
    }
}
