//! The terms that are added to the supervised loss, one file each.
//!
//! To add one, write its file, its parameters in `stages-train`, and its line in `Term::new`.

mod consistency;
mod entropy;
mod global_mi;
mod joint;
mod local_mi;

use stages_train::{RegularizerParams, TrainParams, WeightParams};
use tch::Tensor;

pub use consistency::Consistency;
pub use entropy::Entropy;
pub use global_mi::global_mutual_information_loss;
pub use joint::joint_of_displacements;
pub use local_mi::LocalMi;

/// Added inside logarithms so that an impossible class costs much instead of infinitely much.
const EPSILON: f64 = 1e-16;

/// Two predictions of the same pixels.
///
/// # Shapes
/// Both `[B, C, H, W]`, each pixel's classes summing to 1.
pub struct Pair {
    /// The prediction of the perturbed image.
    pub of_perturbed: Tensor,
    /// The perturbed prediction of the image itself. It carries a gradient; a term that treats it
    /// as a target detaches it.
    pub perturbed: Tensor,
}

/// A loss on unlabelled images.
pub trait Regularizer {
    /// The loss of a batch: a scalar with a gradient.
    fn loss(&self, pair: &Pair) -> Tensor;
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
    pub fn of_method(params: &TrainParams) -> Vec<Self> {
        let mut terms: Vec<Self> = Vec::new();
        for regularizer in &params.regularizers {
            let name = regularizer.name();
            let before = params.regularizers.iter().take(terms.len());
            let same = before.filter(|other| other.name() == name).count();
            let name = if same == 0 { name.to_owned() } else { format!("{name}_{}", same + 1) };
            terms.push(Self::new(name, regularizer));
        }
        terms
    }

    fn new(name: String, params: &RegularizerParams) -> Self {
        let regularizer: Box<dyn Regularizer> = match params {
            RegularizerParams::Consistency(params) => Box::new(Consistency::new(params)),
            RegularizerParams::LocalMi(params) => Box::new(LocalMi::new(params)),
            RegularizerParams::Entropy(_) => Box::new(Entropy),
        };
        Self { name, weight: *params.weight(), regularizer }
    }
}

#[cfg(test)]
mod tests {
    use stages_train::EntropyParams;

    use super::*;

    #[test]
    fn terms_of_one_kind_get_different_names() {
        let entropy =
            || RegularizerParams::Entropy(EntropyParams { weight: WeightParams::constant(1.0) });
        let params =
            TrainParams { regularizers: vec![entropy(), entropy()], ..TrainParams::default() };
        let names: Vec<String> = Term::of_method(&params).into_iter().map(|t| t.name).collect();
        assert_eq!(names, ["entropy", "entropy_2"]);
    }
}
