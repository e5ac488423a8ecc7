//! One connection: what it may cost, and how long it may take.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpStream;

use crate::deadline::Deadline;
use crate::service::Service;

/// How many connections are open at most.
pub(crate) const MOST: usize = 64;
/// How long somebody may take to say what they want, also after an earlier answer.
pub(crate) const HEADERS_WITHIN: Duration = Duration::from_secs(5);
/// How long nobody may take what is sent.
const TAKEN_WITHIN: Duration = Duration::from_secs(30);
/// How long a request without its body may be, in bytes.
const LONGEST_REQUEST: usize = 16 * 1024;
const MOST_HEADERS: usize = 64;

/// One of the connections that may be open.
pub(crate) struct Seat(Arc<AtomicUsize>);

impl Seat {
    /// None if all are taken.
    pub(crate) fn take(taken: &Arc<AtomicUsize>) -> Option<Self> {
        let one_more = |taken: usize| (taken < MOST).then_some(taken + 1);
        taken.fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_more).ok()?;
        Some(Self(Arc::clone(taken)))
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Answers what comes over one connection.
pub(crate) async fn converse(service: Arc<Service>, stream: TcpStream, seat: Seat) {
    let _ = stream.set_nodelay(true);
    let stream = TokioIo::new(Deadline::new(stream, TAKEN_WITHIN));
    let answer = service_fn(move |request| Arc::clone(&service).answer(request));
    let ended = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADERS_WITHIN)
        .max_buf_size(LONGEST_REQUEST)
        .max_headers(MOST_HEADERS)
        .serve_connection(stream, answer)
        .await;
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection ended");
    }
    drop(seat);
}
