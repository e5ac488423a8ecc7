//! Names of folders and files from names of nodes and scans.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use pipeline_engine::NodeReport;

/// A file system's name is not longer than 255 bytes; this leaves room for endings.
const LONGEST: usize = 200;

/// The name of a node's template: what stands before the variant.
pub(super) fn template(node: &NodeReport) -> &str {
    let id = node.node.as_str();
    id.split_once('[').map_or(id, |(template, _)| template)
}

/// A name that is one folder or file everywhere: letters, digits and `-_.=+,` stay, everything else
/// becomes `_`; it neither begins with a dot nor is empty.
pub(super) fn safe_name(name: &str) -> String {
    let allowed = |c: char| c.is_alphanumeric() || "-_.=+,".contains(c);
    let mut safe = String::new();
    for c in name.chars().map(|c| if allowed(c) { c } else { '_' }) {
        if safe.len() + c.len_utf8() > LONGEST {
            break;
        }
        safe.push(c);
    }
    if safe.is_empty() || safe.starts_with('.') {
        safe.insert(0, '_');
    }
    safe
}

/// A safe name for every one of these, each another one, also where the file system takes capital and
/// small letters for the same.
pub(super) fn safe_names<'a>(
    names: impl IntoIterator<Item = &'a str>,
) -> BTreeMap<&'a str, String> {
    let mut taken = BTreeSet::new();
    let mut safe = BTreeMap::new();
    for name in names.into_iter().collect::<BTreeSet<_>>() {
        safe.insert(name, free(&safe_name(name), &mut taken));
    }
    safe
}

/// The folders of nodes below one folder: a part for each matrix variable, `ours/seed=8`, where a
/// number is named by its variable; before it the template, if there are several.
pub(super) fn folders(nodes: &[&NodeReport]) -> Vec<PathBuf> {
    let templates: BTreeSet<&str> = nodes.iter().map(|node| template(node)).collect();
    let mut taken = BTreeSet::new();
    let folder = |node: &&NodeReport| {
        let mut parts = Vec::new();
        if templates.len() > 1 || node.coordinates.is_empty() {
            parts.push(safe_name(template(node)));
        }
        parts.extend(node.coordinates.iter().map(|(name, label)| safe_name(&part(name, label))));
        PathBuf::from(free(&parts.join("/"), &mut taken))
    };
    nodes.iter().map(folder).collect()
}

/// What people call a variant: `ours, seed=8`; its template, if there is only one variant.
pub(super) fn title(node: &NodeReport) -> String {
    let parts = node.coordinates.iter().map(|(name, label)| part(name, label));
    let parts: Vec<String> = parts.collect();
    if parts.is_empty() { template(node).to_owned() } else { parts.join(", ") }
}

fn part(name: &str, label: &str) -> String {
    if label.parse::<f64>().is_ok() || ["true", "false"].contains(&label) {
        format!("{name}={label}")
    } else {
        label.to_owned()
    }
}

fn free(name: &str, taken: &mut BTreeSet<String>) -> String {
    let mut found = name.to_owned();
    let mut number = 2;
    while !taken.insert(found.to_lowercase()) {
        found = format!("{name}-{number}");
        number += 1;
    }
    found
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn node(id: &str, coordinates: &[(&str, &str)]) -> NodeReport {
        let coordinates: BTreeMap<_, _> = coordinates.iter().copied().collect();
        serde_json::from_value(json!({
            "node": id, "stage": "train", "coordinates": coordinates, "status": "ran", "key": null,
            "outputs": {}, "seconds": 1.0, "environment": {}, "warnings": [], "error": null,
        }))
        .unwrap()
    }

    #[test]
    fn names_are_safe_and_different() {
        assert_eq!(safe_name("../a b"), "_.._a_b");
        assert_eq!(safe_name(""), "_");
        assert_eq!(safe_name("CON\\x:é"), "CON_x_é");
        assert!(safe_name(&"ü".repeat(300)).len() <= LONGEST);
        let names = safe_names(["a/b", "a_b", "A_b"]);
        assert_eq!(names.values().collect::<Vec<_>>(), ["A_b", "a_b-2", "a_b-3"]);
    }

    #[test]
    fn folders_say_the_variant() {
        let ours = node("train[method=ours,seed=8]", &[("method", "ours"), ("seed", "8")]);
        let full = node("train[method=full,seed=8]", &[("method", "full"), ("seed", "8")]);
        let odd = node("train[method=o/urs,seed=8]", &[("method", "o/urs"), ("seed", "8")]);
        let same = node("train[method=o?urs,seed=8]", &[("method", "o?urs"), ("seed", "8")]);
        let found = folders(&[&ours, &full, &odd, &same]);
        let expected = ["ours/seed=8", "full/seed=8", "o_urs/seed=8", "o_urs/seed=8-2"];
        assert_eq!(found, expected.map(PathBuf::from));
        let alone = node("train", &[]);
        assert_eq!(folders(&[&alone]), [PathBuf::from("train")]);
        let other = node("pretrain[seed=8]", &[("seed", "8")]);
        let found = folders(&[&ours, &other]);
        assert_eq!(found, ["train/ours/seed=8", "pretrain/seed=8"].map(PathBuf::from));
        assert_eq!((title(&ours), title(&alone)), ("ours, seed=8".to_owned(), "train".to_owned()));
    }
}
