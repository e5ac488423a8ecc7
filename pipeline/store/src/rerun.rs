//! Knowing that nothing has changed since a run that had nothing to do.
//!
//! Such a run has looked at a request and at files. The next run of the same request need not
//! repeat how it came to those files: if each of them still looks the same, it would come to the
//! same end. So a finished run leaves a list of all of them with their signatures, and what it
//! told. One that finds any difference, however small, ignores the list and looks for itself.

use std::collections::BTreeSet;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};

use rustix::fs::{AtFlags, CWD, Mode, OFlags, Stat, openat, statat};
use serde::{Deserialize, Serialize};

use crate::objects::write_beside;
use crate::sealed::{read_sealed, seal};
use crate::stat::FileSignature;
use crate::{ActionKey, Digest, Store};

/// What a run that had nothing to do leaves.
#[derive(Debug, Serialize, Deserialize)]
struct Rerun<'a> {
    /// What was asked for: arguments and the content of the experiment file.
    request: Digest,
    /// What the run told.
    told: &'a [u8],
    /// Everything that it came to look at.
    #[serde(borrow)]
    seen: Vec<Seen<'a>>,
}

/// A file, folder or nothing at a path.
#[derive(Debug, Serialize, Deserialize)]
struct Seen<'a> {
    /// Relative paths begin in the store.
    path: &'a str,
    /// None if there was nothing.
    signature: Option<FileSignature>,
}

/// More files than this are looked at by two threads.
const WORTH_A_THREAD: usize = 256;

impl Store {
    /// Leaves for the next run of this name that its request comes to nothing but these actions,
    /// and what it is to be told if nothing has changed: neither what proves the actions, nor the
    /// files and folders that were `read`, nor the files that were `written` by this process.
    /// Nothing is left if anything may have changed since this process began to look.
    pub fn remember_rerun(
        &self,
        name: &str,
        request: Digest,
        actions: &[ActionKey],
        read: &[PathBuf],
        written: &[PathBuf],
        told: &[u8],
    ) {
        let Ok(began) = self.session().and_then(super::workspace::Session::began_ns) else {
            return;
        };
        let Some(mut all) = self.files_of(actions) else { return };
        let whole = |path: &PathBuf| Some(path.to_str().filter(|_| path.is_absolute())?.to_owned());
        let Some(read) = read.iter().map(whole).collect::<Option<Vec<_>>>() else { return };
        let Some(own) = written.iter().map(whole).collect::<Option<BTreeSet<_>>>() else { return };
        all.extend(read);
        all.extend(own.iter().cloned());
        all.sort_unstable();
        all.dedup();
        let Some(root) = self.root_fd() else { return };
        let mut seen = Vec::with_capacity(all.len());
        for path in &all {
            let signature = signature(&root, path);
            // What we wrote was renamed into place: another content would be another file.
            let settled = signature.is_none_or(|signature| signature.is_settled(began));
            if !settled && !own.contains(path) {
                tracing::debug!(path, "changed too recently to be left out of the next run");
                return;
            }
            seen.push(Seen { path, signature });
        }
        let Ok(content) = postcard::to_allocvec(&Rerun { request, told, seen }) else { return };
        if let Err(error) = write_beside(&self.rerun_path(name), &seal(&content)) {
            tracing::debug!(%error, "the next run has to look at everything again");
        }
    }

    /// What the last run of this name told, if this is its request and nothing that it looked at
    /// has changed.
    pub fn recall_rerun(&self, name: &str, request: Digest) -> Option<Vec<u8>> {
        let path = self.rerun_path(name);
        if !path.exists() {
            return None;
        }
        let content = read_sealed(&path)?;
        let rerun: Rerun<'_> = postcard::from_bytes(&content).ok()?;
        if rerun.request != request {
            return None;
        }
        let root = self.root_fd()?;
        let same = |seen: &[Seen<'_>]| {
            seen.iter().all(|seen| {
                let same = signature(&root, seen.path) == seen.signature;
                if !same {
                    tracing::debug!(path = seen.path, "changed since the last run");
                }
                same
            })
        };
        let unchanged = if rerun.seen.len() < WORTH_A_THREAD {
            same(&rerun.seen)
        } else {
            let (first, second) = rerun.seen.split_at(rerun.seen.len() / 2);
            std::thread::scope(|scope| {
                let first = scope.spawn(|| same(first));
                // Both, so that the thread is not waited for in vain.
                same(second) & first.join().unwrap_or(false)
            })
        };
        unchanged.then(|| rerun.told.to_vec())
    }

    /// The records and objects that prove actions, by paths from the store's folder.
    fn files_of(&self, actions: &[ActionKey]) -> Option<Vec<String>> {
        let relative = |path: &Path| {
            let path = path.strip_prefix(self.root()).ok()?;
            path.to_str().map(str::to_owned)
        };
        let mut files = Vec::new();
        for key in actions {
            files.push(relative(&self.record_path(*key))?);
            files.extend(self.proofs(*key)?.iter().filter_map(|path| relative(path)));
        }
        Some(files)
    }

    fn rerun_path(&self, name: &str) -> PathBuf {
        let name = Digest::of_bytes(name.as_bytes()).to_string();
        self.root().join("reruns").join(&name[..32])
    }

    fn root_fd(&self) -> Option<OwnedFd> {
        let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
        openat(CWD, self.root(), flags, Mode::empty()).ok()
    }
}

fn signature(root: &OwnedFd, path: &str) -> Option<FileSignature> {
    statat(root, path, AtFlags::empty()).ok().map(|stat| from_stat(&stat))
}

fn from_stat(stat: &Stat) -> FileSignature {
    let ns = |seconds: i64, ns: i64| seconds.saturating_mul(1_000_000_000).saturating_add(ns);
    FileSignature {
        device: stat.st_dev,
        inode: stat.st_ino,
        size: u64::try_from(stat.st_size).unwrap_or(0),
        modified_ns: ns(stat.st_mtime, stat.st_mtime_nsec as i64),
        changed_ns: ns(stat.st_ctime, stat.st_ctime_nsec as i64),
    }
}
