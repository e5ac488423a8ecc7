//! Overlap of predicted and true classes, summed over the slices of a scan.

use tch::{Kind, Tensor};

/// Keeps the Dice of a class that is in neither mask at 1.
const SMOOTH: f64 = 1e-6;

/// Pixel counts of one scan.
#[derive(Debug, Clone, PartialEq)]
pub struct Overlap {
    /// Per class, pixels where prediction and label agree on it.
    both: Vec<i64>,
    /// Per class, predicted pixels plus labelled pixels.
    sum: Vec<i64>,
}

impl Overlap {
    /// Nothing counted yet.
    pub fn new(classes: usize) -> Self {
        Self { both: vec![0; classes], sum: vec![0; classes] }
    }

    /// Counts more pixels.
    ///
    /// # Shapes
    /// `predicted`, `labels`: the same shape, i64 in `0..classes`.
    pub fn add(&mut self, predicted: &Tensor, labels: &Tensor) {
        let classes = self.both.len() as i64;
        // One count of (label, prediction) pairs holds everything.
        let pairs = (labels * classes + predicted).flatten(0, -1);
        let table = pairs.bincount(None::<&Tensor>, classes * classes).reshape([classes, classes]);
        let table = table.to_device(tch::Device::Cpu).to_kind(Kind::Int64);
        let axis = |axis: i64| table.sum_dim_intlist(axis, false, None::<Kind>);
        let (labelled, predicted) = (axis(1), axis(0));
        for class in 0..classes {
            let at = class as usize;
            self.both[at] += table.int64_value(&[class, class]);
            self.sum[at] += labelled.int64_value(&[class]) + predicted.int64_value(&[class]);
        }
    }

    /// Dice of one class over everything counted; 1 where the class is in neither mask.
    ///
    /// # Source
    /// The authors' metric: `(2 I + 1e-6) / (S + 1e-6)`.
    pub fn dice(&self, class: usize) -> f64 {
        (2.0 * self.both[class] as f64 + SMOOTH) / (self.sum[class] as f64 + SMOOTH)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{close, probabilities_p, probabilities_q};

    #[test]
    fn matches_the_fixtures() {
        let mut overlap = Overlap::new(3);
        overlap.add(&probabilities_q().argmax(1, false), &probabilities_p().argmax(1, false));
        assert_eq!(overlap, Overlap { both: vec![16, 2, 21], sum: vec![33, 4, 43] });
        close(overlap.dice(0), 0.969_696_971);
        close(overlap.dice(1), 1.0);
        close(overlap.dice(2), 0.976_744_187);
    }

    #[test]
    fn slices_of_a_scan_are_pooled() {
        let plane = |values: &[i64]| Tensor::from_slice(values);
        let mut pooled = Overlap::new(2);
        // Slice one: 1 of 1 and 1 agree. Slice two: 2 predicted, 0 labelled.
        pooled.add(&plane(&[1, 0]), &plane(&[1, 0]));
        pooled.add(&plane(&[1, 1]), &plane(&[0, 0]));
        // 2 * 1 / (1 + 1 + 2 + 0), where a mean over slices would be (1 + 0) / 2.
        close(pooled.dice(1), 0.5);
    }

    #[test]
    fn a_class_in_neither_mask_scores_one() {
        let mut overlap = Overlap::new(2);
        overlap.add(&Tensor::from_slice(&[0i64, 0]), &Tensor::from_slice(&[0i64, 0]));
        assert_eq!(overlap.dice(1), 1.0);
    }
}
