//! The perturbation T under which predictions are compared: an affine map, flips, and changes of
//! intensity, drawn once per step and replayed on images, predictions and features.

mod affine;
mod flips;
mod perturb;
mod photometric;

pub use affine::Affine;
pub use flips::Flips;
pub use perturb::Perturbation;
pub use photometric::Photometric;
