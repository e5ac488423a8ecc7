//! What a user may choose.

use std::collections::BTreeMap;

use pipeline_engine::stage::ParamProblem;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

mod choices;
mod kinds;

pub use choices::{
    CheckpointName, DifferenceName, ErrorMapsName, FigureKind, FormName, GridName, OverlayName,
    ScaleName, SpreadName,
};
pub use kinds::{AgreementParams, DistributionParams, LearningParams, PanelsParams, RatioParams};

/// Bounds of `width_px`.
const WIDTHS: std::ops::RangeInclusive<f64> = 240.0..=4000.0;
/// Bounds of `png_scale`.
const SCALES: std::ops::RangeInclusive<f64> = 0.5..=8.0;

/// Parameters of `figures`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct FiguresParams {
    /// The figures to make: `learning`, `distribution`, `ratio`, `agreement`, `panels`. One that is
    /// listed must have its inputs. Default: none listed, everything whose inputs are connected.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub only: Vec<FigureKind>,
    /// The matrix variable whose values are the methods; runs that were not made under it are one
    /// method called `all`. Default: `method`.
    pub rows: String,
    /// The matrix variables that repeat a run: what figures show is a mean over them, with its
    /// spread. Every other variable gives figures of its own. Default: `[seed]`.
    pub over: Vec<String>,
    /// Values of `rows` in the order of rows, colours and panels; the others follow, sorted.
    /// Default: none, all sorted.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub order: Vec<String>,
    /// Names to show instead of values of `rows`, such as `ours_kl: Ours (KL)`. Default: none.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub names: BTreeMap<String, String>,
    /// The metrics of the boxes and of the curves against the label ratio; the first one also ranks
    /// the subjects of the panels. Default: `[dice]`.
    pub metrics: Vec<String>,
    /// The grid of the metrics: `network` (as the paper's authors report) or `native` (the scan's
    /// own voxels). Default: `network`.
    pub grid: GridName,
    /// The checkpoint that predicted: `best` (the epoch that training selected) or `last`. Default:
    /// `best`.
    pub checkpoint: CheckpointName,
    /// What bands and bars show around a mean over runs: `standard_deviation` (of the sample) or
    /// `range`. Default: `standard_deviation`.
    pub spread: SpreadName,
    /// Width of the figures in px, of which 96 make an inch, from 240 to 4000. Default: 640.
    pub width_px: f64,
    /// Pixels of the PNG per px, from 0.5 to 8; 3 is fit for print (288 an inch). Default: 2.
    pub png_scale: f64,
    /// Learning curves.
    #[serde(skip_serializing_if = "is_default")]
    pub learning: LearningParams,
    /// Boxes or violins of the subjects' values.
    #[serde(skip_serializing_if = "is_default")]
    pub distribution: DistributionParams,
    /// Curves against the label ratio.
    #[serde(skip_serializing_if = "is_default")]
    pub ratio: RatioParams,
    /// Agreement on volumes.
    #[serde(skip_serializing_if = "is_default")]
    pub agreement: AgreementParams,
    /// Pictures of subjects.
    #[serde(skip_serializing_if = "is_default")]
    pub panels: PanelsParams,
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

impl Default for FiguresParams {
    fn default() -> Self {
        Self {
            only: Vec::new(),
            rows: "method".to_owned(),
            over: vec!["seed".to_owned()],
            order: Vec::new(),
            names: BTreeMap::new(),
            metrics: vec!["dice".to_owned()],
            grid: GridName::Network,
            checkpoint: CheckpointName::Best,
            spread: SpreadName::StandardDeviation,
            width_px: 640.0,
            png_scale: 2.0,
            learning: LearningParams::default(),
            distribution: DistributionParams::default(),
            ratio: RatioParams::default(),
            agreement: AgreementParams::default(),
            panels: PanelsParams::default(),
        }
    }
}

impl FiguresParams {
    /// Whether figures of a kind are made.
    pub(crate) fn wants(&self, kind: FigureKind) -> bool {
        self.only.is_empty() || self.only.contains(&kind)
    }

    /// Whether a kind is asked for by name, so that its absence is a mistake.
    pub(crate) fn asks_for(&self, kind: FigureKind) -> bool {
        self.only.contains(&kind)
    }

    /// Everything that is wrong with the parameters themselves.
    pub(crate) fn problems(&self) -> Vec<ParamProblem> {
        let mut problems = Vec::new();
        let mut problem = |path: &str, found: String, help: &str| {
            problems.push(ParamProblem::new(path, found).with_help(help));
        };
        if self.rows.is_empty() {
            let found = "an empty name is no matrix variable".to_owned();
            problem("rows", found, "name a variable of the experiment's matrix, such as `method`");
        }
        if self.over.contains(&self.rows) {
            let found =
                format!("`{}` cannot both be averaged over and tell methods apart", self.rows);
            problem("over", found, "list the variables that repeat a run, such as `seed`");
        }
        if self.metrics.is_empty() {
            let found = "an empty list leaves nothing to draw".to_owned();
            problem("metrics", found, "name metrics that `evaluate` computes, such as `dice`");
        }
        for (path, value, accepted) in [
            ("width_px", self.width_px, WIDTHS),
            ("png_scale", self.png_scale, SCALES),
            ("panels.picture_width_px", self.panels.picture_width_px, 40.0..=1000.0),
            ("panels.margin", self.panels.margin, 0.0..=10.0),
        ] {
            if !accepted.contains(&value) {
                let help = format!("accepted: {} to {}", accepted.start(), accepted.end());
                problem(path, format!("{value} cannot be used"), &help);
            }
        }
        let only: Vec<_> = self.only.iter().map(|kind| kind.word().to_owned()).collect();
        for (path, list) in [
            ("only", &only),
            ("over", &self.over),
            ("order", &self.order),
            ("metrics", &self.metrics),
            ("learning.quantities", &self.learning.quantities),
            ("panels.also", &self.panels.also),
        ] {
            for (index, item) in list.iter().enumerate() {
                if list[..index].contains(item) {
                    let path = format!("{path}[{index}]");
                    problem(&path, format!("`{item}` is listed twice"), "list it once");
                }
            }
        }
        problems
    }
}
