//! Labels made from a prediction, and strong views of the images they are of.

use stages_train::{CutMixParams, StrongParams};
use tch::{Kind, Tensor};

use crate::cutmix::CutMixBoxes;
use crate::step::Step;
use crate::strong::StrongViews;
use crate::supervised::{soft_dice_loss, weighted_cross_entropy};

/// The most probable class of every pixel, and whether it is certain enough to be learnt.
pub(super) struct CertainLabels {
    /// `[B, H, W]`, i64.
    labels: Tensor,
    /// `[B, H, W]`, f32: 1 where the label counts, 0 where it is left out.
    certain: Tensor,
}

impl CertainLabels {
    /// The classes of these scores; those with at most the probability `threshold` are left out.
    ///
    /// # Shapes
    /// `scores`: `[B, C, H, W]`, before softmax; no gradient goes to them.
    pub(super) fn of(scores: &Tensor, threshold: f64) -> Self {
        let (largest, labels) = scores.detach().softmax(1, Kind::Float).max_dim(1, false);
        Self { labels, certain: largest.gt(threshold).to_kind(Kind::Float) }
    }

    /// The share of pixels that count.
    pub(super) fn share(&self) -> Tensor {
        self.certain.mean(Kind::Float)
    }

    /// Strongly changed copies of the images that these labels are of, and the labels that fit.
    /// With boxes, every copy gets a box of the copy before it in the batch, the first of the last
    /// one, and labels and certainty of its pixels come with it.
    ///
    /// # Shapes
    /// Returns `[B, 1, H, W]`, f32 in 0..=1.
    pub(super) fn strong_view(
        &self,
        step: &Step<'_>,
        purpose: &str,
        strong: &StrongParams,
        cutmix: Option<&CutMixParams>,
    ) -> (Tensor, Self) {
        let images = step.unlabelled_images();
        let size = images.size();
        let count = size[0] as usize;
        let draws = step.draws(&format!("{purpose}/strong"));
        let view = StrongViews::draw(strong, &draws, step.number, count).apply(images);
        let Some(params) = cutmix else {
            let [labels, certain] = [&self.labels, &self.certain].map(Tensor::shallow_clone);
            return (view, Self { labels, certain });
        };
        let draws = step.draws(&format!("{purpose}/cutmix"));
        let plane = [size[2], size[3]];
        let boxes = CutMixBoxes::draw(params, &draws, step.number, count, plane, images.device());
        (boxed(&boxes, &view), self.boxed(&boxes))
    }

    fn boxed(&self, boxes: &CutMixBoxes) -> Self {
        Self { labels: boxed(boxes, &self.labels), certain: boxed(boxes, &self.certain) }
    }

    /// Cross-entropy of the pixels that count, summed and divided by the number of all pixels, in
    /// nats.
    ///
    /// # Shapes
    /// `scores`: `[B, C, H, W]`, before softmax. Returns a scalar, at least 0.
    pub(super) fn cross_entropy(&self, scores: &Tensor) -> Tensor {
        weighted_cross_entropy(scores, &self.labels, &self.certain) * self.share()
    }

    /// Soft Dice loss of the pixels that count; the others are in none of its sums.
    ///
    /// # Shapes
    /// `scores`: `[B, C, H, W]`, before softmax. Returns a scalar in 0..=1.
    pub(super) fn dice(&self, scores: &Tensor) -> Tensor {
        let probabilities = scores.softmax(1, Kind::Float);
        soft_dice_loss(&probabilities, &self.labels, Some(&self.certain))
    }
}

