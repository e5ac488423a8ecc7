//! Waiting between attempts, longer each time.

use std::time::{Duration, Instant};

use pipeline_engine::ActionContext;

use crate::error::FetchError;

/// The longest wait between two attempts.
const LONGEST: Duration = Duration::from_mins(1);
/// How often a waiting thread looks whether the run is being stopped.
const POLL: Duration = Duration::from_millis(50);

/// How often and how far apart a server is asked.
#[derive(Debug)]
pub(crate) struct Backoff {
    first: Duration,
    attempts: u32,
    failures: u32,
}

impl Backoff {
    /// At most `attempts` in a row without progress, the second after `first`.
    pub(crate) fn new(first: Duration, attempts: u32) -> Self {
        Self { first, attempts, failures: 0 }
    }

    /// Something arrived: the count starts anew.
    pub(crate) fn progressed(&mut self) {
        self.failures = 0;
    }

    /// After a failure: how long to wait, or none when it is time to give up. A server's own wish
    /// counts, up to a minute.
    pub(crate) fn failed(&mut self, wish: Option<Duration>) -> Option<Duration> {
        self.failures += 1;
        if self.failures >= self.attempts {
            return None;
        }
        let own = self.first.saturating_mul(1 << (self.failures - 1).min(16));
        Some(own.max(wish.unwrap_or_default()).min(LONGEST))
    }
}

/// Waits, unless the run is being stopped.
pub(crate) fn wait(duration: Duration, context: &ActionContext<'_>) -> Result<(), FetchError> {
    let until = Instant::now() + duration;
    loop {
        context.check_cancelled().map_err(|_| FetchError::Cancelled)?;
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Ok(());
        }
        std::thread::sleep(left.min(POLL));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_twice_as_long_each_time_and_gives_up() {
        let second = Duration::from_secs(1);
        let mut backoff = Backoff::new(second, 4);
        assert_eq!(backoff.failed(None), Some(second));
        assert_eq!(backoff.failed(None), Some(second * 2));
        assert_eq!(backoff.failed(Some(second * 7)), Some(second * 7));
        assert_eq!(backoff.failed(None), None);
        backoff.progressed();
        assert_eq!(backoff.failed(Some(second * 3600)), Some(LONGEST));
    }
}
