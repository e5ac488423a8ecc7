//! The definitions, spelled out: every surface voxel with every other one.

use stages_metrics::{ClassOverlay, Lattice, Overlay};

use crate::masks::Mask;

/// The surface distances of both directions, each sorted.
pub(crate) fn distances(prediction: &Mask, reference: &Mask, spacing: [f64; 3]) -> [Vec<f64>; 2] {
    let (p, r) = (surface(prediction), surface(reference));
    [nearest(&p, &r, spacing), nearest(&r, &p, spacing)]
}

/// Voxels with a face neighbour that is not in the mask.
fn surface(mask: &Mask) -> Vec<[i64; 3]> {
    let [nx, ny, nz] = mask.shape;
    let mut found = Vec::new();
    for k in 0..nz {
        for j in 0..ny {
            for i in 0..nx {
                let neighbours = [
                    [i - 1, j, k],
                    [i + 1, j, k],
                    [i, j - 1, k],
                    [i, j + 1, k],
                    [i, j, k - 1],
                    [i, j, k + 1],
                ];
                if mask.at([i, j, k]) && !neighbours.iter().all(|at| mask.at(*at)) {
                    found.push([i, j, k]);
                }
            }
        }
    }
    found
}

fn nearest(from: &[[i64; 3]], to: &[[i64; 3]], spacing: [f64; 3]) -> Vec<f64> {
    let square = |a: &[i64; 3], b: &[i64; 3]| {
        let step = |axis: usize| (a[axis] - b[axis]) as f64 * spacing[axis];
        step(0) * step(0) + step(1) * step(1) + step(2) * step(2)
    };
    let best = |a: &[i64; 3]| to.iter().map(|b| square(a, b)).fold(f64::INFINITY, f64::min);
    let mut all: Vec<f64> = from.iter().map(|a| best(a).sqrt()).collect();
    all.sort_by(f64::total_cmp);
    all
}

/// The two masks as class 1 of two label maps.
pub(crate) fn overlay(prediction: &Mask, reference: &Mask, spacing: [f64; 3]) -> ClassOverlay {
    let labels = |mask: &Mask| mask.voxels.iter().copied().map(u8::from).collect::<Vec<_>>();
    let lattice = Lattice::new(reference.shape.map(|size| size as usize), spacing).expect("a grid");
    Overlay::new(&labels(prediction), &labels(reference), lattice).expect("one size").class(1)
}
