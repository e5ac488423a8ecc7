//! The masks of the reference values: whole-number geometry, the same in every language.
//!
//! Lengths are in units of 1/64 mm, so that every spacing is exact. Masks are indexed `[i, j, k]`
//! with `i` along the first axis, stored `i` fastest.

/// A mask of a shape.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Mask {
    pub(crate) shape: [i64; 3],
    pub(crate) voxels: Vec<bool>,
}

impl Mask {
    pub(crate) fn new(shape: [i64; 3], f: impl Fn([i64; 3]) -> bool) -> Self {
        let mut voxels = Vec::new();
        for k in 0..shape[2] {
            for j in 0..shape[1] {
                voxels.extend((0..shape[0]).map(|i| f([i, j, k])));
            }
        }
        Self { shape, voxels }
    }

    pub(crate) fn at(&self, index: [i64; 3]) -> bool {
        let inside = (0..3).all(|axis| (0..self.shape[axis]).contains(&index[axis]));
        let [i, j, k] = index;
        inside && self.voxels[((k * self.shape[1] + j) * self.shape[0] + i) as usize]
    }

    fn with(&self, other: &Self, f: impl Fn(bool, bool) -> bool) -> Self {
        Self::new(self.shape, |index| f(self.at(index), other.at(index)))
    }

    fn or(&self, other: &Self) -> Self {
        self.with(other, |a, b| a || b)
    }

    fn and(&self, other: &Self) -> Self {
        self.with(other, |a, b| a && b)
    }

    fn without(&self, other: &Self) -> Self {
        self.with(other, |a, b| a && !b)
    }

    /// Moved by whole voxels, empty where it came from.
    pub(crate) fn shifted(&self, [x, y, z]: [i64; 3]) -> Self {
        Self::new(self.shape, |[i, j, k]| self.at([i - x, j - y, k - z]))
    }
}

fn boxed(shape: [i64; 3], low: [i64; 3], high: [i64; 3]) -> Mask {
    Mask::new(shape, |index| (0..3).all(|axis| (low[axis]..high[axis]).contains(&index[axis])))
}

/// Within `radius` of `centre`, in 1/64 mm.
fn ball(shape: [i64; 3], spacing: [i64; 3], centre: [i64; 3], radius: i64) -> Mask {
    Mask::new(shape, |index| {
        let square = |axis: usize| (index[axis] * spacing[axis] - centre[axis]).pow(2);
        (0..3).map(square).sum::<i64>() <= radius * radius
    })
}

/// An ellipsoid in half voxels.
fn ellipsoid(shape: [i64; 3], centre: [i64; 3], radii: [i64; 3]) -> Mask {
    let product: i64 = radii.iter().map(|radius| radius * radius).product();
    Mask::new(shape, |index| {
        let term =
            |axis: usize| (2 * index[axis] - centre[axis]).pow(2) * (product / radii[axis].pow(2));
        (0..3).map(term).sum::<i64>() <= product
    })
}

