//! How well a network segments the validation scans.

use tch::Tensor;

use crate::data::{SliceStore, ValidationScan};
use crate::network::Network;
use crate::overlap::Overlap;
use crate::segment::{central_crop, segment};

/// Slices that pass through the network together; nothing is kept for a gradient.
const BATCH: i64 = 16;

/// Dice over the validation scans.
#[derive(Debug, Clone, PartialEq)]
pub struct ValidationDice {
    /// Per foreground class, class 1 first: the mean over scans.
    pub classes: Vec<f64>,
    /// The mean over the foreground classes; this selects the best epoch.
    pub mean: f64,
}

/// Scores every scan on the central crop, counting over all its slices.
pub fn validate(
    network: &Network,
    store: &SliceStore,
    scans: &[ValidationScan],
    classes: usize,
    crop: i64,
) -> ValidationDice {
    let canvas = [store.images.size()[1], store.images.size()[2]];
    let [top, left] = central_crop(canvas, crop);
    let window = |planes: &Tensor| planes.narrow(1, top, crop).narrow(2, left, crop);
    let images = window(&store.images);
    let labels = window(store.labels.as_ref().expect("the validation store holds labels"));
    let mut sums = vec![0.0; classes - 1];
    for scan in scans {
        let mut overlap = Overlap::new(classes);
        let mut row = scan.rows.start;
        while row < scan.rows.end {
            let count = BATCH.min(scan.rows.end - row);
            let predicted = segment(network, &images.narrow(0, row, count));
            overlap.add(&predicted, &labels.narrow(0, row, count).to_kind(tch::Kind::Int64));
            row += count;
        }
        for (sum, class) in sums.iter_mut().zip(1..) {
            *sum += overlap.dice(class);
        }
    }
    let classes: Vec<f64> = sums.iter().map(|sum| sum / scans.len() as f64).collect();
    let mean = classes.iter().sum::<f64>() / classes.len() as f64;
    ValidationDice { classes, mean }
}
