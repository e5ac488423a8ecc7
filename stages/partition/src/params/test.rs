//! The test set.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::attribute::Condition;
use crate::published::Test;
use crate::{FoldParams, NnunetFoldParams, Published};

/// Which scans are the test set.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TestChoice {
    /// No test set.
    None,
    /// This many subjects, drawn by seed, with all their scans. Subjects of scans that a list puts
    /// into the labelled or validation set are not drawn.
    Subjects(u32),
    /// This part of all subjects, more than 0 and below 1, rounded up; drawn as with `subjects`.
    Ratio(f64),
    /// One fold of the subjects: dealt by seed, except those that a list puts into the labelled or
    /// validation set.
    Folds(FoldParams),
    /// One of nnU-Net's folds of all annotated subjects; `seed` of the partition plays no part.
    NnunetFold(NnunetFoldParams),
    /// These scans.
    List(Vec<String>),
    /// The scans with these values of attributes, such as `{ Vendor: D }`.
    Where(Condition),
    /// The test set of a published split.
    Published(Published<Test>),
}
