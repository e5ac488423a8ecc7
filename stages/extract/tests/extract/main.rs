//! The stage on small volumes, and the way back to the scan's own grid.

#[cfg(test)]
mod documented;
#[cfg(test)]
mod reading;
#[cfg(test)]
mod real;
#[cfg(test)]
mod reference;
mod round_trip;
#[cfg(test)]
mod stage;
#[cfg(test)]
mod support;
