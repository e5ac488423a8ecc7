//! Why an action runs again, as data.

use std::collections::BTreeMap;
use std::fmt;

use pipeline_store::Digest;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::fingerprint::Fingerprint;

/// One reason why a node's result cannot be reused.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "reason", rename_all = "snake_case")]
pub enum DirtyReason {
    /// The user asked for it to run again.
    Forced,
    /// No run has completed it.
    NeverRun,
    /// It ran, but its result is gone or damaged.
    ResultLost {
        /// What is missing.
        what: String,
    },
    /// The node uses another stage than before.
    Stage {
        /// Before.
        old: String,
        /// Now.
        new: String,
    },
    /// The stage gives other output than before.
    Version {
        /// Before.
        old: u32,
        /// Now.
        new: u32,
    },
    /// A parameter differs.
    Param {
        /// Dotted path.
        path: String,
        /// Before; none if it was absent.
        old: Option<Value>,
        /// Now; none if it is absent.
        new: Option<Value>,
    },
    /// What an input port reads differs.
    Input {
        /// The port.
        port: String,
        /// Which of several gathered artifacts; empty otherwise.
        which: String,
        /// What happened to it.
        change: Change,
    },
    /// A file outside the store differs.
    Source {
        /// Its stable name.
        name: String,
        /// What happened to it.
        change: Change,
    },
}

/// What happened to a named thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// It was not there before.
    Added,
    /// It is not there any more.
    Removed,
    /// Its content differs.
    Changed {
        /// Before.
        old: Digest,
        /// Now.
        new: Digest,
    },
}

/// Every difference between two fingerprints of one node.
pub fn differences(old: &Fingerprint, new: &Fingerprint) -> Vec<DirtyReason> {
    let mut reasons = Vec::new();
    if old.stage != new.stage {
        reasons.push(DirtyReason::Stage { old: old.stage.clone(), new: new.stage.clone() });
        return reasons;
    }
    if old.version != new.version {
        reasons.push(DirtyReason::Version { old: old.version, new: new.version });
    }
    params("", Some(&old.params), Some(&new.params), &mut reasons);
    inputs(old, new, &mut reasons);
    for (name, change) in changes(&old.sources, &new.sources) {
        reasons.push(DirtyReason::Source { name, change });
    }
    reasons
}

