//! The log of an action while it runs.

use std::collections::{BTreeMap, VecDeque};

use crate::stage::StageEvent;

/// How much of the beginning of a log is kept whatever follows …
const HEAD_BYTES: usize = 2 << 20;
/// … and of its end.
const TAIL_BYTES: usize = 8 << 20;

/// What an action says of itself, collected for its record. A program that writes without end
/// loses the middle of what it wrote.
#[derive(Debug, Default)]
pub(super) struct Heard {
    head: Vec<String>,
    head_bytes: usize,
    tail: VecDeque<String>,
    tail_bytes: usize,
    left_out: u64,
    pub(super) warnings: Vec<String>,
    pub(super) environment: BTreeMap<String, String>,
}

impl Heard {
    /// Takes what belongs into the log or the record.
    pub(super) fn take(&mut self, event: &StageEvent) {
        match event {
            StageEvent::Log { level, message } => {
                self.line(format!("{level}: {message}"));
                if level == "warn" && self.warnings.len() < 1000 {
                    self.warnings.push(message.clone());
                }
            }
            StageEvent::Environment { name, value } => {
                self.environment.insert(name.clone(), value.clone());
            }
            StageEvent::Metric { name, step, value } => {
                self.line(format!("metric: {name}[{step}] = {value}"));
            }
            StageEvent::Progress { .. } | StageEvent::Failed { .. } | StageEvent::Done => {}
        }
    }

    /// Adds a line.
    pub(super) fn line(&mut self, line: String) {
        if self.tail.is_empty() && self.head_bytes + line.len() <= HEAD_BYTES {
            self.head_bytes += line.len();
            self.head.push(line);
            return;
        }
        self.tail_bytes += line.len();
        self.tail.push_back(line);
        while self.tail_bytes > TAIL_BYTES {
            let Some(first) = self.tail.pop_front() else { break };
            self.tail_bytes -= first.len();
            self.left_out += 1;
        }
    }

    /// The whole log, a line each; none if nothing was said.
    pub(super) fn text(&self) -> Option<String> {
        if self.head.is_empty() && self.tail.is_empty() {
            return None;
        }
        let mut text = String::with_capacity(self.head_bytes + self.tail_bytes + 1024);
        let left_out =
            (self.left_out > 0).then(|| format!("({} lines were left out here)", self.left_out));
        for line in self.head.iter().chain(left_out.iter()).chain(&self.tail) {
            text.push_str(line);
            text.push('\n');
        }
        Some(text)
    }

    /// The last lines.
    pub(super) fn last(&self, count: usize) -> Vec<String> {
        let mut last: Vec<String> =
            self.tail.iter().rev().chain(self.head.iter().rev()).take(count).cloned().collect();
        last.reverse();
        last
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heard(lines: usize) -> Heard {
        let mut heard = Heard::default();
        for number in 0..lines {
            heard.line(format!("{number:>099}"));
        }
        heard
    }

    #[test]
    fn a_short_log_is_kept_whole() {
        let heard = heard(3);
        assert_eq!(heard.text().unwrap().lines().count(), 3);
        assert!(heard.last(2)[1].ends_with('2'));
        assert_eq!(Heard::default().text(), None);
    }

    #[test]
    fn an_endless_log_keeps_its_beginning_and_its_end() {
        let heard = heard(500_000);
        let text = heard.text().unwrap();
        assert!(text.len() < 11 << 20, "{}", text.len());
        assert!(text.lines().next().unwrap().ends_with("000"));
        assert!(text.lines().last().unwrap().ends_with("499999"));
        let kept = text.lines().filter(|line| !line.starts_with('(')).count();
        assert!(text.contains(&format!("({} lines were left out here)", 500_000 - kept)));
        assert!(heard.last(20)[0].ends_with("499980"));
    }
}
