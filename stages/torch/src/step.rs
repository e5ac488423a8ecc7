//! What the terms of one training step work on.

use std::cell::OnceCell;

use stages_train::TrainParams;
use tch::{Kind, Tensor};

use crate::batch::Batch;
use crate::network::{Decoded, Encoded, Forward, Mode};
use crate::perturbation::Perturbation;
use crate::random::Draws;
use crate::supervised::supervised_loss;

/// One training step: its images, the networks, and the outputs of the joint pass.
pub struct Step<'a> {
    /// Its number, from 0.
    pub number: u64,
    /// Number of all steps.
    pub steps: u64,
    params: &'a TrainParams,
    /// The images.
    pub batch: &'a Batch,
    /// The trained network, for further passes.
    pub student: &'a Forward<'a>,
    teacher: Option<&'a Forward<'a>>,
    joint: Option<Joint>,
    pair: OnceCell<Pair>,
}

/// Two predictions of the same pixels.
///
/// # Shapes
/// Both `[B, C, H, W]`, f32, each pixel's classes summing to 1.
pub struct Pair {
    /// The prediction of the perturbed image.
    pub of_perturbed: Tensor,
    /// The perturbed prediction of the image itself. It carries a gradient; a term that treats it
    /// as a target detaches it.
    pub perturbed: Tensor,
    /// `[B, 1, H, W]`, f32: 0 where a pixel lies outside the perturbed image, 1 elsewhere; nothing
    /// where all pixels lie inside.
    pub mask: Option<Tensor>,
}

/// Which images go through the network together, in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct JointImages {
    /// The labelled ones.
    pub labelled: bool,
    /// The unlabelled ones.
    pub unlabelled: bool,
    /// The perturbed unlabelled ones.
    pub perturbed: bool,
}

/// The outputs of the joint pass and whose they are.
struct Joint {
    encoded: Encoded,
    decoded: Decoded,
    labelled: i64,
    unlabelled: i64,
    perturbed: i64,
}

/// What the network made of some images.
pub struct Seen {
    /// The features of the encoder.
    pub encoded: Encoded,
    /// The features of the main decoder, and the class scores.
    pub decoded: Decoded,
}

impl Seen {
    /// Class scores, `[B, C, H, W]`, f32.
    pub fn scores(&self) -> &Tensor {
        &self.decoded.scores
    }

    /// Class probabilities, `[B, C, H, W]`, f32.
    pub fn probabilities(&self) -> Tensor {
        self.decoded.scores.softmax(1, Kind::Float)
    }
}

impl<'a> Step<'a> {
    /// Prepares a step: one pass of the chosen images together, so that batch-norm statistics are
    /// computed over all of them.
    pub fn new(
        (number, steps): (u64, u64),
        params: &'a TrainParams,
        batch: &'a Batch,
        student: &'a Forward<'a>,
        teacher: Option<&'a Forward<'a>>,
        images: JointImages,
    ) -> Self {
        let chosen = |wanted: bool, images: &Option<Tensor>| {
            images.as_ref().filter(|_| wanted).map(Tensor::shallow_clone)
        };
        let labelled = images.labelled.then(|| batch.labelled.shallow_clone());
        let unlabelled = chosen(images.unlabelled, &batch.unlabelled);
        let perturbed = chosen(images.perturbed, &batch.perturbed);
        let count = |images: &Option<Tensor>| images.as_ref().map_or(0, |images| images.size()[0]);
        let counts = [&labelled, &unlabelled, &perturbed].map(count);
        let together: Vec<Tensor> =
            [labelled, unlabelled, perturbed].into_iter().flatten().collect();
        let joint = (!together.is_empty()).then(|| {
            let encoded = student.encode(&Tensor::cat(&together, 0), Mode::Training);
            let decoded = student.decode(0, &encoded, Mode::Training);
            let [labelled, unlabelled, perturbed] = counts;
            Joint { encoded, decoded, labelled, unlabelled, perturbed }
        });
        Self { number, steps, params, batch, student, teacher, joint, pair: OnceCell::new() }
    }

    /// The labelled images in the joint pass.
    pub fn labelled(&self) -> Seen {
        self.part(|joint| (0, joint.labelled))
    }

    /// The unlabelled images in the joint pass.
    pub fn unlabelled(&self) -> Seen {
        self.part(|joint| (joint.labelled, joint.unlabelled))
    }

    /// The perturbed unlabelled images in the joint pass.
    pub fn perturbed(&self) -> Seen {
        self.part(|joint| (joint.labelled + joint.unlabelled, joint.perturbed))
    }

    /// The labelled images in the joint pass, then the unlabelled ones, without a copy.
    pub fn labelled_and_unlabelled(&self) -> Seen {
        self.part(|joint| (0, joint.labelled + joint.unlabelled))
    }

    /// The two predictions of every unlabelled pixel; asked for by [`stages_train::Needs`].
    pub fn pair(&self) -> &Pair {
        self.pair.get_or_init(|| {
            let scores = self.unlabelled().decoded.scores;
            let size = scores.size();
            let perturbation = self.perturbation();
            Pair {
                of_perturbed: self.perturbed().probabilities(),
                perturbed: perturbation.maps(&scores).softmax(1, Kind::Float),
                mask: perturbation.mask(size[2], size[3]),
            }
        })
    }

    /// The perturbation of this step.
    pub fn perturbation(&self) -> &Perturbation {
        self.batch.perturbation.as_ref().expect("the step perturbs where a term needs it")
    }

    /// The unlabelled images, `[B, 1, H, W]`, f32 in 0..=1.
    pub fn unlabelled_images(&self) -> &Tensor {
        self.batch.unlabelled.as_ref().expect("the step draws unlabelled images for this term")
    }

    /// The running mean of the student, where a term needs it. Use it under [`tch::no_grad`].
    pub fn teacher(&self) -> &Forward<'a> {
        self.teacher.expect("the step has a teacher where a term needs it")
    }

    /// The supervised loss of the training, of any scores against any labels.
    ///
    /// # Shapes
    /// `scores`: `[B, C, H, W]`, before softmax; `labels`: `[B, H, W]`, i64. Returns a scalar.
    pub fn supervised_loss(&self, scores: &Tensor, labels: &Tensor) -> Tensor {
        supervised_loss(self.params.supervised, scores, labels)
    }

    /// Random draws of a term, addressed by this step's number.
    pub fn draws(&self, purpose: &str) -> Draws {
        Draws::new(self.params.seed, &format!("train/{purpose}"))
    }

    fn part(&self, range: impl Fn(&Joint) -> (i64, i64)) -> Seen {
        let joint = self.joint.as_ref().expect("the joint pass holds what a term needs");
        let (start, count) = range(joint);
        Seen {
            encoded: joint.encoded.narrow(start, count),
            decoded: joint.decoded.narrow(start, count),
        }
    }
}