/// Every map with a box of the one before it.
fn boxed(boxes: &CutMixBoxes, maps: &Tensor) -> Tensor {
    boxes.mix(maps, &maps.roll([1], [0]))
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use stages_train::TrainParams;
    use tch::Device;

    use super::*;
    use crate::batch::Batch;
    use crate::fixture::{close, value};
    use crate::network::{Design, Network, Numerics};
    use crate::step::JointImages;

    /// One row of three pixels and two classes; the probabilities of class 1 are 0.98, 0.6, 0.01.
    fn scores() -> Tensor {
        let of_class_1 = [0.98f32, 0.6, 0.01];
        let logarithms: Vec<f32> =
            of_class_1.iter().map(|p| (1.0 - p).ln()).chain(of_class_1.map(f32::ln)).collect();
        Tensor::from_slice(&logarithms).reshape([1, 2, 1, 3])
    }

    #[test]
    fn what_is_uncertain_is_left_out_and_does_not_become_background() {
        let labels = CertainLabels::of(&scores(), 0.95);
        assert_eq!(Vec::<i64>::try_from(labels.labels.flatten(0, -1)).unwrap(), [1, 1, 0]);
        assert_eq!(Vec::<f32>::try_from(labels.certain.flatten(0, -1)).unwrap(), [1.0, 0.0, 1.0]);
        close(value(&labels.share()), f64::from(2f32 / 3.0));
        // Another prediction: probabilities of class 1 of 3/4, 1/10 and 1/2.
        let other = [0.25f32, 0.9, 0.5, 0.75, 0.1, 0.5].map(f32::ln);
        let other = Tensor::from_slice(&other).reshape([1, 2, 1, 3]).set_requires_grad(true);
        let loss = labels.cross_entropy(&other);
        close(value(&loss), -(0.75f64.ln() + 0.5f64.ln()) / 3.0);
        loss.backward();
        // (p - 1) / 3 at the first pixel, nothing at the second.
        let gradient = other.grad();
        close(gradient.double_value(&[0, 1, 0, 0]), (0.75 - 1.0) / 3.0);
        assert_eq!(gradient.double_value(&[0, 1, 0, 1]), 0.0);
        // Dice of the first and the last pixel: class 1 has both 0.75, squares 0.5625 + 0.25,
        // labels 1; class 0 has both 0.5, squares 0.0625 + 0.25, labels 1.
        let expected = 1.0 - f64::midpoint(1.5 / 1.8125, 1.0 / 1.3125);
        assert!((value(&labels.dice(&other)) - expected).abs() < 1e-5);
    }

    #[test]
    fn nothing_certain_costs_nothing() {
        let labels = CertainLabels::of(&scores(), 0.995);
        assert_eq!(value(&labels.share()), 0.0);
        assert_eq!(value(&labels.cross_entropy(&scores())), 0.0);
        assert_eq!(value(&labels.dice(&scores())), 0.0);
    }

    #[test]
    fn boxes_carry_images_labels_and_certainty_of_one_image_into_the_next() {
        let params: TrainParams =
            serde_json::from_value(json!({"network": {"widths": [2, 2, 2, 2, 2]}})).unwrap();
        let design = Design::of_method(&params, 3);
        let network = Network::new(design, 8, "train", Numerics::of(&params), Device::Cpu);
        // Every image has a grey value of its own, its label is its number, and the second image
        // is uncertain.
        let number = Tensor::arange(3, (Kind::Float, Device::Cpu)).reshape([3, 1, 1, 1]);
        let images =
            (&number + 1.0) * 0.2 * Tensor::ones([3, 1, 32, 32], (Kind::Float, Device::Cpu));
        let batch = Batch {
            labelled: images.shallow_clone(),
            labels: Tensor::zeros([3, 32, 32], (Kind::Int64, Device::Cpu)),
            unlabelled: Some(images.shallow_clone()),
            perturbed: None,
            perturbation: None,
        };
        let forward = network.begin();
        let nothing = JointImages { labelled: false, unlabelled: false, perturbed: false };
        let step = Step::new((7, 10), &params, &batch, &forward, None, nothing);
        let labels = CertainLabels {
            labels: (images.squeeze_dim(1) * 5.0).round().to_kind(Kind::Int64) - 1,
            certain: images
                .squeeze_dim(1)
                .lt(0.3)
                .logical_or(&images.squeeze_dim(1).gt(0.5))
                .to_kind(Kind::Float),
        };
        let still = StrongParams {
            jitter_probability: 0.0,
            blur_probability: 0.0,
            ..StrongParams::default()
        };
        let always = CutMixParams { probability: 1.0, ..CutMixParams::default() };
        let (plain, _) = labels.strong_view(&step, "term", &still, None);
        assert_eq!(plain, images);
        let (view, mixed) = labels.strong_view(&step, "term", &still, Some(&always));
        for (image, before) in [(0, 2), (1, 0), (2, 1)] {
            let found = mixed.labels.get(image);
            let pasted = found.eq(before).sum(Kind::Int64).int64_value(&[]);
            // A box has between 2 % and 40 % of 1024 pixels, less what rounding takes off.
            assert!((14..=409).contains(&pasted), "{pasted}");
            assert_eq!(found.eq(image).sum(Kind::Int64).int64_value(&[]), 1024 - pasted);
            // Image and certainty changed in exactly the same places.
            let grey = (found.to_kind(Kind::Float) + 1.0) * 0.2;
            let off = (view.get(image).get(0) - grey).abs().max();
            assert!(value(&off) < 1e-6);
            assert_eq!(mixed.certain.get(image), found.ne(1).to_kind(Kind::Float));
        }
        let (other, _) = labels.strong_view(&step, "other", &still, Some(&always));
        assert_ne!(view, other, "another purpose, other boxes");
    }
}
