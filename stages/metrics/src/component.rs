//! Connected components of one class.

/// Which voxels count as neighbours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Connectivity {
    /// Those that share a face: 6.
    Faces,
    /// Those that share a face or an edge: 18.
    Edges,
    /// Those that share a face, an edge or a corner: 26.
    Corners,
}

/// Voxels of one row that follow each other.
struct Run {
    start: usize,
    end: usize,
    /// A run of the same component that comes before, or itself.
    parent: usize,
    /// Voxels of the component, if it is its own parent.
    voxels: usize,
}

/// Makes every component of a class background but the largest one; of several largest, the one
/// whose first voxel comes first stays. Gives the number of voxels removed.
///
/// # Shapes
/// `labels`: one class id per voxel of `shape` (x, y, z), x fastest.
pub fn keep_largest_component(
    labels: &mut [u8],
    shape: [usize; 3],
    class: u8,
    connectivity: Connectivity,
) -> usize {
    let [nx, ny, nz] = shape;
    assert_eq!(labels.len(), nx * ny * nz, "one label per voxel");
    let mut runs: Vec<Run> = Vec::new();
    // First run of every row, and the end of the last.
    let mut rows = vec![0; ny * nz + 1];
    for row in 0..ny * nz {
        find_runs(&labels[row * nx..][..nx], row * nx, class, &mut runs);
        rows[row + 1] = runs.len();
        let (y, z) = (row % ny, row / ny);
        let same_plane = y.checked_sub(1).map(|_| (row - 1, 1));
        let plane_before = |step: isize| {
            let beside = y.checked_add_signed(step).filter(|beside| *beside < ny && z > 0)?;
            Some(((z - 1) * ny + beside, 1 + step.unsigned_abs()))
        };
        let before = [same_plane, plane_before(-1), plane_before(0), plane_before(1)];
        for (other, distance) in before.into_iter().flatten() {
            // How far apart along x two runs may lie: in a row that shares a face, one voxel more
            // is over an edge; in one that shares an edge, over a corner.
            let reach = match (connectivity, distance) {
                (Connectivity::Faces, 1) | (Connectivity::Edges, 2) => 0,
                (Connectivity::Edges, 1) | (Connectivity::Corners, _) => 1,
                _ => continue,
            };
            let (here, there) = (rows[row]..rows[row + 1], rows[other]..rows[other + 1]);
            // The same place in both rows.
            join_rows(&mut runs, here, there, (row - other) * nx, reach);
        }
    }
    let mut largest: Option<usize> = None;
    for at in (0..runs.len()).filter(|at| runs[*at].parent == *at) {
        if largest.is_none_or(|best| runs[at].voxels > runs[best].voxels) {
            largest = Some(at);
        }
    }
    let mut removed = 0;
    for at in 0..runs.len() {
        if Some(root(&mut runs, at)) != largest {
            removed += runs[at].end - runs[at].start;
            labels[runs[at].start..runs[at].end].fill(0);
        }
    }
    removed
}

fn find_runs(row: &[u8], offset: usize, class: u8, runs: &mut Vec<Run>) {
    let mut at = 0;
    while let Some(start) = row[at..].iter().position(|label| *label == class) {
        let start = at + start;
        let length = row[start..].iter().position(|label| *label != class);
        let end = length.map_or(row.len(), |length| start + length);
        let parent = runs.len();
        runs.push(Run { start: offset + start, end: offset + end, parent, voxels: end - start });
        at = end;
    }
}

/// Joins the runs of two rows that touch.
fn join_rows(
    runs: &mut [Run],
    here: std::ops::Range<usize>,
    there: std::ops::Range<usize>,
    shift: usize,
    reach: usize,
) {
    let (mut a, mut b) = (here.start, there.start);
    while a < here.end && b < there.end {
        let (first, second) =
            (runs[a].start..runs[a].end, runs[b].start + shift..runs[b].end + shift);
        if first.start < second.end + reach && second.start < first.end + reach {
            join(runs, a, b);
        }
        // The one that ends first can touch nothing more, nor can a neighbour at most one voxel
        // away that the other one does not touch too.
        if first.end < second.end { a += 1 } else { b += 1 }
    }
}

fn join(runs: &mut [Run], a: usize, b: usize) {
    let (a, b) = (root(runs, a), root(runs, b));
    let (first, second) = (a.min(b), a.max(b));
    if first != second {
        runs[second].parent = first;
        runs[first].voxels += runs[second].voxels;
    }
}

