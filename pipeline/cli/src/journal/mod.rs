//! The journal of a run: every event with its time, one JSON object a line, in
//! `RUN_DIR/history/RUN_ID.jsonl`.
//!
//! While a run lives it holds an exclusive lock on its journal. A journal that is neither locked
//! nor finished belongs to a run that was interrupted.

mod entry;
mod follow;
mod glance;
mod head;
mod history;
mod throttle;
mod view;
mod write;

pub(crate) use entry::{Entry, Failure, Line, Outcome, Summary};
pub(crate) use follow::Follower;
pub(crate) use glance::{Fate, Glance, PastFiles, past_files};
pub(crate) use history::{JournalFile, State, journals};
pub(crate) use view::{RunView, RunningNode};
pub(crate) use write::{Journal, Origin};
