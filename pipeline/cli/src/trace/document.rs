//! A JSON document that is whole at any moment.

use std::io::{Seek, SeekFrom, Write};
use std::path::Path;

use fs_err::File;
use serde_json::Value;

/// What ends the document; written over by the next event.
const END: &str = "\n]}\n";

/// `{"traceEvents": […]}` on disk. Each event is added together with the end of the document, so
/// that the file can be loaded even if the program is killed.
#[derive(Debug)]
pub(super) struct Document {
    file: File,
    /// Where the end of the document begins.
    end: u64,
    empty: bool,
}

impl Document {
    /// Makes the file, or empties it.
    pub(super) fn create(path: &Path) -> std::io::Result<Self> {
        if let Some(parent) = path.parent() {
            fs_err::create_dir_all(parent)?;
        }
        let mut file = File::create(path)?;
        let begin = "{\"displayTimeUnit\":\"ms\",\"traceEvents\":[";
        file.write_all(format!("{begin}{END}").as_bytes())?;
        Ok(Self { file, end: begin.len() as u64, empty: true })
    }

    /// Adds events.
    pub(super) fn add(&mut self, events: &[Value]) -> std::io::Result<()> {
        let mut text = String::new();
        for event in events {
            text.push_str(if self.empty { "\n" } else { ",\n" });
            text.push_str(&event.to_string());
            self.empty = false;
        }
        self.file.seek(SeekFrom::Start(self.end))?;
        self.file.write_all(format!("{text}{END}").as_bytes())?;
        self.end += text.len() as u64;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_file_can_be_parsed_after_every_event() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("deep/trace.json");
        let mut document = Document::create(&path).unwrap();
        let events = || -> Vec<Value> {
            let text = fs_err::read_to_string(&path).unwrap();
            let value: Value = serde_json::from_str(&text).unwrap();
            value["traceEvents"].as_array().unwrap().clone()
        };
        assert_eq!(events(), Vec::<Value>::new());
        for count in 1..4 {
            document.add(&[json!({"name": "ä"}), json!({"name": "b"})]).unwrap();
            assert_eq!(events().len(), 2 * count);
        }
    }
}
