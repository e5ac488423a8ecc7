//! The heart in short-axis view at end-diastole and end-systole, base in the first slice.
//!
//! Classes as in ACDC: 1 right ventricle, 2 myocardium, 3 left ventricle. Papillary muscles belong
//! to the cavity; atria, vessels and the wall of the right ventricle are background.

use super::Variation;
use crate::render::Scene;
use crate::solid::{Mark, Ripple, Solid, Turn};

const RIGHT_VENTRICLE: Mark = Mark::Class(1);
const MYOCARDIUM: Mark = Mark::Class(2);
const LEFT_VENTRICLE: Mark = Mark::Class(3);

/// The pathology groups of ACDC, in the order of its patient numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Group {
    /// Dilated left ventricle that hardly contracts.
    Dilated,
    /// Thick myocardium around a small cavity.
    Hypertrophic,
    /// An infarct: part of the wall is thin and still.
    Infarct,
    /// Healthy.
    Normal,
    /// Dilated right ventricle.
    RightVentricle,
}

impl Group {
    /// The group of a subject, in equal consecutive shares.
    pub(crate) fn of(index: u32, subjects: u32) -> Self {
        const ALL: [Group; 5] = [
            Group::Dilated,
            Group::Hypertrophic,
            Group::Infarct,
            Group::Normal,
            Group::RightVentricle,
        ];
        ALL[(u64::from(index) * 5 / u64::from(subjects)) as usize]
    }

    /// The name in `Info.cfg`.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Dilated => "DCM",
            Self::Hypertrophic => "HCM",
            Self::Infarct => "MINF",
            Self::Normal => "NOR",
            Self::RightVentricle => "RV",
        }
    }

    /// Radius of the cavity and thickness of the wall at end-diastole in mm, and the radius at
    /// end-systole as a part of that at end-diastole.
    const fn ventricle(self) -> [f64; 3] {
        match self {
            Self::Dilated => [31.0, 7.5, 0.87],
            Self::Hypertrophic => [21.0, 14.0, 0.58],
            Self::Infarct => [26.0, 8.5, 0.80],
            Self::Normal => [24.0, 9.0, 0.68],
            Self::RightVentricle => [22.5, 9.0, 0.70],
        }
    }
}

/// A moment of the heart cycle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Phase {
    /// The ventricles are full.
    EndDiastole,
    /// The ventricles are empty.
    EndSystole,
}

/// What stays the same over the heart cycle of one subject.
pub(crate) struct HeartSubject {
    axis: [f64; 2],
    lean: [f64; 2],
    turn: Turn,
    scale: f64,
    cavity_mm: f64,
    wall_mm: f64,
    length_mm: f64,
    contraction: f64,
    squeeze: f64,
    cavity_shift: [f64; 2],
    right: [f64; 2],
    right_shift: [f64; 2],
    outlines: [Ripple; 3],
    blood: [f64; 2],
    muscle: f64,
    papillary: [[f64; 3]; 2],
    trabeculae: [[f64; 3]; 4],
    background: f64,
    fat: [f64; 2],
    wall: [f64; 2],
    surroundings: Vec<Solid>,
}

impl HeartSubject {
    /// Draws a subject of a group.
    pub(crate) fn draw(vary: &mut Variation<'_>, group: Group) -> Self {
        let [cavity, wall, contraction] = group.ventricle();
        let right = if group == Group::RightVentricle { [34.0, 44.0] } else { [26.0, 36.0] };
        let thinning = if group == Group::Infarct { 0.35 } else { 0.12 };
        let cavity_mm = cavity * vary.factor(0.10);
        let wall_mm = wall * vary.factor(0.12);
        let tissue_blood = vary.tissue(0.80);
        Self {
            axis: [12.0 + vary.by(9.0), vary.by(11.0)],
            lean: [vary.by(0.18), vary.by(0.18)],
            turn: Turn::degrees(vary.by(35.0)),
            scale: vary.factor(0.13),
            cavity_mm,
            wall_mm,
            length_mm: 78.0 * vary.factor(0.10),
            contraction: (contraction * vary.factor(0.07)).min(0.93),
            squeeze: vary.by(0.08),
            cavity_shift: [vary.by(thinning * wall_mm), vary.by(thinning * wall_mm)],
            right: right.map(|radius| radius * vary.factor(0.14)),
            right_shift: [vary.by(4.0), vary.by(8.0)],
            outlines: [vary.outline(0.05), vary.outline(0.06), vary.outline(0.10)],
            blood: [tissue_blood, tissue_blood * (0.97 + 0.5 * (vary.tissue(0.5) - 0.5))],
            muscle: vary.tissue(0.36),
            papillary: std::array::from_fn(|i| {
                let side = if i == 0 { 0.5 } else { -0.5 };
                [0.35 + vary.by(0.12), side + vary.by(0.12), 5.0 + vary.by(1.8)]
            }),
            trabeculae: std::array::from_fn(|_| [vary.by(0.7), vary.by(0.7), 2.6 + vary.by(1.2)]),
            background: vary.tissue(0.50),
            fat: [3.0 + vary.by(5.0), vary.tissue(0.74)],
            wall: [2.2 + vary.by(1.0), vary.tissue(0.48)],
            surroundings: surroundings(vary, tissue_blood),
        }
    }

