//! Decoders of disturbed features should agree with the main one.

use stages_train::CctParams;
use tch::{Kind, Tensor};

use super::feature_noise::{drop_attention, drop_channels, drop_values, scale_randomly};
use super::{Loss, Regularizer};
use crate::network::{Encoded, Mode};
use crate::step::Step;

/// `mean over d of mean (p - p_d)^2`, where `p` is the main decoder's prediction of the unlabelled
/// images and `p_d` that of further decoders, which see the features of all levels of the encoder
/// disturbed: with noise, with dropout, and without the pixels of highest activation.
///
/// The further decoders see labelled and unlabelled images together, as the main one does (without
/// those perturbed for other terms), and learn from the labels too.
///
/// # Source
/// Cross-consistency training (Ouali et al., 2020), as in the field's benchmark, where also the main
/// decoder learns from the difference.
pub struct Cct {
    params: CctParams,
}

/// How the features of a further decoder are disturbed, in the order of the decoders.
#[derive(Debug, Clone, Copy)]
enum Disturbance {
    Noise,
    Dropout,
    Attention,
}

impl Cct {
    /// The term with these parameters.
    pub fn new(params: &CctParams) -> Self {
        Self { params: params.clone() }
    }
}

impl Regularizer for Cct {
    fn loss(&mut self, step: &Step<'_>) -> Loss {
        let seen = step.labelled_and_unlabelled();
        let labelled = step.batch.labelled.size()[0];
        let unlabelled = seen.scores().size()[0] - labelled;
        let (mut heads, mut further) = (Vec::new(), Vec::new());
        let disturbances = [Disturbance::Noise, Disturbance::Dropout, Disturbance::Attention];
        for (decoder, disturbance) in (1..).zip(disturbances) {
            let encoded = self.disturbed(disturbance, &seen.encoded);
            let scores = step.student.decode(decoder, &encoded, Mode::Training).scores;
            heads.push(step.supervised_loss(&scores.narrow(0, 0, labelled), &step.batch.labels));
            further.push(scores.narrow(0, labelled, unlabelled));
        }
        let main = seen.scores().narrow(0, labelled, unlabelled);
        let main = if self.params.detach_main { main.detach() } else { main };
        Loss { heads, ..disagreement(&main, &further).into() }
    }
}

impl Cct {
    fn disturbed(&self, disturbance: Disturbance, encoded: &Encoded) -> Encoded {
        let disturb = |feature: &Tensor| match disturbance {
            Disturbance::Noise => scale_randomly(feature, self.params.noise),
            Disturbance::Dropout if self.params.drop_channels => {
                drop_channels(feature, self.params.dropout)
            }
            Disturbance::Dropout => drop_values(feature, self.params.dropout),
            Disturbance::Attention => drop_attention(feature),
        };
        Encoded(encoded.0.iter().map(disturb).collect())
    }
}

/// # Shapes
/// All `[B, C, H, W]`, before softmax. Returns a scalar, at least 0.
fn disagreement(main: &Tensor, further: &[Tensor]) -> Tensor {
    let main = main.softmax(1, None::<Kind>);
    let further = Tensor::stack(further, 0).softmax(2, None::<Kind>);
    (further - main).square().mean(None::<Kind>)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{close, value};

    /// One pixel of two classes.
    fn pixel(p: [f64; 2]) -> Tensor {
        Tensor::from_slice(&p.map(f64::ln)).reshape([1, 2, 1, 1]).set_requires_grad(true)
    }

    #[test]
    fn is_the_mean_square_over_the_decoders() {
        // Differences of 1/2 in both classes, of 0 and of 1/4: (1/4 + 0 + 1/16) / 3.
        let main = pixel([0.75, 0.25]);
        let further = [pixel([0.25, 0.75]), pixel([0.75, 0.25]), pixel([0.5, 0.5])];
        let loss = disagreement(&main, &further);
        close(value(&loss), 5.0 / 48.0);
        loss.backward();
        // Both sides move: the main prediction down from class 0, the first other one up to it.
        assert!(main.grad().double_value(&[0, 0, 0, 0]) > 0.0);
        assert!(further[0].grad().double_value(&[0, 0, 0, 0]) < 0.0);
        close(further[1].grad().double_value(&[0, 0, 0, 0]), 0.0);
    }
}
