//! What a user writes under `with:`.

mod check;
mod folds;
mod labelled;
mod partition;
mod test;
mod unlabelled;
mod validation;

pub(crate) use check::check;
pub use folds::{FoldParams, NnunetFoldParams};
pub use labelled::LabelledChoice;
pub use partition::PartitionParams;
pub use test::TestChoice;
pub use unlabelled::UnlabelledChoice;
pub(crate) use validation::ValidationChoice;
pub use validation::{ValidationParams, ValidationSource};
