//! How the sets fill up: what is listed, what is drawn, and what must not be on two sides.

mod drawn;
mod fixed;
mod sampling;
mod sides;

pub(crate) use fixed::Division;

/// Names of scans.
pub(crate) type Scans = std::collections::BTreeSet<String>;
