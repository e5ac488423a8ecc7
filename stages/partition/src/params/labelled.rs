//! The labelled set.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Published;
use crate::attribute::Condition;
use crate::published::{Labelled, Train};

/// Which scans are trained on with their labels.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum LabelledChoice {
    /// This many scans, drawn by seed: one phase of a subject may be labelled and the other not.
    Scans(u32),
    /// This many subjects, drawn by seed, with all their scans.
    Subjects(u32),
    /// This part of the annotated scans outside the test set, more than 0 and at most 1, rounded
    /// down but at least one scan; drawn as with `scans`.
    Ratio(f64),
    /// This part of the annotated subjects outside the test set, more than 0 and at most 1,
    /// rounded down but at least one subject; drawn as with `subjects`.
    SubjectsRatio(f64),
    /// Every annotated scan outside the test set whose subject is not in validation: full
    /// supervision. The validation set is then a list, a fold or a draw `from: train`.
    Rest,
    /// These scans.
    List(Vec<String>),
    /// The scans with these values of attributes, such as `{ Vendor: [A, B] }`.
    Where(Condition),
    /// A published set of labelled scans. They are never drawn into the test set.
    Published(Published<Labelled>),
    /// The first subjects of the training list of a published split, in the list's order.
    FirstOf {
        /// The split.
        split: Published<Train>,
        /// How many subjects, with all their scans.
        subjects: u32,
    },
    /// The rule of the MELBA 2021 code: the scans outside the test and validation sets, sorted by
    /// name, go through scikit-learn's `train_test_split(test_size=unlabelled_ratio,
    /// random_state=0)`. No seed plays a part.
    Melba {
        /// The part that becomes unlabelled, more than 0 and below 1, rounded up.
        unlabelled_ratio: f64,
    },
}

impl LabelledChoice {
    /// Whether the scans are drawn by seed.
    pub(crate) fn is_drawn(&self) -> bool {
        matches!(self, Self::Scans(_) | Self::Subjects(_) | Self::Ratio(_) | Self::SubjectsRatio(_))
    }
}
