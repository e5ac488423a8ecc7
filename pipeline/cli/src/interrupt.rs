//! Ctrl-C, and whatever else asks the program to stop.

use std::io::Read;
use std::os::unix::net::UnixStream;

use pipeline_engine::Cancellation;
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM, SIGUSR1, SIGUSR2};
use signal_hook::low_level::pipe;

use crate::console::Console;

/// The status that shells give to a program ended by Ctrl-C.
const INTERRUPTED: i32 = 130;

/// What programs send: a system that shuts down, a terminal that is closed, a scheduler that wants
/// the machine back. Some send it more than once.
const FROM_PROGRAMS: [i32; 4] = [SIGTERM, SIGHUP, SIGUSR1, SIGUSR2];

/// From now on the first Ctrl-C (or `SIGTERM`, `SIGHUP`, `SIGUSR1`, `SIGUSR2`) asks everything to
/// stop, and says so with `notice`. Another Ctrl-C ends the process at once: workers notice that it
/// is gone and end too. Finished actions are kept either way.
pub(crate) fn watch(console: &Console, cancellation: &Cancellation, notice: String) {
    let stop = {
        let (console, cancellation) = (console.clone(), cancellation.clone());
        move || {
            if !cancellation.is_cancelled() {
                cancellation.cancel();
                console.note(&notice);
            }
        }
    };
    let cancellation = cancellation.clone();
    let stop_first = stop.clone();
    let stop_or_leave = move || {
        if cancellation.is_cancelled() {
            leave();
        }
        stop_first();
    };
    let heard = on_signals(&[SIGINT], stop_or_leave).and(on_signals(&FROM_PROGRAMS, stop));
    if let Err(error) = heard {
        tracing::debug!(%error, "no handler for Ctrl-C");
    }
}

/// Calls something, in a thread of its own, each time one of the signals comes.
fn on_signals(signals: &[i32], act: impl Fn() + Send + 'static) -> std::io::Result<()> {
    let (mut heard, said) = UnixStream::pair()?;
    for signal in signals {
        pipe::register(*signal, said.try_clone()?)?;
    }
    let listen = move || {
        // One byte a signal. The other end stays open as long as the process lives.
        while heard.read_exact(&mut [0]).is_ok() {
            act();
        }
    };
    std::thread::Builder::new().name("signals".to_owned()).spawn(listen).map(drop)
}

#[expect(clippy::exit, reason = "a second Ctrl-C means now; the store survives that at any moment")]
fn leave() -> ! {
    std::process::exit(INTERRUPTED)
}
