//! Labelled and unlabelled images are pasted into each other.

use stages_train::BcpParams;
use tch::{Device, Kind, Tensor};

use super::{Loss, Regularizer};
use crate::copy_paste::CopyPasteBox;
use crate::largest_component::keep_largest_components;
use crate::network::Mode;
use crate::step::Step;
use crate::supervised::{soft_dice_loss, weighted_cross_entropy};

/// One box a step, exchanged between the images of every pair. With `L(A)` half of the
/// cross-entropy and half of the soft Dice loss of the pixels of a mixed batch that lie in `A`:
///
/// - While pre-training, labelled images in pairs, the box of one in the other: the supervised
///   loss is `L(box) + L(rest)`, and the term is 0.
/// - Then, labelled and unlabelled images in pairs, mixed both ways: the supervised loss is
///   `L(box)` where labelled images lie in unlabelled ones, plus `L(rest)` the other way round; the
///   term is `L(rest)` plus `L(box)` of the same two batches, with the teacher's labels.
///
/// So the weight of the term is the weight of an unlabelled pixel where a labelled one has 1.
///
/// Both mixed batches go through the network in one pass that moves its running statistics; the
/// images as they were drawn are not seen by it. The teacher labels in training mode.
///
/// # Source
/// Bidirectional copy-paste (Bai et al., 2023), as in its code for cardiac images. Differs from it
/// in: every pair is mixed both ways, where there half of the pairs are mixed each way; both ways
/// go through the network together; training goes on at the end of pre-training with what network,
/// teacher and optimizer have become, where there the best weights on validation are loaded into
/// both networks; Dice is smoothed by 1e-5 instead of 1e-10.
pub struct Bcp {
    params: BcpParams,
}

impl Bcp {
    /// The term with these parameters.
    pub fn new(params: &BcpParams) -> Self {
        Self { params: params.clone() }
    }

    fn pretrains(&self, step: &Step<'_>) -> bool {
        (step.number as f64) < self.params.pretrain * step.steps as f64
    }

    /// The teacher's classes of the unlabelled images.
    ///
    /// # Shapes
    /// Returns `[B, H, W]`, i64.
    fn pseudo_labels(&self, step: &Step<'_>) -> Tensor {
        let images = step.unlabelled_images();
        let scores = tch::no_grad(|| step.teacher().scores(images, Mode::Training));
        let classes = scores.argmax(1, false);
        if self.params.largest_component { largest_components(&classes) } else { classes }
    }
}

impl Regularizer for Bcp {
    fn loss(&mut self, step: &Step<'_>) -> Loss {
        let (images, labels) = (&step.batch.labelled, &step.batch.labels);
        let size = [images.size()[2], images.size()[3]];
        let exchanged = CopyPasteBox::draw(
            &self.params.exchanged,
            &step.draws("bcp"),
            step.number,
            size,
            images.device(),
        );
        if self.pretrains(step) {
            let others = [images, labels].map(|maps| maps.roll([1], [0]));
            let pasted = Mixed::of(&exchanged, (images, labels), (&others[0], &others[1]));
            let scores = step.student.scores(&pasted.images, Mode::Training);
            let supervised = pasted.loss_inside(&scores) + pasted.loss_outside(&scores);
            let nothing = supervised.detach().zeros_like();
            let notes = vec![("foreground", nothing.shallow_clone())];
            return Loss { supervised: Some(supervised), notes, ..nothing.into() };
        }
        let classes = self.pseudo_labels(step);
        let foreground = classes.gt(0).to_kind(Kind::Float).mean(Kind::Float);
        let unlabelled = step.unlabelled_images();
        let pairs = images.size()[0].max(unlabelled.size()[0]);
        let [images, labels, unlabelled, classes] =
            [images, labels, unlabelled, &classes].map(|maps| repeated(maps, pairs));
        let inwards = Mixed::of(&exchanged, (&unlabelled, &classes), (&images, &labels));
        let outwards = Mixed::of(&exchanged, (&images, &labels), (&unlabelled, &classes));
        let both = Tensor::cat(&[&inwards.images, &outwards.images], 0);
        let scores = step.student.scores(&both, Mode::Training);
        let (of_inwards, of_outwards) =
            (scores.narrow(0, 0, pairs), scores.narrow(0, pairs, pairs));
        let supervised = inwards.loss_inside(&of_inwards) + outwards.loss_outside(&of_outwards);
        let term = inwards.loss_outside(&of_inwards) + outwards.loss_inside(&of_outwards);
        let notes = vec![("foreground", foreground)];
        Loss { supervised: Some(supervised), notes, ..term.into() }
    }
}

/// Images with a box of others, their labels, and where the box is.
struct Mixed {
    /// `[B, 1, H, W]`, f32.
    images: Tensor,
    /// `[B, H, W]`, i64.
    labels: Tensor,
    /// `[B, H, W]`, f32: 1 in the box.
    inside: Tensor,
}

