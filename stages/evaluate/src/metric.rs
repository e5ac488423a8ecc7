//! The metrics: names, units, and the value of one class.

use std::cell::OnceCell;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use stages_metrics::{ClassOverlay, Counts, MaskState, SurfaceDistances};
use stages_tables::Grid;

/// Added to numerator and denominator by the authors' formula of Dice.
const SMOOTHING: f64 = 1e-6;
/// The percentile of HD95.
const MOST: f64 = 0.95;

/// A metric that compares a predicted label map with the annotation, class by class.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Metric {
    /// Dice coefficient: twice the shared voxels over the sum of both masks.
    Dice,
    /// Intersection over union, the Jaccard index.
    Iou,
    /// Share of the predicted voxels that are right.
    Precision,
    /// Share of the annotated voxels that are found.
    Recall,
    /// Predicted volume less annotated volume, in ml.
    VolumeDifference,
    /// The same over the annotated volume.
    RelativeVolumeDifference,
    /// Hausdorff distance in mm.
    Hd,
    /// 95th percentile of the Hausdorff distance in mm: the larger of both directions.
    Hd95,
    /// Average symmetric surface distance in mm: mean over both surfaces together.
    Assd,
    /// Mean of the two directed average distances, in mm.
    Masd,
    /// Average distance from the predicted surface to the annotated one, in mm.
    AsdPr,
    /// Average distance from the annotated surface to the predicted one, in mm.
    AsdRp,
    /// Normalized surface distance: share of both surfaces within the tolerance.
    Nsd,
    /// For published tables: 95th percentile of both directions together, in mm; 0 for a missed
    /// structure.
    Hd95Pooled,
    /// For published tables: the same in voxels, without the spacing.
    Hd95PooledVox,
    /// For published tables: `asd_pr` in voxels, without the spacing; 0 for a missed structure.
    AsdPrVox,
}

impl Metric {
    /// All of them.
    pub const ALL: [Self; 16] = [
        Self::Dice,
        Self::Iou,
        Self::Precision,
        Self::Recall,
        Self::VolumeDifference,
        Self::RelativeVolumeDifference,
        Self::Hd,
        Self::Hd95,
        Self::Assd,
        Self::Masd,
        Self::AsdPr,
        Self::AsdRp,
        Self::Nsd,
        Self::Hd95Pooled,
        Self::Hd95PooledVox,
        Self::AsdPrVox,
    ];

    /// The word in parameters and, but for `nsd` at one tolerance, in the metrics table.
    pub fn word(self) -> &'static str {
        match self {
            Self::Dice => "dice",
            Self::Iou => "iou",
            Self::Precision => "precision",
            Self::Recall => "recall",
            Self::VolumeDifference => "volume_difference",
            Self::RelativeVolumeDifference => "relative_volume_difference",
            Self::Hd => "hd",
            Self::Hd95 => "hd95",
            Self::Assd => "assd",
            Self::Masd => "masd",
            Self::AsdPr => "asd_pr",
            Self::AsdRp => "asd_rp",
            Self::Nsd => "nsd",
            Self::Hd95Pooled => "hd95_pooled",
            Self::Hd95PooledVox => "hd95_pooled_vox",
            Self::AsdPrVox => "asd_pr_vox",
        }
    }

    /// The unit in the metrics table; `1` for a ratio.
    pub fn unit(self) -> &'static str {
        match self {
            Self::VolumeDifference => "ml",
            Self::Hd95PooledVox | Self::AsdPrVox => "voxel",
            Self::Hd95Pooled => "mm",
            _ if self.has_worst_distance() => "mm",
            _ => "1",
        }
    }

    /// Whether a larger value is a better segmentation; none if 0 is the best.
    pub fn higher_is_better(self) -> Option<bool> {
        match self {
            Self::VolumeDifference | Self::RelativeVolumeDifference => None,
            Self::Dice | Self::Iou | Self::Precision | Self::Recall | Self::Nsd => Some(true),
            _ => Some(false),
        }
    }

    /// Whether the diagonal of the grid stands for the value in a ranking where only one of the
    /// masks has voxels. The fields of the literature have a rule of their own.
    pub fn has_worst_distance(self) -> bool {
        matches!(self, Self::Hd | Self::Hd95 | Self::Assd | Self::Masd | Self::AsdPr | Self::AsdRp)
    }

    /// Whether it is more than a count of voxels, so that the voxel size matters.
    pub(crate) fn needs_spacing(self) -> bool {
        !matches!(
            self,
            Self::Dice
                | Self::Iou
                | Self::Precision
                | Self::Recall
                | Self::RelativeVolumeDifference
                | Self::Hd95PooledVox
                | Self::AsdPrVox
        )
    }
}