    /// The scene at one moment; `stack_mm` is the extent of the slices.
    pub(crate) fn scene(&self, phase: Phase, stack_mm: f64) -> Scene {
        let systole = phase == Phase::EndSystole;
        let s = self.scale;
        // The stack is planned on the diastolic heart: the base lies inside the first slices. At
        // systole the base moves towards the apex.
        let apex = (self.length_mm * s / 2.0).min(0.47 * stack_mm);
        let length = self.length_mm * s * if systole { 0.87 } else { 1.0 };
        let base = apex - length;
        let cavity = self.cavity_mm * s * if systole { self.contraction } else { 1.0 };
        let (full, thin) = (self.cavity_mm * s, self.wall_mm * s);
        // The wall keeps its cross-section, less the share that longitudinal shortening takes up.
        let area = ((full + thin) * (full + thin) - full * full) * if systole { 1.06 } else { 1.0 };
        let outer = (cavity * cavity + area).sqrt();
        let place = |[x, y]: [f64; 2]| {
            let [x, y] = self.turn.apply([x * s, y * s]);
            [self.axis[0] + x, self.axis[1] + y]
        };
        // The widest place lies a tenth of the length below the base.
        let widest = base + 0.1 * length;
        let ventricle = |local: [f64; 2], radii: [f64; 2], depth: f64, value: f64| {
            let [x, y] = place(local);
            Solid::new([x, y, widest], [radii[0], radii[1], depth], value)
                .turned(self.turn)
                .leaning(self.lean)
                .within([base, f64::INFINITY])
        };
        let oval = |radius: f64| [radius * (1.0 + self.squeeze), radius * (1.0 - self.squeeze)];
        let depth = 0.9 * length;
        let right_size = if systole { 0.80 } else { 1.0 } * s;
        // The septum stays where the left ventricle's outline is.
        let right_at = [
            self.right_shift[0] - 0.55 * outer / s - 0.46 * self.right[0] * right_size / s,
            self.right_shift[1],
        ];
        let right = ventricle(
            right_at,
            self.right.map(|radius| radius * right_size),
            0.88 * depth,
            self.blood[1],
        )
        .rippled(self.outlines[2]);
        let left = ventricle([0.0; 2], oval(outer), depth, self.muscle).rippled(self.outlines[0]);
        let shrink = if systole { 0.6 } else { 1.0 };
        let cavity_at = self.cavity_shift.map(|mm| mm * shrink);
        let inner = ventricle(cavity_at, oval(cavity), (depth - thin).max(5.0), self.blood[0])
            .rippled(self.outlines[1]);
        let small = |local: [f64; 2], radius: f64| {
            let middle = f64::midpoint(widest, apex);
            let mut solid = ventricle(local, [radius, radius], 0.36 * length, self.muscle);
            solid.centre[2] = middle;
            solid.marked(Mark::Keep)
        };

        let mut solids = self.surroundings.clone();
        // Fat around both ventricles: here a bright rim, there none.
        let [x, y] = place([0.45 * right_at[0], 0.45 * right_at[1]]);
        let around = [
            outer + 0.55 * self.right[0] * s + self.fat[0],
            outer.max(self.right[1] * s) + self.fat[0],
            depth + self.fat[0],
        ];
        solids.push(
            Solid::new([x, y, widest], around, self.fat[1])
                .turned(self.turn)
                .leaning(self.lean)
                .rippled(self.outlines[2]),
        );
        solids.extend(self.above_the_base(place, base, right_at, full));
        solids.push(right.grown(self.wall[0], self.wall[1]));
        solids.push(right.marked(RIGHT_VENTRICLE));
        solids.extend(self.trabeculae.map(|[x, y, radius]| {
            let reach = self.right.map(|radius| 0.6 * radius * right_size / s);
            small([right_at[0] + x * reach[0], right_at[1] + y * reach[1]], radius * s)
        }));
        solids.push(left.marked(MYOCARDIUM));
        solids.push(inner.marked(LEFT_VENTRICLE));
        solids.extend(self.papillary.map(|[x, y, radius]| {
            let reach = cavity / s;
            small(
                [cavity_at[0] + 1.1 * x * reach, cavity_at[1] + 1.1 * y * reach],
                radius * s * if systole { 0.85 } else { 1.0 },
            )
        }));
        Scene { background: self.background, solids }
    }

