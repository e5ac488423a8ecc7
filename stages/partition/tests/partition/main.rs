//! Divisions of whole datasets, and the stage as the engine runs it.

mod acdc;
#[cfg(test)]
mod conditions;
#[cfg(test)]
mod docs;
#[cfg(test)]
mod draws;
#[cfg(test)]
mod golden;
mod laws;
#[cfg(test)]
mod published;
#[cfg(test)]
mod real;
#[cfg(test)]
mod support;
