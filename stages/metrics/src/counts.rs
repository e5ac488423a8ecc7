//! Voxel counts of one class, and what follows from them alone.

/// Which of the two masks has voxels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum MaskState {
    /// Both have.
    Ok,
    /// The prediction has none.
    PredEmpty,
    /// The reference has none.
    RefEmpty,
    /// Neither has any.
    BothEmpty,
}

/// Voxels of one class by what prediction and reference say of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// In both.
    pub true_positive: u64,
    /// In the prediction only.
    pub false_positive: u64,
    /// In the reference only.
    pub false_negative: u64,
    /// In neither.
    pub true_negative: u64,
}

impl Counts {
    /// Voxels of the prediction.
    pub fn predicted(&self) -> u64 {
        self.true_positive + self.false_positive
    }

    /// Voxels of the reference.
    pub fn annotated(&self) -> u64 {
        self.true_positive + self.false_negative
    }

    /// Which of the two has voxels.
    pub fn state(&self) -> MaskState {
        match (self.predicted(), self.annotated()) {
            (0, 0) => MaskState::BothEmpty,
            (0, _) => MaskState::PredEmpty,
            (_, 0) => MaskState::RefEmpty,
            _ => MaskState::Ok,
        }
    }

    /// `2 TP / (2 TP + FP + FN)`, from 0 to 1; none if both are empty.
    pub fn dice(&self) -> Option<f64> {
        ratio(2 * self.true_positive, self.predicted() + self.annotated())
    }

    /// `TP / (TP + FP + FN)`, from 0 to 1; none if both are empty.
    pub fn iou(&self) -> Option<f64> {
        ratio(self.true_positive, self.predicted() + self.false_negative)
    }

    /// `TP / (TP + FP)`, from 0 to 1. A prediction that misses the structure altogether scores 0;
    /// none if both are empty.
    pub fn precision(&self) -> Option<f64> {
        match self.state() {
            MaskState::BothEmpty => None,
            MaskState::PredEmpty => Some(0.0),
            MaskState::Ok | MaskState::RefEmpty => ratio(self.true_positive, self.predicted()),
        }
    }

    /// `TP / (TP + FN)`, from 0 to 1; none if the reference is empty, because there is nothing to
    /// be found.
    pub fn recall(&self) -> Option<f64> {
        ratio(self.true_positive, self.annotated())
    }

    /// Voxels of the prediction less those of the reference; none if both are empty.
    pub fn voxel_difference(&self) -> Option<f64> {
        (self.state() != MaskState::BothEmpty)
            .then_some(self.false_positive as f64 - self.false_negative as f64)
    }

    /// The same over the voxels of the reference: 0.1 is a tenth too large. None if the reference
    /// is empty.
    pub fn relative_difference(&self) -> Option<f64> {
        (self.annotated() > 0).then(|| {
            (self.false_positive as f64 - self.false_negative as f64) / self.annotated() as f64
        })
    }
}

fn ratio(numerator: u64, denominator: u64) -> Option<f64> {
    (denominator > 0).then(|| numerator as f64 / denominator as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(true_positive: u64, false_positive: u64, false_negative: u64) -> Counts {
        Counts { true_positive, false_positive, false_negative, true_negative: 10 }
    }

    #[test]
    fn ratios_by_hand() {
        let counts = counts(6, 2, 4);
        assert_eq!(counts.state(), MaskState::Ok);
        assert_eq!(counts.dice(), Some(12.0 / 18.0));
        assert_eq!(counts.iou(), Some(6.0 / 12.0));
        assert_eq!(counts.precision(), Some(6.0 / 8.0));
        assert_eq!(counts.recall(), Some(6.0 / 10.0));
        assert_eq!(counts.voxel_difference(), Some(-2.0));
        assert_eq!(counts.relative_difference(), Some(-0.2));
    }

    #[test]
    fn a_missed_structure_scores_nothing_and_an_invented_one_has_no_recall() {
        let missed = counts(0, 0, 5);
        assert_eq!(missed.state(), MaskState::PredEmpty);
        assert_eq!((missed.dice(), missed.iou()), (Some(0.0), Some(0.0)));
        assert_eq!((missed.precision(), missed.recall()), (Some(0.0), Some(0.0)));
        assert_eq!(missed.relative_difference(), Some(-1.0));
        let invented = counts(0, 5, 0);
        assert_eq!(invented.state(), MaskState::RefEmpty);
        assert_eq!((invented.dice(), invented.iou()), (Some(0.0), Some(0.0)));
        assert_eq!((invented.precision(), invented.recall()), (Some(0.0), None));
        assert_eq!(invented.voxel_difference(), Some(5.0));
        assert_eq!(invented.relative_difference(), None);
    }

    #[test]
    fn of_nothing_nothing_is_defined() {
        let nothing = counts(0, 0, 0);
        assert_eq!(nothing.state(), MaskState::BothEmpty);
        let all = [nothing.dice(), nothing.iou(), nothing.precision(), nothing.recall()];
        assert_eq!(all, [None; 4]);
        assert_eq!((nothing.voxel_difference(), nothing.relative_difference()), (None, None));
    }
}
