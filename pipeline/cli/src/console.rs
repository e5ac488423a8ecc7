//! The terminal: what goes to standard output, what to standard error, and how errors look.

use std::io::{IsTerminal, Write};

use indicatif::{MultiProgress, ProgressDrawTarget};
use pipeline_spec::Paint;

use crate::colour::ColourChoice;
use crate::error::CommandError;
use crate::surroundings::Surroundings;

/// The two output streams. Everything that prints goes through here, so that it never garbles the
/// progress bars.
#[derive(Debug, Clone)]
pub(crate) struct Console {
    bars: MultiProgress,
    /// Whether a person is watching standard error.
    pub(crate) interactive: bool,
    colour: bool,
    /// Print no progress.
    pub(crate) quiet: bool,
    /// How much actions and caches may say.
    pub(crate) verbose: u8,
}

impl Console {
    pub(crate) fn new(
        surroundings: &Surroundings,
        choice: ColourChoice,
        quiet: bool,
        verbose: u8,
    ) -> Self {
        let terminal = std::io::stderr().is_terminal();
        Self {
            bars: MultiProgress::with_draw_target(ProgressDrawTarget::hidden()),
            interactive: terminal && !surroundings.colour.dumb,
            colour: choice.decide(surroundings.colour, terminal),
            quiet,
            verbose,
        }
    }

    /// Whether what goes to standard error is coloured.
    pub(crate) fn colour(&self) -> bool {
        self.colour
    }

    /// The bars; hidden until [`Console::show_bars`].
    pub(crate) fn bars(&self) -> &MultiProgress {
        &self.bars
    }

    pub(crate) fn show_bars(&self) {
        self.bars.set_draw_target(ProgressDrawTarget::stderr());
    }

    pub(crate) fn hide_bars(&self) {
        let _ = self.bars.clear();
        self.bars.set_draw_target(ProgressDrawTarget::hidden());
    }

    /// Writes a line for people to standard error, above the bars.
    pub(crate) fn note(&self, line: &str) {
        self.write_stderr(format!("{line}\n").as_bytes());
    }

    /// Writes bytes to standard error, above the bars. Nobody reading is no reason to stop.
    pub(crate) fn write_stderr(&self, bytes: &[u8]) {
        self.bars.suspend(|| {
            let _ = std::io::stderr().lock().write_all(bytes);
        });
    }

    /// Writes data to standard output. A closed pipe is no reason to stop.
    pub(crate) fn data(&self, text: &str) {
        self.bars.suspend(|| {
            let mut out = std::io::stdout().lock();
            let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
        });
    }

    /// Prints every mistake with its place in the file, then how many there are.
    pub(crate) fn mistakes(&self, error: &CommandError) {
        let paint = if self.colour { Paint::Colour } else { Paint::Plain };
        let mut blocks: Vec<String> =
            error.mistakes.iter().map(|mistake| mistake.render(paint)).collect();
        if error.mistakes.len() > 1 {
            blocks.push(format!("{} {} mistakes\n", self.tag("error"), error.mistakes.len()));
        }
        self.write_stderr(blocks.join("\n").as_bytes());
    }

    /// "error:" and "warning:", in colour where that is welcome.
    pub(crate) fn tag(&self, word: &str) -> String {
        let code = match word {
            "error" => "1;31",
            "warning" => "1;33",
            _ => "1;32",
        };
        if self.colour { format!("\x1b[{code}m{word}:\x1b[0m") } else { format!("{word}:") }
    }
}
