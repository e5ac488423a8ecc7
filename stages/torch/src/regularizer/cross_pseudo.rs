//! Two networks learn each other's most probable classes.

use stages_train::TrainParams;
use tch::{Device, Tensor};

use super::{Loss, Regularizer};
use crate::network::{Design, Mode, Network, Numerics};
use crate::step::Step;
use crate::supervised::cross_entropy;
use crate::trained::Trained;

/// With the student's scores `z1` and the peer's `z2` of the unlabelled images:
/// `CE(z1, argmax z2) + CE(z2, argmax z1)`; the peer also has a supervised loss of its own.
///
/// # Source
/// Cross pseudo supervision (Chen et al., 2021), as in the field's benchmark.
pub struct CrossPseudo {
    peer: Network,
    trained: Trained,
}

impl CrossPseudo {
    /// A peer like the student, from another draw of the initial values.
    pub fn new(params: &TrainParams, design: &Design, device: Device) -> Self {
        let peer =
            Network::new(design.evaluated(), params.seed, "peer", Numerics::of(params), device);
        let trained = Trained::new(&params.optimizer, peer.parameters(), peer.statistics());
        Self { peer, trained }
    }
}

impl Regularizer for CrossPseudo {
    fn loss(&mut self, step: &Step<'_>) -> Loss {
        let images = Tensor::cat(&[&step.batch.labelled, step.unlabelled_images()], 0);
        let scores = self.peer.scores(&images, Mode::Training);
        let labelled = step.batch.labelled.size()[0];
        let theirs = scores.narrow(0, labelled, scores.size()[0] - labelled);
        let supervised = step.supervised_loss(&scores.narrow(0, 0, labelled), &step.batch.labels);
        let term = crossed(step.unlabelled().scores(), &theirs);
        Loss { supervised: Some(supervised), ..term.into() }
    }

    fn owned(&self) -> Vec<&Trained> {
        vec![&self.trained]
    }

    fn owned_mut(&mut self) -> Vec<&mut Trained> {
        vec![&mut self.trained]
    }
}

/// # Shapes
/// Both `[B, C, H, W]`, before softmax. Returns a scalar, at least 0, in nats.
fn crossed(ours: &Tensor, theirs: &Tensor) -> Tensor {
    let classes = |scores: &Tensor| scores.detach().argmax(1, false);
    cross_entropy(ours, &classes(theirs)) + cross_entropy(theirs, &classes(ours))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{close, value};

    #[test]
    fn each_learns_the_others_class() {
        // One pixel. Ours: 3/4 for class 0; theirs: 9/10 for class 1.
        let scores = |p: [f64; 2]| {
            Tensor::from_slice(&p.map(f64::ln)).reshape([1, 2, 1, 1]).set_requires_grad(true)
        };
        let (ours, theirs) = (scores([0.75, 0.25]), scores([0.1, 0.9]));
        let loss = crossed(&ours, &theirs);
        close(value(&loss), -(0.25f64.ln()) - 0.1f64.ln());
        loss.backward();
        // The gradient of cross-entropy is p - onehot: ours towards class 1, theirs towards 0.
        close(ours.grad().double_value(&[0, 1, 0, 0]), 0.25 - 1.0);
        close(theirs.grad().double_value(&[0, 0, 0, 0]), 0.1 - 1.0);
    }
}