/// One class of a scan, with its surface distances as soon as a metric needs them.
pub(crate) struct ClassScorer<'a> {
    class: &'a ClassOverlay,
    grid: Grid,
    voxel_ml: f64,
    mm: OnceCell<Option<SurfaceDistances>>,
    voxels: OnceCell<Option<SurfaceDistances>>,
}

impl<'a> ClassScorer<'a> {
    pub(crate) fn new(class: &'a ClassOverlay, grid: Grid, voxel_ml: f64) -> Self {
        Self { class, grid, voxel_ml, mm: OnceCell::new(), voxels: OnceCell::new() }
    }

    /// The value of a metric, or none where it is undefined. `tolerance_mm` is that of `nsd`.
    pub(crate) fn value(&self, metric: Metric, tolerance_mm: f64) -> Option<f64> {
        let counts = self.class.counts();
        match metric {
            Metric::Dice => dice(counts, self.grid),
            Metric::Iou => counts.iou(),
            Metric::Precision => counts.precision(),
            Metric::Recall => counts.recall(),
            Metric::VolumeDifference => counts.voxel_difference().map(|n| n * self.voxel_ml),
            Metric::RelativeVolumeDifference => counts.relative_difference(),
            Metric::Hd => self.mm().map(SurfaceDistances::hausdorff),
            Metric::Hd95 => self.mm().map(|all| all.hausdorff_quantile(MOST)),
            Metric::Assd => self.mm().map(SurfaceDistances::assd),
            Metric::Masd => self.mm().map(SurfaceDistances::masd),
            Metric::AsdPr => self.mm().map(|all| all.pred_to_ref.mean()),
            Metric::AsdRp => self.mm().map(|all| all.ref_to_pred.mean()),
            Metric::Nsd => match counts.state() {
                MaskState::BothEmpty => None,
                MaskState::PredEmpty | MaskState::RefEmpty => Some(0.0),
                MaskState::Ok => self.mm().map(|all| all.nsd(tolerance_mm)),
            },
            Metric::Hd95Pooled => {
                published(counts).or_else(|| Some(self.mm()?.pooled_quantile(MOST)))
            }
            Metric::Hd95PooledVox => {
                published(counts).or_else(|| Some(self.voxels()?.pooled_quantile(MOST)))
            }
            Metric::AsdPrVox => {
                published(counts).or_else(|| Some(self.voxels()?.pred_to_ref.mean()))
            }
        }
    }

    fn mm(&self) -> Option<&SurfaceDistances> {
        self.mm.get_or_init(|| self.class.distances()).as_ref()
    }

    fn voxels(&self) -> Option<&SurfaceDistances> {
        self.voxels.get_or_init(|| self.class.voxel_distances()).as_ref()
    }
}

/// Dice of the whole scan, from 0 to 1.
///
/// With `I` voxels in both masks and `S` the sum of their sizes, exact integers:
/// - on the network grid `(2 I + 1e-6) / (S + 1e-6)`, so a class absent from both masks scores 1,
///   and one absent from one of them almost 0;
/// - on the native grid `2 I / S`, so a class absent from both masks is undefined, and one absent
///   from one of them scores 0.
///
/// # Source
/// Network grid: the authors' universal Dice meter, aggregated by scan. Native grid: the count form
/// `2 TP / (2 TP + FP + FN)` of Dice.
fn dice(counts: Counts, grid: Grid) -> Option<f64> {
    match grid {
        Grid::Native => counts.dice(),
        Grid::Network => {
            let shared = 2.0 * counts.true_positive as f64;
            let sum = (counts.predicted() + counts.annotated()) as f64;
            Some((shared + SMOOTHING) / (sum + SMOOTHING))
        }
    }
}

