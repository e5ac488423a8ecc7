//! Coordinates across the arrows: near the neighbours, in order, without overlaps.

use super::layout::Skeleton;

/// How often the layers are gone through; more changes nothing that could be seen.
const ROUNDS: usize = 16;
/// What a waypoint takes of the breadth, in px.
const WAYPOINT: f64 = 6.0;
/// How much more a waypoint than a box insists on its place: long edges become straight.
const STRAIGHT: f64 = 6.0;

/// Returns the middle of every item, the least being half a box, and the whole breadth.
pub(super) fn place(skeleton: &Skeleton, size: f64, gap: f64) -> (Vec<f64>, f64) {
    let extent = |item: usize| if item < skeleton.boxes { size } else { WAYPOINT };
    let mut middle = vec![0.0; skeleton.before.len()];
    for layer in &skeleton.layers {
        let mut from = 0.0;
        for item in layer {
            middle[*item] = from + extent(*item) / 2.0;
            from += extent(*item) + gap;
        }
        // Layers begin with a common axis.
        let half = (from - gap) / 2.0;
        for item in layer {
            middle[*item] -= half;
        }
    }
    for round in 0..ROUNDS {
        let count = skeleton.layers.len();
        for step in 0..count {
            let layer = if round % 2 == 0 { step } else { count - 1 - step };
            settle(skeleton, layer, &mut middle, gap, &extent);
        }
    }
    let edge = |item: usize, side: f64| middle[item] + side * extent(item) / 2.0;
    let items = 0..middle.len();
    let low = items.clone().map(|item| edge(item, -1.0)).fold(f64::INFINITY, f64::min);
    let high = items.map(|item| edge(item, 1.0)).fold(f64::NEG_INFINITY, f64::max);
    if low > high {
        return (middle, 0.0);
    }
    for value in &mut middle {
        *value -= low;
    }
    (middle, high - low)
}

/// Moves the items of a layer to the mean of their neighbours, or as near as order and room allow:
/// the least sum of squared distances, by pooling neighbours that would overlap.
fn settle(
    skeleton: &Skeleton,
    layer: usize,
    middle: &mut [f64],
    gap: f64,
    extent: &impl Fn(usize) -> f64,
) {
    let items = &skeleton.layers[layer];
    // Each pool: the sum of weighted wishes, of weights, and how many items it has. Wishes are told
    // without the room that the items before need, so that overlapping means being out of order.
    let mut pools: Vec<(f64, f64, usize)> = Vec::with_capacity(items.len());
    let mut offsets = Vec::with_capacity(items.len());
    let mut offset = 0.0;
    for (place, item) in items.iter().enumerate() {
        if place > 0 {
            offset += f64::midpoint(extent(items[place - 1]), extent(*item)) + gap;
        }
        offsets.push(offset);
        let neighbours = skeleton.before[*item].iter().chain(&skeleton.behind[*item]);
        let (sum, count) = neighbours
            .fold((0.0, 0_usize), |(sum, count), other| (sum + middle[*other], count + 1));
        let wish = if count == 0 { middle[*item] } else { sum / count as f64 };
        let weight = if *item < skeleton.boxes { 1.0 } else { STRAIGHT };
        pools.push(((wish - offset) * weight, weight, 1));
        while let [.., before, last] = pools.as_mut_slice()
            && before.0 / before.1 > last.0 / last.1
        {
            *before = (before.0 + last.0, before.1 + last.1, before.2 + last.2);
            pools.pop();
        }
    }
    let mut place = 0;
    for (sum, weight, count) in pools {
        for _ in 0..count {
            middle[items[place]] = sum / weight + offsets[place];
            place += 1;
        }
    }
}
