//! End-to-end tests that run the real binary; the helper they share is [`Workspace`].

mod workspace;

pub use workspace::{Ran, Workspace, shared_data};
