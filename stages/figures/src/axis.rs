//! One axis: its range, its ticks and its title.

use crate::font::{Weight, width};
use crate::quantity::{Quantity, Scale};
use crate::ticks::{linear_labels, log_ticks, power_of_ten, round_numbers};

/// Height of the numbers along an axis, in px.
pub(crate) const NUMBERS: f64 = 11.0;
/// Share of the range that is left free at either end.
const PADDING: f64 = 0.04;

/// A tick with its label.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Tick {
    /// Its value.
    pub(crate) value: f64,
    /// What stands beside it.
    pub(crate) label: String,
}

/// A range of numbers along a line.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Axis {
    /// The quantity, its unit, and the factor of the numbers.
    pub(crate) title: String,
    /// Ticks with labels, rising.
    pub(crate) ticks: Vec<Tick>,
    /// Further values that get a short line.
    pub(crate) minor: Vec<f64>,
    lower: f64,
    upper: f64,
    scale: Scale,
}

impl Axis {
    /// Returns an axis that holds the values, all drawable, with about `count` ticks.
    ///
    /// A linear axis for no values goes from 0 to 1. On a logarithmic one, values must be above 0.
    pub(crate) fn of(
        quantity: &Quantity,
        scale: Scale,
        values: impl IntoIterator<Item = f64>,
        count: f64,
    ) -> Self {
        let (mut lower, mut upper) = (f64::INFINITY, f64::NEG_INFINITY);
        for value in values {
            lower = lower.min(value);
            upper = upper.max(value);
        }
        if lower > upper {
            (lower, upper) = if scale == Scale::Log { (1.0, 10.0) } else { (0.0, 1.0) };
        }
        match scale {
            Scale::Linear => Self::linear(quantity, lower, upper, count),
            Scale::Log => Self::log(quantity, lower, upper, count),
        }
    }

    fn linear(quantity: &Quantity, lower: f64, upper: f64, count: f64) -> Self {
        let size = lower.abs().max(upper.abs());
        let (mut lower, mut upper) = (lower, upper);
        // Equal values, and those that differ by less than rounding, stand in the middle; what is
        // smaller than any measurement stands at zero.
        if size < 1e-150 {
            (lower, upper) = (-0.5, 0.5);
        } else if upper - lower <= size * 1e-9 {
            (lower, upper) = (lower - size * 0.05, upper + size * 0.05);
        }
        let span = upper - lower;
        lower = padded_end(lower, -PADDING * span, quantity.bounds.0);
        upper = padded_end(upper, PADDING * span, quantity.bounds.1);
        // Fewer than three ticks leave the range to guessing.
        let tried = [count, count * 1.5, count * 2.0, count * 3.0];
        let tried = tried.map(|count| round_numbers(lower, upper, count));
        let enough = tried.iter().find(|(values, _)| values.len() >= 3);
        let (values, step) = enough.unwrap_or(&tried[3]).clone();
        let (labels, exponent) = linear_labels(&values, step);
        let pair = |(value, label)| Tick { value, label };
        Self {
            title: quantity.title(exponent.map(power_of_ten).as_deref()),
            ticks: values.into_iter().zip(labels).map(pair).collect(),
            minor: Vec::new(),
            lower,
            upper,
            scale: Scale::Linear,
        }
    }

    fn log(quantity: &Quantity, lower: f64, upper: f64, count: f64) -> Self {
        let factor =
            if upper / lower < 1.0 + 1e-9 { 1.5 } else { (upper / lower).powf(PADDING).min(1e10) };
        let lower = lower / factor;
        let upper = (upper * factor).min(quantity.bounds.1.max(upper));
        let (ticks, minor) = log_ticks(lower, upper, count);
        let ticks = ticks.into_iter().map(|(value, label)| Tick { value, label }).collect();
        Self { title: quantity.title(None), ticks, minor, lower, upper, scale: Scale::Log }
    }

    /// Returns where a value stands: 0 at the lower end, 1 at the upper; values outside at an end.
    pub(crate) fn share(&self, value: f64) -> f64 {
        let share = match self.scale {
            Scale::Linear => (value - self.lower) / (self.upper - self.lower),
            // What is not above 0 lies below every logarithmic axis.
            Scale::Log if value <= 0.0 => 0.0,
            Scale::Log => (value.ln() - self.lower.ln()) / (self.upper.ln() - self.lower.ln()),
        };
        share.clamp(0.0, 1.0)
    }

    /// Returns where a value stands between two places in px.
    pub(crate) fn place(&self, value: f64, from: f64, to: f64) -> f64 {
        from + self.share(value) * (to - from)
    }

    /// Returns the width of its widest label, in px.
    pub(crate) fn label_width(&self) -> f64 {
        let widths = self.ticks.iter().map(|tick| width(&tick.label, NUMBERS, Weight::Regular));
        widths.fold(0.0, f64::max)
    }

