//! The perturbation under which predictions are compared: random flips.

use stages_train::FlipParams;
use tch::{Device, Tensor};

use crate::random::Draws;

/// One decision per image and axis, drawn once and replayed on images and predictions alike.
pub struct Flips {
    /// `[B, 1, 1, 1]`, bool: upside down.
    vertical: Tensor,
    /// `[B, 1, 1, 1]`, bool: left to right.
    horizontal: Tensor,
}

impl Flips {
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
        let axis = |axis: usize| {
            let flips: Vec<bool> = decisions.iter().map(|decision| decision[axis]).collect();
            Tensor::from_slice(&flips).reshape([-1, 1, 1, 1]).to_device(device)
        };
        Self { vertical: axis(0), horizontal: axis(1) }
    }

    /// The maps with each image flipped as decided.
    ///
    /// # Shapes
    /// `maps`: `[B, C, H, W]`; returns the same.
    pub fn apply(&self, maps: &Tensor) -> Tensor {
        let vertical = maps.flip([2]).where_self(&self.vertical, maps);
        vertical.flip([3]).where_self(&self.horizontal, &vertical)
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
