//! What holds for every pair of masks.

use proptest::prelude::*;
use stages_metrics::SurfaceDistances;

use crate::brute_force::{distances, overlay};
use crate::masks::Mask;

/// A mask that is empty, full, speckled, or a few boxes, so that both near and far surfaces occur.
fn masks() -> impl Strategy<Value = (Mask, Mask, [f64; 3])> {
    let shape = [1_i64..70, 1_i64..12, 1_i64..9];
    let spacing = prop::array::uniform3(prop_oneof![Just(1.0), 0.3..12.0_f64]);
    (shape, spacing).prop_flat_map(|(shape, spacing)| (mask(shape), mask(shape), Just(spacing)))
}

fn mask(shape: [i64; 3]) -> impl Strategy<Value = Mask> {
    let voxels = shape.iter().product::<i64>() as usize;
    let corner = || prop::array::uniform3(0.0..1.0_f64);
    let boxes = prop::collection::vec((corner(), corner()), 1..4).prop_map(move |boxes| {
        Mask::new(shape, |index| {
            boxes.iter().any(|(a, b)| {
                (0..3).all(|axis| {
                    let place = index[axis] as f64 / shape[axis] as f64;
                    (a[axis].min(b[axis])..=a[axis].max(b[axis])).contains(&place)
                })
            })
        })
    });
    let speckles = (0.0..0.3_f64, prop::collection::vec(0.0..1.0_f64, voxels)).prop_map(
        move |(share, draws)| Mask {
            shape,
            voxels: draws.into_iter().map(|draw| draw < share).collect(),
        },
    );
    prop_oneof![boxes, speckles]
}

fn of(prediction: &Mask, reference: &Mask, spacing: [f64; 3]) -> Option<SurfaceDistances> {
    overlay(prediction, reference, spacing).distances()
}

/// The same value up to the order of a sum.
fn close(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-9 * a.abs().max(1.0)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    #[test]
    fn distances_are_those_of_comparing_every_voxel_with_every_other_to_the_last_bit(
        (prediction, reference, spacing) in masks()
    ) {
        let expected = distances(&prediction, &reference, spacing);
        match of(&prediction, &reference, spacing) {
            None => prop_assert!(expected.iter().any(Vec::is_empty)),
            Some(found) => {
                for (found, expected) in
                    [found.pred_to_ref, found.ref_to_pred].iter().zip(&expected)
                {
                    prop_assert_eq!(&found.sorted(), expected);
                }
            }
        }
    }

    #[test]
    fn metrics_are_ordered_and_symmetric((prediction, reference, spacing) in masks()) {
        let Some(there) = of(&prediction, &reference, spacing) else { return Ok(()) };
        let back = of(&reference, &prediction, spacing).unwrap();
        let (hd, hd95) = (there.hausdorff(), there.hausdorff_quantile(0.95));
        prop_assert!(hd >= hd95 && hd95 >= 0.0);
        prop_assert!(hd >= there.assd() && hd >= there.masd());
        prop_assert_eq!((hd, hd95), (back.hausdorff(), back.hausdorff_quantile(0.95)));
        prop_assert!(close(there.assd(), back.assd()) && close(there.masd(), back.masd()));
        prop_assert_eq!(&there.pred_to_ref, &back.ref_to_pred);

        let tolerances = [-1.0, 0.0, 0.5, 1.0, 3.0, hd, f64::INFINITY];
        let mut shares: Vec<_> = tolerances[1..5].iter().map(|tau| there.nsd(*tau)).collect();
        prop_assert!(shares.is_sorted());
        shares.extend([there.nsd(-1.0), there.nsd(hd)]);
        prop_assert!(shares.iter().all(|share| (0.0..=1.0).contains(share)));
        prop_assert_eq!((shares[4], shares[5], there.nsd(f64::INFINITY)), (0.0, 1.0, 1.0));
    }

    #[test]
    fn moving_both_masks_changes_nothing(
        (prediction, reference, spacing) in masks(),
        step in prop::array::uniform3(0_i64..4),
    ) {
        let moved = |mask: &Mask| {
            let shape = [0, 1, 2].map(|axis| mask.shape[axis] + 4);
            Mask::new(shape, |index| mask.at([0, 1, 2].map(|axis| index[axis] - step[axis])))
        };
        prop_assert_eq!(
            of(&prediction, &reference, spacing),
            of(&moved(&prediction), &moved(&reference), spacing)
        );
    }

    #[test]
    fn a_mask_moved_by_a_step_is_at_most_that_far_from_itself(
        (mask, _, spacing) in masks(),
        step in prop::array::uniform3(0_i64..4),
    ) {
        // On a grid with room, so that nothing is cut off.
        let shape = [0, 1, 2].map(|axis| mask.shape[axis] + 4);
        let roomy = Mask::new(shape, |index| mask.at(index));
        let Some(distances) = of(&roomy.shifted(step), &roomy, spacing) else { return Ok(()) };
        let length = (0..3).map(|axis| (step[axis] as f64 * spacing[axis]).powi(2)).sum::<f64>();
        prop_assert!(distances.hausdorff() <= length.sqrt() * (1.0 + 1e-12));
        if step == [0; 3] {
            prop_assert_eq!((distances.hausdorff(), distances.nsd(0.0)), (0.0, 1.0));
        }
    }
}

/// A plate that leans against another one far away: no plane or row is excluded early, so the
/// search leaves the rows for the tree.
#[test]
fn far_surfaces_are_found_exactly() {
    let shape = [120, 60, 6];
    let plate = |at: i64, lean: i64| {
        Mask::new(shape, |[i, j, k]| i == at + (j + k) / lean && (j + k) % 3 != 0)
    };
    let (prediction, reference) = (plate(0, 9), plate(80, 4));
    let spacing = [0.7, 1.3, 2.1];
    let found = of(&prediction, &reference, spacing).unwrap();
    let expected = distances(&prediction, &reference, spacing);
    assert!(expected[0].len() > 100 && expected[1].len() > 100);
    assert_eq!([found.pred_to_ref.sorted(), found.ref_to_pred.sorted()], expected);
}
