//! Disturbances of features, under which predictions should not change.
//!
//! All draw from libtorch's generator, which every step seeds.

use tch::{Kind, Tensor};

/// The largest activations are those above this share of the highest, drawn from this range.
const ATTENTION: [f64; 2] = [0.7, 0.9];

/// Sets this share of the values to zero and scales the others up: single values.
///
/// # Shapes
/// `features`: `[B, K, H, W]`, as the result.
pub(super) fn drop_values(features: &Tensor, share: f64) -> Tensor {
    features.dropout(share, true)
}

/// Sets this share of the channels of every image to zero and scales the others up.
///
/// # Shapes
/// `features`: `[B, K, H, W]`, as the result.
pub(super) fn drop_channels(features: &Tensor, share: f64) -> Tensor {
    features.feature_dropout(share, true)
}

/// Keeps the pixels whose mean over the channels is below a share, between 70 and 90 %, of the
/// largest such mean in their image; sets the others, those that the network attends to most, to
/// zero. One share is drawn for all images; nothing is scaled up.
///
/// # Shapes
/// `features`: `[B, K, H, W]`, as the result.
/// # Source
/// The feature dropout of cross-consistency training (Ouali et al., 2020).
pub(super) fn drop_attention(features: &Tensor) -> Tensor {
    let attention = features.mean_dim([1].as_slice(), true, Kind::Float);
    let largest = attention.amax([2, 3], true);
    let [low, high] = ATTENTION;
    let share = Tensor::rand([1], (Kind::Float, features.device())) * (high - low) + low;
    let kept = attention.detach().lt_tensor(&(largest.detach() * share));
    features * kept.to_kind(features.kind())
}

/// Multiplies every value with 1 plus a number between minus and plus `range`, the same in all
/// images.
///
/// # Shapes
/// `features`: `[B, K, H, W]`, as the result.
/// # Source
/// The feature noise of cross-consistency training (Ouali et al., 2020), there with 0.3.
pub(super) fn scale_randomly(features: &Tensor, range: f64) -> Tensor {
    let size = features.size();
    let noise = Tensor::rand([1, size[1], size[2], size[3]], (Kind::Float, features.device()));
    features * (noise * (2.0 * range) + (1.0 - range)).to_kind(features.kind())
}

#[cfg(test)]
mod tests {
    use tch::Device;

    use super::*;
    use crate::fixture::{close, value};

    fn ones(size: [i64; 4]) -> Tensor {
        #[expect(clippy::disallowed_methods, reason = "the tests draw like a step")]
        tch::manual_seed(3);
        Tensor::ones(size, (Kind::Float, Device::Cpu))
    }

    /// The share of zeros, after checking that all else is `other`.
    fn zeros(values: &Tensor, other: f64) -> f64 {
        let zeros = values.eq(0.0).to_kind(Kind::Float);
        let rest = values.masked_select(&values.not_equal(0.0));
        close(value(&rest.min()), other);
        close(value(&rest.max()), other);
        value(&zeros.mean(Kind::Float))
    }

    #[test]
    fn dropped_values_leave_the_mean_as_it_is() {
        // Four standard deviations of 10 000 draws with probability 0.3 are 0.018.
        let values = drop_values(&ones([1, 4, 50, 50]), 0.3);
        assert!((zeros(&values, 1.0 / 0.7) - 0.3).abs() < 0.018);
    }

    #[test]
    fn channels_are_dropped_as_a_whole() {
        let values = drop_channels(&ones([4, 1000, 2, 2]), 0.3);
        // 4000 channels: four standard deviations are 0.029.
        assert!((zeros(&values, 1.0 / 0.7) - 0.3).abs() < 0.029);
        let least = values.amin([2, 3], false);
        let most = values.amax([2, 3], false);
        assert_eq!(least, most);
    }

    #[test]
    fn the_pixels_of_highest_activation_are_dropped() {
        // Means over two channels: 1, 0.95, 0.6 and 0.2 in the first image; tenfold in the second.
        let first = Tensor::from_slice(&[1.5f32, 1.0, 1.2, 0.4, 0.5, 0.9, 0.0, 0.0]);
        let first = first.reshape([1, 2, 1, 4]);
        let features = Tensor::cat(&[&first, &(&first * 10.0)], 0);
        let _ = ones([1, 1, 1, 1]);
        let found = drop_attention(&features);
        let kept = Tensor::from_slice(&[0f32, 0.0, 1.0, 1.0]).reshape([1, 1, 1, 4]);
        assert_eq!(found, features * kept);
    }

    #[test]
    fn noise_is_relative_bounded_and_the_same_in_all_images() {
        let factors = scale_randomly(&ones([2, 4, 50, 50]), 0.3);
        assert_eq!(factors.get(0), factors.get(1));
        let (least, most) = (value(&factors.min()), value(&factors.max()));
        // The chance that 10 000 uniform numbers all stay 1 % of the range away from an end is e^-100.
        assert!((0.7..0.706).contains(&least), "{least}");
        assert!((1.294..1.3001).contains(&most), "{most}");
        assert_eq!(
            scale_randomly(&(ones([1, 1, 2, 2]) * 0.0), 0.3).abs().max(),
            Tensor::from(0f32)
        );
    }
}
