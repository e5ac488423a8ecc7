//! Bars on a terminal: one line per running node, and one for the whole run.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressState, ProgressStyle};
use pipeline_engine::stage::StageEvent;
use pipeline_engine::{NodeOutcome, RunEvent};

use super::Progress;
use crate::console::Console;
use crate::pace::Pace;
use crate::render::{duration, metrics, time_left};

/// How often the bars are redrawn while nothing is said.
const TICK: Duration = Duration::from_millis(120);
const SPINNER: &str = "{spinner:.cyan} {prefix}  {elapsed:.dim}  {wide_msg:.dim}";
const BAR: &str =
    "{spinner:.cyan} {prefix}  {elapsed:.dim}  [{bar:24.cyan}] {pos}/{len}  {left}{wide_msg:.dim}";
const OVERALL: &str =
    "  {prefix}  [{bar:24.green}] {pos}/{len} nodes  {elapsed:.dim}  {wide_msg:.dim}";

/// Bars.
pub(super) struct Bars<'a> {
    console: &'a Console,
    inner: Mutex<Inner>,
}

#[derive(Default)]
struct Inner {
    overall: Option<ProgressBar>,
    running: BTreeMap<String, Running>,
    cached: usize,
}

struct Running {
    bar: ProgressBar,
    colour: bool,
    message: String,
    metrics: BTreeMap<String, f64>,
    since: Instant,
    /// Shared with what draws the bar, so that what is left grows less between two reports too.
    pace: Arc<Mutex<Pace>>,
}

impl<'a> Bars<'a> {
    pub(super) fn new(console: &'a Console) -> Self {
        Self { console, inner: Mutex::default() }
    }
}

impl Drop for Bars<'_> {
    fn drop(&mut self) {
        self.console.hide_bars();
    }
}

impl Progress for Bars<'_> {
    fn event(&self, event: &RunEvent) {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        match event {
            RunEvent::RunStarted { experiment, nodes, .. } => {
                self.console.show_bars();
                let overall = self.console.bars().add(ProgressBar::new(*nodes as u64));
                overall.set_style(style(OVERALL, self.console.colour()));
                overall.set_prefix(experiment.clone());
                inner.overall = Some(overall);
            }
            RunEvent::NodeStarted { node, .. } => inner.start(self.console, node.as_str()),
            RunEvent::NodeWaiting { node, .. } => {
                if let Some(running) = inner.running.get(node.as_str()) {
                    running.bar.set_message("another process is computing it");
                }
            }
            RunEvent::NodeRetried { node, attempt, of, error } => {
                let what = format!("attempt {attempt} of {of}: {}", error.message);
                self.console.note(&format!("  retry    {node}: {what}"));
                if let Some(running) = inner.running.get_mut(node.as_str()) {
                    *locked(&running.pace) = Pace::default();
                }
            }
            RunEvent::Stage { node, said } => {
                if let StageEvent::Log { level, message } = said
                    && self.console.verbose > 0
                {
                    self.console.note(&format!("  {node} | {level}: {message}"));
                }
                if let Some(running) = inner.running.get_mut(node.as_str()) {
                    running.hear(said);
                }
            }
            RunEvent::NodeFinished { node, outcome, seconds, .. } => {
                let line = inner.finish(node.as_str(), outcome, *seconds, self.console.verbose > 0);
                if let Some(line) = line {
                    self.console.note(&line);
                }
            }
            RunEvent::RunFinished { .. } => {
                if let Some(overall) = inner.overall.take() {
                    overall.finish_and_clear();
                }
                self.console.hide_bars();
            }
        }
    }
}

impl Inner {
    fn start(&mut self, console: &Console, node: &str) {
        let bar = ProgressBar::new_spinner();
        let bar = match &self.overall {
            Some(overall) => console.bars().insert_before(overall, bar),
            None => console.bars().add(bar),
        };
        bar.set_style(style(SPINNER, console.colour()));
        bar.set_prefix(node.to_owned());
        bar.enable_steady_tick(TICK);
        let colour = console.colour();
        let running = Running {
            bar,
            colour,
            message: String::new(),
            metrics: BTreeMap::new(),
            since: Instant::now(),
            pace: Arc::default(),
        };
        self.running.insert(node.to_owned(), running);
    }

    /// Takes a node off the screen; the line that stays, if it did anything worth a line.
    fn finish(
        &mut self,
        node: &str,
        outcome: &NodeOutcome,
        seconds: f64,
        verbose: bool,
    ) -> Option<String> {
        if let Some(running) = self.running.remove(node) {
            running.bar.finish_and_clear();
        }
        let cached = matches!(outcome, NodeOutcome::Cached);
        self.cached += usize::from(cached);
        if let Some(overall) = &self.overall {
            overall.inc(1);
            if self.cached > 0 {
                overall.set_message(format!("{} cached", self.cached));
            }
        }
        match outcome {
            NodeOutcome::Ran => Some(format!("  done     {node}  {}", duration(seconds))),
            NodeOutcome::Failed { error } => Some(format!("  failed   {node}: {}", error.message)),
            NodeOutcome::Cached if verbose => Some(format!("  cached   {node}")),
            NodeOutcome::Skipped if verbose => Some(format!("  skipped  {node}")),
            NodeOutcome::Cached | NodeOutcome::Skipped => None,
        }
    }
}

impl Running {
    fn hear(&mut self, said: &StageEvent) {
        match said {
            StageEvent::Progress { done, total, message } => {
                if self.bar.length() != Some(*total) && *total > 0 {
                    self.bar.set_length(*total);
                    self.bar.set_style(self.style());
                }
                locked(&self.pace).hear(*done, *total, self.since.elapsed());
                self.bar.set_position(*done);
                self.message.clone_from(message);
            }
            StageEvent::Metric { name, value, .. } => {
                self.metrics.insert(name.clone(), *value);
            }
            _ => return,
        }
        let parts: Vec<String> = std::iter::once(self.message.clone())
            .chain(metrics(&self.metrics, &self.message))
            .filter(|part| !part.is_empty())
            .collect();
        self.bar.set_message(parts.join("  "));
    }

    /// A bar that knows how long it will still take.
    fn style(&self) -> ProgressStyle {
        let (pace, since) = (Arc::clone(&self.pace), self.since);
        let left = move |_: &ProgressState, to: &mut dyn Write| {
            if let Some(left) = time_left(locked(&pace).seconds_left(since.elapsed())) {
                let _ = write!(to, "{left}  ");
            }
        };
        style(BAR, self.colour).with_key("left", left)
    }
}

fn locked(pace: &Mutex<Pace>) -> std::sync::MutexGuard<'_, Pace> {
    pace.lock().unwrap_or_else(PoisonError::into_inner)
}

fn style(template: &str, colour: bool) -> ProgressStyle {
    let mut template = template.to_owned();
    if !colour {
        for shade in [".cyan", ".green", ".dim"] {
            template = template.replace(shade, "");
        }
    }
    ProgressStyle::with_template(&template)
        .expect("the templates above are valid")
        .progress_chars("━╸ ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_templates_are_valid() {
        for template in [SPINNER, BAR, OVERALL] {
            drop(style(template, true));
            drop(style(template, false));
        }
    }

    #[test]
    fn only_what_did_something_leaves_a_line() {
        let mut inner = Inner::default();
        assert_eq!(inner.finish("a", &NodeOutcome::Cached, 3.0, false), None);
        assert_eq!(
            inner.finish("a", &NodeOutcome::Ran, 3.0, false).as_deref(),
            Some("  done     a  3.0s")
        );
        assert_eq!(inner.cached, 1);
    }
}
