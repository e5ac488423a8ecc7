//! Amounts of time, as a person writes them.

use std::time::Duration;

/// An amount of time that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{found}` is not an amount of time")]
pub struct DurationError {
    /// What was written.
    pub found: String,
}

impl DurationError {
    /// What would be accepted.
    pub const HELP: &'static str =
        "write whole numbers with their units, such as `90s`, `15m`, `2h`, `1d` or `1h30m`";
}

/// Longer limits are a slip of the finger, and would not fit the clocks they are compared with.
const LONGEST_DAYS: u64 = 10_000;

/// Reads an amount of time: days (`d`), hours (`h`), minutes (`m`) and seconds (`s`), each at most
/// once and in this order. A bare number is refused, because people disagree on its unit.
///
/// # Errors
/// [`DurationError`] if the text is anything else, or nothing, or more than 10 000 days.
pub fn parse_duration(text: &str) -> Result<Duration, DurationError> {
    const UNITS: [(char, u64); 4] = [('d', 86_400), ('h', 3_600), ('m', 60), ('s', 1)];
    let error = || DurationError { found: text.to_owned() };
    let mut rest = text.trim();
    let mut units = UNITS.as_slice();
    let mut seconds: u64 = 0;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit()).ok_or_else(error)?;
        let amount: u64 = rest[..digits].parse().map_err(|_| error())?;
        let unit = rest[digits..].chars().next().ok_or_else(error)?;
        let position = units.iter().position(|(name, _)| *name == unit).ok_or_else(error)?;
        let more = amount.checked_mul(units[position].1).ok_or_else(error)?;
        seconds = seconds.checked_add(more).ok_or_else(error)?;
        units = &units[position + 1..];
        rest = &rest[digits + 1..];
    }
    if seconds == 0 || seconds > LONGEST_DAYS * 86_400 {
        return Err(error());
    }
    Ok(Duration::from_secs(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(text: &str) -> u64 {
        parse_duration(text).unwrap().as_secs()
    }

    #[test]
    fn reads_each_unit_and_their_sums() {
        assert_eq!(seconds("90s"), 90);
        assert_eq!(seconds("15m"), 900);
        assert_eq!(seconds("2h"), 7_200);
        assert_eq!(seconds("1d"), 86_400);
        // 3600 + 30 * 60
        assert_eq!(seconds("1h30m"), 5_400);
        // 86400 + 2 * 3600 + 3 * 60 + 4
        assert_eq!(seconds(" 1d2h3m4s "), 93_784);
    }

    #[test]
    fn refuses_bare_numbers_and_nonsense() {
        for text in [
            "",
            "90",
            "s",
            "-5s",
            "1.5h",
            "0s",
            "30m1h",
            "1h1h",
            "5 s",
            "2H",
            "1w",
            "20000d",
            "é1s",
            "99999999999999999999s",
            "300000000000000000d",
            "1h30",
        ] {
            assert!(parse_duration(text).is_err(), "{text} was accepted");
        }
    }
}
