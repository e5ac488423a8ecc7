//! Words that parameters take.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use stages_figures::{Difference, DistributionForm, ErrorMaps, Overlay, Scale, Spread};
use stages_tables::Grid;

/// A kind of figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FigureKind {
    /// Learning curves.
    Learning,
    /// Boxes or violins.
    Distribution,
    /// Curves against the label ratio.
    Ratio,
    /// Bland-Altman plots.
    Agreement,
    /// Pictures of subjects.
    Panels,
}

impl FigureKind {
    /// All of them, in the order in which they are listed.
    pub const ALL: [Self; 5] =
        [Self::Learning, Self::Distribution, Self::Ratio, Self::Agreement, Self::Panels];

    /// The word in parameters and in the list of figures.
    pub fn word(self) -> &'static str {
        match self {
            Self::Learning => "learning",
            Self::Distribution => "distribution",
            Self::Ratio => "ratio",
            Self::Agreement => "agreement",
            Self::Panels => "panels",
        }
    }
}

/// A grid that metrics were computed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum GridName {
    /// The network's grid: resampled and cropped.
    Network,
    /// The scan's own voxels.
    Native,
}

impl From<GridName> for Grid {
    fn from(name: GridName) -> Self {
        match name {
            GridName::Network => Self::Network,
            GridName::Native => Self::Native,
        }
    }
}

/// A checkpoint that predicted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CheckpointName {
    /// The epoch that training selected.
    Best,
    /// The last epoch.
    Last,
}

impl CheckpointName {
    /// The word in the tables.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Best => "best",
            Self::Last => "last",
        }
    }
}

/// What stands around a mean over runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SpreadName {
    /// One sample standard deviation to either side.
    StandardDeviation,
    /// From the smallest to the largest value.
    Range,
}

impl From<SpreadName> for Spread {
    fn from(name: SpreadName) -> Self {
        match name {
            SpreadName::StandardDeviation => Self::StandardDeviation,
            SpreadName::Range => Self::Range,
        }
    }
}

/// How numbers are placed along an axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ScaleName {
    /// Equal steps are equal differences.
    #[default]
    Linear,
    /// Equal steps are equal ratios.
    Log,
}

impl From<ScaleName> for Scale {
    fn from(name: ScaleName) -> Self {
        match name {
            ScaleName::Linear => Self::Linear,
            ScaleName::Log => Self::Log,
        }
    }
}

/// The form in which a spread is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FormName {
    /// Quartiles, whiskers and outliers.
    #[default]
    Box,
    /// A density around a bar of the quartiles.
    Violin,
}

impl From<FormName> for DistributionForm {
    fn from(name: FormName) -> Self {
        match name {
            FormName::Box => Self::Box,
            FormName::Violin => Self::Violin,
        }
    }
}

/// How two measurements differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DifferenceName {
    /// Predicted less reference.
    #[default]
    Absolute,
    /// The same in per cent of the mean of both.
    Percent,
}

impl From<DifferenceName> for Difference {
    fn from(name: DifferenceName) -> Self {
        match name {
            DifferenceName::Absolute => Self::Absolute,
            DifferenceName::Percent => Self::Percent,
        }
    }
}

/// How labels lie over an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum OverlayName {
    /// As lines along their borders.
    #[default]
    Contour,
    /// As areas that let the image through.
    Fill,
}

impl From<OverlayName> for Overlay {
    fn from(name: OverlayName) -> Self {
        match name {
            OverlayName::Contour => Self::Contour,
            OverlayName::Fill => Self::Fill,
        }
    }
}

/// Whether errors have pictures of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ErrorMapsName {
    /// One after each method.
    #[default]
    Shown,
    /// None.
    Hidden,
}

impl From<ErrorMapsName> for ErrorMaps {
    fn from(name: ErrorMapsName) -> Self {
        match name {
            ErrorMapsName::Shown => Self::Shown,
            ErrorMapsName::Hidden => Self::Hidden,
        }
    }
}
