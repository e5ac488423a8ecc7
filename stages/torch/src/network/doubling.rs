//! A 3 x 3 convolution of a map with twice the resolution, without making that map.

use tch::{Device, Kind, Tensor};

/// How the weights of three neighbours at full resolution fall on pixels of half the resolution,
/// along one axis: rows are taps of the transposed convolution, columns those of the original.
///
/// Of three neighbours, two or one lie in the same pixel of the half resolution, the others in the
/// pixel before or behind it.
const TAPS: [[f32; 3]; 4] = [[0.0, 0.0, 1.0], [0.0, 1.0, 1.0], [1.0, 1.0, 0.0], [1.0, 0.0, 0.0]];

/// The weight of the transposed convolution with stride 2 and padding 1 that computes the same as
/// nearest-neighbour upsampling by 2 and a convolution with padding 1.
///
/// It takes 4 x 4 products for four pixels where the convolution takes 4 x 3 x 3.
///
/// # Shapes
/// `weight`: `[O, I, 3, 3]`; `taps`: what [`taps`] makes, in the weight's kind. Returns
/// `[I, O, 4, 4]`, as transposed convolutions have it.
pub(super) fn transposed_weight(weight: &Tensor, taps: &Tensor) -> Tensor {
    let (outputs, inputs, _, _) = weight.size4().expect("a weight has four axes");
    let rows = weight.transpose(0, 1).reshape([inputs * outputs, 9]);
    rows.matmul(taps).reshape([inputs, outputs, 4, 4])
}

/// `[9, 16]`: [`TAPS`] along both axes.
pub(super) fn taps(kind: Kind, device: Device) -> Tensor {
    let mut both = [0_f32; 9 * 16];
    for (place, both) in both.iter_mut().enumerate() {
        let (from, to) = (place / 16, place % 16);
        *both = TAPS[to / 4][from / 3] * TAPS[to % 4][from % 3];
    }
    Tensor::from_slice(&both).reshape([9, 16]).to_device(device).to_kind(kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn computes_what_upsampling_and_a_convolution_compute() {
        let number = |count: i64, phase: f64| {
            let numbers = Tensor::arange(count, (Kind::Double, Device::Cpu));
            (numbers * 0.7 + phase).sin()
        };
        let leaf = |tensor: Tensor| tensor.copy().set_requires_grad(true);
        let image = number(2 * 3 * 5 * 4, 0.1).reshape([2, 3, 5, 4]);
        let weight = number(2 * 3 * 9, 0.4).reshape([2, 3, 3, 3]);
        let slopes = number(2 * 2 * 10 * 8, 0.9).reshape([2, 2, 10, 8]);
        let outcome = |ours: bool| {
            let (image, weight) = (leaf(image.copy()), leaf(weight.copy()));
            let output = if ours {
                let weight = transposed_weight(&weight, &taps(Kind::Double, Device::Cpu));
                image.conv_transpose2d(&weight, None::<&Tensor>, 2, 1, 0, 1, 1)
            } else {
                let doubled = image.upsample_nearest2d([10, 8], None, None);
                doubled.conv2d(&weight, None::<&Tensor>, 1, 1, 1, 1)
            };
            (&output * &slopes).sum(Kind::Double).backward();
            [output.detach(), image.grad(), weight.grad()]
        };
        for (ours, theirs) in outcome(true).iter().zip(&outcome(false)) {
            assert_eq!(ours.size(), theirs.size());
            assert!((ours - theirs).abs().max().double_value(&[]) < 1e-12);
        }
    }
}
