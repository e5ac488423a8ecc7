//! From edges to places: layers, waypoints, order, coordinates.

use super::acyclic::{Layers, layers};
use super::model::DagBox;
use super::order::reduce_crossings;
use super::place::place;

/// Boxes and waypoints in layers. Waypoints lead edges past the layers between their ends.
pub(super) struct Skeleton {
    /// Per layer the items in order. Items below the number of boxes are boxes.
    pub(super) layers: Vec<Vec<usize>>,
    /// Per item its neighbours in the layer before.
    pub(super) before: Vec<Vec<usize>>,
    /// Per item its neighbours in the layer behind.
    pub(super) behind: Vec<Vec<usize>>,
    /// How many items are boxes.
    pub(super) boxes: usize,
}

impl Skeleton {
    /// Per item its place in its layer.
    pub(super) fn places(&self) -> Vec<usize> {
        let mut places = vec![0; self.before.len()];
        for layer in &self.layers {
            for (place, item) in layer.iter().enumerate() {
                places[*item] = place;
            }
        }
        places
    }

    fn add(&mut self, layer: usize) -> usize {
        let item = self.before.len();
        self.before.push(Vec::new());
        self.behind.push(Vec::new());
        self.layers[layer].push(item);
        item
    }

    fn join(&mut self, from: usize, to: usize) {
        self.behind[from].push(to);
        self.before[to].push(from);
    }
}

/// Where everything stands, along the arrows and across them.
pub(super) struct Layout {
    /// Per box its layer.
    pub(super) layer: Vec<usize>,
    /// Per box the middle across, in px.
    pub(super) across: Vec<f64>,
    /// The edges.
    pub(super) edges: Vec<Edge>,
    /// How many layers there are.
    pub(super) layers: usize,
    /// The extent across, in px.
    pub(super) breadth: f64,
}

/// A drawn edge.
pub(super) struct Edge {
    /// The box it comes from.
    pub(super) from: usize,
    /// The box it leads to.
    pub(super) to: usize,
    /// The places across at which it passes the layers between, in px.
    pub(super) through: Vec<f64>,
}

/// Lays boxes out; `size` is what a box takes across, `gap` what lies between two, in px.
pub(super) fn layout(boxes: &[DagBox], size: f64, gap: f64) -> Layout {
    let reads: Vec<Vec<usize>> = boxes.iter().map(|one| one.reads.clone()).collect();
    let layered = layers(&reads);
    let (mut skeleton, routes) = skeleton(&layered);
    reduce_crossings(&mut skeleton);
    let (across, breadth) = place(&skeleton, size, gap);
    let edges = layered.edges.iter().zip(routes);
    let edges = edges
        .map(|((from, to), route)| Edge {
            from: *from,
            to: *to,
            through: route.iter().map(|item| across[*item]).collect(),
        })
        .collect();
    Layout {
        layers: skeleton.layers.len(),
        across: across[..boxes.len()].to_vec(),
        layer: layered.layer,
        edges,
        breadth,
    }
}

/// Returns the skeleton and the waypoints of each edge.
fn skeleton(layered: &Layers) -> (Skeleton, Vec<Vec<usize>>) {
    let count = layered.layer.iter().max().map_or(0, |last| last + 1);
    let boxes = layered.layer.len();
    let mut skeleton = Skeleton {
        layers: vec![Vec::new(); count],
        before: vec![Vec::new(); boxes],
        behind: vec![Vec::new(); boxes],
        boxes,
    };
    for (item, layer) in layered.layer.iter().enumerate() {
        skeleton.layers[*layer].push(item);
    }
    let mut routes = Vec::with_capacity(layered.edges.len());
    for (from, to) in &layered.edges {
        let mut last = *from;
        let mut route = Vec::new();
        for layer in layered.layer[*from] + 1..layered.layer[*to] {
            let waypoint = skeleton.add(layer);
            skeleton.join(last, waypoint);
            route.push(waypoint);
            last = waypoint;
        }
        skeleton.join(last, *to);
        routes.push(route);
    }
    (skeleton, routes)
}
