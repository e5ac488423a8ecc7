//! Heads that assign features softly to clusters.

use stages_train::{ClusterHead, FeatureMiParams};
use tch::{Kind, Tensor};

use super::design::{ClusterHeadDesign, FeatureName};
use super::forward::Pass;
use super::layout::{Layout, uniform_bound};

/// Hidden units of a head with a hidden layer, on the way down and on the way up.
const HIDDEN: [i64; 2] = [128, 64];

/// The heads that a term asks for: for every feature in its order, its independent heads.
pub(super) fn heads(params: &FeatureMiParams) -> Vec<ClusterHeadDesign> {
    let names = params.features.iter().filter_map(|feature| FeatureName::parse(&feature.name));
    names
        .flat_map(|feature| {
            let head = ClusterHeadDesign { feature, kind: params.head, clusters: params.clusters };
            std::iter::repeat_n(head, params.heads as usize)
        })
        .collect()
}

/// # Source
/// The authors' code of the extension: a linear map after global pooling on the way down, a 1 x 1
/// convolution on the way up; with 20 clusters and five heads on `Conv5`, `Up_conv3` and
/// `Up_conv2` there are 25 700, 3 300 and 1 700 parameters.
pub(super) fn lay_out(
    layout: &mut Layout,
    number: u32,
    head: &ClusterHeadDesign,
    widths: [u32; 5],
) {
    let mut inputs = head.feature.channels(widths);
    let sizes: Vec<i64> = match head.kind {
        ClusterHead::Linear => vec![i64::from(head.clusters)],
        ClusterHead::Mlp => vec![hidden(head.feature), i64::from(head.clusters)],
    };
    for (layer, outputs) in sizes.into_iter().enumerate() {
        let name = format!("clusters{}.{layer}", number + 1);
        layout.parameter(&format!("{name}.weight"), &[outputs, inputs], uniform_bound(inputs));
        layout.bias(&name, outputs, inputs);
        inputs = outputs;
    }
}

fn hidden(feature: FeatureName) -> i64 {
    match feature {
        FeatureName::Encoder(_) => HIDDEN[0],
        FeatureName::Decoder(_) => HIDDEN[1],
    }
}

/// Soft assignments, f32: `[B, K]` for features on the way down, `[B, K, H, W]` on the way up.
pub(super) fn assign(pass: &mut Pass<'_>, head: &ClusterHeadDesign, feature: &Tensor) -> Tensor {
    let feature = feature.to_kind(Kind::Float);
    let pooled = match head.feature {
        FeatureName::Encoder(_) => feature.mean_dim([2, 3].as_slice(), false, Kind::Float),
        FeatureName::Decoder(_) => feature.permute([0, 2, 3, 1]),
    };
    let mut values = pass.linear(&pooled);
    if head.kind == ClusterHead::Mlp {
        values = pass.linear(&values.leaky_relu_());
    }
    let assigned = values.softmax(-1, Kind::Float);
    match head.feature {
        FeatureName::Encoder(_) => assigned,
        FeatureName::Decoder(_) => assigned.permute([0, 3, 1, 2]),
    }
}
