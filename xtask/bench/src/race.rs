//! Measurements taken turn by turn.

use std::time::Duration;

use crate::error::BenchError;
use crate::measure::{End, Sample};

/// When to stop repeating.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Repeats {
    /// How often at most.
    pub(crate) wanted: usize,
    /// A contestant that has used up this time is not measured again.
    pub(crate) spend: Duration,
}

impl Repeats {
    /// The same, but at most so many.
    pub(crate) fn at_most(self, wanted: usize) -> Self {
        Self { wanted: self.wanted.min(wanted), ..self }
    }
}

/// One measurement of one contestant.
#[derive(Debug)]
pub(crate) struct Turn {
    /// What it took.
    pub(crate) sample: Sample,
    /// How many actions were executed, where that can be seen.
    pub(crate) executed: Option<u64>,
    /// What is wrong with it, besides how the program ended.
    pub(crate) problem: Option<String>,
}

impl Turn {
    /// A measurement of something that executes no actions.
    pub(crate) fn plain(sample: Sample) -> Self {
        Self { sample, executed: None, problem: None }
    }
}

/// All measurements of one contestant.
#[derive(Debug, Default)]
pub(crate) struct Series {
    /// The good ones.
    pub(crate) samples: Vec<Sample>,
    /// Actions executed in the last one.
    pub(crate) executed: Option<u64>,
    /// Why there are no more.
    pub(crate) problem: Option<String>,
}

impl Series {
    fn add(&mut self, turn: Turn) {
        self.problem = match turn.sample.end {
            End::Done => turn.problem,
            End::TooLong => {
                let seconds = turn.sample.wall.as_secs_f64();
                Some(format!("given up after {seconds:.0} s"))
            }
            End::Failed(status) => Some(format!("{status}: {}", last_lines(&turn.sample.output))),
        };
        if self.problem.is_none() {
            self.executed = turn.executed;
            self.samples.push(turn.sample);
        }
    }

    fn is_over(&self, repeats: Repeats) -> bool {
        let spent: Duration = self.samples.iter().map(|sample| sample.wall).sum();
        self.problem.is_some() || self.samples.len() >= repeats.wanted || spent >= repeats.spend
    }
}

/// Lets contestants take turns: in every round each that is not through yet is measured once, so
/// that what else happens on the machine falls on all of them.
///
/// `turn` gets the contestant and the round, and measures nothing for one that cannot take part.
///
/// # Errors
/// The first error of a turn.
pub(crate) fn race(
    contestants: usize,
    repeats: Repeats,
    mut turn: impl FnMut(usize, usize) -> Result<Result<Turn, String>, BenchError>,
) -> Result<Vec<Series>, BenchError> {
    let mut all: Vec<Series> = (0..contestants).map(|_| Series::default()).collect();
    for round in 0..repeats.wanted {
        for (contestant, series) in all.iter_mut().enumerate() {
            if series.is_over(repeats) {
                continue;
            }
            match turn(contestant, round)? {
                Ok(turn) => series.add(turn),
                Err(problem) => series.problem = Some(problem),
            }
        }
    }
    Ok(all)
}

/// Returns the last lines of what a program printed, as one.
fn last_lines(output: &str) -> String {
    let lines: Vec<_> = output.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    lines[lines.len().saturating_sub(3)..].join(" / ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn took(seconds: u64) -> Sample {
        Sample {
            wall: Duration::from_secs(seconds),
            cpu: Duration::ZERO,
            peak_bytes: 0,
            end: End::Done,
            output: String::new(),
        }
    }

    const REPEATS: Repeats = Repeats { wanted: 3, spend: Duration::from_secs(10) };

    #[test]
    fn contestants_take_turns_until_the_slow_one_has_spent_its_time() {
        let mut order = Vec::new();
        let all = race(2, REPEATS, |contestant, round| {
            order.push((contestant, round));
            Ok(Ok(Turn::plain(took(if contestant == 0 { 1 } else { 6 }))))
        })
        .unwrap();
        // 6 + 6 is more than 10, so there is no third turn for the second one.
        assert_eq!(order, [(0, 0), (1, 0), (0, 1), (1, 1), (0, 2)]);
        assert_eq!((all[0].samples.len(), all[1].samples.len()), (3, 2));
    }

    #[test]
    fn one_that_fails_is_out_and_says_why() {
        let mut turns = 0;
        let all = race(1, REPEATS, |_, _| {
            turns += 1;
            let late = Sample { end: End::TooLong, ..took(7) };
            Ok(Ok(Turn::plain(late)))
        })
        .unwrap();
        assert_eq!(turns, 1);
        assert_eq!(all[0].problem.as_deref(), Some("given up after 7 s"));
        assert!(all[0].samples.is_empty());
    }

    #[test]
    fn shows_the_last_three_lines() {
        assert_eq!(last_lines("a\nb\n\nc\n d\n"), "b / c / d");
        assert_eq!(last_lines(""), "");
    }
}
