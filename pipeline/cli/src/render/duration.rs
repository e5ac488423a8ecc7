//! Times as people say them.

/// Writes seconds with two units at most: `0.04s`, `3.2s`, `3m 12s`, `2h 05m`, `3d 04h`.
pub fn duration(seconds: f64) -> String {
    if !seconds.is_finite() || seconds < 0.0 {
        return "?".to_owned();
    }
    if seconds < 0.995 {
        return format!("{seconds:.2}s");
    }
    if seconds < 9.95 {
        return format!("{seconds:.1}s");
    }
    let whole = seconds.round() as u64;
    let (minutes, hours, days) = (whole / 60, whole / 3600, whole / 86_400);
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{whole}s"),
        (0, 0, _) => format!("{minutes}m {:02}s", whole % 60),
        (0, _, _) => format!("{hours}h {:02}m", minutes % 60),
        _ => format!("{days}d {:02}h", hours % 24),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_units_at_most() {
        let cases = [
            (0.0, "0.00s"),
            (0.041, "0.04s"),
            (0.997, "1.0s"),
            (3.21, "3.2s"),
            (9.97, "10s"),
            (59.4, "59s"),
            (59.6, "1m 00s"),
            (192.0, "3m 12s"),
            (3599.7, "1h 00m"),
            (7500.0, "2h 05m"),
            (273_600.0, "3d 04h"),
            (f64::NAN, "?"),
        ];
        for (seconds, expected) in cases {
            assert_eq!(duration(seconds), expected, "{seconds}");
        }
    }
}
