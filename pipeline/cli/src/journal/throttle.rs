//! Not every step of a fast loop is worth a line.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use pipeline_engine::{RunEvent, StageEvent};

/// Least time between two reports of progress of one node.
const PAUSE: SignedDuration = SignedDuration::from_millis(200);

/// How much of each node's log goes into the journal. The whole log is kept with the result.
const MOST_BYTES: usize = 4 << 20;

/// Lets progress of each node through at most five times a second, and always the last one; and
/// logs until they are too long.
#[derive(Debug, Default)]
pub(super) struct Throttle {
    nodes: BTreeMap<String, Steps>,
    /// Bytes of log of each running node.
    said: BTreeMap<String, usize>,
}

#[derive(Debug)]
struct Steps {
    passed: Timestamp,
    held: Option<(Timestamp, RunEvent)>,
}

impl Throttle {
    /// The events to write now: those that were held back long enough, then this one unless it has
    /// to wait.
    pub(super) fn pass(&mut self, at: Timestamp, event: RunEvent) -> Vec<(Timestamp, RunEvent)> {
        let over = match &event {
            RunEvent::NodeFinished { node, .. } => {
                self.said.remove(node.as_str());
                self.nodes.remove(node.as_str())
            }
            RunEvent::RunFinished { .. } => return self.last(at, event),
            _ => None,
        };
        let mut due: Vec<_> = over.and_then(|steps| steps.held).into_iter().collect();
        for steps in self.nodes.values_mut() {
            if !steps.soon(at)
                && let Some(held) = steps.held.take()
            {
                steps.passed = at;
                due.push(held);
            }
        }
        if let RunEvent::Stage { node, said: StageEvent::Progress { .. } } = &event {
            match self.nodes.get_mut(node.as_str()) {
                Some(steps) if steps.soon(at) => {
                    steps.held = Some((at, event));
                    return due;
                }
                Some(steps) => steps.passed = at,
                None => {
                    self.nodes.insert(node.to_string(), Steps { passed: at, held: None });
                }
            }
        }
        due.extend(self.short_enough(event).map(|event| (at, event)));
        due
    }

    /// The event, unless it is a line of a log that is too long; the first such line says so.
    fn short_enough(&mut self, event: RunEvent) -> Option<RunEvent> {
        let RunEvent::Stage { node, said: StageEvent::Log { message, .. } } = &event else {
            return Some(event);
        };
        let said = self.said.entry(node.to_string()).or_default();
        let before = *said;
        *said = before.saturating_add(message.len());
        if *said <= MOST_BYTES {
            return Some(event);
        }
        (before <= MOST_BYTES).then(|| {
            *said = usize::MAX;
            let message = "what follows is only in the log that is kept at the end".to_owned();
            let said = StageEvent::Log { level: "info".to_owned(), message };
            RunEvent::Stage { node: node.clone(), said }
        })
    }

    fn last(&mut self, at: Timestamp, event: RunEvent) -> Vec<(Timestamp, RunEvent)> {
        let nodes = std::mem::take(&mut self.nodes);
        nodes.into_values().filter_map(|steps| steps.held).chain([(at, event)]).collect()
    }
}

impl Steps {
    /// A clock that jumped back holds nothing back.
    fn soon(&self, at: Timestamp) -> bool {
        let since = at.duration_since(self.passed);
        since >= SignedDuration::ZERO && since < PAUSE
    }
}

#[cfg(test)]
mod tests {
    use pipeline_engine::{NodeId, NodeOutcome};

    use super::*;

    fn node(name: &str) -> NodeId {
        NodeId::new(name, &BTreeMap::new())
    }

    fn progress(name: &str, done: u64) -> RunEvent {
        let said = StageEvent::Progress { done, total: 1000, message: String::new() };
        RunEvent::Stage { node: node(name), said }
    }

    fn finished(name: &str) -> RunEvent {
        RunEvent::NodeFinished {
            node: node(name),
            outcome: NodeOutcome::Ran,
            seconds: 1.0,
            warnings: Vec::new(),
        }
    }

    fn at(milliseconds: i64) -> Timestamp {
        Timestamp::from_millisecond(1_700_000_000_000 + milliseconds).unwrap()
    }

    #[test]
    fn five_a_second_and_the_last_one() {
        let mut throttle = Throttle::default();
        let mut written = Vec::new();
        // A step every 10 ms for one second.
        for step in 0..100 {
            written.extend(throttle.pass(at(step * 10), progress("a", step as u64)));
        }
        written.extend(throttle.pass(at(1000), finished("a")));
        let steps: Vec<_> = written
            .iter()
            .filter_map(|(_, event)| match event {
                RunEvent::Stage { said: StageEvent::Progress { done, .. }, .. } => Some(*done),
                _ => None,
            })
            .collect();
        assert_eq!(steps.first(), Some(&0));
        assert_eq!(steps.last(), Some(&99));
        assert!((5..=11).contains(&steps.len()), "{steps:?}");
        assert!(
            steps.is_sorted() && matches!(written.last(), Some((_, RunEvent::NodeFinished { .. })))
        );
    }

    #[test]
    fn what_one_node_holds_back_is_let_go_when_another_speaks() {
        let mut throttle = Throttle::default();
        assert_eq!(throttle.pass(at(0), progress("a", 0)).len(), 1);
        assert_eq!(throttle.pass(at(10), progress("a", 1)).len(), 0);
        assert_eq!(throttle.pass(at(500), progress("b", 0)).len(), 2);
    }

    #[test]
    fn a_log_without_end_ends() {
        let mut throttle = Throttle::default();
        let said = |text: &str| RunEvent::Stage {
            node: node("a"),
            said: StageEvent::Log { level: "info".to_owned(), message: text.to_owned() },
        };
        let kilobyte = "x".repeat(1024);
        let mut written = Vec::new();
        for _ in 0..10_000 {
            written.extend(throttle.pass(at(0), said(&kilobyte)));
        }
        assert_eq!(written.len(), 4 * 1024 + 1);
        let last = &written.last().unwrap().1;
        assert_eq!(*last, said("what follows is only in the log that is kept at the end"));
        throttle.pass(at(1), finished("a"));
        assert_eq!(throttle.pass(at(2), said("again")).len(), 1);
    }

    #[test]
    fn a_clock_that_jumps_back_holds_nothing_back() {
        let mut throttle = Throttle::default();
        assert_eq!(throttle.pass(at(0), progress("a", 0)).len(), 1);
        assert_eq!(throttle.pass(at(-5000), progress("a", 1)).len(), 1);
    }
}
