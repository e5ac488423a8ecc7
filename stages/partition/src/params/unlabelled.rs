//! The unlabelled set.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Published;
use crate::attribute::Condition;
use crate::published::Unlabelled;

/// Which of the scans that are in no other set are trained on without their labels; the others are
/// not used.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum UnlabelledChoice {
    /// All of them.
    #[default]
    Rest,
    /// None: supervised training with the labelled scans only.
    None,
    /// This many scans, drawn by seed.
    Scans(u32),
    /// This many subjects, drawn by seed, with their scans that are in no other set.
    Subjects(u32),
    /// Those in this list.
    List(Vec<String>),
    /// Those with these values of attributes, such as `{ Vendor: C }`.
    Where(Condition),
    /// Those in the unlabelled list of a published split.
    Published(Published<Unlabelled>),
}

impl UnlabelledChoice {
    /// Whether it is the default, which is not written down.
    pub(crate) fn is_rest(&self) -> bool {
        *self == Self::Rest
    }
}
