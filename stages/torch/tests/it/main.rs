//! Whole trainings and predictions on a tiny dataset, in this process and in the worker program.

#![expect(clippy::unwrap_used, reason = "helpers of tests, outside test functions")]

mod local_mi;
mod toy;
mod training;
mod worker;
