//! Signals that ask a worker to stop: it saves its work and leaves.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM, SIGUSR1, SIGUSR2};
use signal_hook::flag;
use signal_hook::low_level::signal_name;

use super::{Cancellation, StageError};

/// What the orchestrator sends (`SIGTERM`), what schedulers send before they take a machine away
/// (`SIGTERM`, `SIGUSR1`, `SIGUSR2`), and what a person does to a worker started by hand.
pub(crate) const STOP_SIGNALS: [i32; 5] = [SIGTERM, SIGUSR1, SIGUSR2, SIGINT, SIGHUP];

/// Listens to signals.
#[derive(Debug)]
pub(super) struct StopSignals {
    /// The number of the latest; 0 before the first.
    latest: Arc<AtomicUsize>,
}

impl StopSignals {
    /// From now on these signals cancel instead of killing. Only a second Ctrl-C kills.
    pub(super) fn listen(cancellation: &Cancellation) -> Self {
        let latest = Arc::new(AtomicUsize::new(0));
        let pressed = Arc::new(AtomicBool::new(false));
        // In this order: the first one finds it not pressed yet.
        let _ = flag::register_conditional_default(SIGINT, Arc::clone(&pressed));
        let _ = flag::register(SIGINT, pressed);
        for signal in STOP_SIGNALS {
            // One that cannot be caught kills, as it did.
            let number = usize::try_from(signal).unwrap_or_default();
            let _ = flag::register_usize(signal, Arc::clone(&latest), number);
            let _ = flag::register(signal, cancellation.flag());
        }
        Self { latest }
    }

    /// Says by what an action was stopped, if it was. The orchestrator knows better if it is the
    /// one who asked; otherwise this is all that is known.
    pub(super) fn explain(&self, error: StageError) -> StageError {
        let signal = i32::try_from(self.latest.load(Ordering::SeqCst)).ok();
        match signal.and_then(signal_name) {
            Some(name) if error.cancelled => {
                StageError::message(format!("was stopped by {name} before it was done")).with_help(
                    "run it again: it goes on from what it has saved; with `retries` of the node it does so at once",
                )
            }
            _ => error,
        }
    }
}