/// What the public test scripts of semi-supervised segmentation write where the prediction is
/// empty, whatever the reference holds. Where only the reference is empty they fail, and here the
/// value is undefined.
fn published(counts: Counts) -> Option<f64> {
    (counts.predicted() == 0).then_some(0.0)
}

#[cfg(test)]
mod tests {
    use stages_metrics::{Lattice, Overlay};

    use super::*;

    /// Rows of 8 voxels, 2 mm apart.
    fn values(prediction: [u8; 8], reference: [u8; 8], grid: Grid) -> Vec<Option<f64>> {
        let lattice = Lattice::new([8, 1, 1], [2.0, 5.0, 10.0]).unwrap();
        let overlay = Overlay::new(&prediction, &reference, lattice).unwrap();
        let class = overlay.class(1);
        let scorer = ClassScorer::new(&class, grid, lattice.voxel_ml());
        Metric::ALL.map(|metric| scorer.value(metric, 2.0)).to_vec()
    }

    #[test]
    fn every_metric_by_hand() {
        // Predicted 1 and 2, annotated 2 and 5. From the prediction 1 and 0 voxels, from the
        // reference 0 and 3: 2, 0 | 0, 6 mm. All voxels are surface.
        let found = values([0, 1, 1, 0, 0, 0, 0, 0], [0, 0, 1, 0, 0, 1, 0, 0], Grid::Native);
        // Quantiles at 0.95 of the way from 0 to 2 and from 0 to 6; pooled 0, 0, 2, 6 at place
        // 2.85: 2 + 0.85 x 4.
        let expected =
            [0.5, 1.0 / 3.0, 0.5, 0.5, 0.0, 0.0, 6.0, 5.7, 2.0, 2.0, 1.0, 3.0, 0.75, 5.4, 2.7, 0.5];
        for ((metric, found), expected) in Metric::ALL.iter().zip(found).zip(expected) {
            let difference = (found.unwrap() - expected).abs();
            assert!(difference < 1e-12, "{} is {found:?}, not {expected}", metric.word());
        }
    }

    #[test]
    fn volumes_are_in_ml_and_signed() {
        // Two voxels of 0.1 ml too many on one that is annotated.
        let found = values([1, 1, 1, 0, 0, 0, 0, 0], [1, 0, 0, 0, 0, 0, 0, 0], Grid::Native);
        assert_eq!(found[4..6], [Some(0.2), Some(2.0)]);
    }

    #[test]
    fn the_empty_cases() {
        let (nothing, one) = ([0; 8], [1, 0, 0, 0, 0, 0, 0, 0]);
        let zero = Some(0.0);
        let missed = values(nothing, one, Grid::Native);
        assert_eq!(missed[..4], [zero; 4]);
        assert_eq!(missed[4..6], [Some(-0.1), Some(-1.0)]);
        assert_eq!(missed[6..12], [None; 6]);
        // NSD, and what the public scripts write.
        assert_eq!(missed[12..], [zero; 4]);
        let invented = values(one, nothing, Grid::Native);
        assert_eq!(invented[..4], [zero, zero, zero, None]);
        assert_eq!(invented[4..6], [Some(0.1), None]);
        assert_eq!(invented[6..12], [None; 6]);
        assert_eq!(invented[12..], [zero, None, None, None]);
        let neither = values(nothing, nothing, Grid::Native);
        assert_eq!(neither[..13], [None; 13]);
        assert_eq!(neither[13..], [zero; 3]);
    }

    #[test]
    fn the_authors_dice_is_smoothed_on_the_network_grid() {
        // 3 predicted, 4 annotated, 2 shared.
        let (prediction, reference) = ([1, 1, 1, 0, 0, 0, 0, 0], [1, 1, 0, 1, 1, 0, 0, 0]);
        assert_eq!(values(prediction, reference, Grid::Native)[0], Some(4.0 / 7.0));
        assert_eq!(values(prediction, reference, Grid::Network)[0], Some(4.000_001 / 7.000_001));
        assert_eq!(values([0; 8], [0; 8], Grid::Network)[0], Some(1.0));
        assert_eq!(values([0; 8], reference, Grid::Network)[0], Some(1e-6 / 4.000_001));
    }

    #[test]
    fn words_are_those_of_the_parameters() {
        for metric in Metric::ALL {
            let word = serde_json::to_value(metric).unwrap();
            assert_eq!(word, metric.word());
        }
    }
}
