//! What an action is known by and what it left behind.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::{Digest, ParseDigestError};

/// The key of an action: the digest of everything that can change its result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ActionKey(pub Digest);

impl fmt::Display for ActionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for ActionKey {
    type Err = ParseDigestError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self)
    }
}

/// The result of an action that succeeded. It is the proof that the action is done: it is written
/// last, whole or not at all.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ActionRecord {
    /// The action.
    pub key: ActionKey,
    /// Everything the key was computed from, as JSON.
    pub fingerprint: serde_json::Value,
    /// The artifact on every output port.
    pub outputs: BTreeMap<String, Digest>,
    /// Where and how it ran; recorded, never hashed.
    pub provenance: Provenance,
}

/// What the rest of a run needs of a record.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ActionResult {
    /// The action.
    pub key: ActionKey,
    /// The artifact on every output port.
    pub outputs: BTreeMap<String, Digest>,
    /// Where and how it ran.
    pub provenance: Provenance,
}

impl From<ActionRecord> for ActionResult {
    fn from(record: ActionRecord) -> Self {
        Self { key: record.key, outputs: record.outputs, provenance: record.provenance }
    }
}

/// Where and how an action ran.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Provenance {
    /// The node it first ran for.
    pub node: String,
    /// Seconds it took.
    pub seconds: f64,
    /// Facts such as device, libtorch version, threads, host.
    pub environment: BTreeMap<String, String>,
    /// Warnings it gave; shown again on cached runs.
    pub warnings: Vec<String>,
    /// The object that holds its whole log.
    pub log: Option<Digest>,
}
