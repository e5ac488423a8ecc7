//! Which fold of a cross-validation.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One fold of a cross-validation by subject, counted from 0. With the same `seed`, the folds are
/// disjoint and hold every subject once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FoldParams {
    /// How many folds there are, at least 2.
    pub count: u32,
    /// Which one, from 0 to `count` - 1.
    pub fold: u32,
}

/// One fold of the cross-validation that nnU-Net makes for a dataset: `KFold(count, shuffle=True,
/// random_state=seed)` of scikit-learn over the subjects' names, sorted as text.
///
/// It is nnU-Net's own fold where every subject has one scan. For ACDC, nnU-Net has another rule:
/// the published lists `nnunet_acdc_fold0` to `nnunet_acdc_fold4`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NnunetFoldParams {
    /// Which fold, from 0 to `count` - 1.
    pub fold: u32,
    /// How many folds there are, at least 2. Default 5, as in nnU-Net.
    #[serde(default = "five", skip_serializing_if = "is_five")]
    pub count: u32,
    /// Seed of the rule. Default 12345, as in nnU-Net.
    #[serde(default = "nnunet_seed", skip_serializing_if = "is_nnunet_seed")]
    pub seed: u32,
}

fn five() -> u32 {
    5
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_five(count: &u32) -> bool {
    *count == five()
}

fn nnunet_seed() -> u32 {
    12_345
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_nnunet_seed(seed: &u32) -> bool {
    *seed == nnunet_seed()
}
