//! Random flips.

use stages_train::FlipParams;
use tch::{Device, Tensor};

use crate::random::Draws;
use crate::upload::upload;

/// One decision per image and axis, drawn once and replayed on images and predictions alike.
pub struct Flips {
    /// By image: whether it is upside down, and whether left and right are exchanged.
    decisions: Vec<[bool; 2]>,
    /// The same by axis on the device, `[B, 1, 1, 1]`, bool.
    choices: [Tensor; 2],
    device: Device,
}

impl Flips {
    /// Words that one sample takes, from the first.
    pub(super) const WORDS: u64 = 2;

    /// The decisions for one step's batch.
    pub fn draw(
        params: &FlipParams,
        draws: &Draws,
        step: u64,
        count: usize,
        device: Device,
    ) -> Self {
        let decisions: Vec<[bool; 2]> = (0..count)
            .map(|sample| {
                let mut draw = draws.at(step, sample);
                [draw.chance(params.probability), draw.chance(params.probability)]
            })
            .collect();
        let choices = [0, 1].map(|axis| {
            let flips: Vec<bool> = decisions.iter().map(|decision| decision[axis]).collect();
            upload(&flips, device).reshape([-1, 1, 1, 1])
        });
        Self { decisions, choices, device }
    }

    /// The maps with each image flipped as decided.
    ///
    /// # Shapes
    /// `maps`: `[B, C, H, W]`; returns the same.
    pub fn apply(&self, maps: &Tensor) -> Tensor {
        if self.device == Device::Cpu { self.one_by_one(maps) } else { self.all_at_once(maps) }
    }

    /// Moves every pixel twice: what the host is fastest with, forwards and backwards.
    fn one_by_one(&self, maps: &Tensor) -> Tensor {
        let axes = |[vertical, horizontal]: [bool; 2]| -> &[i64] {
            match (vertical, horizontal) {
                (false, false) => &[],
                (true, false) => &[2],
                (false, true) => &[3],
                (true, true) => &[2, 3],
            }
        };
        let images: Vec<Tensor> = maps
            .split(1, 0)
            .into_iter()
            .zip(&self.decisions)
            .map(|(image, decision)| match axes(*decision) {
                [] => image,
                axes => image.flip(axes),
            })
            .collect();
        Tensor::cat(&images, 0)
    }

    /// Moves every pixel four times in four operations, whatever the number of images: what a GPU
    /// is fastest with.
    fn all_at_once(&self, maps: &Tensor) -> Tensor {
        let [vertical, horizontal] = &self.choices;
        let flipped = maps.flip([2]).where_self(vertical, maps);
        flipped.flip([3]).where_self(horizontal, &flipped)
    }
}

#[cfg(test)]
mod tests {
    use tch::Kind;

    use super::*;

    fn ramp(batch: i64) -> Tensor {
        Tensor::arange(batch * 6, (Kind::Float, Device::Cpu)).reshape([batch, 1, 2, 3])
    }

    fn draw(probability: f64, count: usize) -> Flips {
        Flips::draw(&FlipParams { probability }, &Draws::new(8, "flips"), 0, count, Device::Cpu)
    }

    #[test]
    fn never_and_always_are_exact() {
        let maps = ramp(2);
        assert_eq!(draw(0.0, 2).apply(&maps), maps);
        assert_eq!(draw(1.0, 2).apply(&maps), maps.flip([2, 3]));
    }

    #[test]
    fn each_image_has_its_own_decisions_and_they_replay() {
        let maps = ramp(64);
        let flips = draw(0.5, 64);
        let flipped = flips.apply(&maps);
        assert_eq!(flips.apply(&flipped), maps, "a flip undoes itself");
        assert_eq!(flips.all_at_once(&maps), flipped, "both forms move pixels to one place");
        let mut kinds = std::collections::BTreeSet::new();
        for image in 0..64 {
            let (before, after) = (maps.get(image), flipped.get(image));
            let axes: [&[i64]; 4] = [&[], &[1], &[2], &[1, 2]];
            let kind = axes.iter().position(|axes| before.flip(*axes) == after);
            kinds.insert(kind.expect("every image is one of its four flips"));
        }
        assert_eq!(kinds.len(), 4);
    }

    #[test]
    fn a_prediction_keeps_its_gradient() {
        let scores = ramp(3).set_requires_grad(true);
        (draw(1.0, 3).apply(&scores) * ramp(3)).sum(None::<Kind>).backward();
        assert_eq!(scores.grad(), ramp(3).flip([2, 3]));
    }
}
