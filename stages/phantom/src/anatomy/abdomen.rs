//! The upper abdomen in axial view, in Hounsfield units with venous contrast; class 1 is the
//! spleen. z grows towards the chest; the patient's left is on the right of the image.

use super::Variation;
use crate::render::Scene;
use crate::solid::{Mark, Solid, Turn};

const SPLEEN: Mark = Mark::Class(1);
const AIR: f64 = -1000.0;
const FAT: f64 = -95.0;
const COLUMN: f64 = 1000.0;

/// Draws a subject; `stack_mm` is the extent of the slices.
pub(crate) fn abdomen(vary: &mut Variation<'_>, stack_mm: f64) -> Scene {
    let size = vary.factor(0.10);
    let muscle = vary.hounsfield(55.0);
    let mut solids = body(vary, size, muscle);
    let place = |at: [f64; 3]| at.map(|mm| mm * size);

    let spleen_hu = vary.hounsfield(112.0);
    let liver_hu = vary.hounsfield(105.0);
    let spleen_at = place(vary.near([88.0, 34.0, 0.06 * stack_mm], 9.0));
    let spleen_radii = [
        27.0 * vary.factor(0.2),
        50.0 * vary.factor(0.2),
        (0.30 * stack_mm).clamp(25.0, 62.0) * vary.factor(0.2),
    ]
    .map(|radius| radius * size);

    let mut organ = |vary: &mut Variation<'_>, at: [f64; 3], radii: [f64; 3], value: f64| {
        let centre = place(vary.near(at, 7.0));
        let radii = radii.map(|radius| radius * size * vary.factor(0.12));
        let turn = Turn::degrees(vary.by(12.0));
        let outline = vary.outline(0.09);
        solids.push(Solid::new(centre, radii, value).turned(turn).rippled(outline));
    };
    organ(vary, [-62.0, -14.0, 12.0], [72.0, 76.0, 92.0], liver_hu);
    organ(vary, [-8.0, -44.0, 18.0], [52.0, 30.0, 60.0], liver_hu);
    for _ in 0..6 {
        // Vessels in the liver.
        let at = [vary.draw.between(-100.0, -25.0), vary.draw.spread(45.0), vary.draw.spread(50.0)];
        organ(vary, at, [4.0, 9.0, 14.0], liver_hu + 45.0);
    }
    for _ in 0..16 {
        // Bowel with water, food or gas, in front and below.
        let at = [
            vary.draw.between(-60.0, 100.0),
            vary.draw.between(-75.0, 25.0),
            -vary.draw.between(0.1, 0.6) * stack_mm,
        ];
        let radius = vary.draw.between(12.0, 24.0);
        let content = if vary.draw.chance(0.25) { -700.0 } else { vary.draw.between(15.0, 120.0) };
        organ(vary, at, [radius + 3.0, radius, 30.0], muscle);
        organ(vary, at, [radius, radius - 3.0, 27.0], content);
    }
    solids.push(
        Solid::new(spleen_at, spleen_radii, spleen_hu)
            .turned(Turn::degrees(-22.0 + vary.by(18.0)))
            .rippled(vary.outline(0.12))
            .leaning([vary.by(0.12), vary.by(0.12)])
            .marked(SPLEEN),
    );
    solids.extend(neighbours(vary, spleen_at, spleen_radii, spleen_hu));
    solids.extend(midline(vary, size, muscle));
    // Both lungs come down from above as domes.
    for side in [-1.0, 1.0] {
        let at = place(vary.near([side * 82.0, 12.0, 0.62 * stack_mm], 8.0));
        let radii = [58.0 * size, 72.0 * size, 0.42 * stack_mm * vary.factor(0.25)];
        solids.push(Solid::new(at, radii, -860.0));
    }
    Scene { background: AIR, solids }
}

