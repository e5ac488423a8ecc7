//! The Dice coefficient.

use stages_tables::{ClassInfo, Grid, MetricState};

use super::{ClassScore, LabelPair};

/// Added to numerator and denominator by the authors' formula.
const SMOOTHING: f64 = 1e-6;

/// 3D Dice coefficient of every class: twice the shared voxels over the sum of both masks, counted
/// over the whole scan.
///
/// With `I` voxels in both masks and `S` the sum of their sizes, exact integers:
/// - on the network grid `(2 I + 1e-6) / (S + 1e-6)`, so a class absent from both masks scores 1,
///   and one absent from one of them almost 0;
/// - on the native grid `2 I / S`, so a class absent from both masks is undefined, and one absent
///   from one of them scores 0.
///
/// The state says which of these happened. Range: 0 to 1.
///
/// # Shapes
/// Both label maps: the scan's voxels, one class id each, in the same order.
/// # Source
/// Network grid: the authors' universal Dice meter, aggregated by scan. Native grid: the count form
/// `2 TP / (2 TP + FP + FN)` of Dice.
pub(super) fn score<'a>(
    pair: LabelPair<'_>,
    classes: impl Iterator<Item = &'a ClassInfo>,
) -> Vec<ClassScore> {
    let counts = Counts::of(pair);
    classes
        .map(|class| {
            let id = usize::from(class.id);
            let (predicted, annotated) = (counts.predicted[id], counts.annotated[id]);
            let state = match (predicted, annotated) {
                (0, 0) => MetricState::BothEmpty,
                (0, _) => MetricState::PredEmpty,
                (_, 0) => MetricState::RefEmpty,
                _ => MetricState::Ok,
            };
            let (shared, sum) = (2.0 * counts.shared[id] as f64, (predicted + annotated) as f64);
            let value = match pair.grid {
                Grid::Network => Some((shared + SMOOTHING) / (sum + SMOOTHING)),
                Grid::Native => (state != MetricState::BothEmpty).then(|| shared / sum),
            };
            ClassScore { class_id: class.id, value, state }
        })
        .collect()
}

/// Voxels per class id.
struct Counts {
    predicted: [u64; 256],
    annotated: [u64; 256],
    shared: [u64; 256],
}

impl Counts {
    fn of(pair: LabelPair<'_>) -> Self {
        let mut counts = Self { predicted: [0; 256], annotated: [0; 256], shared: [0; 256] };
        for (prediction, reference) in pair.prediction.iter().zip(pair.reference) {
            counts.predicted[usize::from(*prediction)] += 1;
            counts.annotated[usize::from(*reference)] += 1;
            counts.shared[usize::from(*prediction)] += u64::from(prediction == reference);
        }
        counts
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn classes(count: u8) -> Vec<ClassInfo> {
        (0..count).map(|id| ClassInfo { id, name: format!("class {id}") }).collect()
    }

    fn dice(grid: Grid, prediction: &[u8], reference: &[u8], class: u8) -> ClassScore {
        score(LabelPair { prediction, reference, grid }, classes(class + 1).iter()).pop().unwrap()
    }

    #[test]
    fn counts_by_hand() {
        // Class 1: 3 predicted, 4 annotated, 2 shared. 2 * 2 / (3 + 4) = 4 / 7.
        let (prediction, reference) = ([1, 1, 1, 0, 0, 2], [1, 1, 0, 1, 1, 2]);
        let native = dice(Grid::Native, &prediction, &reference, 1);
        assert_eq!(native.value, Some(4.0 / 7.0));
        assert_eq!(native.state, MetricState::Ok);
        let network = dice(Grid::Network, &prediction, &reference, 1);
        assert_eq!(network.value, Some(4.000_001 / 7.000_001));
        // Class 2: one voxel, the same in both.
        assert_eq!(dice(Grid::Native, &prediction, &reference, 2).value, Some(1.0));
        assert_eq!(dice(Grid::Network, &prediction, &reference, 2).value, Some(1.0));
    }

    #[test]
    fn a_class_in_neither_mask_is_one_by_the_authors_and_undefined_natively() {
        let network = dice(Grid::Network, &[0, 0], &[0, 0], 1);
        assert_eq!((network.value, network.state), (Some(1.0), MetricState::BothEmpty));
        let native = dice(Grid::Native, &[0, 0], &[0, 0], 1);
        assert_eq!((native.value, native.state), (None, MetricState::BothEmpty));
    }

    #[test]
    fn a_class_in_one_mask_scores_nothing() {
        for (prediction, reference, state) in
            [([0, 0], [0, 1], MetricState::PredEmpty), ([1, 0], [0, 0], MetricState::RefEmpty)]
        {
            let native = dice(Grid::Native, &prediction, &reference, 1);
            assert_eq!((native.value, native.state), (Some(0.0), state));
            let network = dice(Grid::Network, &prediction, &reference, 1);
            // 1e-6 / (1 + 1e-6)
            assert_eq!((network.value, network.state), (Some(1e-6 / 1.000_001), state));
        }
    }

    #[test]
    fn an_empty_scan_has_no_class_at_all() {
        assert_eq!(dice(Grid::Native, &[], &[], 1).state, MetricState::BothEmpty);
    }

    fn label_maps() -> impl Strategy<Value = (Vec<u8>, Vec<u8>)> {
        prop::collection::vec((0u8..4, 0u8..4), 0..200).prop_map(|pairs| pairs.into_iter().unzip())
    }

    proptest! {
        #[test]
        fn is_the_brute_force_count_within_0_and_1_and_symmetric(
            (prediction, reference) in label_maps(), network in any::<bool>()
        ) {
            let grid = if network { Grid::Network } else { Grid::Native };
            for class in 0..4 {
                let forward = dice(grid, &prediction, &reference, class);
                let backward = dice(grid, &reference, &prediction, class);
                prop_assert_eq!(forward.value, backward.value);

                let predicted: Vec<_> = prediction.iter().map(|id| *id == class).collect();
                let annotated: Vec<_> = reference.iter().map(|id| *id == class).collect();
                let count = |f: fn(bool, bool) -> bool| {
                    predicted.iter().zip(&annotated).filter(|(p, r)| f(**p, **r)).count() as f64
                };
                let (tp, fp, fn_) =
                    (count(|p, r| p && r), count(|p, r| p && !r), count(|p, r| !p && r));
                let expected = if network {
                    Some((2.0 * tp + 1e-6) / (2.0 * tp + fp + fn_ + 1e-6))
                } else {
                    (tp + fp + fn_ > 0.0).then(|| 2.0 * tp / (2.0 * tp + fp + fn_))
                };
                prop_assert_eq!(forward.value, expected);
                if let Some(value) = forward.value {
                    prop_assert!((0.0..=1.0).contains(&value));
                }
            }
        }
    }
}
