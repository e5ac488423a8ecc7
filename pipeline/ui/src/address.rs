//! Where the page can be reached.

use std::io::ErrorKind;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener};

/// Which loopback addresses to listen at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Binding {
    /// The port; 0 for any that is free.
    pub port: u16,
    /// Also at `[::1]`.
    pub ipv6: bool,
}

/// Why the page cannot be shown.
#[derive(Debug, thiserror::Error)]
pub enum UiError {
    /// Another program listens there.
    #[error("another program listens at port {port}")]
    PortInUse {
        /// The port.
        port: u16,
    },
    /// The operating system refused to listen there.
    #[error("cannot listen at {address}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// Why.
        source: std::io::Error,
    },
    /// There is no chance to be had.
    #[error("the system gives no random bytes for the secret of the page")]
    NoSecret,
    /// The server could not start.
    #[error("the server of the page cannot start")]
    Start(#[source] std::io::Error),
}

/// Listens at loopback addresses and nowhere else.
pub(crate) fn listen(binding: Binding) -> Result<Vec<TcpListener>, UiError> {
    let first = listen_at((Ipv4Addr::LOCALHOST, binding.port).into())?;
    let mut listeners = vec![first];
    if binding.ipv6 {
        listeners.push(listen_at((Ipv6Addr::LOCALHOST, port(&listeners)?).into())?);
    }
    Ok(listeners)
}

/// The port that was found.
pub(crate) fn port(listeners: &[TcpListener]) -> Result<u16, UiError> {
    let address = listeners.first().map(TcpListener::local_addr);
    address.map_or(Ok(0), |address| address.map(|address| address.port())).map_err(UiError::Start)
}

fn listen_at(address: SocketAddr) -> Result<TcpListener, UiError> {
    let listener = TcpListener::bind(address).map_err(|source| match source.kind() {
        ErrorKind::AddrInUse => UiError::PortInUse { port: address.port() },
        _ => UiError::Listen { address, source },
    })?;
    listener.set_nonblocking(true).map_err(UiError::Start)?;
    Ok(listener)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_can_connect_and_a_taken_port_is_named() {
        let listeners = listen(Binding { port: 0, ipv6: false }).unwrap();
        let taken = listeners[0].local_addr().unwrap();
        assert!(taken.ip().is_loopback());
        assert_eq!(port(&listeners).unwrap(), taken.port());
        let again = listen(Binding { port: taken.port(), ipv6: false }).unwrap_err();
        assert!(matches!(again, UiError::PortInUse { port } if port == taken.port()), "{again}");
    }
}