    /// Replaces the ticks by those of the given values that have room beside each other.
    pub(crate) fn with_ticks(mut self, ticks: Vec<Tick>, length: f64) -> Self {
        let room = |pair: &[Tick]| {
            let [a, b] = [&pair[0], &pair[1]];
            let wide = |tick: &Tick| width(&tick.label, NUMBERS, Weight::Regular) / 2.0;
            (self.share(b.value) - self.share(a.value)) * length > wide(a) + wide(b) + 8.0
        };
        if ticks.windows(2).all(room) {
            self.ticks = ticks;
            self.minor.clear();
        }
        self
    }

    /// Leaves out ticks between whole numbers, where only those mean something.
    pub(crate) fn of_whole_numbers(mut self) -> Self {
        // Scaled numbers are whole ones anyway.
        self.ticks.retain(|tick| (tick.value - tick.value.round()).abs() < 1e-6);
        for tick in &mut self.ticks {
            let end = tick.label.find('.').filter(|_| tick.value.abs() < 1e5);
            tick.label.truncate(end.unwrap_or(tick.label.len()));
        }
        self
    }

    /// Leaves out labels of a horizontal axis of this length that would run into each other.
    pub(crate) fn thinned(mut self, length: f64) -> Self {
        let mut end = f64::NEG_INFINITY;
        let mut kept = Vec::new();
        for tick in std::mem::take(&mut self.ticks) {
            let half = width(&tick.label, NUMBERS, Weight::Regular) / 2.0;
            let middle = self.share(tick.value) * length;
            if middle - half > end + 6.0 {
                end = middle + half;
                kept.push(tick);
            }
        }
        self.ticks = kept;
        self
    }
}

/// Moves an end outwards, but not beyond what the quantity can be; data beyond that stays visible.
fn padded_end(end: f64, padding: f64, bound: f64) -> f64 {
    let padded = end + padding;
    if padding < 0.0 { padded.max(bound.min(end)) } else { padded.min(bound.max(end)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(axis: &Axis) -> Vec<&str> {
        axis.ticks.iter().map(|tick| tick.label.as_str()).collect()
    }

    #[test]
    fn an_axis_ends_where_its_quantity_ends() {
        let dice = Quantity::new("Dice").within(0.0, 1.0);
        let axis = Axis::of(&dice, Scale::Linear, [0.5, 1.0], 6.0);
        assert_eq!(labels(&axis), ["0.5", "0.6", "0.7", "0.8", "0.9", "1.0"]);
        // From 0.48 to 1.
        assert!((axis.share(0.74) - 0.5).abs() < 1e-12);
        assert_eq!(axis.share(1.0), 1.0);
        // Values beyond the bounds are errors of somebody else, and are shown.
        let axis = Axis::of(&dice, Scale::Linear, [0.5, 1.5], 5.0);
        assert!(axis.share(1.5) < 1.0 + 1e-9 && axis.upper >= 1.5);
    }

    #[test]
    fn a_range_that_holds_few_round_numbers_gets_finer_ones() {
        let axis = Axis::of(&Quantity::new("x"), Scale::Linear, [0.63, 0.97], 3.0);
        assert_eq!(labels(&axis), ["0.7", "0.8", "0.9"]);
    }

    #[test]
    fn equal_values_stand_in_the_middle() {
        for value in [0.0, 3.0, -2e9, 1e150, 1e-140, 1e-300] {
            let axis = Axis::of(&Quantity::new("x"), Scale::Linear, [value, value], 5.0);
            assert!((axis.share(value) - 0.5).abs() < 1e-6, "{value}");
            assert!(axis.ticks.len() >= 2, "{value}: {axis:?}");
        }
        let axis = Axis::of(&Quantity::new("x"), Scale::Log, [2.0], 5.0);
        assert!((axis.share(2.0) - 0.5).abs() < 1e-9);
        assert!(axis.ticks.len() >= 2);
    }

    #[test]
    fn nothing_to_show_gives_an_axis_all_the_same() {
        assert_eq!(Axis::of(&Quantity::new("x"), Scale::Linear, [], 3.0).ticks.len(), 3);
        assert!(Axis::of(&Quantity::new("x"), Scale::Log, [], 3.0).ticks.len() >= 2);
    }

    #[test]
    fn huge_numbers_move_their_factor_into_the_title() {
        let volume = Quantity::new("Volume").in_unit("mm³");
        let axis = Axis::of(&volume, Scale::Linear, [0.0, 400_000.0], 5.0);
        assert_eq!(axis.title, "Volume (×10⁵ mm³)");
        assert_eq!(labels(&axis), ["0", "1", "2", "3", "4"]);
    }

    #[test]
    fn labels_do_not_run_into_each_other() {
        let axis = Axis::of(&Quantity::new("x"), Scale::Linear, [0.0, 99_000.0], 20.0);
        let thinned = axis.clone().thinned(120.0);
        assert!(thinned.ticks.len() < axis.ticks.len() && thinned.ticks.len() >= 2);
    }
}