/// Skin, fat, muscle, ribs and the fat of the abdominal cavity.
fn body(vary: &mut Variation<'_>, size: f64, muscle: f64) -> Vec<Solid> {
    let outline = vary.outline(0.03);
    let thickness = vary.draw.between(8.0, 26.0);
    let inner = [138.0 * size, 104.0 * size];
    let layer = |margin: f64, value: f64| {
        Solid::new([0.0, 6.0, 0.0], [inner[0] + margin, inner[1] + margin, COLUMN], value)
            .rippled(outline)
    };
    let wall = vary.draw.between(10.0, 15.0);
    let mut solids = vec![layer(wall + thickness, FAT), layer(wall, muscle), layer(0.0, FAT - 5.0)];
    // Ribs cross the slices at a slant, so they move along the wall from slice to slice.
    for i in 0..16 {
        let turn = Turn::degrees(-80.0 + 160.0 * f64::from(i % 8) / 7.0 + vary.by(5.0));
        let side = if i < 8 { 1.0 } else { -1.0 };
        let [x, y] = turn.apply([side, 0.0]);
        let at = [
            x * (inner[0] + wall / 2.0),
            6.0 + y * (inner[1] + wall / 2.0),
            vary.draw.spread(60.0),
        ];
        let rib = Solid::new(at, [8.0, 4.5, 22.0], 420.0)
            .turned(Turn::degrees(90.0).after(turn))
            .leaning([-y * side * 0.9, x * side * 0.9]);
        solids.push(rib.clone());
        solids.push(rib.grown(-2.5, 180.0));
    }
    solids
}

/// Stomach, kidney and tail of the pancreas press into the spleen and give it its crescent; some
/// are as bright as it is.
fn neighbours(
    vary: &mut Variation<'_>,
    spleen: [f64; 3],
    radii: [f64; 3],
    spleen_hu: f64,
) -> Vec<Solid> {
    let muscle = vary.hounsfield(60.0);
    let beside = |dx: f64, dy: f64, dz: f64| {
        [spleen[0] + dx * radii[0], spleen[1] + dy * radii[1], spleen[2] + dz * radii[2]]
    };
    let stomach_at = vary.near(beside(-1.75, -0.75, 0.1), 5.0);
    let stomach_radii = [40.0, 34.0, 50.0].map(|radius| radius * vary.factor(0.15));
    // Water, or food that reaches the brightness of the organ beside it.
    let content = if vary.distractor() { spleen_hu - 25.0 } else { 20.0 };
    let stomach = Solid::new(stomach_at, stomach_radii, content).rippled(vary.outline(0.10));
    let gas_at = [stomach_at[0], stomach_at[1] - 0.45 * stomach_radii[1], stomach_at[2]];
    let gas_radii = [0.6 * stomach_radii[0], 0.4 * stomach_radii[1], 0.7 * stomach_radii[2]];
    let kidney_at = vary.near(beside(-1.35, 0.75, -0.75), 5.0);
    let kidney = Solid::new(kidney_at, [25.0, 28.0, 48.0], vary.hounsfield(150.0))
        .rippled(vary.outline(0.05));
    let mut solids = vec![
        stomach.grown(3.0, muscle),
        stomach,
        Solid::new(gas_at, gas_radii, -950.0),
        kidney.clone(),
        kidney.grown(-13.0, FAT + 60.0),
    ];
    for _ in 0..3 {
        // Vessels of the hilum.
        let at = vary.near(beside(-1.15, 0.05, 0.1), 8.0);
        solids.push(Solid::new(at, [9.0, 4.0, 8.0], spleen_hu + 40.0));
    }
    if vary.distractor() {
        // A loop of colon under the spleen, of its brightness.
        let at = vary.near(beside(-0.1, -0.6, -1.15), 4.0);
        solids.push(Solid::new(at, [22.0, 20.0, 24.0], spleen_hu + vary.by(15.0)));
    }
    solids
}

/// Spine with its muscles, aorta, vena cava and the right kidney.
fn midline(vary: &mut Variation<'_>, size: f64, muscle: f64) -> Vec<Solid> {
    let column = |at: [f64; 2], radii: [f64; 2], value: f64| {
        Solid::new([at[0] * size, at[1] * size, 0.0], [radii[0], radii[1], COLUMN], value)
    };
    let blood = vary.hounsfield(150.0);
    let kidney_at = vary.near([-52.0, 52.0, -45.0], 6.0).map(|mm| mm * size);
    let kidney = Solid::new(kidney_at, [25.0, 27.0, 46.0], vary.hounsfield(150.0));
    vec![
        kidney.clone(),
        kidney.grown(-13.0, FAT + 60.0),
        column([-34.0, 88.0], [26.0, 17.0], muscle),
        column([34.0, 88.0], [26.0, 17.0], muscle),
        column([0.0, 66.0], [22.0, 19.0], 420.0),
        column([0.0, 66.0], [19.0, 16.0], vary.hounsfield(210.0)),
        column([0.0, 88.0], [9.0, 7.0], 30.0),
        column([0.0, 100.0], [5.0, 13.0], 400.0),
        column([9.0, 36.0], [11.0, 11.0], blood),
        column([-20.0, 38.0], [12.0, 9.0], blood - 20.0),
    ]
}
