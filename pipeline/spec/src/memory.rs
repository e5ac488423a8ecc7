//! Amounts of memory, as a person writes them.

/// An amount of memory that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{found}` is not an amount of memory")]
pub struct MemoryError {
    /// What was written.
    pub found: String,
}

impl MemoryError {
    /// What would be accepted.
    pub const HELP: &'static str = "write a number and a unit, such as `512MiB`, `4GiB` or `1.5 GiB` (MiB, GiB, TiB, MB, GB, TB)";
}

/// Reads an amount of memory with its unit and gives it in MiB, rounded up.
///
/// `MiB`, `GiB`, `TiB` (and `M`, `G`, `T`) are powers of 1024; `MB`, `GB`, `TB` powers of 1000.
/// Case does not matter. A bare number is refused, because people disagree on its unit.
///
/// # Errors
/// [`MemoryError`] if the text is not a positive number followed by one of the units.
pub fn parse_memory(text: &str) -> Result<u64, MemoryError> {
    const MIB: f64 = 1024.0 * 1024.0;
    let error = || MemoryError { found: text.to_owned() };
    let trimmed = text.trim();
    let split = trimmed.find(|c: char| c.is_ascii_alphabetic()).ok_or_else(error)?;
    let (number, unit) = trimmed.split_at(split);
    let bytes_per_unit = match unit.to_ascii_lowercase().as_str() {
        "m" | "mi" | "mib" => MIB,
        "g" | "gi" | "gib" => MIB * 1024.0,
        "t" | "ti" | "tib" => MIB * 1024.0 * 1024.0,
        "mb" => 1e6,
        "gb" => 1e9,
        "tb" => 1e12,
        _ => return Err(error()),
    };
    let amount: f64 = number.trim().parse().map_err(|_| error())?;
    let mib = (amount * bytes_per_unit / MIB).ceil();
    // 2^44 MiB is 16 exbibytes: more is a slip of the finger, and would not fit in bytes.
    if mib.is_finite() && mib >= 1.0 && mib < 2_f64.powi(44) {
        Ok(mib as u64)
    } else {
        Err(error())
    }
}

/// Writes an amount of memory given in MiB: `512 MiB`, `4 GiB`, `1.5 GiB`.
pub fn format_memory(mib: u64) -> String {
    if mib < 1024 {
        format!("{mib} MiB")
    } else if mib.is_multiple_of(1024) {
        format!("{} GiB", mib / 1024)
    } else {
        format!("{:.1} GiB", mib as f64 / 1024.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_binary_and_decimal_units() {
        assert_eq!(parse_memory("512MiB"), Ok(512));
        assert_eq!(parse_memory("4GiB"), Ok(4096));
        assert_eq!(parse_memory("1.5 gib"), Ok(1536));
        assert_eq!(parse_memory("2T"), Ok(2 * 1024 * 1024));
        // 1 GB = 1e9 / 1048576 = 953.67 MiB, rounded up.
        assert_eq!(parse_memory("1GB"), Ok(954));
    }

    #[test]
    fn refuses_bare_numbers_and_nonsense() {
        for text in ["4096", "", "GiB", "-1GiB", "0MiB", "4 elephants", "nanGiB", "1e300GiB"] {
            assert!(parse_memory(text).is_err(), "{text} was accepted");
        }
    }

    #[test]
    fn writes_whole_units_where_it_can() {
        assert_eq!(format_memory(512), "512 MiB");
        assert_eq!(format_memory(4096), "4 GiB");
        assert_eq!(format_memory(1536), "1.5 GiB");
    }
}
