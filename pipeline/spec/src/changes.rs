//! What the command line changes in an experiment.

use crate::{Override, Sweep};

/// What is laid over an experiment file: values put into it, and parameters that are varied.
#[derive(Debug, Clone, Default)]
pub struct Changes {
    /// Values, in the order in which they are put: a later one wins.
    pub overrides: Vec<Override>,
    /// Parameters that are varied; each adds a variable to the matrix, so that two multiply.
    pub sweeps: Vec<Sweep>,
}
