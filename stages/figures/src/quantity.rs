//! What is measured, and how a figure shows it.

use stages_statistics::{mean, sample_std};

use crate::error::{FigureError, LONGEST};
use crate::text::clean;

/// A measured quantity: the title of an axis.
#[derive(Debug, Clone, PartialEq)]
pub struct Quantity {
    /// Its name, such as `Dice`.
    pub name: String,
    /// Its unit, such as `mL`; none for a plain number.
    pub unit: Option<String>,
    /// The smallest and largest value that it can have; an axis shows nothing beyond them.
    pub bounds: (f64, f64),
}

impl Quantity {
    /// A quantity without a unit that can have any value.
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), unit: None, bounds: (f64::NEG_INFINITY, f64::INFINITY) }
    }

    /// The same, in a unit.
    #[must_use]
    pub fn in_unit(self, unit: impl Into<String>) -> Self {
        Self { unit: Some(unit.into()), ..self }
    }

    /// The same, never below `lower` nor above `upper`; either may be infinite.
    #[must_use]
    pub fn within(self, lower: f64, upper: f64) -> Self {
        Self { bounds: (lower, upper), ..self }
    }

    /// Returns `Volume (mL)`, with a factor where the numbers of the axis are scaled.
    pub(crate) fn title(&self, factor: Option<&str>) -> String {
        let unit = self.unit.as_deref().map(clean).filter(|unit| !unit.is_empty());
        let name = clean(&self.name);
        match (factor, unit) {
            (None, None) => name,
            (Some(factor), None) => format!("{name} (×{factor})"),
            (None, Some(unit)) => format!("{name} ({unit})"),
            (Some(factor), Some(unit)) => format!("{name} (×{factor} {unit})"),
        }
    }

    pub(crate) fn check(&self) -> Result<(), FigureError> {
        let (lower, upper) = self.bounds;
        if lower < upper {
            return Ok(());
        }
        Err(FigureError::Bounds { name: clean(&self.name), lower, upper })
    }
}

/// How numbers are placed along an axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Scale {
    /// Equal steps are equal differences.
    #[default]
    Linear,
    /// Equal steps are equal ratios; values that are not above 0 are left out and counted.
    Log,
}

/// What a band or bar around a mean shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Spread {
    /// One sample standard deviation to either side.
    #[default]
    StandardDeviation,
    /// From the smallest to the largest value.
    Range,
}

impl Spread {
    /// Returns the mean of values and what it shows around it; none around a single value.
    pub(crate) fn around(self, values: &[f64]) -> (f64, Option<(f64, f64)>) {
        let mean = mean(values).unwrap_or(f64::NAN);
        let ends = match self {
            Self::StandardDeviation => {
                sample_std(values).map(|deviation| (mean - deviation, mean + deviation))
            }
            Self::Range if values.len() > 1 => {
                let low = values.iter().copied().fold(f64::INFINITY, f64::min);
                Some((low, values.iter().copied().fold(f64::NEG_INFINITY, f64::max)))
            }
            Self::Range => None,
        };
        (mean, ends)
    }

    /// Returns it in words.
    pub(crate) fn words(self) -> &'static str {
        match self {
            Self::StandardDeviation => "one sample standard deviation to either side",
            Self::Range => "from the lowest to the highest run",
        }
    }
}

/// Size of a figure in px, of which 96 make an inch.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Size {
    /// Width of the whole figure.
    pub width: f64,
    /// Height of the area that holds the data; titles, axes, legend and notes are added to it.
    pub panel_height: f64,
}

impl Default for Size {
    fn default() -> Self {
        Self { width: 640.0, panel_height: 300.0 }
    }
}

impl Size {
    pub(crate) fn check(self) -> Result<(), FigureError> {
        let sides = [("width", self.width, 240.0), ("panel_height", self.panel_height, 60.0)];
        for (field, found, least) in sides {
            if !(least..=LONGEST).contains(&found) {
                return Err(FigureError::Size { field, found, least });
            }
        }
        Ok(())
    }
}

/// Whether a value can stand on an axis; lengths between values beyond this limit overflow.
pub(crate) fn drawable(value: f64) -> bool {
    value.is_finite() && value.abs() <= 1e150
}

/// Whether a value can also stand on a logarithmic axis.
pub(crate) fn drawable_log(value: f64) -> bool {
    drawable(value) && value >= 1e-150
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_names_unit_and_factor() {
        let volume = Quantity::new("Volume").in_unit("mL");
        assert_eq!(volume.title(None), "Volume (mL)");
        assert_eq!(volume.title(Some("10³")), "Volume (×10³ mL)");
        assert_eq!(Quantity::new("loss").title(None), "loss");
    }

    #[test]
    fn bounds_rise_and_sizes_are_usable() {
        assert!(Quantity::new("x").within(1.0, 1.0).check().is_err());
        assert!(Quantity::new("x").within(f64::NAN, 1.0).check().is_err());
        assert!(Quantity::new("x").within(0.0, f64::INFINITY).check().is_ok());
        let size = Size { width: f64::NAN, ..Size::default() };
        assert!(matches!(size.check(), Err(FigureError::Size { field: "width", .. })));
    }
}
