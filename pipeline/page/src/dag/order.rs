//! The order of boxes within a layer, with few crossings.

use super::layout::Skeleton;

/// How often the layers are gone through, each way.
const ROUNDS: usize = 12;

/// Reorders the layers by the mean place of neighbours; the best order that was seen is kept.
pub(super) fn reduce_crossings(skeleton: &mut Skeleton) {
    let mut best = skeleton.layers.clone();
    let mut fewest = crossings(skeleton);
    for round in 0..ROUNDS {
        if fewest == 0 {
            break;
        }
        let forward = round % 2 == 0;
        let count = skeleton.layers.len();
        let visited: Vec<usize> = if forward {
            (1..count).collect()
        } else {
            (0..count.saturating_sub(1)).rev().collect()
        };
        for layer in visited {
            let place = skeleton.places();
            let neighbours = if forward { &skeleton.before } else { &skeleton.behind };
            let mean = |item: usize| {
                let list = &neighbours[item];
                if list.is_empty() {
                    return place[item] as f64;
                }
                list.iter().map(|other| place[*other] as f64).sum::<f64>() / list.len() as f64
            };
            let mut keyed: Vec<(f64, usize)> =
                skeleton.layers[layer].iter().map(|item| (mean(*item), *item)).collect();
            // A stable sort: boxes that are pulled to one place stay in their order.
            keyed.sort_by(|a, b| a.0.total_cmp(&b.0));
            skeleton.layers[layer] = keyed.into_iter().map(|(_, item)| item).collect();
        }
        let found = crossings(skeleton);
        if found < fewest {
            fewest = found;
            best.clone_from(&skeleton.layers);
        }
    }
    skeleton.layers = best;
}

/// How many pairs of edges cross.
pub(super) fn crossings(skeleton: &Skeleton) -> usize {
    let place = skeleton.places();
    skeleton
        .layers
        .windows(2)
        .map(|pair| {
            let mut ends: Vec<usize> = Vec::new();
            for item in &pair[0] {
                let mut targets: Vec<usize> =
                    skeleton.behind[*item].iter().map(|to| place[*to]).collect();
                targets.sort_unstable();
                ends.extend(targets);
            }
            inversions(&ends, pair[1].len())
        })
        .sum()
}

/// How many pairs of a list stand the wrong way around; values are below `bound`.
fn inversions(list: &[usize], bound: usize) -> usize {
    // A tree of partial sums: how many values so far are at most this one.
    let mut tree = vec![0_usize; bound + 1];
    let mut inversions = 0;
    for (seen, value) in list.iter().enumerate() {
        let mut at_most = 0;
        let mut node = value + 1;
        while node > 0 {
            at_most += tree[node];
            node -= node & node.wrapping_neg();
        }
        inversions += seen - at_most;
        let mut node = value + 1;
        while node <= bound {
            tree[node] += 1;
            node += node & node.wrapping_neg();
        }
    }
    inversions
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inversions_are_counted() {
        // 3 before 1, 0, 2; 1 before 0; equal values do not cross.
        assert_eq!(inversions(&[3, 1, 0, 2], 4), 4);
        assert_eq!(inversions(&[1, 1, 2, 2], 3), 0);
        assert_eq!(inversions(&[], 0), 0);
    }
}
