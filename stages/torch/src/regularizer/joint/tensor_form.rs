//! Counts and gradients by tensor operations, for maps on a GPU.

use tch::{Kind, Tensor};

/// Counts of one block of pixels are summed up in the precision of the maps, the blocks in double
/// precision.
const BLOCK: i64 = 4096;

/// [`super::joint_of_displacements`] of maps of one precise kind.
///
/// Both maps are laid out flat with a margin of `d`, so that a displacement is one offset and its
/// counts are matrix products of views, one for each block of pixels.
pub(super) fn count(x: &Tensor, y: &Tensor, valid: Option<&Tensor>, d: i64) -> Tensor {
    let (_, classes, _, width) = x.size4().expect("a map has four axes");
    let (row, side) = (width + 2 * d, 2 * d + 1);
    // The first and last pixel inside the margins lie this far from the ends, and no displacement
    // reaches further.
    let reach = d * row + d;
    let flat = |map: &Tensor| {
        let map = weigh(map, valid).permute([1, 0, 2, 3]).constant_pad_nd([d, d, d, d]);
        map.reshape([classes, -1])
    };
    let (x, y) = (flat(x), flat(y));
    let length = (y.size()[1] - 2 * reach).max(0);
    let blocks = (length + BLOCK - 1) / BLOCK;
    let filled = |map: &Tensor| map.constant_pad_nd([0, blocks * BLOCK - length]);
    let (x, y) = (filled(&x), filled(&y));
    let in_blocks = |map: &Tensor, start: i64| {
        map.narrow(1, start, blocks * BLOCK).reshape([classes, blocks, BLOCK]).transpose(0, 1)
    };
    let y = in_blocks(&y, reach).transpose(1, 2).contiguous();
    let counts: Vec<Tensor> = (0..side * side)
        .map(|displacement| {
            let (u, v) = (displacement / side, displacement % side);
            let of_blocks = in_blocks(&x, reach + (u - d) * row + (v - d)).bmm(&y);
            of_blocks.sum_dim_intlist(0, false, Kind::Double)
        })
        .collect();
    Tensor::stack(&counts, 0).reshape([side, side, classes, classes])
}

/// [`super::gradient_of_first`] of a map of a precise kind. The counts are linear in either map,
/// so this is one small convolution of the other.
pub(super) fn spread(slopes: &Tensor, y: &Tensor, valid: Option<&Tensor>) -> Tensor {
    let kernel = slopes.permute([2, 3, 0, 1]).flip([2, 3]).to_kind(y.kind()).contiguous();
    let padding = kernel.size()[2] / 2;
    weigh(&weigh(y, valid).conv2d(&kernel, None::<&Tensor>, 1, padding, 1, 1), valid)
}

fn weigh(map: &Tensor, valid: Option<&Tensor>) -> Tensor {
    valid.map_or_else(|| map.shallow_clone(), |valid| map * valid)
}
