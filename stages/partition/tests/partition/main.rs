//! Divisions of whole datasets, and the stage as the engine runs it.

mod acdc;
#[cfg(test)]
mod golden;
mod laws;
#[cfg(test)]
mod real;
#[cfg(test)]
mod support;
