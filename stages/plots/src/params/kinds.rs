//! What a user may choose of each kind of figure.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::choices::{DifferenceName, ErrorMapsName, FormName, OverlayName, ScaleName};

/// Learning curves: a line a method, its mean over runs, and a band.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct LearningParams {
    /// What to draw of the training logs, one figure each; `*` at the end stands for anything, as in
    /// `validation/dice/*` or `loss/*`. Default: `[validation/dice/mean, loss/total,
    /// loss/supervised]`.
    pub quantities: Vec<String>,
    /// The vertical axis of losses: `linear` or `log`. Default: `linear`.
    pub loss_scale: ScaleName,
}

impl Default for LearningParams {
    fn default() -> Self {
        let names = ["validation/dice/mean", "loss/total", "loss/supervised"];
        Self { quantities: names.map(str::to_owned).to_vec(), loss_scale: ScaleName::Linear }
    }
}

/// How the values of subjects spread, per class and method.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct DistributionParams {
    /// `box` or `violin`. Default: `box`.
    pub form: FormName,
}

/// A metric against how much is labelled.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RatioParams {
    /// The matrix variable that says how much is labelled. Default: the only variable, besides
    /// `rows` and `over`, whose values are all numbers (`5`, `0.05`, `5%`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub variable: Option<String>,
    /// The title of its axis. Default: the variable's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// Its unit. Default: `%` where all values end with it, else none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// Its axis, `linear` or `log`. Default: `log` where all values are above 0 and the largest is at
    /// least ten times the smallest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scale: Option<ScaleName>,
}

/// Bland-Altman plots: a figure a class, and one a clinical quantity where `evaluate` measured them.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct AgreementParams {
    /// What stands on the vertical axis: `absolute` differences, or `percent` of the mean of both.
    /// Default: `absolute`.
    pub difference: DifferenceName,
}

/// Pictures of the best, the median and the worst subject: image, ground truth, methods, errors.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct PanelsParams {
    /// Subjects to show besides, by name. Default: none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub also: Vec<String>,
    /// Whether labels are drawn as `contour` or `fill`. Default: `contour`.
    pub overlay: OverlayName,
    /// Whether each method has a picture of its errors: `shown` or `hidden`. Default: `shown`.
    pub error_maps: ErrorMapsName,
    /// What surrounds the labelled part, as a share of its longer side, from 0 to 10. Default: 0.2.
    pub margin: f64,
    /// Width of one picture in px, from 40 to 1000. Default: 132.
    pub picture_width_px: f64,
}

impl Default for PanelsParams {
    fn default() -> Self {
        Self {
            also: Vec::new(),
            overlay: OverlayName::Contour,
            error_maps: ErrorMapsName::Shown,
            margin: 0.2,
            picture_width_px: 132.0,
        }
    }
}
