//! Segmentations of unlabelled images should look like those of labelled ones.

use stages_train::{AdamParams, AdversarialParams, OptimizerParams, TrainParams};
use tch::{Device, Kind, Tensor};

use super::{Loss, Regularizer};
use crate::network::{Critic, Design, Numerics};
use crate::step::Step;
use crate::trained::Trained;

/// With the critic's score `s` of an image and its class probabilities, above 0 for labelled:
/// `mean ln(1 + exp(-s(u, p(u))))` over the unlabelled images `u`, the critic held constant.
///
/// The critic then moves down the gradient of
/// `mean ln(1 + exp(-s(l, p(l)))) + mean ln(1 + exp(s(u, p(u))))`, where `l` are the labelled
/// images and the probabilities are constants.
///
/// Both use the joint pass, so that labelled and unlabelled images are segmented with the same
/// batch-norm statistics.
///
/// # Source
/// Deep adversarial network (Zhang et al., 2017) with the critic's update of the field's
/// benchmark, which differs in: it segments the images again, in evaluation mode, for the critic.
pub struct Adversarial {
    critic: Critic,
    trained: Trained,
    learning_rate: f64,
    /// What the critic learns from the step.
    lesson: Option<Tensor>,
}

impl Adversarial {
    /// A term with a critic of its own.
    pub fn new(
        term: &AdversarialParams,
        params: &TrainParams,
        design: &Design,
        device: Device,
    ) -> Self {
        let numerics = Numerics::of(params);
        let critic = Critic::new(design.classes, term.width, params.seed, numerics, device);
        let adam = AdamParams { betas: term.betas, weight_decay: 0.0, ..AdamParams::default() };
        let nothing = Tensor::zeros([0], (Kind::Float, device));
        let trained = Trained::new(&OptimizerParams::Adam(adam), critic.parameters(), &nothing);
        Self { critic, trained, learning_rate: term.lr, lesson: None }
    }
}

impl Regularizer for Adversarial {
    fn loss(&mut self, step: &Step<'_>) -> Loss {
        let images = step.unlabelled_images();
        let probabilities = step.unlabelled().probabilities();
        let term = taken_for_labelled(&self.critic.fixed_scores(images, &probabilities));

        let labelled = step.batch.labelled.size()[0];
        let images = Tensor::cat(&[&step.batch.labelled, images], 0);
        let known = step.labelled().probabilities().detach();
        let segmented = Tensor::cat(&[known, probabilities.detach()], 0);
        let scores = self.critic.scores(&images, &segmented);
        let unlabelled = scores.size()[0] - labelled;
        let (known, unknown) =
            (scores.narrow(0, 0, labelled), scores.narrow(0, labelled, unlabelled));
        let lesson = taken_for_labelled(&known) + taken_for_labelled(&-&unknown);
        let notes = vec![("critic", lesson.detach()), ("right", share_right(&known, &unknown))];
        self.lesson = Some(lesson);
        Loss { notes, ..term.into() }
    }

    fn train(&mut self, _step: &Step<'_>, _learning_rate: f64) {
        if let Some(lesson) = self.lesson.take() {
            lesson.backward();
            self.trained.step(self.learning_rate);
        }
    }

    fn owned(&self) -> Vec<&Trained> {
        vec![&self.trained]
    }

    fn owned_mut(&mut self) -> Vec<&mut Trained> {
        vec![&mut self.trained]
    }
}

/// Cross-entropy, in nats, of judging all of them to be labelled: `mean -ln sigmoid(s)`. With the
/// sign of the scores changed it is that of judging all of them to be unlabelled.
///
/// # Shapes
/// `scores`: `[B]`. Returns a scalar, at least 0.
fn taken_for_labelled(scores: &Tensor) -> Tensor {
    -scores.log_sigmoid().mean(None::<Kind>)
}

