//! Ctrl-C.

use pipeline_engine::Cancellation;

use crate::console::Console;

/// The status that shells give to a program ended by Ctrl-C.
const INTERRUPTED: i32 = 130;

/// From now on the first Ctrl-C (or `SIGTERM`) asks everything to stop, and the second one ends
/// the process at once. Workers notice that it is gone and end too; finished actions are kept.
pub(crate) fn watch(console: &Console, cancellation: &Cancellation) {
    let (console, cancellation) = (console.clone(), cancellation.clone());
    let handler = move || {
        if cancellation.is_cancelled() {
            leave();
        }
        cancellation.cancel();
        console.note(
            "stopping: running actions are asked to end; press Ctrl-C again to leave at once",
        );
    };
    if let Err(error) = ctrlc::set_handler(handler) {
        tracing::debug!(%error, "no handler for Ctrl-C");
    }
}

#[expect(clippy::exit, reason = "a second Ctrl-C means now; the store survives that at any moment")]
fn leave() -> ! {
    std::process::exit(INTERRUPTED)
}
