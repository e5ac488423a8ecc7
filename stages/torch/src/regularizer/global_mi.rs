//! The clusters of two views of an image should tell much about each other.

use tch::{Kind, Tensor};

/// Inside the logarithms; larger than elsewhere, as in the published code.
const GLOBAL_EPSILON: f64 = 1e-10;

/// The negative mutual information between the soft clusters of two views of the same images.
///
/// # Shapes
/// `x`, `y`: `[N, K]`, each row summing to 1. Returns a scalar in nats; with a `marginal_weight`
/// of 1 in `-ln K..=0` up to rounding.
/// # Source
/// Invariant information clustering (Ji et al., 2019), equation 3, as in the published code: the
/// joint is symmetrized before it is normalized.
pub fn global_mutual_information_loss(x: &Tensor, y: &Tensor, marginal_weight: f64) -> Tensor {
    let counts = x.transpose(0, 1).matmul(y);
    let counts = (&counts + counts.transpose(0, 1)) / 2.0;
    let joint = &counts / counts.sum(None::<Kind>);
    let logarithm = |probability: &Tensor| (probability + GLOBAL_EPSILON).log();
    let rows = joint.sum_dim_intlist(1, true, None::<Kind>);
    let columns = joint.sum_dim_intlist(0, true, None::<Kind>);
    let information =
        logarithm(&joint) - marginal_weight * (logarithm(&rows) + logarithm(&columns));
    -(joint * information).sum(None::<Kind>)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{close, probabilities_p, probabilities_q, value};

    #[test]
    fn matches_the_fixture() {
        let corner = |map: Tensor| map.select(3, 0).select(2, 0);
        let (x, y) = (corner(probabilities_p()), corner(probabilities_q()));
        close(value(&global_mutual_information_loss(&x, &y, 1.0)), -0.002_943_206);
    }

    #[test]
    fn identical_balanced_clusters_reach_the_largest_mutual_information() {
        let one_hot = Tensor::eye(5, (Kind::Double, tch::Device::Cpu));
        close(value(&global_mutual_information_loss(&one_hot, &one_hot, 1.0)), -(5f64.ln()));
    }
}