/// The share of images that the critic judges right.
fn share_right(labelled: &Tensor, unlabelled: &Tensor) -> Tensor {
    let right = [labelled.gt(0.0), unlabelled.lt(0.0)];
    Tensor::cat(&right, 0).to_kind(Kind::Float).mean(None::<Kind>)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::batch::Batch;
    use crate::fixture::{close, value};
    use crate::network::Network;
    use crate::step::JointImages;

    #[test]
    fn the_losses_are_those_of_a_coin_with_the_scores_odds() {
        // Scores ln 3 and 0: sigmoid 3/4 and 1/2.
        let scores = Tensor::from_slice(&[3f64.ln(), 0.0]);
        close(value(&taken_for_labelled(&scores)), -(0.75f64.ln() + 0.5f64.ln()) / 2.0);
        close(value(&taken_for_labelled(&-&scores)), -(0.25f64.ln() + 0.5f64.ln()) / 2.0);
        // Scores of hundreds: no overflow, and one nat for each.
        close(value(&taken_for_labelled(&Tensor::from_slice(&[-500f32, 500.0]))), 250.0);
    }

    #[test]
    fn a_score_of_zero_is_wrong() {
        let (known, unknown) =
            (Tensor::from_slice(&[1f32, -1.0]), Tensor::from_slice(&[-2f32, 0.0, 3.0]));
        // Right: the first labelled and the first unlabelled of five.
        close(value(&share_right(&known, &unknown)), f64::from(0.4f32));
    }

    fn params() -> TrainParams {
        serde_json::from_value(json!({
            "seed": 8, "crop": 32, "network": {"widths": [4, 4, 4, 4, 4]},
            "regularizers": [{"adversarial": {"weight": {"value": 1.0}, "width": 4, "lr": 0.01}}],
        }))
        .unwrap()
    }

    fn batch() -> Batch {
        let images = |count: i64, phase: f64| {
            let values = Tensor::arange(count * 32 * 32, (Kind::Float, Device::Cpu));
            ((values * 0.11 + phase).sin() / 2.0 + 0.5).reshape([count, 1, 32, 32])
        };
        let labelled = images(2, 0.0);
        let labels = (&labelled * 2.99).floor().to_kind(Kind::Int64).squeeze_dim(1);
        // Another kind of image, so that the critic has something to see.
        let unlabelled = Some(images(3, 1.0) * 0.3);
        Batch { labelled, labels, unlabelled, perturbed: None, perturbation: None }
    }

    fn term_of(params: &TrainParams, design: &Design) -> Adversarial {
        let stages_train::RegularizerParams::Adversarial(term) = &params.regularizers[0] else {
            panic!("the term is adversarial");
        };
        Adversarial::new(term, params, design, Device::Cpu)
    }

    #[test]
    fn neither_side_leaves_gradients_in_the_other_and_the_critic_learns() {
        let params = params();
        let design = Design::of_method(&params, 3);
        let mut term = term_of(&params, &design);
        let network = Network::new(design, 8, "train", Numerics::of(&params), Device::Cpu);
        let batch = batch();
        let images = JointImages { labelled: true, unlabelled: true, perturbed: false };
        let mut lessons = Vec::new();
        for number in 0..30 {
            let student = network.begin();
            let step = Step::new((number, 30), &params, &batch, &student, None, images);
            let loss = term.loss(&step);
            lessons.push(value(&loss.notes[0].1));
            loss.term.backward();
            let critic = term.critic.parameters();
            assert!(!critic.grad().defined() || value(&critic.grad().abs().max()) == 0.0);
            let student = network.parameters().grad().copy();
            assert!(value(&student.abs().max()) > 0.0);
            let before = critic.detach().copy();
            term.train(&step, 1e9);
            assert_eq!(network.parameters().grad(), student);
            let moved = (term.critic.parameters().detach() - before).abs().max();
            // Adam moves no value much further than its learning rate, which is the critic's own.
            assert!((1e-4..0.05).contains(&value(&moved)), "{moved:?}");
            network.parameters().shallow_clone().zero_grad();
        }
        // It starts near 2 ln 2 = 1.386, undecided.
        assert!((lessons[0] - 1.386).abs() < 0.1, "{lessons:?}");
        assert!(lessons[29] < 0.7 * lessons[0], "{lessons:?}");
    }
}
