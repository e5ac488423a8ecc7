//! Figures of results: plain data in, SVG and PNG out.
//!
//! Each kind of figure is a struct of plain data with a function `figure`, which gives a [`Figure`];
//! that writes itself as a file of its own ([`Figure::svg`]), as a part of an HTML page
//! ([`Figure::svg_inline`]) or as pixels ([`Figure::png`]). The same data gives the same bytes.
//!
//! Names may be any text: they are cleaned, shortened where they do not fit (the whole name then
//! shows when a pointer rests on it) and escaped. Values that are not finite are left out and
//! counted below the figure. Series differ in colour, dashes and markers, so that they can be told
//! apart without colours.
//!
//! ```
//! use stages_figures::{LearningCurves, LearningRun, Quantity};
//!
//! let run = LearningRun { method: "baseline".into(), points: vec![(1, 0.4), (2, 0.7)] };
//! let dice = Quantity::new("Validation Dice").within(0.0, 1.0);
//! let figure = LearningCurves::new("Training", dice, vec![run]).figure()?;
//! assert!(figure.svg().starts_with("<svg"));
//! # Ok::<(), stages_figures::FigureError>(())
//! ```

mod agreement;
mod axis;
mod distribution;
mod error;
mod facets;
mod figure;
mod font;
mod key;
mod learning;
mod lines;
mod page;
mod palette;
mod panels;
mod plot;
mod png;
mod quantity;
mod raster;
mod ratio;
mod scene;
mod series;
mod statistics;
mod svg;
#[cfg(test)]
mod test_svg;
mod text;
mod thin;
mod ticks;

pub use agreement::{Agreement, Difference, MeasuredPair};
pub use distribution::{DistributionForm, Distributions, Sample};
pub use error::FigureError;
pub use figure::Figure;
pub use learning::{LearningCurves, LearningRun};
pub use panels::{
    Crop, ErrorMaps, GreyImage, Overlay, PanelClass, PanelPrediction, PanelRow, QualitativePanels,
};
pub use quantity::{Quantity, Scale, Size, Spread};
pub use ratio::{RatioCurves, RatioResult};
