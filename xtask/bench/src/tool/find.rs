//! Which tools this machine has.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::contract::{Seat, Tool};
use super::{doit::Doit, dvc::Dvc, make::Make, ninja::Ninja, redun::Redun, snakemake::Snakemake};
use crate::arguments::PeerName;
use crate::measure::{Invocation, step};
use crate::version::version_in;

/// A tool that is there and says its version.
pub(crate) struct Found {
    /// The tool.
    pub(crate) tool: Box<dyn Tool>,
    /// Its version.
    pub(crate) version: String,
}

/// A tool that was asked for and cannot be measured.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Absent {
    /// The tool.
    pub(crate) name: String,
    /// Why not.
    pub(crate) reason: String,
}

/// Looks for a peer on `PATH`, then in the folder of the installed ones. Without the peer
/// `PeerName::None` there is nothing to look for.
pub(crate) fn find(
    peer: PeerName,
    path: &OsStr,
    installed: &Path,
    seat: impl Fn(PathBuf) -> Seat,
) -> Option<Result<Found, Absent>> {
    let name = match peer {
        PeerName::None => return None,
        PeerName::Make => "make",
        PeerName::Ninja => "ninja",
        PeerName::N2 => "n2",
        PeerName::Doit => "doit",
        PeerName::Snakemake => "snakemake",
        PeerName::Dvc => "dvc",
        PeerName::Redun => "redun",
    };
    let absent = |reason: String| Absent { name: name.into(), reason };
    let folders = std::env::split_paths(path).chain([installed.join("bin")]);
    let Some(program) = folders.map(|folder| folder.join(name)).find(|path| path.is_file()) else {
        return Some(Err(absent("not installed".into())));
    };
    let asked = Invocation::new(&program, ["--version"], Path::new("/"));
    let version = match step("--version", &asked) {
        Ok(output) => version_in(&output).unwrap_or_else(|| "unknown".into()),
        Err(error) => return Some(Err(absent(error.to_string()))),
    };
    let seat = seat(program);
    let tool: Box<dyn Tool> = match peer {
        PeerName::None => return None,
        PeerName::Make => Box::new(Make(seat)),
        PeerName::Ninja | PeerName::N2 => Box::new(Ninja { name, seat }),
        PeerName::Doit => Box::new(Doit(seat)),
        PeerName::Snakemake => Box::new(Snakemake(seat)),
        PeerName::Dvc => Box::new(Dvc(seat)),
        PeerName::Redun => Box::new(Redun(seat)),
    };
    Some(Ok(Found { tool, version }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_which_peer_is_not_installed() {
        let empty = tempfile::tempdir().unwrap();
        let seat = |program| Seat { program, cpus: 1, caches: PathBuf::new() };
        let found = |peer| find(peer, OsStr::new(""), empty.path(), seat);
        assert!(found(PeerName::None).is_none());
        let absent = found(PeerName::Dvc).unwrap().err().unwrap();
        assert_eq!(absent, Absent { name: "dvc".into(), reason: "not installed".into() });
    }
}
