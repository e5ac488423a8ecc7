//! The male pelvis in axial view; class 1 is the whole prostate. z grows towards the bladder.

use super::Variation;
use crate::render::Scene;
use crate::solid::{Mark, Solid, Turn};

const PROSTATE: Mark = Mark::Class(1);

/// Draws a subject.
pub(crate) fn pelvis(vary: &mut Variation<'_>) -> Scene {
    let fat = vary.tissue(0.68);
    let muscle = vary.tissue(0.20);
    let mut solids = walls(vary, muscle, fat);

    let size = vary.factor(0.22);
    let radii = [25.0 * size * vary.factor(0.1), 19.0 * size * vary.factor(0.14), 23.0 * size];
    let centre = vary.near([0.0, -2.0, -5.0], 6.0);
    let turn = Turn::degrees(vary.by(14.0));
    let lean = [vary.by(0.1), 0.12 + vary.by(0.15)];
    let organ = |at: [f64; 3], radii: [f64; 3], value: f64| {
        Solid::new([centre[0] + at[0], centre[1] + at[1], centre[2] + at[2]], radii, value)
            .turned(turn)
            .leaning(lean)
    };
    solids.extend(rectum(vary, [centre[0], centre[1] + radii[1], centre[2]], muscle));
    solids.extend(above(vary, [centre[0], centre[1], centre[2] + radii[2]], muscle));
    // Veins and nerve bundles around the gland.
    for _ in 0..14 {
        let turn = Turn::degrees(vary.draw.spread(90.0));
        let side = if vary.draw.chance(0.5) { 1.0 } else { -1.0 };
        let [x, y] = turn.apply([side * vary.draw.between(0.95, 1.25), 0.0]);
        let at = [x * radii[0], y * radii[1], vary.draw.spread(radii[2])];
        let radius = vary.draw.between(1.8, 4.5);
        let value = if vary.draw.chance(0.6) { vary.tissue(0.90) } else { vary.tissue(0.35) };
        solids.push(organ(at, [radius, 1.4 * radius, 14.0], value));
    }

    // The gland: a faint capsule, a bright peripheral zone, a darker and uneven transition zone.
    let outline = vary.outline(0.07);
    let peripheral = vary.tissue(0.62);
    let transition = vary.tissue(0.40);
    let gland = organ([0.0; 3], radii, peripheral).rippled(outline).marked(PROSTATE);
    let capsule = vary.draw.between(0.35, 0.85);
    let capsule = capsule * peripheral + (1.0 - capsule) * muscle;
    solids.push(gland.grown(vary.draw.between(0.4, 1.4), capsule).marked(Mark::Class(0)));
    solids.push(gland);
    let share = 0.68 + vary.by(0.14);
    let central = radii.map(|radius| radius * share);
    let forward = -0.22 * radii[1];
    solids.push(
        organ([0.0, forward, 3.0], central, transition)
            .rippled(vary.outline(0.09))
            .marked(Mark::Keep),
    );
    for _ in 0..vary.draw.whole(3, 8) {
        // Nodules of all shades.
        let at = [
            vary.draw.spread(0.6 * central[0]),
            forward + vary.draw.spread(0.6 * central[1]),
            vary.draw.spread(0.6 * central[2]),
        ];
        let radius = vary.draw.between(0.12, 0.3) * central[1];
        let value = vary.draw.between(0.22, 0.75);
        solids.push(organ(at, [radius, radius * 0.9, radius], value).marked(Mark::Keep));
    }
    if vary.distractor() {
        // A lesion: as dark as the muscle behind it, so that the outline nearly vanishes.
        let side = if vary.draw.chance(0.5) { 0.6 } else { -0.6 };
        let at = [side * radii[0], 0.55 * radii[1], vary.draw.spread(0.4 * radii[2])];
        let radius = vary.draw.between(4.0, 8.0);
        solids.push(organ(at, [radius, 0.7 * radius, radius], muscle * 1.4).marked(Mark::Keep));
    }
    Scene { background: fat, solids }
}

/// Muscles, bones and the skin side of the pelvis.
fn walls(vary: &mut Variation<'_>, muscle: f64, fat: f64) -> Vec<Solid> {
    const COLUMN: f64 = 300.0;
    let marrow = vary.tissue(0.50);
    let mut solids = Vec::new();
    for side in [-1.0, 1.0] {
        let hip = vary.near([side * 66.0, -8.0, 0.0], 4.0);
        solids.push(Solid::new(hip, [22.0, 46.0, COLUMN], muscle * 0.5));
        solids.push(Solid::new(hip, [19.0, 42.0, COLUMN], marrow));
        let obturator = vary.near([side * 42.0, -2.0, 0.0], 3.0);
        let radii = [9.0 * vary.factor(0.2), 38.0 * vary.factor(0.1), COLUMN];
        let outline = vary.outline(0.1);
        solids.push(
            Solid::new(obturator, radii, muscle)
                .turned(Turn::degrees(side * (14.0 + vary.by(6.0))))
                .rippled(outline),
        );
        // The lifting muscle of the pelvic floor, closer and thinner towards the apex.
        let levator = vary.near([side * 30.0, 10.0, -10.0], 2.0);
        solids.push(
            Solid::new(levator, [4.0 * vary.factor(0.2), 26.0, 34.0], muscle)
                .turned(Turn::degrees(side * -16.0))
                .leaning([side * 0.18, 0.0]),
        );
    }
    // The pubic symphysis in front, low.
    let pubis = vary.near([0.0, -42.0, -14.0], 4.0);
    solids.push(Solid::new(pubis, [24.0, 13.0, 30.0], muscle * 0.8));
    solids.push(Solid::new(pubis, [21.0, 10.0, 26.0], 0.5 * (marrow + fat)));
    solids
}

/// The rectum behind the gland: a wall with gas, stool or a coil inside.
fn rectum(vary: &mut Variation<'_>, front: [f64; 3], muscle: f64) -> Vec<Solid> {
    let radius = vary.draw.between(9.0, 17.0);
    let centre = [front[0] + vary.by(5.0), front[1] + radius + 4.0 + vary.by(1.5), front[2]];
    let content = if vary.draw.chance(0.5) { 0.03 } else { vary.tissue(0.40) };
    let outline = vary.outline(0.08);
    let lean = [vary.by(0.1), 0.1];
    let tube =
        Solid::new(centre, [1.2 * radius, radius, 300.0], content).rippled(outline).leaning(lean);
    vec![tube.grown(3.5, 0.5 * (muscle + 0.55)), tube]
}

/// Bladder and seminal vesicles above the base: one as bright as the brightest zone, the others
/// of its texture, all background.
fn above(vary: &mut Variation<'_>, base: [f64; 3], muscle: f64) -> Vec<Solid> {
    let size = vary.draw.between(0.8, 1.4);
    let bladder = Solid::new(
        [base[0] + vary.by(4.0), base[1] - 8.0, base[2] + 20.0 * size],
        [30.0 * size, 22.0 * size, 24.0 * size],
        vary.tissue(0.95),
    )
    .rippled(vary.outline(0.06));
    let mut solids = vec![bladder.grown(3.0, muscle * 1.3), bladder];
    for side in [-1.0, 1.0] {
        for i in 0..3 {
            let at = [
                base[0] + side * (7.0 + 6.5 * f64::from(i)) + vary.by(2.0),
                base[1] + 13.0 + vary.by(2.0),
                base[2] + 6.0,
            ];
            let radius = vary.draw.between(3.5, 5.5);
            solids.push(Solid::new(at, [radius, 0.8 * radius, 11.0], vary.tissue(0.68)));
        }
    }
    solids
}
