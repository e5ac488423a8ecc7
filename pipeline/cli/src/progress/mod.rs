//! Telling what a run is doing, in three voices: bars, lines, JSON.

mod bars;
mod counter;
mod json;
mod lines;
mod tally;

use pipeline_engine::RunEvent;

use crate::console::Console;

pub(crate) use counter::Counter;
pub(crate) use tally::{Tally, summary_line};

/// Hears every event of a run. Events of one run come from several threads.
pub(crate) trait Progress: Sync {
    /// Takes one event.
    fn event(&self, event: &RunEvent);
}

/// Says nothing.
struct Silent;

impl Progress for Silent {
    fn event(&self, _event: &RunEvent) {}
}

/// The voice for where the output goes: JSON if asked for, nothing if quiet, bars on a terminal,
/// otherwise lines.
pub(crate) fn choose(console: &Console, json: bool) -> Box<dyn Progress + '_> {
    if json {
        Box::new(json::Json::new(console))
    } else if console.quiet {
        Box::new(Silent)
    } else if console.interactive {
        Box::new(bars::Bars::new(console))
    } else {
        Box::new(lines::Lines::new(console))
    }
}
