//! Layers: every box stands behind those it reads.

/// Edges that lead forward, and what each position's layer is.
pub(super) struct Layers {
    /// The layer of every box.
    pub(super) layer: Vec<usize>,
    /// The edges, turned around where they closed a circle, without those that say nothing that a
    /// longer way between the same boxes does not say.
    pub(super) edges: Vec<(usize, usize)>,
}

/// Assigns layers by the longest path. A graph with circles, which no run has, is drawn as well.
pub(super) fn layers(reads: &[Vec<usize>]) -> Layers {
    let order = order(reads);
    let mut rank = vec![0; reads.len()];
    for (position, node) in order.iter().enumerate() {
        rank[*node] = position;
    }
    let mut edges: Vec<(usize, usize)> = Vec::new();
    for (to, list) in reads.iter().enumerate() {
        edges.extend(
            list.iter().map(|from| if rank[*from] < rank[to] { (*from, to) } else { (to, *from) }),
        );
    }
    edges.sort_unstable();
    edges.dedup();
    let mut into = vec![Vec::new(); reads.len()];
    let mut out = vec![Vec::new(); reads.len()];
    for (from, to) in &edges {
        into[*to].push(*from);
        out[*from].push(*to);
    }
    let mut layer = vec![0_usize; reads.len()];
    for node in &order {
        layer[*node] = into[*node].iter().map(|from| layer[*from] + 1).max().unwrap_or(0);
    }
    // What reads nothing stands right before its first reader instead of far away from it.
    for node in &order {
        if into[*node].is_empty()
            && let Some(first) = out[*node].iter().map(|to| layer[*to]).min()
        {
            layer[*node] = first.saturating_sub(1);
        }
    }
    let needed = needed(&layer, &edges, &out);
    Layers {
        layer,
        edges: edges
            .into_iter()
            .zip(needed)
            .filter(|(_, needed)| *needed)
            .map(|(edge, _)| edge)
            .collect(),
    }
}

/// An order in which every box comes after those it reads; where a circle forbids that, the first of
/// those that are left comes next.
fn order(reads: &[Vec<usize>]) -> Vec<usize> {
    let mut missing: Vec<usize> = reads.iter().map(Vec::len).collect();
    let mut readers = vec![Vec::new(); reads.len()];
    for (to, list) in reads.iter().enumerate() {
        for from in list {
            readers[*from].push(to);
        }
    }
    let mut done = vec![false; reads.len()];
    let mut ready: std::collections::BTreeSet<usize> =
        (0..reads.len()).filter(|node| missing[*node] == 0).collect();
    let mut order = Vec::with_capacity(reads.len());
    let mut oldest = 0;
    while order.len() < reads.len() {
        let node = ready.pop_first().unwrap_or_else(|| {
            while done[oldest] {
                oldest += 1;
            }
            oldest
        });
        done[node] = true;
        order.push(node);
        for reader in &readers[node] {
            missing[*reader] -= 1;
            if missing[*reader] == 0 && !done[*reader] {
                ready.insert(*reader);
            }
        }
    }
    order
}

/// Which edges say something that no longer way between the same boxes says: the transitive reduction.
fn needed(layer: &[usize], edges: &[(usize, usize)], out: &[Vec<usize>]) -> Vec<bool> {
    let count = layer.len();
    let words = count.div_ceil(64);
    // Larger graphs are not looked through: memory grows with the square.
    if count > 4096 {
        return vec![true; edges.len()];
    }
    let mut last_first: Vec<usize> = (0..count).collect();
    last_first.sort_by_key(|node| std::cmp::Reverse((layer[*node], *node)));
    let mut reach = vec![0_u64; count * words];
    for node in last_first {
        for to in &out[node] {
            for word in 0..words {
                reach[node * words + word] |= reach[to * words + word];
            }
            reach[node * words + to / 64] |= 1 << (to % 64);
        }
    }
    let reaches = |from: usize, to: usize| reach[from * words + to / 64] >> (to % 64) & 1 == 1;
    let longer = |(from, to): &(usize, usize)| {
        out[*from].iter().any(|between| between != to && reaches(*between, *to))
    };
    edges.iter().map(|edge| !longer(edge)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn boxes_stand_behind_what_they_read() {
        // 0 -> 1 -> 2, 0 -> 2, 3 -> 2: 3 moves up to its reader.
        let layers = layers(&[vec![], vec![0], vec![0, 1, 3], vec![]]);
        assert_eq!(layers.layer, [0, 1, 2, 1]);
        // 0 -> 2 is left out: 0 -> 1 -> 2 says the same.
        assert_eq!(layers.edges, [(0, 1), (1, 2), (3, 2)]);
    }

    #[test]
    fn a_circle_is_cut_and_comes_to_an_end() {
        let layers = layers(&[vec![2], vec![0], vec![1]]);
        assert_eq!(layers.layer, [0, 1, 2]);
        assert_eq!(layers.edges, [(0, 1), (1, 2)]);
    }
}
