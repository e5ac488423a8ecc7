//! Whole datasets in a temporary folder, sound and broken, and the real ones where they are.

#[cfg(test)]
mod acdc;
#[cfg(test)]
mod check;
#[cfg(test)]
mod decathlon;
#[cfg(test)]
mod locate;
#[cfg(test)]
mod manifests;
#[cfg(test)]
mod preview;
#[cfg(test)]
mod promise;
#[cfg(test)]
mod real;
#[cfg(test)]
mod support;
