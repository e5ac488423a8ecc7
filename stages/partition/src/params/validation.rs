//! The validation set.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::attribute::Condition;
use crate::published::Validation;
use crate::{FoldParams, NnunetFoldParams, Published};

/// Which scans select the best epoch: exactly one of `scans`, `subjects`, `ratio`,
/// `subjects_ratio`, `folds`, `nnunet_fold`, `list`, `where` and `published`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ValidationParams {
    /// This many scans, drawn by seed; 0 for no validation set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scans: Option<u32>,
    /// This many subjects, drawn by seed, with all their scans.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subjects: Option<u32>,
    /// This part of the scans that may be drawn, more than 0 and below 1, rounded up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ratio: Option<f64>,
    /// This part of the subjects that may be drawn, more than 0 and below 1, rounded up, with all
    /// their scans.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subjects_ratio: Option<f64>,
    /// One fold of the subjects that may be drawn, dealt by seed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub folds: Option<FoldParams>,
    /// One of nnU-Net's folds of the annotated subjects outside the test set. It is fixed before
    /// any draw; `seed` and `from` play no part.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nnunet_fold: Option<NnunetFoldParams>,
    /// These scans.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub list: Option<Vec<String>>,
    /// The scans with these values of attributes, such as `{ Vendor: C }`.
    #[serde(default, rename = "where", skip_serializing_if = "Option::is_none")]
    pub where_: Option<Condition>,
    /// The validation set of a published split.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub published: Option<Published<Validation>>,
    /// Where drawn scans come from. Default `unlabelled`.
    #[serde(default)]
    pub from: ValidationSource,
    /// Keep using the images of the validation scans, never their labels, as unlabelled training
    /// images, as the authors do. Default false.
    #[serde(default)]
    pub keep_in_unlabelled_pool: bool,
}

/// Where drawn validation scans come from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ValidationSource {
    /// The scans left unlabelled, of subjects without a labelled scan; drawn after the labelled
    /// ones.
    #[default]
    Unlabelled,
    /// All scans outside the test set; drawn before the labelled ones, whose draw then leaves the
    /// subjects of the validation scans out. Other labelled draws keep the validation set.
    Train,
}

/// The validation choice as one value, once the parameters are known to hold exactly one.
#[derive(Debug, Clone, Copy)]
pub(crate) enum ValidationChoice<'a> {
    Scans(u32),
    Subjects(u32),
    Ratio(f64),
    SubjectsRatio(f64),
    Folds(FoldParams),
    NnunetFold(NnunetFoldParams),
    List(&'a [String]),
    Where(&'a Condition),
    Published(Published<Validation>),
}

impl ValidationParams {
    /// The choices that are set, as field name and value; one if the parameters are valid.
    pub(crate) fn choices(&self) -> Vec<(&'static str, ValidationChoice<'_>)> {
        use ValidationChoice as Choice;
        [
            self.scans.map(|n| ("scans", Choice::Scans(n))),
            self.subjects.map(|n| ("subjects", Choice::Subjects(n))),
            self.ratio.map(|r| ("ratio", Choice::Ratio(r))),
            self.subjects_ratio.map(|r| ("subjects_ratio", Choice::SubjectsRatio(r))),
            self.folds.map(|f| ("folds", Choice::Folds(f))),
            self.nnunet_fold.map(|f| ("nnunet_fold", Choice::NnunetFold(f))),
            self.list.as_deref().map(|l| ("list", Choice::List(l))),
            self.where_.as_ref().map(|w| ("where", Choice::Where(w))),
            self.published.map(|p| ("published", Choice::Published(p))),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    /// The choice that is set; no validation set where there is none.
    pub(crate) fn choice(&self) -> ValidationChoice<'_> {
        self.choices().first().map_or(ValidationChoice::Scans(0), |(_, choice)| *choice)
    }
}
