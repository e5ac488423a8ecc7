//! All parameters together.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::attribute::Condition;
use crate::{LabelledChoice, OneOrMore, TestChoice, UnlabelledChoice, ValidationParams};

/// How the scans of a dataset are divided. Every draw is made from sorted names with a stream of
/// its own, so the order of the cases never matters, another test set does not reshuffle the
/// labelled scans, and with the same seed a larger labelled set contains the smaller one.
///
/// An entry of a `list` is a scan (`patient001_frame01`), a subject (`patient001`: all its scans),
/// or a subject and a phase (`patient001:ED`).
///
/// An attribute, in a condition or to stratify by, is one that the data manifest reads (ACDC:
/// `Height`; M&Ms: `Vendor`), or `group`, `phase`, `split` (the part of the release) or `subject`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PartitionParams {
    /// Seed of the draws. Lists, the user's own or published, do not depend on it.
    pub seed: u64,
    /// Use the scans with these values of attributes only, such as `{ Vendor: [A, B] }`; the others
    /// are in no set. Default: all scans.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub only: Option<Condition>,
    /// The subjects that are only predicted and scored.
    pub test: TestChoice,
    /// The scans that select the best epoch.
    pub validation: ValidationParams,
    /// The scans that are trained on with their labels.
    pub labelled: LabelledChoice,
    /// Draw the labelled scans among those with these values of attributes, such as
    /// `{ Vendor: A }`; ratios are parts of these. Default: among all that may be drawn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub labelled_from: Option<Condition>,
    /// Seed of the labelled draw alone, to repeat an experiment with other labelled scans and the
    /// same test set. Default: `seed`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub labelled_seed: Option<u64>,
    /// The scans that are trained on without their labels. Default `rest`: everything that is in
    /// no other set.
    #[serde(default, skip_serializing_if = "UnlabelledChoice::is_rest")]
    pub unlabelled: UnlabelledChoice,
    /// Draw from every group of subjects (ACDC: pathology) in proportion to its size. Default
    /// false. `stratify_by: group` does the same, and makes larger draws contain smaller ones.
    #[serde(default)]
    pub stratify: bool,
    /// Draw from every value of this attribute, or every combination of values of several, in
    /// proportion to its subjects or scans: each within one of its exact share. What lacks the
    /// attribute is a group of its own. Default: draws look at no attribute.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stratify_by: Option<OneOrMore>,
    /// Accept a subject with scans both in training and in the test set, or both labelled and in
    /// validation, with a warning instead of an error. Scores of such a split are too good.
    /// Default false.
    #[serde(default)]
    pub allow_subject_overlap: bool,
}