fn params(path: &str, old: Option<&Value>, new: Option<&Value>, reasons: &mut Vec<DirtyReason>) {
    if old == new {
        return;
    }
    if let (Some(Value::Object(before)), Some(Value::Object(after))) = (old, new) {
        let mut names: Vec<_> = before.keys().chain(after.keys()).collect();
        names.sort();
        names.dedup();
        for name in names {
            params(&join(path, name), before.get(name), after.get(name), reasons);
        }
        return;
    }
    if let (Some(Value::Array(before)), Some(Value::Array(after))) = (old, new)
        && before.len() == after.len()
    {
        for (i, (before, after)) in before.iter().zip(after).enumerate() {
            params(&join(path, &i.to_string()), Some(before), Some(after), reasons);
        }
        return;
    }
    reasons.push(DirtyReason::Param {
        path: path.to_owned(),
        old: old.cloned(),
        new: new.cloned(),
    });
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

fn inputs(old: &Fingerprint, new: &Fingerprint, reasons: &mut Vec<DirtyReason>) {
    let by_place = |fingerprint: &Fingerprint| -> BTreeMap<(String, String), Digest> {
        fingerprint
            .inputs
            .iter()
            .flat_map(|(port, list)| {
                list.iter().map(|input| {
                    let which: Vec<_> = input
                        .coordinates
                        .iter()
                        .map(|(variable, label)| format!("{variable}={label}"))
                        .collect();
                    ((port.clone(), which.join(",")), input.artifact)
                })
            })
            .collect()
    };
    for ((port, which), change) in changes(&by_place(old), &by_place(new)) {
        reasons.push(DirtyReason::Input { port, which, change });
    }
}

fn changes<K: Ord + Clone>(
    old: &BTreeMap<K, Digest>,
    new: &BTreeMap<K, Digest>,
) -> Vec<(K, Change)> {
    let mut names: Vec<_> = old.keys().chain(new.keys()).collect();
    names.sort();
    names.dedup();
    names
        .into_iter()
        .filter_map(|name| {
            let change = match (old.get(name), new.get(name)) {
                (None, Some(_)) => Change::Added,
                (Some(_), None) => Change::Removed,
                (Some(old), Some(new)) if old != new => Change::Changed { old: *old, new: *new },
                _ => return None,
            };
            Some((name.clone(), change))
        })
        .collect()
}

impl fmt::Display for DirtyReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value = |value: &Option<Value>| {
            value.as_ref().map_or_else(|| "(absent)".to_owned(), Value::to_string)
        };
        match self {
            Self::Forced => f.write_str("was asked to run again"),
            Self::NeverRun => f.write_str("has never been completed"),
            Self::ResultLost { what } => write!(f, "its result is gone: {what}"),
            Self::Stage { old, new } => write!(f, "stage: {old} -> {new}"),
            Self::Version { old, new } => write!(f, "stage version: {old} -> {new}"),
            Self::Param { path, old, new } => {
                write!(f, "parameter {path}: {} -> {}", value(old), value(new))
            }
            Self::Input { port, which, change } if which.is_empty() => {
                write!(f, "input {port}: {change}")
            }
            Self::Input { port, which, change } => write!(f, "input {port}[{which}]: {change}"),
            Self::Source { name, change } => write!(f, "file {name}: {change}"),
        }
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Added => f.write_str("added"),
            Self::Removed => f.write_str("removed"),
            Self::Changed { old, new } => write!(f, "content {} -> {}", old.short(), new.short()),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::fingerprint::Ingredients;

    fn fingerprint(params: &Value, sources: &[(&str, &str)]) -> Fingerprint {
        let sources = sources
            .iter()
            .map(|(name, text)| ((*name).to_owned(), Digest::of_bytes(text.as_bytes())))
            .collect();
        let inputs = BTreeMap::new();
        let ingredients = Ingredients {
            stage: "train",
            version: 1,
            params,
            locations: &[],
            inputs: &inputs,
            sources: &sources,
        };
        Fingerprint::parse(&ingredients.canonical()).unwrap()
    }

    fn sentences(old: &Fingerprint, new: &Fingerprint) -> Vec<String> {
        differences(old, new).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn names_the_nested_parameter_with_both_values() {
        let old = fingerprint(&json!({"optimizer": {"lr": 0.1, "betas": [0.9, 0.99]}}), &[]);
        let new =
            fingerprint(&json!({"optimizer": {"lr": 0.2, "betas": [0.9, 0.98]}, "seed": 1}), &[]);
        assert_eq!(
            sentences(&old, &new),
            [
                "parameter optimizer.betas.1: 0.99 -> 0.98",
                "parameter optimizer.lr: 0.1 -> 0.2",
                "parameter seed: (absent) -> 1",
            ]
        );
    }

    #[test]
    fn names_files_added_removed_and_changed() {
        let old = fingerprint(&json!({}), &[("a", "1"), ("b", "2")]);
        let new = fingerprint(&json!({}), &[("b", "3"), ("c", "4")]);
        let sentences = sentences(&old, &new);
        assert_eq!(sentences[0], "file a: removed");
        assert!(sentences[1].starts_with("file b: content "), "{}", sentences[1]);
        assert_eq!(sentences[2], "file c: added");
    }

    #[test]
    fn equal_fingerprints_have_no_differences_and_equal_keys() {
        let one = fingerprint(&json!({"a": 1}), &[("a", "1")]);
        assert_eq!(differences(&one, &one.clone()), []);
    }
}
