//! What goes wrong with one file, as plain data.

use std::path::PathBuf;

use crate::WantedDigest;

/// Why a file cannot be had from one place, or not be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FetchError {
    /// The run is being stopped.
    #[error("stopped because the run was cancelled")]
    Cancelled,
    /// The server answered, and not with the file.
    #[error("the server answers {status}{}", meaning(*status))]
    Status { status: u16 },
    /// The connection could not be made or broke.
    #[error("{0}")]
    Connection(String),
    /// The transfer ended early.
    #[error("the connection ended after {received} of {total} bytes")]
    Short { received: u64, total: u64 },
    /// There is no such file on this machine.
    #[error("there is no such file")]
    Missing,
    /// Other bytes than wanted.
    #[error("the file has the digest {found}; {wanted} is wanted")]
    Digest { found: WantedDigest, wanted: WantedDigest },
    /// More bytes than allowed.
    #[error("the file has more than {limit} bytes, which `transfer.largest_mib` forbids")]
    TooLarge { limit: u64 },
    /// A file was written while it was being read.
    #[error("the file changed while it was being read")]
    Changed,
    /// A file on this machine cannot be read or written.
    #[error("{0}")]
    Io(#[from] std::io::Error),
    /// An archive cannot be unpacked.
    #[error("cannot unpack it: {0}")]
    Unpack(String),
    /// The certificates cannot be used.
    #[error("the certificates in {} cannot be read: {reason}", path.display())]
    Certificates { path: PathBuf, reason: String },
}

fn meaning(status: u16) -> &'static str {
    match status {
        401 | 403 => " (access is refused; it may need a login)",
        404 | 410 => " (there is no such file)",
        407 => " (the proxy wants a login)",
        429 => " (too many requests)",
        500..=599 => " (a failure of the server)",
        _ => "",
    }
}

/// Everything that was tried for one file.
#[derive(Debug)]
pub(crate) struct FileFailure {
    /// What the file is called.
    pub(crate) name: String,
    /// Each place with the reason.
    pub(crate) tried: Vec<String>,
}
