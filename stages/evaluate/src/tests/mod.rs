//! The whole stage on scans small enough to count by hand.

mod clinical;
mod distances;
mod errors;
mod grids;
mod options;
mod output;
mod toy;
