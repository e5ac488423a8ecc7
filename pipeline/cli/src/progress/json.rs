//! One JSON event a line on standard output.

use pipeline_engine::RunEvent;

use super::Progress;
use crate::console::Console;

/// For programs.
pub(super) struct Json<'a> {
    console: &'a Console,
}

impl<'a> Json<'a> {
    pub(super) fn new(console: &'a Console) -> Self {
        Self { console }
    }
}

impl Progress for Json<'_> {
    fn event(&self, event: &RunEvent) {
        match serde_json::to_string(event) {
            Ok(line) => self.console.data(&format!("{line}\n")),
            Err(error) => tracing::warn!(%error, "event not printed"),
        }
    }
}
