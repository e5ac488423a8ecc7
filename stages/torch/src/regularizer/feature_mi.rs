//! Clusters of features should tell much about each other.

use stages_train::{FeatureMiParams, FeatureParams, LocalMiParams, WeightParams};
use tch::Tensor;

use super::{LocalMi, Loss, Regularizer, global_mutual_information_loss};
use crate::network::FeatureName;
use crate::step::Step;

/// `sum over features f of share_f * mean over heads of L_f`, where `L_f` is the negative mutual
/// information between the soft clusters of the feature under the perturbation T and T of the soft
/// clusters of the feature of the image: of whole images on the way down (T does not act on them),
/// of pixels and their neighbours on the way up.
///
/// # Source
/// Peng, Pedersoli and Desrosiers (2021), the extension of the method to features, with the shares
/// scaled to a sum of 1.
pub struct FeatureMi {
    features: Vec<Clustered>,
    heads: u32,
    detach_target: bool,
    /// The first of its heads among all cluster heads of the network.
    first: u32,
}

struct Clustered {
    feature: FeatureName,
    share: f64,
    local: LocalMi,
}

impl FeatureMi {
    /// The term whose heads begin with this number.
    pub fn new(params: &FeatureMiParams, first: u32) -> Self {
        let total: f64 = params.features.iter().map(|feature| feature.share).sum();
        let clustered = |feature: &FeatureParams| Clustered {
            feature: FeatureName::parse(&feature.name).expect("names are checked with the params"),
            share: feature.share / total,
            local: LocalMi::new(&LocalMiParams {
                window: feature.window(),
                weight: WeightParams::constant(1.0),
                marginal_weight: 1.0,
                min_shift: params.min_shift,
                detach_target: params.detach_target,
            }),
        };
        Self {
            features: params.features.iter().map(clustered).collect(),
            heads: params.heads,
            detach_target: params.detach_target,
            first,
        }
    }
}

impl Regularizer for FeatureMi {
    fn loss(&mut self, step: &Step<'_>) -> Loss {
        let (original, perturbed) = (step.unlabelled(), step.perturbed());
        let mut sum: Option<Tensor> = None;
        for (i, clustered) in (0..).zip(&self.features) {
            let pick = |seen: &crate::step::Seen| match clustered.feature {
                FeatureName::Encoder(level) => seen.encoded.0[level].shallow_clone(),
                FeatureName::Decoder(block) => seen.decoded.features[block].shallow_clone(),
            };
            let (mut before, after) = (pick(&original), pick(&perturbed));
            let mut mask = None;
            if let FeatureName::Decoder(_) = clustered.feature {
                let (perturbation, size) = (step.perturbation(), before.size());
                before = perturbation.maps(&before);
                mask = perturbation.mask(size[2], size[3]);
            }
            for head in 0..self.heads {
                let number = self.first + i * self.heads + head;
                let x = step.student.clusters(number, &after);
                let y = step.student.clusters(number, &before);
                let loss = match clustered.feature {
                    FeatureName::Encoder(_) => {
                        let y = if self.detach_target { y.detach() } else { y };
                        global_mutual_information_loss(&x, &y, 1.0)
                    }
                    FeatureName::Decoder(_) => clustered.local.of(&x, &y, mask.as_ref()),
                };
                let part = loss * (clustered.share / f64::from(self.heads));
                sum = Some(match sum {
                    Some(sum) => sum + part,
                    None => part,
                });
            }
        }
        let term = sum.expect("the parameters name at least one feature");
        let information = -term.detach();
        Loss { notes: vec![("mutual_information", information)], ..term.into() }
    }
}

#[cfg(test)]
mod tests {
    use stages_train::RegularizerParams;

    use super::*;

    #[test]
    fn published_shares_are_a_half_and_two_quarters() {
        let raw = serde_json::json!({"feature_mi": {"weight": {"value": 0.1}}});
        let RegularizerParams::FeatureMi(params) = serde_json::from_value(raw).unwrap() else {
            panic!("it is feature_mi");
        };
        let term = FeatureMi::new(&params, 0);
        let shares: Vec<f64> = term.features.iter().map(|feature| feature.share).collect();
        assert_eq!(shares, [0.5, 0.25, 0.25]);
        let windows: Vec<u32> = params.features.iter().map(FeatureParams::window).collect();
        assert_eq!(windows, [1, 1, 3], "the window of a whole image is not used");
    }
}
