//! The folder that an archive is unpacked into, with what it may hold.

use std::io::{ErrorKind, Read, Write};
use std::path::Path;

use pipeline_engine::ActionContext;

use super::Limits;
use super::entry_path::below;
use crate::error::FetchError;

/// How often progress is said, in files.
const EVERY: u64 = 100;

/// Takes files of an archive.
pub(super) struct Target<'a> {
    folder: &'a Path,
    limits: &'a Limits,
    archive: &'a str,
    context: &'a ActionContext<'a>,
    bytes: u64,
    entries: u64,
    files: u64,
    buffer: Vec<u8>,
}

impl<'a> Target<'a> {
    pub(super) fn new(
        folder: &'a Path,
        limits: &'a Limits,
        archive: &'a str,
        context: &'a ActionContext<'a>,
    ) -> Self {
        let buffer = vec![0; 1 << 18];
        Self { folder, limits, archive, context, bytes: 0, entries: 0, files: 0, buffer }
    }

    /// Counts an entry of any kind.
    pub(super) fn entry(&mut self) -> Result<(), FetchError> {
        self.context.check_cancelled().map_err(|_| FetchError::Cancelled)?;
        self.entries += 1;
        if self.entries > self.limits.entries {
            let most = self.limits.entries;
            return Err(FetchError::Unpack(format!("it has more than {most} files")));
        }
        Ok(())
    }

    /// Checks the path of an entry that makes no file.
    pub(super) fn folder(&self, path: &Path) -> Result<(), FetchError> {
        below(path, self.limits.strip).map(drop).map_err(FetchError::Unpack)
    }

    /// Writes a file.
    pub(super) fn file(&mut self, path: &Path, mut from: impl Read) -> Result<(), FetchError> {
        let Some(relative) = below(path, self.limits.strip).map_err(FetchError::Unpack)? else {
            return Ok(());
        };
        let to = self.folder.join(&relative);
        if let Some(folder) = to.parent() {
            fs_err::create_dir_all(folder)?;
        }
        let mut file = match fs_err::OpenOptions::new().write(true).create_new(true).open(&to) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                let message = format!("`{}` would be written twice", relative.display());
                return Err(FetchError::Unpack(message));
            }
            opened => opened?,
        };
        loop {
            let count = match from.read(&mut self.buffer) {
                Ok(0) => break,
                Ok(count) => count,
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) => return Err(damaged(&relative, &error)),
            };
            self.bytes += count as u64;
            if self.bytes > self.limits.bytes {
                return Err(FetchError::Unpack(format!(
                    "it holds more than {} bytes; if that is meant, write `unpacked_mib`",
                    self.limits.bytes
                )));
            }
            file.write_all(&self.buffer[..count])?;
            self.context.check_cancelled().map_err(|_| FetchError::Cancelled)?;
        }
        self.files += 1;
        if self.files.is_multiple_of(EVERY) {
            self.context.progress(self.files, 0, format!("files unpacked from {}", self.archive));
        }
        Ok(())
    }

    /// Checks that there was something to unpack.
    pub(super) fn finish(self) -> Result<(), FetchError> {
        self.context.info(format!("{}: {} files unpacked", self.archive, self.files));
        if self.files > 0 {
            return Ok(());
        }
        Err(FetchError::Unpack(match self.limits.strip {
            0 => "it holds no file".to_owned(),
            strip => format!("no file is left without the first {strip} folders of its path"),
        }))
    }
}

fn damaged(path: &Path, error: &std::io::Error) -> FetchError {
    FetchError::Unpack(format!("`{}` cannot be read: {error}", path.display()))
}
