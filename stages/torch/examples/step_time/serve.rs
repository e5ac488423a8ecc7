//! The real training loop, held back before every step until it is asked for.

use std::io::{BufRead, Write};
use std::sync::Mutex;

use pipeline_engine::{Cancellation, StageEvent};
use serde_json::json;

use crate::Options;
use crate::training::{params, run, with};

/// Steps before the first one that counts: memory is allocated and kernels are chosen in them.
const WARM_UP: u64 = 2;
/// More than anybody will wait for, and few enough for the loop to report each.
const STEPS: u64 = 1000;

/// Trains; after the warm-up says `ready`, then takes a step for every line and says how many steps
/// were taken since the last word. Ends with its standard input.
pub(crate) fn serve(options: &Options) {
    let params = params(&options.method, options.crop, options.precision.as_deref());
    let params = with(params, &json!({"iterations_per_epoch": STEPS}));
    let cancellation = Cancellation::new();
    let told = Mutex::new(0);
    let sink = |event: StageEvent| {
        let StageEvent::Progress { done, .. } = event else { return };
        let mut told = told.lock().unwrap();
        if done < WARM_UP {
            return;
        }
        let word = if *told == 0 { "ready".to_owned() } else { format!("done {}", done - *told) };
        *told = done;
        let mut line = String::new();
        let said = writeln!(std::io::stdout(), "{word}").and_then(|()| std::io::stdout().flush());
        let asked = said.and_then(|()| std::io::stdin().lock().read_line(&mut line));
        if !matches!(asked, Ok(1..)) {
            cancellation.cancel();
        }
    };
    let output = options.folder.join(format!("serve-{}", std::process::id()));
    let ended = run(&options.folder, &output, &params, options.device, (&cancellation, &sink));
    fs_err::remove_dir_all(output).unwrap();
    assert!(ended.is_err(), "it trained to the end instead of being told to stop");
}
