//! CPU time of scoring a scan: Dice, HD95, ASSD and NSD at 2 mm per class, on one thread.
//!
//! `cargo run -p stages-metrics --example metric_time -- [ROUNDS]` builds two scans: one like ACDC
//! (256 x 256 x 12, three classes) and one like a CT of the spleen (512 x 512 x 120, one class with
//! a false positive far away), each predicted with a small shift and holes. It prints the median
//! of the rounds.

use stages_metrics::{Lattice, Overlay};

/// A label map and its prediction.
struct Scan {
    name: &'static str,
    lattice: Lattice,
    reference: Vec<u8>,
    prediction: Vec<u8>,
    classes: u8,
    /// Times in a row that are measured as one: the kernel counts time in steps of a few ms.
    repeat: u32,
}

#[expect(clippy::print_stdout, reason = "an example prints what it measures")]
fn main() {
    let rounds = std::env::args().nth(1).and_then(|text| text.parse().ok()).unwrap_or(9);
    for scan in [heart(), spleen()] {
        let mut times: Vec<f64> = Vec::new();
        let mut values = Vec::new();
        for _ in 0..rounds {
            let start = cpu_ms();
            for _ in 0..scan.repeat {
                values = score(&scan);
            }
            times.push((cpu_ms() - start) / f64::from(scan.repeat));
        }
        times.sort_by(f64::total_cmp);
        println!("{}: {:.2} ms (fastest {:.2})", scan.name, times[times.len() / 2], times[0]);
        for (class, [dice, hd95, assd, nsd]) in values.iter().enumerate() {
            println!("  class {}: {dice:.5} {hd95:.5} {assd:.5} {nsd:.5}", class + 1);
        }
    }
}

fn score(scan: &Scan) -> Vec<[f64; 4]> {
    let overlay =
        Overlay::new(&scan.prediction, &scan.reference, scan.lattice).expect("one grid for both");
    let class = |class: u8| {
        let class = overlay.class(class);
        let distances = class.distances().expect("both have voxels");
        let dice = class.counts().dice().expect("both have voxels");
        [dice, distances.hausdorff_quantile(0.95), distances.assd(), distances.nsd(2.0)]
    };
    (1..=scan.classes).map(class).collect()
}

/// CPU time of this thread so far.
fn cpu_ms() -> f64 {
    let text = fs_err::read_to_string("/proc/thread-self/schedstat").expect("Linux counts it");
    let nanoseconds = text.split(' ').next().and_then(|field| field.parse::<f64>().ok());
    nanoseconds.expect("the first field is a number") / 1e6
}

/// Whether a voxel lies in an ellipsoid.
fn within(at: [usize; 3], centre: [f64; 3], radii: [f64; 3]) -> bool {
    (0..3).map(|axis| ((at[axis] as f64 - centre[axis]) / radii[axis]).powi(2)).sum::<f64>() <= 1.0
}

/// Labels voxel by voxel, x fastest.
fn labels([nx, ny, nz]: [usize; 3], f: impl Fn([usize; 3]) -> u8) -> Vec<u8> {
    let mut labels = Vec::with_capacity(nx * ny * nz);
    for z in 0..nz {
        for y in 0..ny {
            labels.extend((0..nx).map(|x| f([x, y, z])));
        }
    }
    labels
}

/// Small holes at fixed pseudo-random places, about one in four hundred blocks of voxels.
fn punch(labels: &mut [u8], [nx, ny, _]: [usize; 3]) {
    for (at, label) in labels.iter_mut().enumerate() {
        let (x, y, z) = (at % nx, at / nx % ny, at / nx / ny);
        let block = ((x / 3) * 7919 + (y / 3) * 104_729 + (z / 2) * 1_299_709) as u64;
        if block.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32 < (1 << 32) / 400 {
            *label = 0;
        }
    }
}

fn heart() -> Scan {
    let shape = [256, 256, 12];
    let map = |dx: f64, dy: f64| {
        let centre = [135.0 + dx, 128.0 + dy, 5.5];
        labels(shape, |at| {
            if within(at, centre, [22.0, 22.0, 5.2]) {
                3
            } else if within(at, centre, [33.0, 33.0, 5.6]) {
                2
            } else {
                u8::from(within(at, [92.0 + dx, 128.0, 5.5], [26.0, 36.0, 5.0]))
            }
        })
    };
    let (reference, mut prediction) = (map(0.0, 0.0), map(2.0, -1.0));
    punch(&mut prediction, shape);
    let lattice = Lattice::new(shape, [1.40625, 1.40625, 10.0]).expect("a grid");
    Scan { name: "like ACDC", lattice, reference, prediction, classes: 3, repeat: 50 }
}

fn spleen() -> Scan {
    let shape = [512, 512, 120];
    let reference =
        labels(shape, |at| u8::from(within(at, [370.0, 280.0, 60.0], [45.0, 60.0, 40.0])));
    let mut prediction = labels(shape, |at| {
        let organ = within(at, [372.0, 279.0, 61.0], [44.0, 61.0, 39.0]);
        u8::from(organ || within(at, [120.0, 240.0, 30.0], [6.0, 6.0, 3.0]))
    });
    punch(&mut prediction, shape);
    let lattice = Lattice::new(shape, [0.796_875, 0.796_875, 5.0]).expect("a grid");
    Scan { name: "like a spleen CT", lattice, reference, prediction, classes: 1, repeat: 10 }
}
