//! Our values beside the committed ones.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};
use stages_metrics::{MaskState, SurfaceDistances};

use crate::brute_force::overlay;
use crate::masks::{Vector, vectors};

/// What `reference.py` printed for one pair of masks.
#[derive(Deserialize)]
struct Row {
    name: String,
    ours: BTreeMap<String, Value>,
    monai: Option<BTreeMap<String, f64>>,
    medpy: Option<BTreeMap<String, f64>>,
}

fn rows() -> Vec<(Row, Vector)> {
    let rows: Vec<Row> = serde_json::from_str(include_str!("values.json")).expect("committed");
    let vectors = vectors();
    assert_eq!(rows.len(), 26);
    assert_eq!(rows.len(), vectors.len());
    let pairs: Vec<_> = rows.into_iter().zip(vectors).collect();
    assert!(pairs.iter().all(|(row, vector)| row.name == vector.name));
    pairs
}

/// Every value that we define, by its name in the file; none where it is undefined.
fn values(vector: &Vector) -> (MaskState, [u64; 4], BTreeMap<&'static str, Option<f64>>) {
    let spacing = vector.spacing.map(|units| units as f64 / 64.0);
    let class = overlay(&vector.prediction, &vector.reference, spacing);
    let counts = class.counts();
    let (mm, voxels) = (class.distances(), class.voxel_distances());
    let of = |f: fn(&SurfaceDistances) -> f64| mm.as_ref().map(f);
    let shape = vector.reference.shape.map(|size| size as usize);
    let lattice = stages_metrics::Lattice::new(shape, spacing).expect("a grid");
    let one_sided = matches!(counts.state(), MaskState::PredEmpty | MaskState::RefEmpty);
    let values = [
        ("dice", counts.dice()),
        ("iou", counts.iou()),
        ("precision", counts.precision()),
        ("recall", counts.recall()),
        ("diagonal_mm", Some(lattice.diagonal_mm())),
        ("hd", of(SurfaceDistances::hausdorff)),
        ("hd95", of(|all| all.hausdorff_quantile(0.95))),
        ("hd95_pooled", of(|all| all.pooled_quantile(0.95))),
        ("assd", of(SurfaceDistances::assd)),
        ("masd", of(SurfaceDistances::masd)),
        ("asd_pr", of(|all| all.pred_to_ref.mean())),
        ("asd_rp", of(|all| all.ref_to_pred.mean())),
        ("nsd", of(|all| all.nsd(2.0)).or(one_sided.then_some(0.0))),
        ("hd95_pooled_vox", voxels.as_ref().map(|all| all.pooled_quantile(0.95))),
        ("asd_pr_vox", voxels.as_ref().map(|all| all.pred_to_ref.mean())),
    ];
    let counts =
        [counts.true_positive, counts.false_positive, counts.false_negative, counts.true_negative];
    (class.counts().state(), counts, values.into())
}

fn assert_close(name: &str, field: &str, found: f64, expected: f64, tolerance: f64) {
    let difference = (found - expected).abs();
    assert!(
        difference <= tolerance * expected.abs().max(1.0),
        "{name} {field}: {found}, expected {expected}"
    );
}

#[test]
fn every_value_is_the_one_of_brute_force_to_a_billionth() {
    for (row, vector) in rows() {
        let (state, counts, found) = values(&vector);
        let word = match state {
            MaskState::Ok => "ok",
            MaskState::PredEmpty => "pred_empty",
            MaskState::RefEmpty => "ref_empty",
            MaskState::BothEmpty => "both_empty",
        };
        assert_eq!(row.ours["state"], json!(word), "{}", row.name);
        let mut compared = 0;
        for (name, found) in ["tp", "fp", "fn", "tn"].iter().zip(counts) {
            assert_eq!(row.ours[*name], json!(found), "{} {name}", row.name);
        }
        for (field, found) in found {
            let Some(expected) = row.ours.get(field) else { continue };
            compared += 1;
            match (found, expected.as_f64()) {
                (Some(found), Some(expected)) => {
                    assert_close(&row.name, field, found, expected, 1e-9);
                }
                (found, expected) => assert_eq!(found, expected, "{} {field}", row.name),
            }
        }
        assert_eq!(compared, 13, "{}", row.name);
    }
}

#[test]
fn monai_agrees_wherever_both_masks_have_voxels() {
    let mut compared = 0;
    for (row, vector) in rows() {
        let found = values(&vector).2;
        for (field, expected) in row.monai.iter().flatten().filter(|(name, _)| *name != "nsd_area")
        {
            // MONAI computes in single precision.
            assert_close(&row.name, field, found[field.as_str()].unwrap(), *expected, 1e-5);
            compared += 1;
        }
    }
    assert_eq!(compared, 23 * 7);
}

#[test]
fn medpy_agrees_on_what_it_shares_with_us_and_on_the_fields_of_the_literature() {
    let mut compared = 0;
    for (row, vector) in rows() {
        let found = values(&vector).2;
        for (field, expected) in row.medpy.iter().flatten() {
            assert_close(&row.name, field, found[field.as_str()].unwrap(), *expected, 1e-9);
            compared += 1;
        }
    }
    assert_eq!(compared, 23 * 10);
}
