//! The hippocampus and its surroundings in a small box; classes 1 anterior, 2 posterior.
//!
//! The long axis runs along y, anterior at large y, and rises along z towards the back.

use super::Variation;
use crate::render::{Grid, Scene};
use crate::solid::{Mark, Solid, Turn};

const ANTERIOR: Mark = Mark::Class(1);
const POSTERIOR: Mark = Mark::Class(2);

/// Draws a subject for a box of this size.
pub(crate) fn hippocampus(vary: &mut Variation<'_>, grid: &Grid) -> Scene {
    let white = vary.tissue(0.86);
    let gray = vary.tissue(0.58);
    let fluid = vary.tissue(0.14);
    // Left or right.
    let side = if vary.draw.chance(0.5) { 1.0 } else { -1.0 };
    let mut solids = cortex(vary, grid, white, gray, fluid, side);

    let half = 19.0 * vary.factor(0.14);
    let size = vary.factor(0.16);
    let middle = vary.near([0.0; 3], 2.0);
    let (bend, rise) = (3.5 + vary.by(1.5), 0.28 + vary.by(0.14));
    let curl = vary.by(1.5);
    // Where along the axis, from -1 behind to 1 in front, the head begins.
    let head = 0.25 + vary.by(0.14);
    let at = |t: f64| {
        [
            middle[0] + side * (bend * (t * t - 0.4) + curl * t),
            middle[1] + t * half,
            middle[2] - rise * t * half,
        ]
    };
    let radius = |t: f64| {
        // A thick head, a slender body, a tail that runs out.
        let swell = (t - head).max(0.0);
        size * (4.2 + 3.6 * swell - 2.4 * swell * swell - 1.1 * (-t).max(0.0))
    };
    let gray_matter = vary.tissue(0.56);
    // The amygdala touches the head and has its brightness.
    let [x, y, z] = at(1.0);
    let amygdala = [x + side * vary.by(2.0), y + 5.0 * size, z + 4.5 * size];
    let radii = [6.5, 6.0, 5.5].map(|r| r * vary.factor(0.15));
    solids.push(Solid::new(amygdala, radii, gray_matter * 1.02));
    // The fluid of the temporal horn lies along the outer side, widest at the head.
    let horn = vary.draw.between(0.0, 1.1);
    let rim = 0.6 * fluid + 0.4 * gray;
    let steps: Vec<f64> = (0..=18).map(|i| -1.0 + f64::from(i) / 9.0).collect();
    for t in &steps {
        let ([x, y, z], r) = (at(*t), radius(*t));
        let r = r + horn * (0.7 + 0.3 * t);
        solids.push(Solid::new([x + side * 1.1, y, z + 0.5], [1.1 * r, r, 0.88 * r], rim));
    }
    let outline = vary.outline(0.06);
    for t in &steps {
        let (centre, r) = (at(*t), radius(*t));
        let part = if *t >= head { ANTERIOR } else { POSTERIOR };
        let ball = Solid::new(centre, [1.12 * r, r, 0.86 * r], gray_matter).rippled(outline);
        solids.push(ball.marked(part));
    }
    // A sheet of white matter on top of it.
    for t in &steps {
        let ([x, y, z], r) = (at(*t), radius(*t));
        let sheet = [0.8 * r, 2.6, 0.25 * r];
        let value = 0.4 * white + 0.6 * gray_matter;
        solids.push(Solid::new([x, y, z + 0.75 * r], sheet, value).marked(Mark::Keep));
    }
    Scene { background: white, solids }
}

/// Folded cortex, the brain stem's edge and pockets of fluid around the box's centre.
fn cortex(
    vary: &mut Variation<'_>,
    grid: &Grid,
    white: f64,
    gray: f64,
    fluid: f64,
    side: f64,
) -> Vec<Solid> {
    let extent: [f64; 3] = std::array::from_fn(|axis| grid.extent(axis));
    let mut solids = Vec::new();
    // The inner side: cistern and brain stem.
    solids.push(Solid::new(
        [-side * 0.56 * extent[0], 0.0, 0.0],
        [8.0 * vary.factor(0.3), 0.6 * extent[1], 0.7 * extent[2]],
        fluid,
    ));
    solids.push(Solid::new(
        [-side * 0.66 * extent[0], 2.0 + vary.by(5.0), vary.by(4.0)],
        [9.0, 17.0, 0.6 * extent[2]],
        0.5 * (white + gray),
    ));
    // Folds all around: gray shells around white, with fluid between some of them.
    for i in 0..18 {
        let turn = Turn::degrees(-90.0 + 180.0 * f64::from(i % 9) / 8.0 + vary.by(8.0));
        let reach = vary.draw.between(12.5, 20.0);
        let [x, z] = turn.apply([if i < 9 { reach } else { -reach }, 0.0]);
        let at = [x, vary.draw.spread(0.4 * extent[1]), z];
        let radii = [4.5, 11.0, 4.5].map(|radius| radius * vary.draw.between(0.7, 1.5));
        let outline = vary.outline(0.16);
        let tilt = Turn::degrees(vary.by(30.0));
        let lean = [vary.by(0.5), vary.by(0.5)];
        let fold = Solid::new(at, radii, gray).rippled(outline).turned(tilt).leaning(lean);
        if vary.draw.chance(0.5) {
            solids.push(fold.grown(1.3, 0.7 * fluid + 0.3 * gray));
        }
        solids.push(fold.clone());
        if vary.draw.chance(0.7) {
            solids.push(fold.grown(-2.4, white));
        }
    }
    if vary.distractor() {
        // A gray nucleus or fold beside the hippocampus, as thick and as bright.
        let at = [side * 12.0 + vary.by(3.0), vary.draw.spread(13.0), 3.0 + vary.by(3.0)];
        let radii = [vary.draw.between(2.5, 4.5), vary.draw.between(8.0, 15.0), 4.0];
        solids.push(Solid::new(at, radii, gray));
    }
    // The thalamus above, toward the back.
    let thalamus = vary.near([-side * 9.0, -12.0, 0.46 * extent[2]], 2.5);
    solids.push(Solid::new(thalamus, [9.0, 12.0, 8.0], 0.35 * white + 0.65 * gray));
    solids
}
