//! How long something will still take.

use std::time::Duration;

/// The first seconds tell little: libraries are loaded, caches are filled, the first steps are slow.
const WARM_UP: Duration = Duration::from_secs(3);

/// The pace of one attempt at an action, by what it says of its progress.
///
/// It is the mean over everything since the warm-up. What was done before this attempt began, which
/// its first report tells, does not count.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Pace {
    total: u64,
    first: Option<Mark>,
    /// The first report after the warm-up.
    warm: Option<Mark>,
    latest: Option<Mark>,
}

/// What was done at a moment.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Mark {
    done: u64,
    /// Since some moment, always the same.
    at: Duration,
}

impl Pace {
    /// So much of so much was done at a moment, told as the time since some moment that is always
    /// the same one. A total of 0 is one that nobody knows.
    pub(crate) fn hear(&mut self, done: u64, total: u64, at: Duration) {
        let mark = Mark { done, at };
        if let Some(latest) = self.latest {
            // An action that reports in parts begins anew with each of them …
            if total != self.total || done < latest.done / 2 {
                *self = Self::default();
            } else if done < latest.done {
                // … and what is done in parallel may be told out of order.
                return;
            }
        }
        self.total = total;
        let first = *self.first.get_or_insert(mark);
        if at.saturating_sub(first.at) >= WARM_UP {
            self.warm.get_or_insert(mark);
        }
        self.latest = Some(mark);
    }

    /// Seconds that are left at a moment; none while that is anybody's guess.
    pub(crate) fn seconds_left(&self, now: Duration) -> Option<f64> {
        let (first, latest) = (self.first?, self.latest?);
        let long_enough = |since: &Mark| latest.at.saturating_sub(since.at) >= WARM_UP;
        let advanced = |since: &Mark| latest.done > since.done;
        let warm = self.warm.filter(|warm| long_enough(warm) && advanced(warm));
        let since = warm.or(Some(first).filter(long_enough).filter(advanced))?;
        let steps = (latest.done - since.done) as f64;
        let step = latest.at.saturating_sub(since.at).as_secs_f64() / steps;
        let left = self.total.checked_sub(latest.done)? as f64 * step;
        // The step in progress has begun already.
        Some((left - now.saturating_sub(latest.at).as_secs_f64()).max(0.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: f64) -> Duration {
        Duration::from_secs_f64(seconds)
    }

    /// The pace after these reports of 100 steps: when, and how many are done.
    fn heard(reports: &[(f64, u64)]) -> Pace {
        let mut pace = Pace::default();
        for (when, done) in reports {
            pace.hear(*done, 100, at(*when));
        }
        pace
    }

    #[test]
    fn what_is_left_goes_by_the_steps_of_this_attempt() {
        // It goes on from step 40, and takes 20 s for 20 steps.
        let pace = heard(&[(10.0, 40), (30.0, 60)]);
        assert_eq!(pace.seconds_left(at(30.0)), Some(40.0));
        assert_eq!(pace.seconds_left(at(35.0)), Some(35.0));
        // It is late.
        assert_eq!(pace.seconds_left(at(500.0)), Some(0.0));
    }

    #[test]
    fn the_first_seconds_do_not_count() {
        // The first step takes 5 s, the others a second each.
        let pace = heard(&[(0.0, 0), (5.0, 1), (6.0, 2), (7.0, 3)]);
        // Not yet 3 s since the first report after the warm-up: 97 steps at 7/3 s.
        let left = pace.seconds_left(at(7.0)).unwrap();
        assert!((left - 97.0 * 7.0 / 3.0).abs() < 1e-9, "{left}");
        let pace = heard(&[(0.0, 0), (5.0, 1), (6.0, 2), (7.0, 3), (8.0, 4)]);
        // 3 steps in the 3 s since then; 96 are left.
        assert_eq!(pace.seconds_left(at(8.0)), Some(96.0));
    }

    #[test]
    fn too_little_is_no_pace() {
        assert_eq!(Pace::default().seconds_left(at(9.0)), None);
        assert_eq!(heard(&[(0.0, 40)]).seconds_left(at(9.0)), None);
        assert_eq!(heard(&[(0.0, 40), (9.0, 40)]).seconds_left(at(9.0)), None, "it stands still");
        assert_eq!(
            heard(&[(0.0, 0), (1.0, 10), (2.9, 30)]).seconds_left(at(2.9)),
            None,
            "too soon"
        );
        let mut unknown = Pace::default();
        unknown.hear(1, 0, at(0.0));
        unknown.hear(5, 0, at(9.0));
        assert_eq!(unknown.seconds_left(at(9.0)), None);
    }

    #[test]
    fn a_new_part_begins_anew() {
        let mut pace = heard(&[(0.0, 0), (10.0, 100)]);
        assert_eq!(pace.seconds_left(at(10.0)), Some(0.0));
        pace.hear(1, 100, at(11.0));
        assert_eq!(pace.seconds_left(at(11.0)), None);
        pace.hear(3, 100, at(15.0));
        // 2 steps in 4 s; 97 are left.
        assert_eq!(pace.seconds_left(at(15.0)), Some(194.0));
        pace.hear(4, 50, at(16.0));
        assert_eq!(pace.seconds_left(at(16.0)), None, "another total is another part");
    }

    #[test]
    fn what_is_told_out_of_order_is_told_late() {
        let pace = heard(&[(0.0, 0), (4.0, 4), (4.1, 3), (8.0, 8), (8.0, 7)]);
        assert_eq!(pace, heard(&[(0.0, 0), (4.0, 4), (8.0, 8)]));
        assert_eq!(pace.seconds_left(at(8.0)), Some(92.0));
    }

    #[test]
    fn a_clock_that_stands_still_or_jumps_back_is_no_danger() {
        assert_eq!(heard(&[(9.0, 0), (9.0, 50)]).seconds_left(at(9.0)), None);
        let pace = heard(&[(9.0, 0), (3.0, 50)]);
        assert_eq!(pace.seconds_left(at(1.0)), None);
    }
}
