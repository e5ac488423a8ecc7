//! Where the bytes of an image file come from.

use std::collections::BTreeMap;
use std::io::{self, Cursor, Read, Seek};
use std::path::{Path, PathBuf};

use crate::ImagingError;

/// A file that can be read from any place.
pub trait ReadSeek: Read + Seek {}
impl<T: Read + Seek> ReadSeek for T {}

/// An open file and its length.
pub struct OpenFile<'a> {
    /// The bytes.
    pub reader: Box<dyn ReadSeek + 'a>,
    /// How many there are.
    pub length: u64,
}

/// Something that image files are read from: exactly the path that is asked for, never another.
pub trait ImageFiles {
    /// Opens a file.
    ///
    /// # Errors
    /// [`ImagingError::Io`] if it cannot be opened, [`ImagingError::NotAFile`] if it is something
    /// that only looks like a file.
    fn open(&self, path: &Path) -> Result<OpenFile<'_>, ImagingError>;
}

/// The file system.
#[derive(Debug, Clone, Copy, Default)]
pub struct Disk;

impl ImageFiles for Disk {
    fn open(&self, path: &Path) -> Result<OpenFile<'_>, ImagingError> {
        let refused = |source| ImagingError::Io { path: path.to_path_buf(), source };
        // Before opening: to open a pipe without a writer would wait for one.
        let kind = fs_err::metadata(path).map_err(refused)?.file_type();
        if !kind.is_file() {
            return Err(ImagingError::NotAFile { path: path.to_path_buf(), found: name_of(kind) });
        }
        let file = fs_err::File::open(path).map_err(refused)?;
        let length = file.metadata().map_err(refused)?.len();
        Ok(OpenFile { reader: Box::new(file), length })
    }
}

#[cfg(unix)]
fn name_of(kind: std::fs::FileType) -> &'static str {
    use std::os::unix::fs::FileTypeExt as _;
    match () {
        () if kind.is_dir() => "a folder",
        () if kind.is_fifo() => "a pipe",
        () if kind.is_socket() => "a socket",
        () if kind.is_char_device() || kind.is_block_device() => "a device",
        () => "not a regular file",
    }
}

#[cfg(not(unix))]
fn name_of(kind: std::fs::FileType) -> &'static str {
    if kind.is_dir() { "a folder" } else { "not a regular file" }
}

/// Files held in memory, by path: archives, tests and fuzzing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MemoryFiles(pub BTreeMap<PathBuf, Vec<u8>>);

impl ImageFiles for MemoryFiles {
    fn open(&self, path: &Path) -> Result<OpenFile<'_>, ImagingError> {
        let bytes = self.0.get(path).ok_or_else(|| ImagingError::Io {
            path: path.to_path_buf(),
            source: io::Error::from(io::ErrorKind::NotFound),
        })?;
        let length = bytes.len() as u64;
        Ok(OpenFile { reader: Box::new(Cursor::new(bytes.as_slice())), length })
    }
}
