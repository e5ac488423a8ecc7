//! The whole stage on scans small enough to count by hand.

mod errors;
mod grids;
mod output;
mod toy;
