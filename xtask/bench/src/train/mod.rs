//! A training step of the published method: the repository's own beside the same step in PyTorch.
//!
//! Both sides get the same images and the same weights, and before anything is measured they must
//! find the same losses and the same gradient (`agreement`). Then every contestant is a process
//! that takes one step whenever it is asked to (`stepper`), and all of them take turns.

mod agreement;
mod options;
mod session;

pub(crate) use options::{EXAMPLES, TrainArguments};
pub(crate) use session::run;
