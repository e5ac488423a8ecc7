//! What the tables of a comparison hold, for the documentation; the tests hold the tables to it.

mod comparison;
mod significance;

pub use comparison::COMPARISON;
pub use significance::SIGNIFICANCE;
