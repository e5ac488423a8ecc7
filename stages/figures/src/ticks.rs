//! Which numbers stand along an axis, and how they are written.

/// Most ticks of one axis.
const MOST: f64 = 60.0;

/// Returns round numbers from `lower` to `upper`, at most about `count`, and the step between them.
///
/// Steps are 1, 2 or 5 times a power of ten. Both ends must be finite with `lower < upper`.
pub(crate) fn round_numbers(lower: f64, upper: f64, count: f64) -> (Vec<f64>, f64) {
    let raw = (upper - lower) / count.clamp(1.0, MOST);
    let power = 10f64.powf(raw.log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0]
        .map(|factor| factor * power)
        .into_iter()
        // Rounding must not turn an exact step into the next one.
        .find(|step| *step >= raw * (1.0 - 1e-9))
        .unwrap_or(10.0 * power);
    // Counting steps instead of adding them keeps 0.30000000000000004 away.
    let slack = 1e-6;
    let first = (lower / step - slack).ceil();
    let last = (upper / step + slack).floor().min(first + 2.0 * MOST);
    let mut values = Vec::new();
    let mut index = first;
    while index <= last {
        values.push(index * step);
        index += 1.0;
    }
    (values, step)
}

/// Writes numbers with equal decimals, so that their points align, and the power of ten taken out.
///
/// Numbers from 100 000 on and steps below 0.0001 are written as multiples of a power of ten.
pub(crate) fn linear_labels(values: &[f64], step: f64) -> (Vec<String>, Option<i32>) {
    let largest = values.iter().fold(0.0, |largest: f64, value| largest.max(value.abs()));
    let plain = largest < 1e5 && step >= 0.999e-4;
    let exponent = if plain || largest == 0.0 { 0 } else { largest.log10().floor() as i32 };
    let unit = 10f64.powi(exponent);
    let decimals = (-(step / unit * 1.000_001).log10().floor()).clamp(0.0, 15.0) as usize;
    let labels = values.iter().map(|value| signed(value / unit, decimals)).collect();
    (labels, (exponent != 0).then_some(exponent))
}

/// Writes a number with a true minus sign, and never a minus zero.
pub(crate) fn signed(value: f64, decimals: usize) -> String {
    let text = format!("{:.decimals$}", value.abs());
    if value < 0.0 && text.bytes().any(|byte| (b'1'..=b'9').contains(&byte)) {
        format!("−{text}")
    } else {
        text
    }
}

/// Writes a value for a reader: four digits that count, and powers of ten where zeros would not.
pub(crate) fn readable(value: f64) -> String {
    // What is smaller than any measurement is nothing.
    let value = if value.abs() < 1e-150 { 0.0 } else { value };
    let size = value.abs();
    if size != 0.0 && !(1e-3..1e6).contains(&size) {
        return signed_power(value);
    }
    let digits = if size == 0.0 { 0 } else { size.log10().floor() as i32 };
    signed(value, (3 - digits).clamp(0, 6) as usize)
}

fn signed_power(value: f64) -> String {
    let exponent = value.abs().log10().floor() as i32;
    let factor = signed(value / 10f64.powi(exponent), 2);
    format!("{factor}×{}", power_of_ten(exponent))
}

/// Writes `10³`.
pub(crate) fn power_of_ten(exponent: i32) -> String {
    const DIGITS: [char; 10] = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
    let raised = exponent.to_string();
    let raised = raised.bytes().map(|byte| match byte {
        b'-' => '⁻',
        digit => DIGITS[usize::from(digit - b'0')],
    });
    format!("10{}", raised.collect::<String>())
}

