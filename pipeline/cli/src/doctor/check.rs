//! One thing that was looked at.

use serde::{Deserialize, Serialize};

/// How it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Verdict {
    /// As it should be.
    Ok,
    /// Something will be slow or missing.
    Warn,
    /// Runs will fail.
    Fail,
}

/// One thing that was looked at, what was found, and what to do about it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Check {
    /// What it belongs to.
    pub(crate) group: &'static str,
    /// What was looked at.
    pub(crate) name: String,
    /// What was found.
    pub(crate) value: String,
    /// How it is.
    pub(crate) state: Verdict,
    /// What to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) help: Option<String>,
}

impl Verdict {
    /// As a word.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warn => "warn",
            Self::Fail => "FAIL",
        }
    }
}

impl Check {
    /// Something that is as it should be.
    pub(crate) fn ok(group: &'static str, name: &str, value: impl Into<String>) -> Self {
        let (name, value) = (name.to_owned(), value.into());
        Self { group, name, value, state: Verdict::Ok, help: None }
    }

    /// Something that will be slow or missing.
    pub(crate) fn warn(
        group: &'static str,
        name: &str,
        value: impl Into<String>,
        help: impl Into<String>,
    ) -> Self {
        Self { state: Verdict::Warn, help: Some(help.into()), ..Self::ok(group, name, value) }
    }

    /// Something that makes runs fail.
    pub(crate) fn fail(
        group: &'static str,
        name: &str,
        value: impl Into<String>,
        help: impl Into<String>,
    ) -> Self {
        Self { state: Verdict::Fail, ..Self::warn(group, name, value, help) }
    }
}
