//! Local mutual information: its fast form beside the published one.
//!
//! Both run turn by turn in one process (example `bench_mi` of stages-torch), one process for each
//! number of threads. Both must find the same value and the same gradient.

mod options;
mod outcome;
mod session;

pub(crate) use options::{EXAMPLES, MiArguments};
pub(crate) use session::run;
