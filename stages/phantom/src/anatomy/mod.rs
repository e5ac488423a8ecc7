//! Subjects: how organs look, and how they differ from person to person.
//!
//! In the plane x runs to the right of the image and y downwards, in mm from the centre of the
//! scan; z runs along the slices. Brightness of magnetic resonance scenes goes from 0 to about 1.

mod abdomen;
mod heart;
mod hippocampus;
mod pelvis;

use crate::DifficultyParams;
use crate::draw::Draw;
use crate::solid::{Ripple, ripple};

pub(crate) use abdomen::abdomen;
pub(crate) use heart::{Group, HeartSubject, Phase};
pub(crate) use hippocampus::hippocampus;
pub(crate) use pelvis::pelvis;

/// Draws differences between subjects, scaled by the difficulty.
pub(crate) struct Variation<'a> {
    pub(crate) draw: &'a mut Draw,
    pub(crate) difficulty: &'a DifficultyParams,
}

impl Variation<'_> {
    /// A deviation of up to `amount`, in the unit of `amount`.
    pub(crate) fn by(&mut self, amount: f64) -> f64 {
        self.draw.spread(amount * self.difficulty.shape_variation)
    }

    /// A factor near 1, up to `amount` away from it.
    pub(crate) fn factor(&mut self, amount: f64) -> f64 {
        (1.0 + self.by(amount)).max(0.2)
    }

    /// A place up to `amount` mm away from another along each axis.
    pub(crate) fn near(&mut self, centre: [f64; 3], amount: f64) -> [f64; 3] {
        centre.map(|at| at + self.by(amount))
    }

    /// The outline of an organ.
    pub(crate) fn outline(&mut self, amount: f64) -> Ripple {
        ripple(self.draw, amount * self.difficulty.shape_variation)
    }

    /// The brightness of a tissue in this subject, given that of the average one.
    pub(crate) fn tissue(&mut self, mean: f64) -> f64 {
        (mean + self.draw.spread(0.14 * self.difficulty.contrast_overlap)).max(0.01)
    }

    /// The Hounsfield units of a tissue in this subject.
    pub(crate) fn hounsfield(&mut self, mean: f64) -> f64 {
        mean + self.draw.spread(30.0 * self.difficulty.contrast_overlap)
    }

    /// Whether a structure that resembles the target is there.
    pub(crate) fn distractor(&mut self) -> bool {
        self.draw.chance(self.difficulty.distractors)
    }
}
