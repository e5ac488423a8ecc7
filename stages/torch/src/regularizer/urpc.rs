//! The predictions from all resolutions of the decoder should agree.

use stages_train::UrpcParams;
use tch::{Kind, Tensor};

use super::feature_noise::{drop_attention, drop_values, scale_randomly};
use super::{EPSILON, Loss, Regularizer};
use crate::step::Step;

/// Keeps the mean of the weights away from zero, as in the reference code.
const LEAST_WEIGHT: f64 = 1e-8;
/// Dropout before the deepest further head.
const DROPOUT: f64 = 0.5;
/// Noise before the shallowest further head.
const NOISE: f64 = 0.3;

/// With the predictions `p_s` of four resolutions, enlarged to full size, their mean `a`, and the
/// divergence `v_s = KL(a || p_s)` of every pixel:
/// `mean over s of [mean((p_s - a)^2 e^-v_s) / mean(e^-v_s) + mean(v_s)]`.
///
/// So pixels where a resolution is far from the mean count less in the square. All parts carry a
/// gradient. The three further heads see disturbed features, and learn from the labels as the main
/// one does.
///
/// # Source
/// Uncertainty-rectified pyramid consistency (Luo et al., 2021), as in the two-dimensional code of
/// the field's benchmark.
pub struct Urpc {
    params: UrpcParams,
}

impl Urpc {
    /// The term with these parameters.
    pub fn new(params: &UrpcParams) -> Self {
        Self { params: params.clone() }
    }
}

impl Regularizer for Urpc {
    fn loss(&mut self, step: &Step<'_>) -> Loss {
        let seen = step.labelled_and_unlabelled();
        let labelled = step.batch.labelled.size()[0];
        let unlabelled = seen.scores().size()[0] - labelled;
        let size = seen.scores().size();
        let further = (0..).zip(&seen.decoded.features[..3]).map(|(block, feature)| {
            let scores = step.student.scale_scores(block, &self.disturbed(block, feature));
            // Nearest: every pixel takes the scores of the larger pixel it lies in.
            scores.upsample_nearest2d([size[2], size[3]], None, None)
        });
        let further: Vec<Tensor> = further.collect();
        let heads = further
            .iter()
            .map(|scores| step.supervised_loss(&scores.narrow(0, 0, labelled), &step.batch.labels));
        let heads = heads.collect();
        let all: Vec<Tensor> = std::iter::once(seen.scores())
            .chain(&further)
            .map(|scores| scores.narrow(0, labelled, unlabelled))
            .collect();
        let (term, uncertainty) = disagreement(&all);
        Loss { heads, notes: vec![("divergence", uncertainty)], ..term.into() }
    }
}

impl Urpc {
    /// What the head of a decoder block, 0 the deepest, sees of the block's output.
    fn disturbed(&self, block: u32, feature: &Tensor) -> Tensor {
        match block {
            _ if !self.params.disturb => feature.shallow_clone(),
            0 => drop_values(feature, DROPOUT),
            1 => drop_attention(feature),
            _ => scale_randomly(feature, NOISE),
        }
    }
}

/// The term and the mean divergence.
///
/// # Shapes
/// `scores`: one or more `[B, C, H, W]`, before softmax. Returns two scalars, at least 0 but for
/// rounding.
fn disagreement(scores: &[Tensor]) -> (Tensor, Tensor) {
    let logarithms = Tensor::stack(scores, 0).log_softmax(2, None::<Kind>);
    let probabilities = logarithms.exp();
    let mean = probabilities.mean_dim([0].as_slice(), true, None::<Kind>);
    let each = &mean * ((&mean + EPSILON).log() - logarithms);
    let divergence = each.sum_dim_intlist([2].as_slice(), true, None::<Kind>);
    let weight = (-&divergence).exp();
    // Over everything but the resolutions.
    let average = |of: &Tensor| of.mean_dim([1, 2, 3, 4].as_slice(), false, None::<Kind>);
    let square = average(&((probabilities - mean).square() * &weight));
    let rectified = square / (average(&weight) + LEAST_WEIGHT);
    let divergence = average(&divergence);
    let term = (rectified + &divergence).mean(None::<Kind>);
    (term, divergence.mean(None::<Kind>))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{close, value};

    /// Pixels of two classes, by the probability of class 0.
    fn scores(first: &[f64]) -> Tensor {
        let classes = [first.to_vec(), first.iter().map(|p| 1.0 - p).collect()].concat();
        Tensor::from_slice(&classes).log().reshape([1, 2, 1, first.len() as i64])
    }

    #[test]
    fn one_pixel_costs_square_and_divergence() {
        // 3/4 and 1/4 have the mean 1/2: squares of 1/16 for both classes, and the divergence
        // 1/2 ln(2/3) + 1/2 ln 2 = ln(4/3) / 2 for both resolutions. The weight cancels.
        let (term, divergence) = disagreement(&[scores(&[0.75]), scores(&[0.25])]);
        let v = (4f64 / 3.0).ln() / 2.0;
        close(value(&term), 1.0 / 16.0 + v);
        close(value(&divergence), v);
    }

    #[test]
    fn uncertain_pixels_count_less() {
        // A second pixel without any difference: weights e^-v = sqrt(3/4) and 1.
        let (term, _) = disagreement(&[scores(&[0.75, 0.4]), scores(&[0.25, 0.4])]);
        let (v, w) = ((4f64 / 3.0).ln() / 2.0, 0.75f64.sqrt());
        close(value(&term), w / 16.0 / (w + 1.0) + v / 2.0);
    }

    #[test]
    fn agreement_costs_nothing() {
        let (term, _) = disagreement(&[scores(&[0.9, 0.2]), scores(&[0.9, 0.2])]);
        close(value(&term), 0.0);
    }
}
