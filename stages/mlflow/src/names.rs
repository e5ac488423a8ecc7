//! Names of parameters, metrics and tags, as MLflow takes them.

use std::collections::{BTreeMap, BTreeSet};

/// Keys are not longer than this in MLflow.
const LONGEST: usize = 250;

/// The nearest key that MLflow takes: letters, digits, `_`, `-`, `.`, `:`, spaces and `/`, at most 250
/// of them, and a path that leads nowhere else. Everything else becomes `_`.
pub fn valid_key(name: &str) -> String {
    let allowed = |c: char| c.is_alphanumeric() || "_-.: ".contains(c);
    let part = |part: &str| {
        let part: String = part.chars().map(|c| if allowed(c) { c } else { '_' }).collect();
        match part.as_str() {
            "" | "." | ".." => part.replace('.', "_") + if part.is_empty() { "_" } else { "" },
            _ => part,
        }
    };
    let parts: Vec<String> = name.split('/').map(part).collect();
    let key: String = parts.join("/").chars().take(LONGEST).collect();
    // A cut behind a slash would leave a path that MLflow reads as another.
    key.strip_suffix('/').map_or(key.clone(), str::to_owned)
}

/// A key for every name, each another one.
///
/// In a folder store a key is a path, so no key may be the folder of another one: `loss` beside
/// `loss/total` becomes `loss.value`. Names that only differ in characters which MLflow does not take
/// get a number.
pub fn unique_keys<'a>(names: impl IntoIterator<Item = &'a str>) -> BTreeMap<&'a str, String> {
    let names: BTreeSet<&str> = names.into_iter().collect();
    let keys: Vec<(&str, String)> = names.into_iter().map(|name| (name, valid_key(name))).collect();
    let folders: BTreeSet<&str> =
        keys.iter().flat_map(|(_, key)| key.match_indices('/').map(|(at, _)| &key[..at])).collect();
    let mut taken: BTreeSet<String> = BTreeSet::new();
    let mut unique = BTreeMap::new();
    for (name, key) in &keys {
        let folder = folders.contains(key.as_str());
        let base = if folder { with_ending(key, ".value") } else { key.clone() };
        let mut found = base.clone();
        let mut number = 2;
        while taken.contains(&found) || folders.contains(found.as_str()) {
            found = with_ending(&base, &format!("_{number}"));
            number += 1;
        }
        taken.insert(found.clone());
        unique.insert(*name, found);
    }
    unique
}

/// A key with something behind it that is not too long.
fn with_ending(key: &str, ending: &str) -> String {
    let room = LONGEST - ending.chars().count();
    let kept: String = key.chars().take(room).collect();
    kept.trim_end_matches('/').to_owned() + ending
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn characters_that_mlflow_refuses_are_replaced() {
        assert_eq!(valid_key("validation/dice/left atrium"), "validation/dice/left atrium");
        assert_eq!(valid_key("a%b\n<c>"), "a_b__c_");
        assert_eq!(valid_key("dice/größe"), "dice/größe");
        assert_eq!(valid_key(""), "_");
        assert_eq!(valid_key("/a//b/"), "_/a/_/b/_");
        assert_eq!(valid_key("../.x/."), "__/.x/_");
        assert_eq!(valid_key(&"x".repeat(300)).len(), 250);
        assert_eq!(valid_key(&format!("{}/b", "x".repeat(249))).len(), 249);
    }

    #[test]
    fn no_key_is_another_ones_folder_and_none_is_given_twice() {
        let keys = unique_keys(["loss", "loss/total", "a%", "a$", "a_", "loss.value"]);
        let expected = [
            ("a$", "a_"),
            ("a%", "a__2"),
            ("a_", "a__3"),
            ("loss", "loss.value"),
            ("loss.value", "loss.value_2"),
            ("loss/total", "loss/total"),
        ];
        assert_eq!(keys, expected.map(|(name, key)| (name, key.to_owned())).into());
    }

    proptest! {
        #[test]
        fn keys_are_valid_unique_and_stay_in_their_folder(
            names in prop::collection::vec("[ab./%]{0,6}", 0..12),
        ) {
            let keys = unique_keys(names.iter().map(String::as_str));
            let all: BTreeSet<&String> = keys.values().collect();
            prop_assert_eq!(all.len(), keys.len());
            for key in &all {
                prop_assert_eq!(&valid_key(key), *key);
                for (at, _) in key.match_indices('/') {
                    prop_assert!(!all.iter().any(|other| other.as_str() == &key[..at]), "{}", key);
                }
            }
        }
    }
}
