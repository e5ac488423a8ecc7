//! A file outside the store in which actions say that they begin and end.

use std::io::Write;
use std::path::{Path, PathBuf};

use pipeline_engine::StageError;
use pipeline_store::Digest;

/// Appends to the file that a parameter names; does nothing if none is named.
pub(crate) struct Tally<'a> {
    file: Option<&'a Path>,
    action: String,
}

impl<'a> Tally<'a> {
    /// Writes that an action begins. The action is known by what goes into it.
    pub(crate) fn begin(
        file: Option<&'a PathBuf>,
        stage: &str,
        ingredients: &[Digest],
    ) -> Result<Self, StageError> {
        let text = format!("{stage}{ingredients:?}");
        let tally = Self {
            file: file.map(PathBuf::as_path),
            action: format!("{stage}-{}", Digest::of_bytes(text.as_bytes()).short()),
        };
        tally.say("begin")?;
        Ok(tally)
    }

    /// Writes that it is over.
    pub(crate) fn end(&self) -> Result<(), StageError> {
        self.say("end")
    }

    /// One line in one write, so that processes do not garble each other's.
    fn say(&self, word: &str) -> Result<(), StageError> {
        let Some(file) = self.file else { return Ok(()) };
        let line = format!("{word} {} {}\n", self.action, std::process::id());
        fs_err::OpenOptions::new()
            .create(true)
            .append(true)
            .open(file)
            .and_then(|mut file| file.write_all(line.as_bytes()))
            .map_err(StageError::new)
    }
}
