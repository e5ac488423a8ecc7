//! Writing an event file.

use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use fs_err::{File, OpenOptions};

use crate::hyperparameters::{self, HyperParameter};
use crate::record::framed;
use crate::wire::Message;
use crate::{EventError, read};

/// An event file that is being written. What is written depends on the calls only: no clock, no host.
///
/// Times are seconds since 1970. TensorBoard shows them on its "relative" and "wall" axes only.
pub struct EventFile {
    path: PathBuf,
    file: BufWriter<File>,
}

impl EventFile {
    /// The name of a file that holds a whole log. TensorBoard knows event files by the first part; it
    /// usually goes on with a time and a host, which would make two equal logs differ.
    pub const NAME: &'static str = "events.out.tfevents.0000000000.orchestrate";

    /// Begins a new file.
    ///
    /// # Errors
    /// If the file is there already: after a torn record readers would not see what is appended.
    pub fn create(path: &Path, wall_seconds: f64) -> Result<Self, EventError> {
        let file = OpenOptions::new().write(true).create_new(true).open(path);
        let file = file.map_err(|source| EventError::Io { path: path.to_owned(), source })?;
        let mut events = Self { path: path.to_owned(), file: BufWriter::new(file) };
        events.record(&Message::default().double(1, wall_seconds).text(3, read::VERSION))?;
        Ok(events)
    }

    /// Adds one value of each of several quantities.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn scalars<'a>(
        &mut self,
        step: i64,
        wall_seconds: f64,
        values: impl IntoIterator<Item = (&'a str, f32)>,
    ) -> Result<(), EventError> {
        let value = |(tag, value)| Message::default().text(1, tag).float(2, value);
        let values = values.into_iter().map(value);
        let summary = values.fold(Message::default(), |summary, value| summary.message(1, &value));
        self.summary(step, wall_seconds, &summary)
    }

    /// Adds a text, which TensorBoard shows as Markdown.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn text(
        &mut self,
        tag: &str,
        step: i64,
        wall_seconds: f64,
        text: &str,
    ) -> Result<(), EventError> {
        // A tensor of strings (type 7) of shape [1].
        let shape = Message::default().message(2, &Message::default().whole(1, 1));
        let tensor = Message::default().whole(1, 7).message(2, &shape).text(8, text);
        let value = Message::default().text(1, tag).message(8, &tensor);
        let value = value.message(9, &plugin("text", &Message::default()));
        self.summary(step, wall_seconds, &Message::default().message(1, &value))
    }

    /// Adds the hyper-parameters of everything in this folder, once.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn hyper_parameters(
        &mut self,
        wall_seconds: f64,
        values: &[(String, HyperParameter)],
    ) -> Result<(), EventError> {
        let session = hyperparameters::session_start(values, wall_seconds);
        // The plug-in reads the metadata only, but finds them at a tensor: of floats, of shape [0].
        let shape = Message::default().message(2, &Message::default());
        let tensor = Message::default().whole(1, 1).message(2, &shape);
        let value = Message::default().text(1, hyperparameters::TAG).message(8, &tensor);
        let value = value.message(9, &plugin(hyperparameters::PLUGIN, &session));
        self.summary(0, wall_seconds, &Message::default().message(1, &value))
    }

    /// Completes the file.
    ///
    /// # Errors
    /// If the last bytes cannot be written.
    pub fn finish(mut self) -> Result<(), EventError> {
        self.file.flush().map_err(|source| EventError::Io { path: self.path, source })
    }

    fn summary(&mut self, step: i64, wall: f64, summary: &Message) -> Result<(), EventError> {
        self.record(&Message::default().double(1, wall).whole(2, step).message(5, summary))
    }

    fn record(&mut self, event: &Message) -> Result<(), EventError> {
        self.file
            .write_all(&framed(event.encoded()))
            .map_err(|source| EventError::Io { path: self.path.clone(), source })
    }
}

/// The metadata that say which part of TensorBoard a summary is for.
fn plugin(name: &str, content: &Message) -> Message {
    let data = Message::default().text(1, name).message(2, content);
    Message::default().message(1, &data)
}
