//! A download that has begun, kept between attempts and runs.

use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

/// The bytes that have arrived of one file, and where they came from.
#[derive(Debug, Clone)]
pub(crate) struct Partial {
    bytes: PathBuf,
    note: PathBuf,
    complete: PathBuf,
}

/// Where the first bytes of a download came from.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Beginning {
    /// The address.
    pub(crate) url: String,
    /// What the server called this content.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) validator: Option<String>,
    /// The size of the whole file, if the server said it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) total: Option<u64>,
}

impl Partial {
    /// The download of this name in a folder, begun or not.
    pub(crate) fn new(folder: &Path, name: &str) -> Self {
        let path = |ending: &str| folder.join(format!("{name}.{ending}"));
        Self { bytes: path("part"), note: path("json"), complete: path("file") }
    }

    /// How many bytes have arrived.
    pub(crate) fn length(&self) -> u64 {
        fs_err::metadata(&self.bytes).map_or(0, |metadata| metadata.len())
    }

    /// Where they came from; a note that cannot be read is none.
    pub(crate) fn beginning(&self) -> Beginning {
        fs_err::read(&self.note)
            .ok()
            .and_then(|text| serde_json::from_slice(&text).ok())
            .unwrap_or_default()
    }

    /// Starts anew, forgetting what has arrived.
    pub(crate) fn begin(&self, beginning: &Beginning) -> io::Result<fs_err::File> {
        self.discard()?;
        let note = serde_json::to_vec(beginning).map_err(io::Error::other)?;
        fs_err::write(&self.note, note)?;
        fs_err::File::create(&self.bytes)
    }

    /// Goes on behind what has arrived.
    pub(crate) fn resume(&self) -> io::Result<fs_err::File> {
        fs_err::OpenOptions::new().append(true).open(&self.bytes)
    }

    /// Forgets what has arrived.
    pub(crate) fn discard(&self) -> io::Result<()> {
        for path in [&self.bytes, &self.note] {
            match fs_err::remove_file(path) {
                Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
        Ok(())
    }

    /// The bytes that have arrived.
    pub(crate) fn bytes(&self) -> &Path {
        &self.bytes
    }

    /// Where the file lies once it is complete and verified.
    pub(crate) fn complete(&self) -> &Path {
        &self.complete
    }

    /// Marks the file as complete and verified.
    pub(crate) fn finish(&self) -> io::Result<()> {
        fs_err::rename(&self.bytes, &self.complete)?;
        self.discard()
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn goes_on_where_it_stopped_and_starts_anew_when_told() {
        let dir = tempfile::tempdir().unwrap();
        let partial = Partial::new(dir.path(), "a");
        assert_eq!((partial.length(), partial.beginning()), (0, Beginning::default()));
        let beginning = Beginning { url: "u".into(), validator: Some("\"1\"".into()), total: None };
        partial.begin(&beginning).unwrap().write_all(b"abc").unwrap();
        partial.resume().unwrap().write_all(b"def").unwrap();
        let again = Partial::new(dir.path(), "a");
        assert_eq!((again.length(), again.beginning()), (6, beginning));
        again.begin(&Beginning::default()).unwrap();
        assert_eq!(partial.length(), 0);
        partial.finish().unwrap();
        assert!(partial.complete().is_file() && partial.resume().is_err());
    }

    #[test]
    fn a_damaged_note_counts_as_none() {
        let dir = tempfile::tempdir().unwrap();
        let partial = Partial::new(dir.path(), "a");
        partial.begin(&Beginning { url: "u".into(), ..Beginning::default() }).unwrap();
        fs_err::write(dir.path().join("a.json"), "{\"ur").unwrap();
        assert_eq!(partial.beginning(), Beginning::default());
    }
}
