//! How often two classes meet at every displacement.

use tch::{Kind, Tensor};

/// For every displacement of a window, how often (in soft counts) class `i` of one map meets
/// class `j` of the other.
///
/// `J[u, v, i, j] = sum over n, a, b of x[n, i, a + u - d, b + v - d] * y[n, j, a, b]`, with zeros
/// outside the maps.
///
/// # Shapes
/// `x`, `y`: `[N, C, H, W]`, one kind of float. Returns `[2d + 1, 2d + 1, C, C]` of that kind.
/// # Source
/// The published code gets the same numbers from one convolution with an image-sized kernel. Here
/// both maps are laid out flat with a margin of `d`, so that a displacement is one offset and its
/// counts are one matrix product of views: nothing is copied per displacement.
pub fn joint_of_displacements(x: &Tensor, y: &Tensor, d: i64) -> Tensor {
    let size = x.size();
    let (classes, row) = (size[1], size[3] + 2 * d);
    let flat = |map: &Tensor| {
        map.permute([1, 0, 2, 3]).constant_pad_nd([d, d, d, d]).reshape([classes, -1])
    };
    let (x, y) = (flat(x), flat(y));
    // The first and last pixel inside the margins lie this far from the ends, and no displacement
    // reaches further.
    let reach = d * row + d;
    let length = x.size()[1] - 2 * reach;
    let y = y.narrow(1, reach, length).transpose(0, 1);
    let side = 2 * d + 1;
    let counts: Vec<Tensor> = (0..side * side)
        .map(|k| {
            let (u, v) = (k / side, k % side);
            x.narrow(1, reach + (u - d) * row + (v - d), length).matmul(&y)
        })
        .collect();
    Tensor::stack(&counts, 0).reshape([side, side, classes, classes])
}

/// The gradient of a function of the counts with respect to `x`, given the gradient with respect
/// to the counts. The counts are linear in `x`, so this is one small convolution of `y`.
///
/// # Shapes
/// `gradient`: `[2d + 1, 2d + 1, C, C]`; `y`: `[N, C, H, W]`. Returns `[N, C, H, W]`.
pub(super) fn gradient_of_first(gradient: &Tensor, y: &Tensor) -> Tensor {
    let kernel = gradient.permute([2, 3, 0, 1]).flip([2, 3]);
    convolve(y, &kernel)
}

/// The same with respect to `y`, by a convolution of `x`.
pub(super) fn gradient_of_second(gradient: &Tensor, x: &Tensor) -> Tensor {
    convolve(x, &gradient.permute([3, 2, 0, 1]))
}

fn convolve(map: &Tensor, kernel: &Tensor) -> Tensor {
    let padding = kernel.size()[2] / 2;
    map.conv2d(&kernel.contiguous(), None::<&Tensor>, 1, padding, 1, 1)
}

/// Sum over both class axes, kept as axes of length 1.
pub(super) fn sum_of_classes(joint: &Tensor) -> Tensor {
    joint.sum_dim_intlist([-2, -1].as_slice(), true, None::<Kind>)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{close, probabilities_p, probabilities_q};

    #[test]
    fn matches_the_fixtures() {
        let joint = joint_of_displacements(&probabilities_p(), &probabilities_q(), 1);
        let tables = [
            (
                [1, 1],
                [
                    [10.645_943, 1.734_066, 2.949_413],
                    [1.906_326, 1.771_766, 2.771_489],
                    [1.922_871, 2.788_425, 13.509_702],
                ],
            ),
            (
                [0, 2],
                [
                    [5.863_655, 0.769_420, 0.995_468],
                    [0.903_305, 0.492_731, 1.893_328],
                    [2.796_000, 1.358_447, 8.927_645],
                ],
            ),
            (
                [2, 0],
                [
                    [5.480_138, 0.979_297, 4.013_098],
                    [0.822_629, 0.460_524, 1.365_014],
                    [0.643_241, 1.860_634, 8.375_426],
                ],
            ),
        ];
        for ([u, v], table) in tables {
            for (i, row) in (0..).zip(table) {
                for (j, expected) in (0..).zip(row) {
                    close(joint.double_value(&[u, v, i, j]), expected);
                }
            }
        }
    }

    #[test]
    fn equals_the_definition_pixel_by_pixel() {
        let (x, y) = (probabilities_p(), probabilities_q());
        let (d, size) = (3, x.size());
        let joint = joint_of_displacements(&x, &y, d);
        for [u, v, i, j] in [[0, 0, 0, 0], [6, 1, 2, 0], [3, 3, 1, 1], [2, 5, 0, 2]] {
            let mut sum = 0.0;
            for n in 0..size[0] {
                for a in 0..size[2] {
                    for b in 0..size[3] {
                        let (ax, bx) = (a + u - d, b + v - d);
                        if (0..size[2]).contains(&ax) && (0..size[3]).contains(&bx) {
                            sum += x.double_value(&[n, i, ax, bx]) * y.double_value(&[n, j, a, b]);
                        }
                    }
                }
            }
            assert!((joint.double_value(&[u, v, i, j]) - sum).abs() < 1e-12);
        }
    }

    #[test]
    fn both_gradients_are_those_of_the_definition() {
        let x = probabilities_p().set_requires_grad(true);
        let y = probabilities_q().set_requires_grad(true);
        let joint = joint_of_displacements(&x, &y, 2);
        let slopes = Tensor::arange(joint.numel() as i64, (Kind::Double, tch::Device::Cpu))
            .sin()
            .reshape(joint.size());
        (&joint * &slopes).sum(None).backward();
        let off = |a: Tensor, b: Tensor| (a - b).abs().max().double_value(&[]);
        assert!(off(x.grad(), gradient_of_first(&slopes, &y)) < 1e-12);
        assert!(off(y.grad(), gradient_of_second(&slopes, &x)) < 1e-12);
    }
}
