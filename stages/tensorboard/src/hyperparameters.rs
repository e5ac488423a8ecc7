//! The hyper-parameters of a session, for TensorBoard's HPARAMS page.

use crate::wire::Message;

/// The value of a hyper-parameter. TensorBoard sorts and filters numbers as numbers.
#[derive(Debug, Clone, PartialEq)]
pub enum HyperParameter {
    /// A number.
    Number(f64),
    /// Yes or no.
    Truth(bool),
    /// Anything else.
    Text(String),
}

/// What the plug-in calls the summary that begins a session.
pub(crate) const TAG: &str = "_hparams_/session_start_info";
/// The plug-in.
pub(crate) const PLUGIN: &str = "hparams";

/// The plug-in's data that say that a session begins: a map of names to values, and its start.
///
/// # Source
/// TensorBoard, `plugins/hparams/plugin_data.proto`: `HParamsPluginData.session_start_info` (3) with
/// `hparams` (1) and `start_time_secs` (5); values are `google.protobuf.Value`.
pub(crate) fn session_start(values: &[(String, HyperParameter)], started_seconds: f64) -> Message {
    let mut start = Message::default();
    for (name, value) in values {
        let value = match value {
            HyperParameter::Number(number) => Message::default().double(2, *number),
            HyperParameter::Text(text) => Message::default().text(3, text),
            HyperParameter::Truth(truth) => Message::default().whole(4, i64::from(*truth)),
        };
        start = start.message(1, &Message::default().text(1, name).message(2, &value));
    }
    Message::default().message(3, &start.double(5, started_seconds))
}
