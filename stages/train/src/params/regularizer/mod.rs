//! The terms added to the supervised loss: what makes a method semi-supervised. One file each.

mod adversarial;
mod bcp;
mod cct;
mod consistency;
mod cross_pseudo;
mod entropy;
mod feature_mi;
mod fixmatch;
mod ict;
mod local_mi;
mod mean_teacher;
mod mixup;
mod pseudo_label;
mod term;
mod ua_mt;
mod unimatch;
mod urpc;
mod vat;

pub use adversarial::AdversarialParams;
pub use bcp::BcpParams;
pub use cct::CctParams;
pub use consistency::{ConsistencyParams, Divergence};
pub use cross_pseudo::CrossPseudoParams;
pub use entropy::EntropyParams;
pub use feature_mi::{ClusterHead, FeatureMiParams, FeatureParams};
pub use fixmatch::{FixmatchLoss, FixmatchParams, LabelsFrom};
pub use ict::IctParams;
pub use local_mi::LocalMiParams;
pub use mean_teacher::MeanTeacherParams;
pub use mixup::MixupParams;
pub use pseudo_label::{PseudoLabelLoss, PseudoLabelParams};
pub use term::{Needs, RegularizerParams};
pub use ua_mt::{UaMtParams, UaMtTarget};
pub use unimatch::UnimatchParams;
pub use urpc::UrpcParams;
pub use vat::VatParams;

fn yes() -> bool {
    true
}

fn confident() -> f64 {
    0.95
}