/// Returns ticks with labels, and ticks without, of a logarithmic axis from `lower` to `upper`.
///
/// Both ends must be above 0 and finite, with `lower < upper`.
pub(crate) fn log_ticks(lower: f64, upper: f64, count: f64) -> (Vec<(f64, String)>, Vec<f64>) {
    let (first, last) = (lower.log10().floor() as i32, upper.log10().ceil() as i32);
    let inside = |value: &f64| *value >= lower * (1.0 - 1e-9) && *value <= upper * (1.0 + 1e-9);
    let multiples = |factors: &[f64]| -> Vec<f64> {
        let decades = first..=last;
        let decade = |exponent| factors.iter().map(move |factor| factor * 10f64.powi(exponent));
        decades.flat_map(decade).filter(inside).collect()
    };
    let decades = multiples(&[1.0]);
    let fine = multiples(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0]);
    let (mut chosen, mut minor) = (Vec::new(), fine.clone());
    for candidates in [fine, multiples(&[1.0, 2.0, 5.0]), decades.clone()] {
        if (3.0..=count).contains(&(candidates.len() as f64)) {
            chosen = candidates;
            break;
        }
    }
    if chosen.is_empty() && decades.len() >= 3 {
        let every = (decades.len() as f64 / count).ceil().max(1.0) as usize;
        chosen = decades.iter().copied().step_by(every).collect();
        minor = decades;
    }
    if chosen.is_empty() {
        // Less than a decade: round numbers, which then stand in unequal steps.
        let (values, step) = round_numbers(lower, upper, count.min(6.0));
        let (labels, exponent) = linear_labels(&values, step);
        if exponent.is_none() {
            return (values.into_iter().zip(labels).collect(), Vec::new());
        }
        chosen = values;
    }
    (chosen.into_iter().map(|value| (value, log_label(value))).collect(), minor)
}

fn log_label(value: f64) -> String {
    if (0.999e-3..1e5).contains(&value) {
        let decimals = (-value.log10().floor()).max(0.0) as usize;
        return signed(value, decimals);
    }
    let exponent = (value.log10() + 1e-9).floor() as i32;
    let factor = value / 10f64.powi(exponent);
    if (factor - 1.0).abs() < 1e-6 {
        power_of_ten(exponent)
    } else {
        let factor = format!("{factor:.3}");
        let factor = factor.trim_end_matches('0').trim_end_matches('.');
        format!("{factor}×{}", power_of_ten(exponent))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn steps_are_one_two_or_five() {
        let (values, step) = round_numbers(0.0, 1.0, 5.0);
        assert_eq!(values, [0.0, 0.2, 0.4, 0.600_000_000_000_000_1, 0.8, 1.0]);
        assert_eq!(linear_labels(&values, step).0, ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]);
        let (values, step) = round_numbers(-12.0, 31.0, 5.0);
        assert_eq!(values, [-10.0, 0.0, 10.0, 20.0, 30.0]);
        assert_eq!(linear_labels(&values, step).0, ["−10", "0", "10", "20", "30"]);
    }

    #[test]
    fn large_and_tiny_numbers_share_a_factor() {
        let (values, step) = round_numbers(0.0, 400_000.0, 4.0);
        let (labels, exponent) = linear_labels(&values, step);
        assert_eq!(labels, ["0", "1", "2", "3", "4"]);
        assert_eq!(exponent, Some(5));
        let (labels, exponent) = linear_labels(&[0.0, 5e-6, 1e-5], 5e-6);
        assert_eq!((labels, exponent), (vec!["0.0".into(), "0.5".into(), "1.0".into()], Some(-5)));
        assert_eq!(power_of_ten(-12), "10⁻¹²");
    }

    #[test]
    fn a_log_axis_shows_decades_or_what_lies_between() {
        let labels = |lower, upper| -> Vec<String> {
            log_ticks(lower, upper, 7.0).0.into_iter().map(|(_, label)| label).collect()
        };
        assert_eq!(labels(1e-6, 1.0), ["10⁻⁶", "10⁻⁵", "10⁻⁴", "0.001", "0.01", "0.1", "1"]);
        assert_eq!(labels(0.9, 60.0), ["1", "2", "5", "10", "20", "50"]);
        assert_eq!(labels(0.81, 0.99), ["0.85", "0.90", "0.95"]);
        assert_eq!(labels(1e-20, 1e20).len(), 7);
    }

    #[test]
    fn values_are_readable() {
        for (value, text) in [
            (0.91234, "0.9123"),
            (-12.341, "−12.34"),
            (0.0, "0.000"),
            (1234.7, "1235"),
            (2.5e-7, "2.50×10⁻⁷"),
        ] {
            assert_eq!(readable(value), text);
        }
    }

    proptest! {
        #[test]
        fn ticks_lie_inside_and_are_few(
            lower in -1e9..1e9f64, span in 1e-3..1e9f64, count in 2.0..12.0f64,
        ) {
            let upper = lower + span;
            let (values, step) = round_numbers(lower, upper, count);
            prop_assert!(values.len() as f64 <= count + 2.0);
            for value in &values {
                prop_assert!(*value >= lower - step * 1e-3 && *value <= upper + step * 1e-3);
            }
            let (labels, _) = linear_labels(&values, step);
            let different: std::collections::BTreeSet<_> = labels.iter().collect();
            prop_assert_eq!(different.len(), labels.len());
        }
    }
}
