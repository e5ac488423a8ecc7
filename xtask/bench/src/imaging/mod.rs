//! Reading volumes, preparing slices and scoring label maps: the repository's own beside Python's.
//!
//! Both sides work on volumes made for the occasion (`python/imaging_peers.py`), and before anything
//! is measured they must find the same (`agreement`). Then every contestant is a process that does
//! its work whenever it is asked to, and all of them take turns. What counts is processor time.

mod agreement;
mod contest;
mod options;
mod session;
mod wanted;

pub(crate) use options::{EXAMPLES, ImagingArguments};
pub(crate) use session::run;
