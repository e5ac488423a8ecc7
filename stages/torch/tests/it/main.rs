//! Whole trainings and predictions on a tiny dataset, in this process and in the worker program.

#![expect(
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "helpers of tests, outside test functions"
)]

mod local_mi;
mod methods;
mod pytorch;
mod resume;
mod toy;
mod training;
mod worker;
