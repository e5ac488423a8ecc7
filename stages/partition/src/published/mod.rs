//! Splits and labelled sets of the literature.
//!
//! One file in `lists/` is one [`Split`]: a head that says where it comes from and what is odd
//! about it, and its lists. A new one is a file there and its line in `registry.rs`.

mod name;
mod parse;
mod registry;
mod split;

pub use name::{Labelled, ListOf, Published, Test, Train, Unlabelled, Validation};
pub use registry::splits;
pub use split::{Part, Split, SplitList};
