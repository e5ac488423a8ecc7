//! Local mutual information in its published form, as what the fast form is compared with.
//!
//! Written from the description of the method (Peng et al., 2020 and 2021): one convolution whose
//! kernel is as large as the image, then autograd.

use tch::{Kind, Tensor};

/// Added inside the logarithms.
const EPSILON: f64 = 1e-16;

/// The counts of all displacements by one convolution of the first map with the second as its
/// kernel; images are its channels, classes its batch and its filters.
///
/// # Shapes
/// `x`, `y`: `[N, C, H, W]`. Returns `[2d + 1, 2d + 1, C, C]`.
pub(crate) fn counts_by_convolution(x: &Tensor, y: &Tensor, d: i64) -> Tensor {
    let classes_first = |map: &Tensor| map.permute([1, 0, 2, 3]).contiguous();
    let counts = classes_first(x).conv2d(&classes_first(y), None::<&Tensor>, 1, d, 1, 1);
    counts.permute([2, 3, 0, 1])
}

/// The loss of the counts, all steps as tensor operations.
///
/// # Shapes
/// `counts`: `[S, S, C, C]`. Returns a scalar.
pub(crate) fn mutual_information_loss(
    counts: &Tensor,
    marginal_weight: f64,
    min_shift: bool,
) -> Tensor {
    let counts =
        if min_shift { counts - counts.min().detach() + EPSILON } else { counts.shallow_clone() };
    let sum = |of: &Tensor, axes: &[i64]| of.sum_dim_intlist(axes, true, None::<Kind>);
    let joint = &counts / sum(&counts, &[2, 3]);
    let joint = (&joint + joint.transpose(2, 3)) / 2.0;
    let of_rows = sum(&joint, &[3]).expand_as(&joint);
    let of_columns = sum(&joint, &[2]).expand_as(&joint);
    let logarithm = |probability: &Tensor| (probability + EPSILON).log();
    let terms = &joint
        * (logarithm(&joint)
            - logarithm(&of_rows) * marginal_weight
            - logarithm(&of_columns) * marginal_weight);
    let (rows, columns) = (joint.size()[0], joint.size()[1]);
    -terms.sum(None::<Kind>) / (rows * columns) as f64
}
