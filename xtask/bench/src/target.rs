//! What is meant to be reached.

use serde::Serialize;

use crate::statistics::Summary;

/// One number that is wanted, and what was found.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Target {
    /// What it is about.
    pub(crate) what: String,
    /// What is wanted, in words.
    pub(crate) wanted: String,
    /// What was found, in words.
    pub(crate) found: String,
    /// Whether that is enough; unknown if it could not be measured.
    pub(crate) met: Option<bool>,
}

impl Target {
    /// A time in seconds that must not be above a limit.
    pub(crate) fn time(what: impl Into<String>, limit_s: f64, found_s: Option<f64>) -> Self {
        Self {
            what: what.into(),
            wanted: format!("at most {}", seconds(limit_s)),
            found: found_s.map_or_else(not_measured, seconds),
            met: found_s.map(|found| found <= limit_s),
        }
    }

    /// Any other number that must not be above a limit.
    pub(crate) fn number(
        what: impl Into<String>,
        limit: f64,
        unit: &str,
        found: Option<f64>,
    ) -> Self {
        Self {
            what: what.into(),
            wanted: format!("at most {limit}{unit}"),
            found: found.map_or_else(not_measured, |found| format!("{found:.2}{unit}")),
            met: found.map(|found| found <= limit),
        }
    }

    /// How many times faster something must be. Beside the medians, which decide, it tells what the
    /// fastest of all runs say: on a busy machine the two differ.
    pub(crate) fn speed(
        what: impl Into<String>,
        limit: f64,
        slow: Option<Summary>,
        fast: Option<Summary>,
    ) -> Self {
        let ratios =
            slow.zip(fast).map(|(slow, fast)| (slow.median / fast.median, slow.min / fast.min));
        Self {
            what: what.into(),
            wanted: format!("at least {limit} x"),
            found: ratios.map_or_else(not_measured, |(median, min)| {
                format!("{median:.2} x (fastest runs: {min:.2} x)")
            }),
            met: ratios.map(|(median, _)| median >= limit),
        }
    }

    /// How many times less processor time something must take: what other work on the machine hardly
    /// changes.
    pub(crate) fn cpu(
        what: impl Into<String>,
        limit: f64,
        slow_s: Option<f64>,
        fast_s: Option<f64>,
    ) -> Self {
        let ratio =
            slow_s.zip(fast_s).filter(|(_, fast)| *fast > 0.0).map(|(slow, fast)| slow / fast);
        Self {
            what: what.into(),
            wanted: format!("at least {limit} x"),
            found: ratio.map_or_else(not_measured, |ratio| format!("{ratio:.2} x")),
            met: ratio.map(|ratio| ratio >= limit),
        }
    }

    /// Adds to [`Self::speed`] what the processor time says, which other work on the machine hardly
    /// changes.
    pub(crate) fn and_cpu(mut self, slow: Option<f64>, fast: Option<f64>) -> Self {
        let known = slow.zip(fast).filter(|(_, fast)| self.met.is_some() && *fast > 0.0);
        if let Some((slow, fast)) = known {
            self.found = format!("{}, CPU time {:.2} x", self.found, slow / fast);
        }
        self
    }

    /// A count that must be exactly this.
    pub(crate) fn count(what: impl Into<String>, wanted: u64, found: Option<u64>) -> Self {
        Self {
            what: what.into(),
            wanted: wanted.to_string(),
            found: found.map_or_else(not_measured, |found| found.to_string()),
            met: found.map(|found| found == wanted),
        }
    }
}

fn not_measured() -> String {
    "not measured".into()
}

/// Writes a time with a unit that suits it, to three digits.
pub(crate) fn seconds(seconds: f64) -> String {
    let (value, unit) = match seconds.abs() {
        below if below < 1e-3 => (seconds * 1e6, "µs"),
        below if below < 1.0 => (seconds * 1e3, "ms"),
        _ => (seconds, "s"),
    };
    let digits = match value.abs() {
        below if below < 10.0 => 2,
        below if below < 100.0 => 1,
        _ => 0,
    };
    format!("{value:.digits$} {unit}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_times_to_three_digits() {
        let written = [2.5e-6, 0.00123, 0.0456, 0.789, 1.234, 98.76, 1803.0].map(seconds);
        let expected = ["2.50 µs", "1.23 ms", "45.6 ms", "789 ms", "1.23 s", "98.8 s", "1803 s"];
        assert_eq!(written, expected);
    }

    #[test]
    fn knows_whether_a_target_is_met() {
        assert_eq!(Target::time("start", 0.005, Some(0.004)).met, Some(true));
        assert_eq!(Target::time("start", 0.005, Some(0.006)).met, Some(false));
        assert_eq!(Target::count("reruns", 0, Some(3)).met, Some(false));
        let unknown = Target::number("memory", 500.0, " MiB", None);
        assert_eq!((unknown.met, unknown.found.as_str()), (None, "not measured"));
        assert_eq!(unknown.wanted, "at most 500 MiB");
    }

    #[test]
    fn medians_decide_about_speed() {
        // Medians 6 and 2, fastest runs 5 and 2.
        let (slow, fast) = (Summary::of([5.0, 6.0, 9.0]), Summary::of([2.0, 2.0, 3.0]));
        let target = Target::speed("step", 2.6, slow, fast);
        assert_eq!(target.found, "3.00 x (fastest runs: 2.50 x)");
        assert_eq!((target.wanted.as_str(), target.met), ("at least 2.6 x", Some(true)));
        assert_eq!(Target::speed("step", 3.1, slow, fast).met, Some(false));
        assert_eq!(Target::speed("step", 3.1, slow, None).met, None);
        let target = target.and_cpu(Some(7.0), Some(2.0));
        assert_eq!(target.found, "3.00 x (fastest runs: 2.50 x), CPU time 3.50 x");
        let unknown = Target::speed("step", 3.1, slow, None).and_cpu(Some(7.0), Some(2.0));
        assert_eq!(unknown.found, "not measured");
    }
}
