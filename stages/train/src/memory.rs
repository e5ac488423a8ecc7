//! How much memory an action is expected to need on a CPU.

use crate::{Precision, PredictParams, TrainParams};

/// What the worker needs before the first image (libtorch, weights, moments: 160 MiB measured),
/// and room for the slices of a dataset of common size.
const BASE_MIB: u64 = 400;

/// Bytes kept for the gradient per pixel and channel of every level, measured on the default
/// network at crops of 64, 96 and 224 with 32-bit activations.
const BYTES_PER_ACTIVATION: u64 = 75;

/// MiB per slice of a prediction, where nothing is kept, at a crop of 224 pixels.
const MIB_PER_PREDICTED_SLICE: u64 = 24;

/// Expected peak of a training in MiB: it grows with images, pixels and channels. Passes in which
/// nothing is kept for a gradient count like the others.
pub(crate) fn training_mib(params: &TrainParams) -> u64 {
    let further = params.needs().further_passes.saturating_mul(params.batch_unlabelled);
    let images = params.images_per_step().saturating_add(further);
    let pixels = u64::from(params.crop).pow(2) * u64::from(images);
    // Each level has a quarter of the pixels of the one above.
    let activations: u64 = (0..)
        .zip(params.network.widths)
        .map(|(level, width)| (pixels * u64::from(width)) >> (2 * level))
        .sum();
    let bytes = activations * BYTES_PER_ACTIVATION;
    let bytes = if params.precision == Precision::Bf16 { bytes / 2 } else { bytes };
    BASE_MIB + bytes / (1 << 20)
}

/// Expected peak of a prediction in MiB.
pub(crate) fn prediction_mib(params: &PredictParams) -> u64 {
    BASE_MIB + u64::from(params.batch) * MIB_PER_PREDICTED_SLICE
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ConsistencyParams, Divergence, RegularizerParams, WeightParams};

    #[test]
    fn grows_with_what_passes_through_the_network() {
        // 24 images of 64 x 64 pixels and 16 + 8 + 4 + 2 + 1 channel shares: 217 MiB in fp32.
        let weight = WeightParams::constant(1.0);
        let term = ConsistencyParams { divergence: Divergence::Kl, weight };
        let params = TrainParams {
            crop: 64,
            regularizers: vec![RegularizerParams::Consistency(term)],
            ..TrainParams::default()
        };
        assert_eq!(training_mib(&params), 400 + 108);
        let fp32 = TrainParams { precision: Precision::Fp32, ..params };
        assert_eq!(training_mib(&fp32), 400 + 217);
    }

    #[test]
    fn further_passes_of_a_term_count() {
        // 4 labelled images and 10 unlabelled ones, which pass three times more: 44 of 217 / 24
        // in fp32, half of that in bf16.
        let term = serde_json::json!({"unimatch": {"weight": {"value": 1.0}}});
        let params = TrainParams {
            crop: 64,
            regularizers: vec![serde_json::from_value(term).unwrap()],
            ..TrainParams::default()
        };
        assert_eq!(training_mib(&params), 400 + 199);
    }
}
