//! How much has arrived, over all files.

use std::sync::atomic::{AtomicU64, Ordering};

use pipeline_engine::ActionContext;

const MIB: u64 = 1 << 20;

/// Adds up what arrives and says so once a MiB.
pub(crate) struct Tally<'a> {
    context: &'a ActionContext<'a>,
    received: AtomicU64,
    expected: AtomicU64,
}

impl<'a> Tally<'a> {
    pub(crate) fn new(context: &'a ActionContext<'a>) -> Self {
        Self { context, received: AtomicU64::new(0), expected: AtomicU64::new(0) }
    }

    /// So many more bytes are to come.
    pub(crate) fn expect(&self, bytes: u64) {
        self.expected.fetch_add(bytes, Ordering::Relaxed);
    }

    /// So many bytes that were expected did not come; they will be expected again.
    pub(crate) fn forget(&self, bytes: u64) {
        self.expected.fetch_sub(bytes, Ordering::Relaxed);
    }

    /// So many bytes of this file have arrived.
    pub(crate) fn add(&self, bytes: u64, name: &str) {
        let before = self.received.fetch_add(bytes, Ordering::Relaxed);
        if before / MIB != (before + bytes) / MIB {
            self.say(name);
        }
    }

    /// A file is there, wherever it came from.
    pub(crate) fn say(&self, name: &str) {
        let received = self.received.load(Ordering::Relaxed);
        let expected = self.expected.load(Ordering::Relaxed).max(received);
        self.context.progress(received / MIB, expected.div_ceil(MIB), format!("MiB, {name}"));
    }
}