/// One SplitMix64 output per voxel, counted with the last axis fastest, is a multiple of `one_in`.
fn noise(shape: [i64; 3], seed: u64, one_in: u64) -> Mask {
    Mask::new(shape, |[i, j, k]| {
        let linear = ((i * shape[1] + j) * shape[2] + k) as u64;
        let mut state = seed.wrapping_add(linear).wrapping_add(0x9e37_79b9_7f4a_7c15);
        state = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        state = (state ^ (state >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (state ^ (state >> 31)).is_multiple_of(one_in)
    })
}

/// A prediction and a reference with known values.
pub(crate) struct Vector {
    pub(crate) name: &'static str,
    /// In 1/64 mm.
    pub(crate) spacing: [i64; 3],
    pub(crate) reference: Mask,
    pub(crate) prediction: Mask,
}

const ISO: [i64; 3] = [64; 3];
/// 1.40625 x 1.40625 x 10 mm.
const ACDC: [i64; 3] = [90, 90, 640];

/// All of them, V01 to V24c.
pub(crate) fn vectors() -> Vec<Vector> {
    [simple(), structured(), noisy_and_degenerate(), empty(), heart()]
        .into_iter()
        .flatten()
        .collect()
}

fn vector(name: &'static str, spacing: [i64; 3], reference: &Mask, prediction: &Mask) -> Vector {
    Vector { name, spacing, reference: reference.clone(), prediction: prediction.clone() }
}

fn simple() -> Vec<Vector> {
    let cube = [24; 3];
    let sphere = ball(cube, ISO, [768; 3], 512);
    let small = [8; 3];
    let points = [boxed(small, [4, 4, 2], [5, 5, 3]), boxed(small, [4, 4, 4], [5, 5, 5])];
    let middle = [16; 3];
    let blocks = [boxed(middle, [2, 2, 2], [10, 14, 14]), boxed(middle, [2, 2, 2], [11, 14, 14])];
    let flat = ellipsoid([48, 48, 10], [47, 47, 9], [30, 26, 8]);
    vec![
        vector("V01", ISO, &sphere, &sphere),
        vector("V02", [192, 128, 64], &points[0], &points[1]),
        vector("V03", [128, 64, 64], &blocks[0], &blocks[1]),
        vector("V04", ACDC, &flat, &flat.shifted([2, -1, 0])),
        vector("V05", ACDC, &flat, &flat.shifted([0, 0, 1])),
    ]
}

fn structured() -> Vec<Vector> {
    let large = [28; 3];
    let balls = [640, 384, 256].map(|radius| ball(large, ISO, [896; 3], radius));
    let plates = [20; 3];
    let long = [40, 24, 24];
    let sphere = ball(long, ISO, [768; 3], 512);
    let lens_shape = [32, 32, 16];
    let lens = ellipsoid(lens_shape, [31, 31, 15], [24, 20, 12]);
    let below = Mask::new(lens_shape, |[_, _, k]| k < 9);
    let spleen = [51, 51, 320];
    vec![
        vector("V06", ISO, &balls[0], &balls[1]),
        vector("V07", ISO, &balls[0].without(&balls[2]), &balls[0]),
        vector(
            "V08",
            ISO,
            &boxed(plates, [9, 3, 3], [10, 17, 17]),
            &boxed(plates, [11, 3, 3], [12, 17, 17]),
        ),
        vector("V09", ISO, &sphere, &sphere.or(&boxed(long, [38, 12, 12], [39, 13, 13]))),
        vector("V10", spleen, &lens, &lens.and(&below)),
        vector("V11", spleen, &lens, &lens.without(&noise(lens_shape, 11, 4))),
    ]
}

fn noisy_and_degenerate() -> Vec<Vector> {
    let cube = [16; 3];
    let full = Mask::new(cube, |_| true);
    let stairs_shape = [12; 3];
    let stairs = |steps: i64| {
        let inside = boxed(stairs_shape, [1; 3], [11; 3]);
        inside.and(&Mask::new(stairs_shape, |index| index.iter().sum::<i64>() < steps))
    };
    let speckled = [20, 20, 12];
    let slab = [40, 40, 12];
    let prostate = [40, 40, 230];
    let centre = [800, 800, 1265];
    let gland = ball(slab, prostate, centre, 640);
    let salt = noise(slab, 17, 50).and(&ball(slab, prostate, centre, 768));
    let two = [40, 20, 20];
    let first = ball(two, ISO, [640; 3], 384);
    let line = [24, 5, 5];
    let disc = ball([32, 32, 1], ACDC, [1440, 1440, 0], 900);
    vec![
        vector(
            "V12",
            [54, 77, 58],
            &boxed(cube, [0; 3], [8, 16, 16]),
            &boxed(cube, [0; 3], [9, 16, 16]),
        ),
        vector("V13", ISO, &full, &full),
        vector("V14", ISO, &full, &boxed(cube, [4; 3], [12; 3])),
        vector("V15", ISO, &stairs(15), &stairs(17)),
        vector("V16", [100, 100, 320], &noise(speckled, 1, 8), &noise(speckled, 2, 8)),
        vector("V17", prostate, &gland, &gland.with(&salt, |a, b| a != b)),
        vector("V18", ISO, &first.or(&ball(two, ISO, [1856, 640, 640], 320)), &first),
        vector("V19", ISO, &boxed(line, [2; 3], [22, 3, 3]), &boxed(line, [2; 3], [3; 3])),
        vector("V20", ACDC, &disc, &disc.shifted([1, 1, 0])),
    ]
}

fn empty() -> Vec<Vector> {
    let shape = [16, 16, 8];
    let nothing = Mask::new(shape, |_| false);
    let block = boxed(shape, [4, 4, 2], [10, 9, 6]);
    vec![
        vector("V21", ACDC, &block, &nothing),
        vector("V22", ACDC, &nothing, &block),
        vector("V23", ACDC, &nothing, &nothing),
    ]
}

/// Right ventricle, myocardium and left ventricle.
fn heart() -> Vec<Vector> {
    let shape = [64, 64, 12];
    let part = |centre: [i64; 3], radii: [i64; 3]| ellipsoid(shape, centre, radii);
    let structures = |outer: Mask, inner: Mask, right: &Mask| {
        [right.without(&outer), outer.without(&inner), inner]
    };
    let reference = structures(
        part([72, 64, 11], [30, 30, 11]),
        part([72, 64, 11], [20, 20, 10]),
        &part([38, 64, 11], [20, 28, 9]),
    );
    let prediction = structures(
        part([70, 66, 11], [32, 30, 11]),
        part([70, 66, 11], [18, 20, 8]),
        &part([38, 64, 11], [22, 28, 6]),
    );
    let names = ["V24a", "V24b", "V24c"];
    let pairs = reference.iter().zip(&prediction);
    names.iter().zip(pairs).map(|(name, (r, p))| vector(name, ACDC, r, p)).collect()
}
