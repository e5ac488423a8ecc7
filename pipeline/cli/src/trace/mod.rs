//! `--trace-file`: when each action of a run ran, for <https://ui.perfetto.dev> or
//! `chrome://tracing`.

mod document;
mod lanes;
#[cfg(test)]
mod tests;
mod timeline;

pub(crate) use timeline::Trace;