    /// Atria and the root of the aorta: as bright as the ventricles, at nearly the same place, and
    /// background.
    fn above_the_base(
        &self,
        place: impl Fn([f64; 2]) -> [f64; 2],
        base: f64,
        right_at: [f64; 2],
        cavity: f64,
    ) -> Vec<Solid> {
        let chamber = |local: [f64; 2], radius: [f64; 2], value: f64| {
            let [x, y] = place(local);
            Solid::new([x, y, base - 22.0], [radius[0], radius[1], 40.0], value)
                .turned(self.turn)
                .leaning(self.lean)
                .within([f64::NEG_INFINITY, base])
        };
        let left = chamber([6.0, 8.0], [1.15 * cavity, 0.95 * cavity], self.blood[0])
            .rippled(self.outlines[1]);
        let right = chamber([right_at[0], right_at[1] + 14.0], [22.0, 24.0], self.blood[1])
            .rippled(self.outlines[2]);
        let aorta = chamber([-8.0, -16.0], [13.0, 13.0], self.blood[0]);
        let walled = |solid: Solid| [solid.grown(self.wall[0], self.wall[1]), solid];
        [walled(right), walled(left), walled(aorta)].concat()
    }
}

/// Lungs, chest wall, liver, stomach, aorta and spine, in painting order.
fn surroundings(vary: &mut Variation<'_>, blood: f64) -> Vec<Solid> {
    const COLUMN: f64 = 400.0;
    let turn = Turn::degrees(vary.by(20.0));
    let place = |[x, y, z]: [f64; 3]| {
        let [x, y] = turn.apply([x, y]);
        [x, y, z]
    };
    let (lung, fat) = (vary.tissue(0.08), vary.tissue(0.88));
    let (muscle, liver) = (vary.tissue(0.30), vary.tissue(0.40));
    let mut solids = Vec::new();
    let mut organ = |vary: &mut Variation<'_>, at: [f64; 3], radii: [f64; 3], value: f64| {
        let centre = place(vary.near(at, 7.0));
        let radii = radii.map(|radius| radius * vary.factor(0.12));
        let angle = Turn::degrees(vary.by(15.0));
        let outline = vary.outline(0.09);
        solids.push(Solid::new(centre, radii, value).turned(angle.after(turn)).rippled(outline));
    };
    organ(vary, [84.0, -10.0, 0.0], [46.0, 70.0, COLUMN], lung);
    organ(vary, [-98.0, 2.0, -20.0], [42.0, 62.0, COLUMN], lung);
    for _ in 0..7 {
        // Vessels in the lungs.
        let side = if vary.draw.chance(0.6) { 74.0 } else { -84.0 };
        let at = [side + vary.draw.spread(18.0), vary.draw.spread(45.0), vary.draw.spread(30.0)];
        let (radius, value) = (vary.draw.between(1.8, 4.0), vary.draw.between(0.3, 0.8) * blood);
        organ(vary, at, [radius, radius * 1.6, 18.0], value);
    }
    organ(vary, [-44.0, 76.0, 24.0], [66.0, 44.0, 70.0], liver);
    if vary.distractor() {
        // A filled stomach or bowel loop: a bright round cavity inside a dark wall.
        let at = [56.0 + vary.by(10.0), 66.0 + vary.by(8.0), 18.0];
        let (radius, content) = (vary.draw.between(15.0, 24.0), vary.tissue(0.72));
        let wall = radius + vary.draw.between(5.0, 9.0);
        let centre = place(at);
        solids.push(Solid::new(centre, [wall, 0.9 * wall, 52.0], muscle * 1.15));
        solids.push(Solid::new(centre, [radius, 0.9 * radius, 46.0], content));
    } else {
        organ(vary, [56.0, 66.0, 20.0], [32.0, 26.0, 50.0], liver * 1.1);
    }
    let mut organ = |vary: &mut Variation<'_>, at: [f64; 3], radii: [f64; 3], value: f64| {
        let centre = place(vary.near(at, 5.0));
        let radii = radii.map(|radius| radius * vary.factor(0.10));
        solids.push(Solid::new(centre, radii, value).turned(turn));
    };
    organ(vary, [22.0, 92.0, 0.0], [24.0, 22.0, COLUMN], 0.5 * (muscle + fat));
    let aorta = vary.near([50.0, 58.0, 0.0], 8.0);
    let radius = 11.0 * vary.factor(0.15);
    organ(vary, aorta, [radius + 2.0, radius + 2.0, COLUMN], muscle);
    organ(vary, aorta, [radius, radius, COLUMN], blood * 0.95);
    // The chest wall from inside out: muscle with ribs, fat, air.
    let distance = 62.0 + vary.by(6.0);
    for (depth, value) in [(0.0, muscle), (9.0, fat), (9.0 + 8.0 * vary.factor(0.5), 0.01)] {
        let radius = 260.0;
        let away = distance + depth + radius;
        solids.push(Solid::new(
            place([-0.5 * away, -0.866 * away, 0.0]),
            [radius, radius, 4e3],
            value,
        ));
    }
    solids
}
