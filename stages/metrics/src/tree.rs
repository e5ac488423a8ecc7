//! Surface voxels in a tree of boxes, for searches that reach far.

use crate::nearest::{Nearest, square};
use crate::surface::Surface;

/// Voxels of a leaf: few enough to look at all of them.
const LEAF: usize = 8;

/// A binary tree over voxels; every node knows the box around its own.
pub(crate) struct Tree {
    voxels: Vec<[u32; 3]>,
    nodes: Vec<Node>,
    spacing: [f64; 3],
}

struct Node {
    low: [u32; 3],
    high: [u32; 3],
    start: u32,
    end: u32,
    /// The second child; the first one follows its parent. None in a leaf.
    second: Option<u32>,
}

impl Tree {
    /// The tree of all voxels of a surface.
    pub(crate) fn of(surface: &Surface, spacing: [f64; 3]) -> Self {
        let mut tree = Self { voxels: surface.voxels().collect(), nodes: Vec::new(), spacing };
        if !tree.voxels.is_empty() {
            tree.grow(0, tree.voxels.len());
        }
        tree
    }

    /// Adds the node of a part of the voxels, and what is below it.
    fn grow(&mut self, start: usize, end: usize) {
        let part = &mut self.voxels[start..end];
        let (mut low, mut high) = (part[0], part[0]);
        for voxel in &*part {
            for axis in 0..3 {
                low[axis] = low[axis].min(voxel[axis]);
                high[axis] = high[axis].max(voxel[axis]);
            }
        }
        let node = self.nodes.len();
        self.nodes.push(Node { low, high, start: start as u32, end: end as u32, second: None });
        if part.len() <= LEAF {
            return;
        }
        let length = |axis: &usize| f64::from(high[*axis] - low[*axis]) * self.spacing[*axis];
        let axis = (0..3).max_by(|a, b| length(a).total_cmp(&length(b))).expect("three axes");
        let middle = part.len() / 2;
        part.select_nth_unstable_by_key(middle, |voxel| voxel[axis]);
        self.grow(start, start + middle);
        self.nodes[node].second = Some(self.nodes.len() as u32);
        self.grow(start + middle, end);
    }

    /// The nearest voxel of `from`, or `best` if none is nearer.
    pub(crate) fn nearest(&self, from: [u32; 3], mut best: Nearest) -> Nearest {
        if !self.nodes.is_empty() {
            self.descend(0, from, &mut best);
        }
        best
    }

    fn descend(&self, at: usize, from: [u32; 3], best: &mut Nearest) {
        let node = &self.nodes[at];
        let Some(second) = node.second else {
            for voxel in &self.voxels[node.start as usize..node.end as usize] {
                let step = [0, 1, 2].map(|axis| from[axis].abs_diff(voxel[axis]));
                let found = square(step, self.spacing);
                if found < best.square {
                    *best = Nearest { voxel: *voxel, square: found };
                }
            }
            return;
        };
        let mut children = [at + 1, second as usize].map(|child| (self.bound(child, from), child));
        if children[1].0 < children[0].0 {
            children.swap(0, 1);
        }
        for (bound, child) in children {
            if bound < best.square {
                self.descend(child, from, best);
            }
        }
    }

    /// No voxel of the node is nearer than this squared distance.
    fn bound(&self, node: usize, from: [u32; 3]) -> f64 {
        let Node { low, high, .. } = &self.nodes[node];
        let gap = |axis: usize| {
            low[axis].saturating_sub(from[axis]).max(from[axis].saturating_sub(high[axis]))
        };
        square([0, 1, 2].map(gap), self.spacing)
    }
}
