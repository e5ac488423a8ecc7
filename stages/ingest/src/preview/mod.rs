//! Contact sheets: a few slices of a few cases with the contours of their label maps, as PNG.
//!
//! The same dataset gives the same bytes: nothing is drawn with fonts or libraries of the system.

mod canvas;
mod case;
mod contour;
mod font;
mod pick;
mod scale;
mod sheet;

pub use case::Window;
pub use pick::NoSuchCase;
pub use sheet::{Preview, PreviewError, PreviewOptions, preview};
