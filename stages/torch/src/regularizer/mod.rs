//! The terms that are added to the supervised loss, one file each.
//!
//! To add one, write its file, its parameters in `stages-train`, its lines in `term.rs`, and
//! one in `conformance.rs`, which then checks what holds for every term.

mod adversarial;
mod bcp;
mod cct;
mod certain_labels;
#[cfg(test)]
mod conformance;
mod consistency;
mod cross_pseudo;
mod entropy;
mod feature_mi;
mod feature_noise;
mod fixmatch;
mod global_mi;
mod ict;
mod joint;
mod local_mi;
mod mean_teacher;
mod mixing;
mod mixup;
mod pseudo_label;
mod ua_mt;
mod unimatch;
mod urpc;
mod vat;

use stages_train::{RegularizerParams, TrainParams, WeightParams};
use tch::{Device, Kind, Tensor};

use crate::network::Design;
use crate::step::Step;
use crate::trained::Trained;

pub use adversarial::Adversarial;
pub use bcp::Bcp;
pub use cct::Cct;
pub use consistency::Consistency;
pub use cross_pseudo::CrossPseudo;
pub use entropy::Entropy;
pub use feature_mi::FeatureMi;
pub use fixmatch::Fixmatch;
pub use global_mi::global_mutual_information_loss;
pub use ict::Ict;
pub use joint::joint_of_displacements;
pub use local_mi::LocalMi;
pub use mean_teacher::MeanTeacher;
pub use mixup::Mixup;
pub use pseudo_label::PseudoLabel;
pub use ua_mt::UaMt;
pub use unimatch::Unimatch;
pub use urpc::Urpc;
pub use vat::Vat;

/// Added inside logarithms so that an impossible class costs much instead of infinitely much.
const EPSILON: f64 = 1e-16;

/// The mean over the pixels that count; 0 where none does.
///
/// # Shapes
/// `per_pixel`, `mask`: `[B, 1, H, W]`; the mask is 1 where a pixel counts, else 0. Returns a scalar.
fn masked_mean(per_pixel: &Tensor, mask: &Tensor) -> Tensor {
    (per_pixel * mask).sum(None::<Kind>) / (mask.sum(None::<Kind>) + EPSILON)
}

/// What a term adds to the loss of a step.
pub struct Loss {
    /// The term itself, a scalar; it counts with the term's weight.
    pub term: Tensor,
    /// Supervised losses of further outputs of the network; the supervised loss is the mean of
    /// these and the main one.
    pub heads: Vec<Tensor>,
    /// A supervised loss that is added as it is: of a network of the term's own, or in place of
    /// the main one.
    pub supervised: Option<Tensor>,
    /// Scalars worth logging, always the same names in the same order.
    pub notes: Vec<(&'static str, Tensor)>,
}

impl From<Tensor> for Loss {
    fn from(term: Tensor) -> Self {
        Self { term, heads: Vec::new(), supervised: None, notes: Vec::new() }
    }
}

/// A loss on unlabelled images.
pub trait Regularizer {
    /// The loss of a step: scalars with gradients.
    fn loss(&mut self, step: &Step<'_>) -> Loss;

    /// Trains what the term owns beside the network, once the gradients of the step are there.
    fn train(&mut self, step: &Step<'_>, learning_rate: f64) {
        let _ = step;
        for owned in self.owned_mut() {
            owned.step(learning_rate);
        }
    }

    /// What the term trains beside the network, always in the same order.
    fn owned(&self) -> Vec<&Trained> {
        Vec::new()
    }

    /// The same, to be changed.
    fn owned_mut(&mut self) -> Vec<&mut Trained> {
        Vec::new()
    }
}

/// A regularizer with its name and weight.
pub struct Term {
    /// The name in the training log; numbered from the second of a kind.
    pub name: String,
    /// How strongly it counts.
    pub weight: WeightParams,
    /// What it computes.
    pub regularizer: Box<dyn Regularizer>,
}

impl Term {
    /// The terms of a method, in the order of the experiment.
    pub fn of_method(params: &TrainParams, design: &Design, device: Device) -> Vec<Self> {
        let mut terms: Vec<Self> = Vec::new();
        let mut heads = 0;
        for regularizer in &params.regularizers {
            let name = regularizer.name();
            let before = params.regularizers.iter().take(terms.len());
            let same = before.filter(|other| other.name() == name).count();
            let name = if same == 0 { name.to_owned() } else { format!("{name}_{}", same + 1) };
            let regularizer_box: Box<dyn Regularizer> = match regularizer {
                RegularizerParams::Consistency(term) => Box::new(Consistency::new(term)),
                RegularizerParams::LocalMi(term) => Box::new(LocalMi::new(term)),
                RegularizerParams::FeatureMi(term) => {
                    let first = heads;
                    heads += term.heads * term.features.len() as u32;
                    Box::new(FeatureMi::new(term, first))
                }
                RegularizerParams::Entropy(term) => Box::new(Entropy::new(term)),
                RegularizerParams::MeanTeacher(term) => Box::new(MeanTeacher::new(term)),
                RegularizerParams::PseudoLabel(term) => Box::new(PseudoLabel::new(term)),
                RegularizerParams::CrossPseudo(_) => {
                    Box::new(CrossPseudo::new(params, design, device))
                }
                RegularizerParams::UaMt(term) => Box::new(UaMt::new(term)),
                RegularizerParams::Ict(term) => Box::new(Ict::new(term)),
                RegularizerParams::Mixup(term) => Box::new(Mixup::new(term)),
                RegularizerParams::Vat(term) => Box::new(Vat::new(term)),
                RegularizerParams::Urpc(term) => Box::new(Urpc::new(term)),
                RegularizerParams::Cct(term) => Box::new(Cct::new(term)),
                RegularizerParams::Fixmatch(term) => Box::new(Fixmatch::new(term)),
                RegularizerParams::Unimatch(term) => Box::new(Unimatch::new(term)),
                RegularizerParams::Bcp(term) => Box::new(Bcp::new(term)),
                RegularizerParams::Adversarial(term) => {
                    Box::new(Adversarial::new(term, params, design, device))
                }
            };
            terms.push(Self { name, weight: *regularizer.weight(), regularizer: regularizer_box });
        }
        terms
    }
}

#[cfg(test)]
mod tests {
    use stages_train::EntropyParams;

    use super::*;

    #[test]
    fn terms_of_one_kind_get_different_names() {
        let weight = WeightParams::constant(1.0);
        let entropy = || {
            RegularizerParams::Entropy(EntropyParams {
                weight,
                normalize: false,
                labelled_too: false,
            })
        };
        let params =
            TrainParams { regularizers: vec![entropy(), entropy()], ..TrainParams::default() };
        let design = Design::of_method(&params, 4);
        let terms = Term::of_method(&params, &design, Device::Cpu);
        let names: Vec<String> = terms.into_iter().map(|t| t.name).collect();
        assert_eq!(names, ["entropy", "entropy_2"]);
    }
}
