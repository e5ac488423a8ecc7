//! What exists: content digests, artifacts and remembered results.
//!
//! A store is a folder. `objects/` holds files named by their BLAKE3 digest; an artifact is a
//! [`Tree`], a listing of relative paths and digests that is itself an object; `actions/` holds
//! one record per action key, which names the trees the action made. Blobs are published before
//! the records that name them, both by writing a temporary file and renaming it, so that a crash
//! leaves at worst an orphan. `actions.index` and `files.index` only save looking: they remember
//! the signatures of files whose content is known.

mod action;
mod collect;
mod contents;
mod digest;
mod error;
mod external;
mod index;
mod keep;
mod lock;
mod objects;
mod orphans;
mod place;
mod record;
mod rerun;
mod sealed;
mod stat;
mod store;
#[cfg(test)]
mod tests;
mod tree;
mod verify;
mod workspace;

pub use action::{ActionKey, ActionRecord, ActionResult, Provenance};
pub use collect::{ForgottenAction, GcPolicy, GcReport, Usage};
pub use digest::{Digest, ParseDigestError};
pub use error::StoreError;
pub use lock::ActionLock;
pub use objects::write_beside;
pub use store::{Lookup, Publication, Store};
pub use tree::{Tree, TreeFile};
pub use verify::{Damage, VerifyReport};
pub use workspace::Workspace;
