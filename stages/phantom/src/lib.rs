//! A synthetic dataset in the release layout of a real one: real files, anatomy-like content.
//!
//! It is the embedded default: everything works without a download. From top to bottom: a
//! *layout* writes the files of a release, an *anatomy* draws a subject as a scene of solids, the
//! scene is *rendered* into values and labels, and a *scanner* turns values into intensities.
//!
//! The bytes depend on the parameters only, on any machine: voxels are computed with addition,
//! subtraction, multiplication, division and square root, which every processor rounds alike, and
//! never with functions of the platform's mathematics library.

mod anatomy;
mod draw;
mod field;
mod layout;
mod params;
mod render;
mod scanner;
mod solid;
mod stage;

#[cfg(test)]
mod tests;

pub use params::{DifficultyParams, Layout, MmRange, PhantomParams, WholeRange};
pub use stage::Phantom;