fn root(runs: &mut [Run], mut at: usize) -> usize {
    while runs[at].parent != at {
        runs[at].parent = runs[runs[at].parent].parent;
        at = runs[at].parent;
    }
    at
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn kept(labels: &[u8], shape: [usize; 3], connectivity: Connectivity) -> (Vec<u8>, usize) {
        let mut labels = labels.to_vec();
        let removed = keep_largest_component(&mut labels, shape, 1, connectivity);
        (labels, removed)
    }

    #[test]
    fn faces_edges_and_corners_by_hand() {
        // Two planes of 2 x 2: two voxels that share an edge, and a third across the corner of
        // both of them would need corners.
        let edge = [1, 0, 0, 1, 0, 0, 0, 0];
        assert_eq!(kept(&edge, [2, 2, 2], Connectivity::Faces), (vec![1, 0, 0, 0, 0, 0, 0, 0], 1));
        assert_eq!(kept(&edge, [2, 2, 2], Connectivity::Edges).1, 0);
        let corner = [1, 0, 0, 0, 0, 0, 0, 1];
        assert_eq!(kept(&corner, [2, 2, 2], Connectivity::Edges).1, 1);
        assert_eq!(kept(&corner, [2, 2, 2], Connectivity::Corners).1, 0);
    }

    #[test]
    fn the_larger_stays_and_other_classes_are_left_alone() {
        let labels = [1, 0, 1, 1, 2, 1];
        assert_eq!(kept(&labels, [6, 1, 1], Connectivity::Faces), (vec![0, 0, 1, 1, 2, 0], 2));
        assert_eq!(kept(&[0; 6], [6, 1, 1], Connectivity::Faces), (vec![0; 6], 0));
        assert_eq!(kept(&[], [0, 1, 1], Connectivity::Faces), (vec![], 0));
    }

    #[test]
    fn branches_that_meet_late_are_one() {
        // A fork: the two tines are joined only by the last row.
        let labels = [1, 0, 1, 1, 0, 1, 1, 1, 1];
        assert_eq!(kept(&labels, [3, 3, 1], Connectivity::Faces).1, 0);
    }

    /// Flood filling, voxel by voxel.
    fn by_flooding(labels: &[u8], shape: [usize; 3], connectivity: Connectivity) -> Vec<u8> {
        let allowed = match connectivity {
            Connectivity::Faces => 1,
            Connectivity::Edges => 2,
            Connectivity::Corners => 3,
        };
        let place = |at: usize| [at % shape[0], at / shape[0] % shape[1], at / shape[0] / shape[1]];
        let touch = |a: usize, b: usize| {
            let steps = [0, 1, 2].map(|axis| place(a)[axis].abs_diff(place(b)[axis]));
            steps.iter().all(|step| *step <= 1) && steps.iter().sum::<usize>() <= allowed
        };
        let mut best: Vec<usize> = Vec::new();
        let mut seen = vec![false; labels.len()];
        for start in 0..labels.len() {
            if labels[start] != 1 || seen[start] {
                continue;
            }
            seen[start] = true;
            let mut component = vec![start];
            let mut next = 0;
            while next < component.len() {
                let here = component[next];
                next += 1;
                for at in 0..labels.len() {
                    if labels[at] == 1 && !seen[at] && touch(here, at) {
                        seen[at] = true;
                        component.push(at);
                    }
                }
            }
            if component.len() > best.len() {
                best = component;
            }
        }
        let keep =
            |(at, label): (usize, &u8)| if *label == 1 && !best.contains(&at) { 0 } else { *label };
        labels.iter().enumerate().map(keep).collect()
    }

    proptest! {
        #[test]
        fn agrees_with_flooding(
            (shape, labels) in (1_usize..9, 1_usize..6, 1_usize..5).prop_flat_map(|(x, y, z)| {
                (Just([x, y, z]), prop::collection::vec(0_u8..3, x * y * z))
            })
        ) {
            for connectivity in [Connectivity::Faces, Connectivity::Edges, Connectivity::Corners] {
                let expected = by_flooding(&labels, shape, connectivity);
                let (found, removed) = kept(&labels, shape, connectivity);
                let changed = found.iter().zip(&labels).filter(|(a, b)| a != b).count();
                prop_assert_eq!(changed, removed);
                prop_assert_eq!(found, expected);
            }
        }
    }
}