impl Mixed {
    /// Pastes the box of `inner` images and labels into `outer` ones.
    fn of(exchanged: &CopyPasteBox, outer: (&Tensor, &Tensor), inner: (&Tensor, &Tensor)) -> Self {
        let labels = exchanged.paste(outer.1, inner.1);
        let size = labels.size();
        let inside = exchanged.mask(size[1], size[2]).squeeze_dim(1).to_kind(Kind::Float);
        let inside = inside.expand(&size, false);
        Self { images: exchanged.paste(outer.0, inner.0), labels, inside }
    }

    fn loss_inside(&self, scores: &Tensor) -> Tensor {
        half_and_half(scores, &self.labels, &self.inside)
    }

    fn loss_outside(&self, scores: &Tensor) -> Tensor {
        half_and_half(scores, &self.labels, &(1.0 - &self.inside))
    }
}

/// Half of the cross-entropy and half of the soft Dice loss of the pixels of a region.
///
/// # Shapes
/// `scores`: `[B, C, H, W]`, before softmax; `labels`: `[B, H, W]`, i64; `region`: `[B, H, W]`, 1
/// or 0. Returns a scalar, at least 0.
fn half_and_half(scores: &Tensor, labels: &Tensor, region: &Tensor) -> Tensor {
    let dice = soft_dice_loss(&scores.softmax(1, Kind::Float), labels, Some(region));
    (weighted_cross_entropy(scores, labels, region) + dice) * 0.5
}

/// So many maps: the given ones, from the first again when they are used up.
fn repeated(maps: &Tensor, count: i64) -> Tensor {
    let given = maps.size()[0];
    if given == count {
        return maps.shallow_clone();
    }
    let places = Tensor::arange(count, (Kind::Int64, maps.device())).remainder(given);
    maps.index_select(0, &places)
}

