//! The metrics of two runs beside each other.
//!
//! [`difference`] matches the rows of the paper tables of two runs (a method and a class, say) and
//! says for each how far its value moved, how that compares with the spread over repetitions, and
//! what a test paired over subjects makes of it; and which subjects moved most. It knows nothing of
//! files and programs: a [`Measured`] is a metrics table and the matrix values that it was made
//! under.
//!
//! Values are those of the tables of the stage `compare`: the mean over scans where the metric is
//! defined, then the mean and the sample standard deviation over repetitions.

mod cells;
mod change;
mod error;
mod moves;
mod paired;
mod question;
mod side;
mod spread;
#[cfg(test)]
mod tests;

pub use change::{Difference, RowChange, difference};
pub use error::DifferenceError;
pub use moves::{CellMove, SubjectMove};
pub use paired::{CONFIDENCE, PairedChange, RESAMPLES};
pub use question::{Measured, Question};
pub use side::{RowKey, Spread};
pub use spread::{Against, NINETEEN_OF_TWENTY, Verdict};
