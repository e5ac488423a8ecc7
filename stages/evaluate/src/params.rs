//! What a user may choose.

use std::collections::{BTreeMap, BTreeSet};

use pipeline_engine::stage::ParamProblem;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use stages_metrics::Connectivity;
use stages_tables::Grid;

use crate::{ClinicalParams, Metric};

/// The tolerance that papers report when they report one: about a voxel or two.
const DEFAULT_TOLERANCE_MM: f64 = 2.0;

/// Parameters of `evaluate`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct EvaluateParams {
    /// The metrics to compute, each once; every one per scan and class. Overlap: `dice`, `iou`,
    /// `precision`, `recall`, ratios from 0 to 1. Volume: `volume_difference` (ml, prediction less
    /// reference), `relative_volume_difference`. Surface distances in mm: `hd` (Hausdorff), `hd95`
    /// (its 95th percentile), `assd`, `masd` (both directions together), `asd_pr`, `asd_rp` (one
    /// direction), and `nsd`, the share of the surfaces within a tolerance. Only to compare with
    /// published tables: `hd95_pooled` (mm), `hd95_pooled_vox` and `asd_pr_vox` (voxels, as if a
    /// voxel were a cube), which count a missed structure as a perfect 0. Default:
    /// `[dice, hd95, assd]`.
    pub metrics: Vec<Metric>,
    /// The grids to compute them on, each once. `network`: all slices of the scan inside the
    /// window that the network saw, as the paper's authors report. `native`: the scan's own
    /// voxels; the prediction is put back by nearest neighbour, and everything outside the
    /// window, or on slices that were not extracted, counts as predicted background. Default:
    /// both.
    pub grids: Vec<GridName>,
    /// The tolerances of `nsd` in mm, each once; `nsd@2mm` is the metric at 2 mm. Default: `[2]`.
    #[serde(skip_serializing_if = "is_default_tolerance")]
    pub nsd_tolerances_mm: Vec<f64>,
    /// A tolerance in mm for every class by name, such as `{ RV: 2, Myo: 1.5, LV: 1 }`, for
    /// tolerances that follow the agreement between raters. The metric with these is called `nsd`.
    /// Default: none.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub nsd_class_tolerances_mm: BTreeMap<String, f64>,
    /// Reduces every predicted class to its largest connected component before it is scored, in
    /// 3-D, on each grid: `faces` (a voxel has 6 neighbours), `edges` (18) or `corners` (26). The
    /// table says so. Default: none, the prediction is scored as it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub largest_component: Option<Neighbours>,
    /// A value of the label maps that means "do not score": its voxels are taken out of prediction
    /// and reference before anything is counted, after `largest_component`, and their number is
    /// reported. The manifest must name the value as a class, and the network learns it as one.
    /// Default: none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ignore_label: Option<u8>,
    /// Clinical values of the heart per subject, from the masks at both phases: volumes, ejection
    /// fractions, myocardial mass. `{}` takes the names of ACDC. Default: none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clinical: Option<ClinicalParams>,
}

impl Default for EvaluateParams {
    fn default() -> Self {
        Self {
            metrics: vec![Metric::Dice, Metric::Hd95, Metric::Assd],
            grids: vec![GridName::Network, GridName::Native],
            nsd_tolerances_mm: vec![DEFAULT_TOLERANCE_MM],
            nsd_class_tolerances_mm: BTreeMap::new(),
            largest_component: None,
            ignore_label: None,
            clinical: None,
        }
    }
}

fn is_default_tolerance(tolerances: &[f64]) -> bool {
    tolerances == [DEFAULT_TOLERANCE_MM]
}

impl EvaluateParams {
    /// Everything that is wrong with the parameters themselves.
    pub(crate) fn problems(&self) -> Vec<ParamProblem> {
        let once = |path: &str, count: usize, distinct: usize, accepted: &str| {
            let found = match (count, distinct) {
                (0, _) => "an empty list would score nothing",
                (count, distinct) if distinct < count => "an entry is listed twice",
                _ => return None,
            };
            let help = format!("accepted, each once: {accepted}");
            Some(ParamProblem::new(path, found).with_help(help))
        };
        let metrics = self.metrics.iter().collect::<BTreeSet<_>>().len();
        let grids = self.grids.iter().collect::<BTreeSet<_>>().len();
        let known = Metric::ALL.map(Metric::word).join(", ");
        let mut problems: Vec<_> = [
            once("metrics", self.metrics.len(), metrics, &known),
            once("grids", self.grids.len(), grids, "network, native"),
        ]
        .into_iter()
        .flatten()
        .collect();
        problems.extend(self.tolerance_problems());
        if self.ignore_label == Some(0) {
            let found = "0 is the background, which is never scored";
            let help = "give the value that marks voxels nobody annotated, such as 255";
            problems.push(ParamProblem::new("ignore_label", found).with_help(help));
        }
        problems.extend(self.clinical.iter().flat_map(ClinicalParams::problems));
        problems
    }

    fn tolerance_problems(&self) -> Vec<ParamProblem> {
        const HELP: &str = "a tolerance is a length in mm, 0 or more, such as 2";
        let bad = |tolerance: &f64| !(tolerance.is_finite() && *tolerance >= 0.0);
        let mut problems = Vec::new();
        for (at, tolerance) in self.nsd_tolerances_mm.iter().enumerate() {
            let path = format!("nsd_tolerances_mm[{at}]");
            if bad(tolerance) {
                let found = format!("{tolerance} mm is no tolerance");
                problems.push(ParamProblem::new(path, found).with_help(HELP));
            } else if self.nsd_tolerances_mm[..at].contains(tolerance) {
                problems.push(ParamProblem::new(path, format!("{tolerance} mm is listed twice")));
            }
        }
        for (class, tolerance) in self.nsd_class_tolerances_mm.iter().filter(|(_, mm)| bad(mm)) {
            let path = format!("nsd_class_tolerances_mm.{class}");
            let found = format!("{tolerance} mm is no tolerance");
            problems.push(ParamProblem::new(path, found).with_help(HELP));
        }
        let none = self.nsd_tolerances_mm.is_empty() && self.nsd_class_tolerances_mm.is_empty();
        if none && self.metrics.contains(&Metric::Nsd) {
            let found = "`nsd` is to be computed, but there is no tolerance";
            problems.push(ParamProblem::new("nsd_tolerances_mm", found).with_help(HELP));
        }
        problems
    }
}

/// A grid that metrics are computed on.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
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

/// Which voxels are neighbours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Neighbours {
    /// Those that share a face: 6.
    Faces,
    /// Those that share a face or an edge: 18.
    Edges,
    /// Those that share a face, an edge or a corner: 26.
    Corners,
}

impl Neighbours {
    /// The word in the table.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Faces => "faces",
            Self::Edges => "edges",
            Self::Corners => "corners",
        }
    }
}

impl From<Neighbours> for Connectivity {
    fn from(neighbours: Neighbours) -> Self {
        match neighbours {
            Neighbours::Faces => Self::Faces,
            Neighbours::Edges => Self::Edges,
            Neighbours::Corners => Self::Corners,
        }
    }
}
