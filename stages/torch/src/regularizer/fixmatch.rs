//! Certain labels of weak views are learnt from strong views.

use stages_train::{FixmatchLoss, FixmatchParams, LabelsFrom};
use tch::Tensor;

use super::certain_labels::CertainLabels;
use super::{Loss, Regularizer};
use crate::network::Mode;
use crate::step::Step;

/// With the probabilities `q` of an unlabelled image, its labels `c = argmax q`, the mask
/// `m = [max q > t]` and the probabilities `p` of a strongly changed copy: the cross-entropy
/// `sum m (-ln p_c) / N` over all `N` pixels, or half of it and half of the soft Dice loss of the
/// pixels in `m`.
///
/// The strong copies go through the network in a pass of their own that moves its running
/// statistics, as in the field's benchmark; a teacher that labels is in training mode, as there.
///
/// # Source
/// `FixMatch` (Sohn et al., 2020), equations 3 and 4, pixel by pixel; the boxes are `CutMix` as in
/// French et al. (2020). Differs from the field's benchmark in: pixels below the threshold are
/// left out, where there they become background, the threshold is one of probabilities, where
/// there they are stretched to 0..1 first, and there is no loss on unlikely classes.
pub struct Fixmatch {
    params: FixmatchParams,
}

impl Fixmatch {
    /// The term with these parameters.
    pub fn new(params: &FixmatchParams) -> Self {
        Self { params: params.clone() }
    }
}

impl Regularizer for Fixmatch {
    fn loss(&mut self, step: &Step<'_>) -> Loss {
        let params = &self.params;
        let labels = match params.labels_from {
            LabelsFrom::Student => CertainLabels::of(step.unlabelled().scores(), params.threshold),
            LabelsFrom::Teacher => {
                let images = step.unlabelled_images();
                let scores = tch::no_grad(|| step.teacher().scores(images, Mode::Training));
                CertainLabels::of(&scores, params.threshold)
            }
        };
        let (view, view_labels) =
            labels.strong_view(step, "fixmatch", &params.strong, params.cutmix.as_ref());
        let scores = step.student.scores(&view, Mode::Training);
        let term = compare(&scores, &view_labels, params.loss);
        Loss { notes: vec![("confident", labels.share())], ..term.into() }
    }
}

fn compare(scores: &Tensor, labels: &CertainLabels, loss: FixmatchLoss) -> Tensor {
    match loss {
        FixmatchLoss::CrossEntropy => labels.cross_entropy(scores),
        FixmatchLoss::CrossEntropyDice => {
            (labels.cross_entropy(scores) + labels.dice(scores)) * 0.5
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{close, value};

    #[test]
    fn the_sum_is_half_of_each() {
        // One pixel of two classes, labelled 1 with a probability of 3/4, and another that is
        // left out. Strong view: 1/2 and 1/2 at both.
        let labels = Tensor::from_slice(&[0.25f32, 0.5, 0.75, 0.5].map(f32::ln));
        let labels = CertainLabels::of(&labels.reshape([1, 2, 1, 2]), 0.6);
        let scores = Tensor::zeros([1, 2, 1, 2], (tch::Kind::Float, tch::Device::Cpu));
        let entropy = f64::from(2f32.ln()) / 2.0;
        close(value(&compare(&scores, &labels, FixmatchLoss::CrossEntropy)), entropy);
        // Dice: class 1 has both 1/2, squares 1/4, labels 1: 1 - 1 / 1.25 = 0.2; class 0 has no
        // pixel and squares of 1/4: 1 - 1e-5 / 0.25001, nearly 1. Their mean is 0.6.
        let found = value(&compare(&scores, &labels, FixmatchLoss::CrossEntropyDice));
        assert!((found - f64::midpoint(entropy, 0.6)).abs() < 2e-5, "{found}");
    }
}
