//! Reading an event file back.

use std::path::Path;

use crate::EventError;
use crate::record::{Next, next};
use crate::wire::{Field, fields};

/// What the first record of a file says.
pub(crate) const VERSION: &str = "brain.Event:2";

/// What an event file holds.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Events {
    /// The summaries, in the order of the file.
    pub events: Vec<Event>,
    /// Whether the file ends in the middle of a record, as that of a killed program does.
    pub torn: bool,
}

/// One value of one quantity.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// Seconds since 1970.
    pub wall_seconds: f64,
    /// The step.
    pub step: i64,
    /// The quantity.
    pub tag: String,
    /// The value.
    pub value: EventValue,
}

/// A value of an event.
#[derive(Debug, Clone, PartialEq)]
pub enum EventValue {
    /// A number.
    Scalar(f32),
    /// Text.
    Text(String),
    /// Something of a plug-in, by the plug-in's name, or of a kind that is not known here.
    Other(String),
}

/// Reads an event file as far as it is whole.
///
/// # Errors
/// [`EventError::Damaged`] for a record with another checksum, or one that is no event.
pub fn read_events(path: &Path) -> Result<Events, EventError> {
    let bytes =
        fs_err::read(path).map_err(|source| EventError::Io { path: path.to_owned(), source })?;
    let mut read = Events::default();
    let mut rest = &bytes[..];
    loop {
        let offset = (bytes.len() - rest.len()) as u64;
        let damaged = |what| EventError::Damaged { path: path.to_owned(), offset, what };
        let payload = match next(rest) {
            Next::Record(payload, after) => {
                rest = after;
                payload
            }
            Next::End => return Ok(read),
            Next::Torn => return Ok(Events { torn: true, ..read }),
            Next::Damaged(what) => return Err(damaged(what)),
        };
        let events = events(payload).ok_or_else(|| damaged("a record is no event"))?;
        let version = (offset == 0).then_some(VERSION);
        if version.is_some_and(|version| !says(payload, version)) {
            return Err(damaged("the first record does not say `brain.Event:2`"));
        }
        read.events.extend(events);
    }
}

fn says(payload: &[u8], version: &str) -> bool {
    let fields = fields(payload).unwrap_or_default();
    fields.contains(&(3, Field::Bytes(version.as_bytes())))
}

/// The values of one event; none if it is not well formed.
fn events(payload: &[u8]) -> Option<Vec<Event>> {
    let (mut wall_seconds, mut step, mut values) = (0.0, 0, Vec::new());
    for (number, field) in fields(payload)? {
        match (number, field) {
            (1, Field::Fixed64(bytes)) => wall_seconds = f64::from_le_bytes(bytes),
            (2, Field::Varint(value)) => step = value as i64,
            (5, Field::Bytes(summary)) => {
                for (number, field) in fields(summary)? {
                    if let (1, Field::Bytes(bytes)) = (number, field) {
                        values.push(value(bytes)?);
                    }
                }
            }
            _ => {}
        }
    }
    let event = |(tag, value)| Event { wall_seconds, step, tag, value };
    Some(values.into_iter().map(event).collect())
}

fn value(bytes: &[u8]) -> Option<(String, EventValue)> {
    let (mut tag, mut scalar, mut text, mut plugin) = (String::new(), None, None, String::new());
    for (number, field) in fields(bytes)? {
        match (number, field) {
            (1, Field::Bytes(bytes)) => tag = string(bytes),
            (2, Field::Fixed32(bytes)) => scalar = Some(f32::from_le_bytes(bytes)),
            (8, Field::Bytes(tensor)) => text = bytes_at(tensor, 8)?.map(string),
            (9, Field::Bytes(metadata)) => {
                let data = bytes_at(metadata, 1)?.unwrap_or_default();
                plugin = bytes_at(data, 1)?.map(string).unwrap_or_default();
            }
            _ => {}
        }
    }
    let value = match (scalar, text) {
        (Some(number), _) => EventValue::Scalar(number),
        (None, Some(text)) if plugin == "text" => EventValue::Text(text),
        _ => EventValue::Other(plugin),
    };
    Some((tag, value))
}

/// The first field of bytes with this number in a well-formed message.
#[expect(
    clippy::option_option,
    reason = "a message that is not well formed is not an absent field"
)]
fn bytes_at(message: &[u8], wanted: u64) -> Option<Option<&[u8]>> {
    let found = fields(message)?.into_iter().find_map(|(number, field)| match field {
        Field::Bytes(bytes) if number == wanted => Some(bytes),
        _ => None,
    });
    Some(found)
}

fn string(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
