//! Values of arguments that are more than a word.

use std::time::Duration;

use pipeline_spec::{DurationError, MemoryError};

/// An amount of memory in MiB: `8GiB`.
pub(super) fn memory_mib(text: &str) -> Result<u64, String> {
    pipeline_spec::parse_memory(text).map_err(|error| format!("{error}; {}", MemoryError::HELP))
}

/// An amount of disk space in bytes: `50GiB`, or `0`, which needs no unit.
pub(super) fn bytes(text: &str) -> Result<u64, String> {
    if text.trim() == "0" {
        return Ok(0);
    }
    memory_mib(text)?.checked_mul(1024 * 1024).ok_or_else(|| format!("`{text}` is too much"))
}

/// An age or another time: `30s`, `12h`, `30d`.
pub(super) fn age(text: &str) -> Result<Duration, String> {
    pipeline_spec::parse_duration(text).map_err(|error| format!("{error}; {}", DurationError::HELP))
}
