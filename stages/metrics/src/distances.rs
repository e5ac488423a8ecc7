//! Distances between two surfaces, and the metrics made of them.

use crate::bits::set_bits;
use crate::nearest::{Nearest, Search};
use crate::surface::Surface;

/// Distances of the surface voxels of one mask to the nearest surface voxel of the other.
///
/// Voxels that both surfaces share are far the most and at distance 0, so they are only counted.
#[derive(Debug, Clone, PartialEq)]
pub struct Directed {
    zeros: usize,
    positive: Vec<f64>,
}

impl Directed {
    /// Surface voxels.
    pub fn count(&self) -> usize {
        self.zeros + self.positive.len()
    }

    /// The largest distance.
    pub fn max(&self) -> f64 {
        self.positive.iter().copied().fold(0.0, f64::max)
    }

    /// The mean distance.
    pub fn mean(&self) -> f64 {
        self.sum() / self.count() as f64
    }

    /// The quantile `q` (0 to 1) of the distances, linear between the two next to it: of `m`
    /// sorted values, the one at place `q (m - 1)`, counted from 0. Hyndman and Fan call it type
    /// 7; it is the default of NumPy and R.
    pub fn quantile(&self, q: f64) -> f64 {
        quantile(self.zeros, self.positive.clone(), q)
    }

    /// How many distances are at most `tolerance`.
    pub fn within(&self, tolerance: f64) -> usize {
        let zeros = if tolerance >= 0.0 { self.zeros } else { 0 };
        zeros + self.positive.iter().filter(|distance| **distance <= tolerance).count()
    }

    /// All distances, ascending.
    pub fn sorted(&self) -> Vec<f64> {
        let mut all = vec![0.0; self.zeros];
        all.extend(&self.positive);
        all.sort_by(f64::total_cmp);
        all
    }

    fn sum(&self) -> f64 {
        self.positive.iter().sum()
    }
}

/// Distances between the surfaces of a prediction and of a reference, both not empty, in the unit
/// of the spacing.
#[derive(Debug, Clone, PartialEq)]
pub struct SurfaceDistances {
    /// From the prediction's surface to the reference's.
    pub pred_to_ref: Directed,
    /// From the reference's surface to the prediction's.
    pub ref_to_pred: Directed,
}

impl SurfaceDistances {
    pub(crate) fn between(prediction: &Surface, reference: &Surface, spacing: [f64; 3]) -> Self {
        Self {
            pred_to_ref: directed(prediction, reference, spacing),
            ref_to_pred: directed(reference, prediction, spacing),
        }
    }

    /// Hausdorff distance: the largest of all distances.
    pub fn hausdorff(&self) -> f64 {
        self.pred_to_ref.max().max(self.ref_to_pred.max())
    }

    /// The larger of the two directed quantiles; 0.95 gives HD95.
    pub fn hausdorff_quantile(&self, q: f64) -> f64 {
        self.pred_to_ref.quantile(q).max(self.ref_to_pred.quantile(q))
    }

    /// The quantile of the distances of both directions together, as MedPy has it.
    pub fn pooled_quantile(&self, q: f64) -> f64 {
        let [a, b] = [&self.pred_to_ref, &self.ref_to_pred];
        quantile(a.zeros + b.zeros, [&a.positive[..], &b.positive[..]].concat(), q)
    }

    /// Average symmetric surface distance: the mean of the distances of both directions together.
    pub fn assd(&self) -> f64 {
        let [a, b] = [&self.pred_to_ref, &self.ref_to_pred];
        (a.sum() + b.sum()) / (a.count() + b.count()) as f64
    }

    /// Mean average surface distance: the mean of the two directed means.
    pub fn masd(&self) -> f64 {
        f64::midpoint(self.pred_to_ref.mean(), self.ref_to_pred.mean())
    }

    /// Normalized surface distance: the share of both surfaces that lies within a tolerance of the
    /// other one.
    pub fn nsd(&self, tolerance: f64) -> f64 {
        let [a, b] = [&self.pred_to_ref, &self.ref_to_pred];
        (a.within(tolerance) + b.within(tolerance)) as f64 / (a.count() + b.count()) as f64
    }
}

