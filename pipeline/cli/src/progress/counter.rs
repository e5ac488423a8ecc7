//! How far a command that counts its work is.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

use crate::console::Console;
use crate::render::duration;

const BAR: &str = "{prefix}  [{bar:24}] {pos}/{len}  {elapsed}  {wide_msg}";
/// How often a line is written where nobody watches a terminal.
const LINE_EVERY: Duration = Duration::from_secs(10);

/// A bar on a terminal, a line now and then elsewhere, nothing if quiet.
pub(crate) struct Counter<'a> {
    console: &'a Console,
    what: String,
    total: u64,
    bar: Option<ProgressBar>,
    began: Instant,
    said: Mutex<Instant>,
}

impl<'a> Counter<'a> {
    pub(crate) fn new(console: &'a Console, what: &str, total: u64) -> Self {
        let bar = (console.interactive && !console.quiet).then(|| {
            console.show_bars();
            let bar = console.bars().add(ProgressBar::new(total));
            bar.set_style(ProgressStyle::with_template(BAR).expect("a constant template"));
            bar.set_prefix(what.to_owned());
            bar
        });
        let now = Instant::now();
        Self { console, what: what.to_owned(), total, bar, began: now, said: Mutex::new(now) }
    }

    /// So much is done; `item` is the latest.
    pub(crate) fn set(&self, done: u64, item: &str) {
        if let Some(bar) = &self.bar {
            bar.set_position(done);
            bar.set_message(item.to_owned());
            return;
        }
        if self.console.quiet {
            return;
        }
        let mut said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        if said.elapsed() >= LINE_EVERY {
            *said = Instant::now();
            let elapsed = duration(self.began.elapsed().as_secs_f64());
            self.console.note(&format!("{}: {done} of {}, {elapsed}", self.what, self.total));
        }
    }
}

impl Drop for Counter<'_> {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
            self.console.hide_bars();
        }
    }
}
