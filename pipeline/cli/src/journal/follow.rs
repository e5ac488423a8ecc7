//! Reading a journal while it grows.

use std::io::Read;
use std::path::Path;

use fs_err::File;

use super::entry::Line;

/// Reads the lines that were added since the last time.
#[derive(Debug)]
pub(crate) struct Follower {
    file: File,
    /// The beginning of a line whose end is not written yet.
    rest: Vec<u8>,
}

impl Follower {
    /// Begins at the first line.
    pub(crate) fn open(path: &Path) -> std::io::Result<Self> {
        Ok(Self { file: File::open(path)?, rest: Vec::new() })
    }

    /// The new whole lines. Damaged ones are passed over.
    pub(crate) fn read(&mut self) -> std::io::Result<Vec<Line>> {
        self.file.read_to_end(&mut self.rest)?;
        let Some(end) = self.rest.iter().rposition(|byte| *byte == b'\n') else {
            return Ok(Vec::new());
        };
        let rest = self.rest.split_off(end + 1);
        let whole = std::mem::replace(&mut self.rest, rest);
        Ok(String::from_utf8_lossy(&whole).lines().filter_map(Line::parse).collect())
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::super::Entry;
    use super::*;

    #[test]
    fn a_line_counts_once_it_is_whole() {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        let mut follower = Follower::open(file.path()).unwrap();
        let line = "{\"type\":\"run_finished\",\"at\":\"2026-01-31T10:00:00Z\",\"x\":\"ä\"}\n";
        let (head, tail) = line.as_bytes().split_at(line.len() - 4);
        file.write_all(head).unwrap();
        assert_eq!(follower.read().unwrap(), []);
        file.write_all(tail).unwrap();
        file.write_all(b"damaged\n{").unwrap();
        let lines = follower.read().unwrap();
        assert_eq!(lines.len(), 1);
        assert!(matches!(lines[0].entry, Entry::RunFinished { .. }));
        assert_eq!(follower.read().unwrap(), []);
    }
}