/// The classes with only the largest connected part of each in every image. Worked out on the
/// host: parts are followed from pixel to pixel.
///
/// # Shapes
/// `classes`: `[B, H, W]`, i64 below 256. Returns the same.
fn largest_components(classes: &Tensor) -> Tensor {
    let size = classes.size();
    let on_host = classes.to_kind(Kind::Uint8).to_device(Device::Cpu).contiguous();
    let mut labels = Vec::<u8>::try_from(on_host.view(-1)).expect("a flat tensor of bytes");
    let plane = (size[1] * size[2]) as usize;
    for image in labels.chunks_exact_mut(plane) {
        keep_largest_components(image, size[2] as usize);
    }
    Tensor::from_slice(&labels).reshape(&size).to_device(classes.device()).to_kind(Kind::Int64)
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use stages_train::{CopyPasteParams, RegularizerParams, TrainParams};

    use super::*;
    use crate::batch::Batch;
    use crate::fixture::{close, value};
    use crate::network::{Design, Network, Numerics};
    use crate::random::Draws;
    use crate::step::JointImages;
    use crate::teacher::Teacher;

    const HOST: (Kind, Device) = (Kind::Float, Device::Cpu);

    #[test]
    fn a_region_costs_what_its_pixels_do() {
        // Class 1 has probability 3/4 at the first pixel, which is of it, and 1/2 at the second.
        let scores = Tensor::from_slice(&[0.25f64, 0.5, 0.75, 0.5].map(f64::ln));
        let scores = scores.reshape([1, 2, 1, 2]);
        let labels = Tensor::from_slice(&[1i64, 0]).reshape([1, 1, 2]);
        let region = Tensor::from_slice(&[1f64, 0.0]).reshape([1, 1, 2]);
        // Dice of the first pixel: class 1 has both 0.75, squares 0.5625, labels 1; class 0 has
        // both 0, squares 0.0625, labels 0, and a smoothing of 1e-5.
        let dice = 1.0 - f64::midpoint(1.50001 / 1.56251, 0.00001 / 0.06251);
        let found = value(&half_and_half(&scores, &labels, &region));
        close(found, f64::midpoint(-(0.75f64.ln()), dice));
        let nothing = value(&half_and_half(&scores, &labels, &region.zeros_like()));
        assert_eq!(nothing, 0.0);
    }

    #[test]
    fn images_labels_and_box_agree_and_maps_are_repeated_in_order() {
        let params = CopyPasteParams { side: 0.5 };
        let draws = Draws::new(8, "train/bcp");
        let exchanged = CopyPasteBox::draw(&params, &draws, 3, [8, 8], Device::Cpu);
        let outer = (Tensor::zeros([2, 1, 8, 8], HOST), Tensor::zeros([2, 8, 8], HOST));
        let inner = (outer.0.ones_like(), outer.1.ones_like());
        let mixed = Mixed::of(&exchanged, (&outer.0, &outer.1), (&inner.0, &inner.1));
        assert_eq!(mixed.images.squeeze_dim(1), mixed.inside);
        assert_eq!(mixed.labels, mixed.inside);
        assert_eq!(value(&mixed.inside.sum(Kind::Float)), 2.0 * 16.0);
        let maps = Tensor::from_slice(&[5i64, 6, 7]);
        let order = |count: i64| Vec::<i64>::try_from(repeated(&maps, count)).unwrap();
        assert_eq!(order(3), [5, 6, 7]);
        assert_eq!(order(5), [5, 6, 7, 5, 6]);
    }

    #[test]
    fn every_image_keeps_the_largest_part_of_each_of_its_classes() {
        let rows = [[1i64, 1, 0, 2], [1, 0, 0, 2], [1, 0, 1, 2], [1, 0, 0, 2]];
        let classes = Tensor::from_slice(rows.as_flattened()).reshape([2, 2, 4]);
        let kept = Vec::<i64>::try_from(largest_components(&classes).view(-1)).unwrap();
        assert_eq!(kept, [1, 1, 0, 2, 1, 0, 0, 2, 1, 0, 0, 2, 1, 0, 0, 2]);
    }

    fn params(bcp: &serde_json::Value) -> TrainParams {
        serde_json::from_value(json!({
            "seed": 8, "crop": 32, "network": {"widths": [4, 4, 4, 4, 4]},
            "regularizers": [{"bcp": bcp}],
        }))
        .unwrap()
    }

    fn images(count: i64, phase: f64) -> Tensor {
        let values = Tensor::arange(count * 32 * 32, HOST);
        ((values * 0.11 + phase).sin() / 2.0 + 0.5).reshape([count, 1, 32, 32])
    }

    /// What a step of this number of ten makes of two labelled and `unlabelled` images, and the
    /// same two parts computed from the whole images.
    fn parts(bcp: &serde_json::Value, number: u64, unlabelled: i64) -> ([f64; 2], [f64; 2]) {
        let params = params(bcp);
        let RegularizerParams::Bcp(term) = &params.regularizers[0] else { panic!("it is bcp") };
        let design = Design::of_method(&params, 3);
        let network = Network::new(design, 8, "train", Numerics::of(&params), Device::Cpu);
        let teacher = Teacher::of(&network, &params.teacher, Device::Cpu);
        let labelled = images(2, 0.0);
        let labels = (&labelled * 2.99).floor().to_kind(Kind::Int64).squeeze_dim(1);
        let drawn = (unlabelled > 0).then(|| images(unlabelled, 1.0));
        let batch =
            Batch { labelled, labels, unlabelled: drawn, perturbed: None, perturbation: None };
        let (student, taught) = (network.begin(), teacher.network().begin());
        let nothing = JointImages { labelled: false, unlabelled: false, perturbed: false };
        let taught = (unlabelled > 0).then_some(&taught);
        let step = Step::new((number, 10), &params, &batch, &student, taught, nothing);
        let loss = Bcp::new(term).loss(&step);
        let found = [value(&loss.supervised.unwrap()), value(&loss.term)];
        let Some(drawn) = &batch.unlabelled else { return (found, [0.0; 2]) };
        let classes = step.teacher().scores(drawn, Mode::Training).argmax(1, false);
        let pairs = unlabelled.max(2);
        let whole = |maps: &Tensor| repeated(maps, pairs);
        let together = Tensor::cat(&[whole(&batch.labelled), whole(drawn)], 0);
        let scores = step.student.scores(&together, Mode::Training);
        let everywhere = Tensor::ones([pairs, 32, 32], HOST);
        let expected = [(0, &batch.labels), (pairs, &classes)].map(|(start, labels)| {
            let scores = scores.narrow(0, start, pairs);
            value(&half_and_half(&scores, &whole(labels), &everywhere))
        });
        (found, expected)
    }

    #[test]
    fn a_box_of_the_whole_image_leaves_labelled_and_unlabelled_images_whole() {
        let bcp = json!({
            "weight": {"value": 0.5}, "box": {"side": 1.0}, "largest_component": false,
        });
        for unlabelled in [1, 2, 3] {
            let (found, expected) = parts(&bcp, 3, unlabelled);
            for (found, expected) in found.into_iter().zip(expected) {
                assert!(expected > 0.1 && (found - expected).abs() < 1e-5, "{found} {expected}");
            }
        }
    }

    #[test]
    fn unlabelled_images_and_the_teacher_come_in_after_pre_training() {
        // A quarter of ten steps: 0, 1 and 2. Neither unlabelled images nor a teacher are there.
        let bcp = json!({"weight": {"value": 0.5}});
        let ([supervised, term], _) = parts(&bcp, 2, 0);
        assert!(supervised > 0.5 && term == 0.0, "{supervised} {term}");
        let ([supervised, term], _) = parts(&bcp, 3, 2);
        assert!(supervised > 0.5 && term > 0.1, "{supervised} {term}");
    }
}
