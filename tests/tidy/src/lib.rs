//! The rules of the tree: what files may look like, and who may depend on whom.
//!
//! A rule is a function from the tree's text ([`Tree`]) or its dependency graph ([`Metadata`]) to
//! the places that break it. Each has unit tests beside it, with a case that it must refuse.
//! `tests/tree.rs` applies them to this repository and holds the exceptions.

mod dependencies;
mod entry_files;
mod experiments;
mod features;
mod manifests;
mod metadata;
mod names;
mod notes;
mod rust_text;
mod sizes;
mod tree;
mod vocabulary;

pub use dependencies::{independent_crates, not_linked, one_owner, unused};
pub use entry_files::no_logic;
pub use experiments::commands_in_headers;
pub use features::{FeatureSets, feature_sets, shared_by_build_and_test};
pub use manifests::{workspace_lints, workspace_versions};
pub use metadata::{Dependency, DependencyKind, Metadata, Package};
pub use names::{named_by_folder, no_vague_names};
pub use notes::{issues_for_notes, no_machine_paths, reasons_for_lints};
pub use sizes::short_files;
pub use tree::{SourceFile, Tree, Violation};
pub use vocabulary::free_of_words;
