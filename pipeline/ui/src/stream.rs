//! What happens, as server-sent events.
//!
//! Nothing is queued for anybody: whoever listens is told, a few times a second, what changed since
//! what they were told last. A slow reader is told less often, and one that comes back says where it
//! was.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use serde::Serialize;
use tokio::sync::mpsc::Sender;

use crate::{RunName, Runs};

/// How often one listener is told.
const PAUSE: Duration = Duration::from_millis(250);
/// After so much silence a word is sent, so that both sides notice when the other one is gone.
const SILENCE: Duration = Duration::from_secs(10);

/// What a listener wants to know beside the list of runs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Wanted {
    /// One run.
    pub(crate) run: Option<RunName>,
    /// What a node of it says.
    pub(crate) node: Option<String>,
}

/// What a listener knows already.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Position {
    pub(crate) list: Option<u64>,
    pub(crate) run: Option<u64>,
    pub(crate) log: Option<u64>,
}

impl Position {
    /// Reads `7.-.3`; what cannot be read is not known.
    pub(crate) fn read(text: &str) -> Self {
        let mut parts = text.split('.').map(|part| part.parse().ok());
        let mut next = || parts.next().flatten();
        Self { list: next(), run: next(), log: next() }
    }

    fn text(self) -> String {
        let part = |known: Option<u64>| known.map_or("-".to_owned(), |known| known.to_string());
        format!("{}.{}.{}", part(self.list), part(self.run), part(self.log))
    }
}

/// Tells one listener, until it is gone or the server closes.
pub(crate) async fn tell(
    runs: Arc<dyn Runs>,
    wanted: Wanted,
    since: Position,
    closing: Arc<AtomicBool>,
    to: Sender<Bytes>,
) {
    let mut known = since;
    let mut told = Instant::now();
    // So that the page knows at once that it is heard, and what time it is here.
    let mut hello = String::from("retry: 1000\n");
    event(&mut hello, known, "clock", &runs.now());
    if to.send(hello.into()).await.is_err() {
        return;
    }
    while !to.is_closed() {
        if closing.load(Ordering::Relaxed) {
            let _ = to.send(Bytes::from_static(b"event: end\ndata: {}\n\n")).await;
            return;
        }
        let (source, asked) = (Arc::clone(&runs), wanted.clone());
        let changes = tokio::task::spawn_blocking(move || changes(&*source, &asked, known)).await;
        let Ok((mut text, next)) = changes else { return };
        known = next;
        if text.is_empty() && told.elapsed() > SILENCE {
            event(&mut text, known, "clock", &runs.now());
        }
        if !text.is_empty() {
            told = Instant::now();
            if to.send(text.into()).await.is_err() {
                return;
            }
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// What changed, and what is known then.
fn changes(runs: &dyn Runs, wanted: &Wanted, known: Position) -> (String, Position) {
    let mut text = String::new();
    let mut next = known;
    if let Some(change) = runs.list(known.list) {
        next.list = Some(change.revision);
        event(&mut text, next, "list", &change);
    }
    let Some(run) = &wanted.run else { return (text, next) };
    if let Some(change) = runs.run(run, known.run) {
        next.run = Some(change.revision);
        event(&mut text, next, "run", &change);
    } else if known.run != Some(0) && !runs.knows(run) {
        next.run = Some(0);
        event(&mut text, next, "missing", run);
    }
    if let Some(node) = &wanted.node
        && let Some(change) = runs.log(run, node, known.log)
    {
        next.log = Some(change.position);
        if change.whole || !change.lines.is_empty() {
            event(&mut text, next, "log", &change);
        }
    }
    (text, next)
}

fn event(text: &mut String, known: Position, kind: &str, data: &impl Serialize) {
    // JSON has no line breaks of its own.
    let data = serde_json::to_string(data).unwrap_or_else(|_| "null".to_owned());
    let known = known.text();
    text.extend(["id: ", &known, "\nevent: ", kind, "\ndata: ", &data, "\n\n"]);
}
