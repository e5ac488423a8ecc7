//! The server, from its first to its last moment.

use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use crate::address::{listen, port};
use crate::connection::{Seat, converse};
use crate::guard::Guard;
use crate::secret::Secret;
use crate::service::Service;
use crate::{Binding, Runs, UiError};

/// How often it asks whether it should end.
const PAUSE: Duration = Duration::from_millis(100);
/// How long those who listen have to hear that it ends.
const GOODBYE: Duration = Duration::from_millis(500);
/// How long to wait when the system has no room for another connection.
const NO_ROOM: Duration = Duration::from_millis(50);

/// A server that listens and does not answer yet.
pub struct Server {
    listeners: Vec<TcpListener>,
    port: u16,
    entry: Secret,
    page: Secret,
}

impl Server {
    /// Listens at loopback addresses, with new secrets.
    ///
    /// # Errors
    /// [`UiError`] if the port is taken or the system refuses.
    pub fn bind(binding: Binding) -> Result<Self, UiError> {
        let listeners = listen(binding)?;
        let port = port(&listeners)?;
        Ok(Self { listeners, port, entry: Secret::new()?, page: Secret::new()? })
    }

    /// The address for the user's browser. Whoever has it can see the runs and stop them.
    pub fn address(&self) -> String {
        format!("http://127.0.0.1:{}/?token={}", self.port, self.entry.text())
    }

    /// Answers until `ended` says so. `name` is what the program is called, `place` where the runs
    /// are, both for people.
    ///
    /// # Errors
    /// [`UiError::Start`] if the system gives no threads or watches no sockets.
    pub fn serve(
        self,
        runs: Arc<dyn Runs>,
        name: &str,
        place: &str,
        ended: &dyn Fn() -> bool,
    ) -> Result<(), UiError> {
        let closing = Arc::new(AtomicBool::new(false));
        let service = Arc::new(Service {
            guard: Guard { port: self.port, entry: self.entry, page: self.page },
            runs,
            closing: Arc::clone(&closing),
            name: name.to_owned(),
            place: place.to_owned(),
        });
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_io()
            .enable_time()
            .max_blocking_threads(4)
            .thread_name("page")
            .build()
            .map_err(UiError::Start)?;
        runtime.block_on(async {
            let taken = Arc::new(AtomicUsize::new(0));
            for listener in self.listeners {
                let listener =
                    tokio::net::TcpListener::from_std(listener).map_err(UiError::Start)?;
                tokio::spawn(accept(listener, Arc::clone(&service), Arc::clone(&taken)));
            }
            while !ended() {
                tokio::time::sleep(PAUSE).await;
            }
            closing.store(true, Ordering::Relaxed);
            tokio::time::sleep(GOODBYE).await;
            Ok(())
        })?;
        runtime.shutdown_timeout(GOODBYE);
        Ok(())
    }
}

async fn accept(listener: tokio::net::TcpListener, service: Arc<Service>, taken: Arc<AtomicUsize>) {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                // Without a seat it is closed at once; browsers try again.
                if let Some(seat) = Seat::take(&taken) {
                    tokio::spawn(converse(Arc::clone(&service), stream, seat));
                }
            }
            Err(error) => {
                tracing::debug!(%error, "no connection");
                tokio::time::sleep(NO_ROOM).await;
            }
        }
    }
}
