//! File systems that are mounted for a test, where a test may.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// How often a folder that is being written to is tried to be made read-only.
const TRIES: usize = 50;

/// A file system; unmounted when dropped.
pub(crate) struct Mount {
    at: PathBuf,
    kind: Kind,
}

/// How a folder was changed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Something is mounted over it.
    Mounted,
    /// Nobody may write into it and the folders below.
    Forbidden,
}

impl Mount {
    /// A file system in memory.
    pub(crate) fn memory(at: &Path, options: &str) -> Option<Self> {
        let at = folder(at);
        mount(&["-t", "tmpfs", "-o", options, "faults", &text(&at)])
            .then_some(Self { at, kind: Kind::Mounted })
    }

    /// The file system in an image.
    pub(crate) fn image(image: &Path, at: &Path) -> Option<Self> {
        let at = folder(at);
        mount(&["-o", "loop", &text(image), &text(&at)]).then_some(Self { at, kind: Kind::Mounted })
    }

    /// The same folder once more, over itself and read-only; where that is not allowed, permissions
    /// do it, unless they mean nothing to us. What is open stays open.
    pub(crate) fn read_only(at: &Path) -> Option<Self> {
        let at = folder(at);
        for _ in 0..TRIES {
            if mount(&["-o", "bind,ro", &text(&at), &text(&at)]) {
                return Some(Self { at, kind: Kind::Mounted });
            }
            // Somebody opened a file for writing between the mounting and its becoming read-only.
            if !run("umount", &["-l", &text(&at)]) {
                break;
            }
        }
        let forbidden = Self { at, kind: Kind::Forbidden };
        permit(&forbidden.at, "a-w");
        tempfile::tempfile_in(&forbidden.at).is_err().then_some(forbidden)
    }

    /// How the system says that nothing can be written into a folder that is [`Self::read_only`].
    pub(crate) fn refusal(&self) -> &'static str {
        match self.kind {
            Kind::Mounted => "Read-only file system",
            Kind::Forbidden => "Permission denied",
        }
    }
}

impl Drop for Mount {
    fn drop(&mut self) {
        if self.kind == Kind::Forbidden {
            return permit(&self.at, "u+w");
        }
        // Nothing may use it any more; if something does, it goes away when that ends.
        if !run("umount", &[&text(&self.at)]) {
            run("umount", &["-l", &text(&self.at)]);
        }
    }
}

/// Says why a test ends without a verdict.
pub(crate) fn skip(what: &str) {
    eprintln!("skipped: {what} needs the right to mount file systems (root)");
}

fn mount(arguments: &[&str]) -> bool {
    run("mount", arguments)
}

/// Runs a program without a word; whether it ended well.
pub(crate) fn run(program: &str, arguments: &[&str]) -> bool {
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

/// Changes who may write into a folder and all folders below.
fn permit(folder: &Path, mode: &str) {
    run("find", &[&text(folder), "-type", "d", "-exec", "chmod", mode, "{}", ";"]);
}

fn folder(path: &Path) -> PathBuf {
    fs_err::create_dir_all(path).unwrap();
    path.to_owned()
}

pub(crate) fn text(path: &Path) -> String {
    path.display().to_string()
}