/// Distances from every voxel of one surface to the other, which is not empty.
fn directed(from: &Surface, to: &Surface, spacing: [f64; 3]) -> Directed {
    let search = Search::new(to, spacing);
    let mut result = Directed { zeros: 0, positive: Vec::new() };
    let Some(mut row_guess) = to.voxels().next() else { return result };
    let rows = from.bits.rows();
    let mut difference = vec![0; from.bits.words_per_row()];
    for (at, span) in from.row_spans.iter().enumerate() {
        if span.is_empty() {
            continue;
        }
        let (row, plane) = (at % rows, at / rows);
        let (here, there) = (from.bits.row(row, plane), to.bits.row(row, plane));
        for ((difference, here), there) in difference.iter_mut().zip(here).zip(there) {
            *difference = here & !there;
            result.zeros += (here & there).count_ones() as usize;
        }
        // What is nearest to a voxel is nearly so to the next one, in the row and below it.
        let mut guess = row_guess;
        for (place, column) in set_bits(&difference).enumerate() {
            let voxel = [column as u32, row as u32, plane as u32];
            let Nearest { voxel, square } = search.nearest(voxel, guess);
            guess = voxel;
            if place == 0 {
                row_guess = guess;
            }
            result.positive.push(square.sqrt());
        }
    }
    result
}

/// The type 7 quantile of some zeros and positive values.
fn quantile(zeros: usize, mut positive: Vec<f64>, q: f64) -> f64 {
    let place = q * (zeros + positive.len()).saturating_sub(1) as f64;
    let below = place.floor() as usize;
    let share = place - place.floor();
    let Some(at) = below.checked_sub(zeros) else {
        // The lower neighbour is 0; the upper one may be the first that is not.
        let first = positive.iter().copied().reduce(f64::min);
        let upper = first.filter(|_| below + 1 == zeros).unwrap_or(0.0);
        return share * upper;
    };
    let (_, lower, rest) = positive.select_nth_unstable_by(at, f64::total_cmp);
    let lower = *lower;
    let upper = rest.iter().copied().reduce(f64::min).unwrap_or(lower);
    lower + share * (upper - lower)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn quantiles_by_hand() {
        // 0, 0, 1, 3, 10: place 0.5 x 4 = 2 is 1; 0.95 x 4 = 3.8 is 3 + 0.8 x 7 = 8.6;
        // 0.375 x 4 = 1.5 is half of the way from 0 to 1.
        let distances = Directed { zeros: 2, positive: vec![10.0, 1.0, 3.0] };
        assert_eq!(distances.quantile(0.5), 1.0);
        assert!((distances.quantile(0.95) - 8.6).abs() < 1e-12);
        assert_eq!(distances.quantile(0.375), 0.5);
        assert_eq!((distances.quantile(0.0), distances.quantile(1.0)), (0.0, 10.0));
        assert_eq!(distances.mean(), 14.0 / 5.0);
        assert_eq!(
            (distances.within(1.0), distances.within(0.999), distances.within(-1.0)),
            (3, 2, 0)
        );
        assert_eq!(Directed { zeros: 4, positive: Vec::new() }.quantile(0.95), 0.0);
    }

    #[test]
    fn the_two_directions_together() {
        let distances = SurfaceDistances {
            pred_to_ref: Directed { zeros: 1, positive: vec![2.0] },
            ref_to_pred: Directed { zeros: 0, positive: vec![4.0, 6.0] },
        };
        assert_eq!(distances.hausdorff(), 6.0);
        // Pooled 0, 2, 4, 6; means 1 and 5.
        assert_eq!((distances.assd(), distances.masd()), (3.0, 3.0));
        assert_eq!(distances.pooled_quantile(0.5), 3.0);
        assert_eq!(distances.hausdorff_quantile(0.5), 5.0);
        assert_eq!(distances.nsd(2.0), 0.5);
    }

    proptest! {
        #[test]
        fn a_quantile_is_that_of_sorting_everything(
            zeros in 0_usize..6,
            positive in prop::collection::vec(0.001..9.0_f64, 0..40),
            q in 0.0..=1.0_f64,
        ) {
            prop_assume!(zeros + positive.len() > 0);
            let mut all = vec![0.0; zeros];
            all.extend(&positive);
            all.sort_by(f64::total_cmp);
            let place = q * (all.len() - 1) as f64;
            let below = place.floor() as usize;
            let above = all.get(below + 1).copied().unwrap_or(all[below]);
            let expected = all[below] + (place - below as f64) * (above - all[below]);
            let found = Directed { zeros, positive }.quantile(q);
            prop_assert!((found - expected).abs() <= 1e-12, "{found} {expected}");
        }
    }
}
