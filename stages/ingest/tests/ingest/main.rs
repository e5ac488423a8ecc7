//! Whole datasets in a temporary folder, sound and broken, and the real ones where they are.

#[cfg(test)]
mod acdc;
#[cfg(test)]
mod channels;
#[cfg(test)]
mod checks;
#[cfg(test)]
mod data_check;
#[cfg(test)]
mod data_preview;
#[cfg(test)]
mod decathlon;
#[cfg(test)]
mod documentation;
#[cfg(test)]
mod frames;
#[cfg(test)]
mod locate;
#[cfg(test)]
mod manifests;
#[cfg(test)]
mod promise;
#[cfg(test)]
mod real;
#[cfg(test)]
mod splits;
#[cfg(test)]
mod support;
