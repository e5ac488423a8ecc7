//! The batch of every step.

use stages_train::TrainParams;
use tch::{Device, Tensor};

use crate::augment::Augmentation;
use crate::data::TrainingData;
use crate::perturbation::Perturbation;
use crate::random::Draws;
use crate::sampler::Sampler;

/// What one training step sees.
pub struct Batch {
    /// Labelled images, `[batch_labelled, 1, crop, crop]`, f32 in 0..=1.
    pub labelled: Tensor,
    /// Their class ids, `[batch_labelled, crop, crop]`, i64.
    pub labels: Tensor,
    /// Unlabelled images, `[batch_unlabelled, 1, crop, crop]`, f32 in 0..=1, where any are used.
    pub unlabelled: Option<Tensor>,
    /// The same perturbed, where a term compares the two.
    pub perturbed: Option<Tensor>,
    /// How they were perturbed.
    pub perturbation: Option<Perturbation>,
}

/// Makes the batch of any step from the seed alone.
///
/// Every random choice has a stream of its own, so two methods with one seed see the same labelled
/// images under the same augmentation, whatever else they see.
pub struct Batches<'a> {
    params: &'a TrainParams,
    data: &'a TrainingData,
    augmentation: Augmentation,
    labelled: Source,
    unlabelled: Option<Source>,
    perturbation: Option<Draws>,
    device: Device,
}

/// Which slices of one store, and how they are changed.
struct Source {
    sampler: Sampler,
    augment: Draws,
}

impl<'a> Batches<'a> {
    /// The batches of a training.
    pub fn new(params: &'a TrainParams, data: &'a TrainingData, device: Device) -> Self {
        let source = |kind: &str, count: usize| Source {
            sampler: Sampler::new(params.seed, &format!("train/{kind}/order"), count),
            augment: Draws::new(params.seed, &format!("train/{kind}/augment")),
        };
        Self {
            params,
            data,
            augmentation: Augmentation::new(&params.augment, data.canvas, i64::from(params.crop)),
            labelled: source("labelled", data.labelled.len()),
            unlabelled: data.unlabelled.as_ref().map(|store| source("unlabelled", store.len())),
            perturbation: params
                .needs()
                .perturbed
                .then(|| Draws::new(params.seed, "train/perturb")),
            device,
        }
    }

    /// The batch of a step, counted from 0.
    pub fn at(&mut self, step: u64) -> Batch {
        let store = &self.data.labelled;
        let rows = self.labelled.sampler.batch(step, self.params.batch_labelled);
        let views = self.augmentation.draw(&self.labelled.augment, step, rows.len());
        let (labelled, labels) = self.augmentation.labelled(store, &rows, &views);
        let mut batch =
            Batch { labelled, labels, unlabelled: None, perturbed: None, perturbation: None };
        if let (Some(source), Some(store)) = (&mut self.unlabelled, &self.data.unlabelled) {
            let rows = source.sampler.batch(step, self.params.batch_unlabelled);
            let views = self.augmentation.draw(&source.augment, step, rows.len());
            let images = self.augmentation.images(store, &rows, &views);
            if let Some(draws) = &self.perturbation {
                let params = &self.params.perturbation;
                let drawn = Perturbation::draw(params, draws, step, rows.len(), self.device);
                batch.perturbed = Some(drawn.images(&images));
                batch.perturbation = Some(drawn);
            }
            batch.unlabelled = Some(images);
        }
        batch
    }
}
