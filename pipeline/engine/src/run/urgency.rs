//! Which action to start first.
//!
//! A run cannot end before its longest path has, so the action with the longest way to the end goes
//! first (list scheduling by critical path). How long an action takes is known from the run before;
//! what is not known is taken for the mean of what is.

use super::examine::Previous;
use crate::graph::Graph;

/// How long the way to the end is from each node, in seconds.
pub(super) struct Urgency(Vec<f64>);

impl Urgency {
    pub(super) fn of(graph: &Graph, downstream: &[Vec<usize>], previous: &Previous<'_>) -> Self {
        let known: Vec<Option<f64>> = graph
            .nodes
            .iter()
            .map(|node| Some(previous.node(&node.id)?.seconds).filter(|seconds| *seconds > 0.0))
            .collect();
        Self(ways(&known, downstream))
    }

    /// The time from the start of a node to the end of the last one that needs it.
    pub(super) fn seconds_to_the_end(&self, node: usize) -> f64 {
        self.0[node]
    }
}

/// The longest path from each node on. Every node comes before those that read it.
fn ways(known: &[Option<f64>], downstream: &[Vec<usize>]) -> Vec<f64> {
    let (sum, count) =
        known.iter().flatten().fold((0.0, 0_u32), |(sum, count), s| (sum + s, count + 1));
    let unknown = if count == 0 { 1.0 } else { sum / f64::from(count) };
    let mut ways = vec![0.0; known.len()];
    for node in (0..known.len()).rev() {
        let after = downstream[node].iter().map(|next| ways[*next]).fold(0.0, f64::max);
        ways[node] = known[node].unwrap_or(unknown) + after;
    }
    ways
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_way_counts() {
        // 0 -> 1 -> 3, 0 -> 2 -> 3, 4 alone.
        let downstream = [vec![1, 2], vec![3], vec![3], vec![], vec![]];
        let none = [None; 5];
        assert_eq!(ways(&none, &downstream), [3.0, 2.0, 2.0, 1.0, 1.0]);
        let known = [None, Some(1.0), Some(5.0), None, Some(12.0)];
        assert_eq!(ways(&known, &downstream), [17.0, 7.0, 11.0, 6.0, 12.0]);
    }
}
