//! An artifact: a listing of files by relative path and digest.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::Digest;

/// One file of an artifact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TreeFile {
    /// Digest of its content.
    pub digest: Digest,
    /// Its length in bytes.
    pub size: u64,
}

/// The files of an artifact by relative path, parts joined by `/`.
///
/// The artifact's digest is the digest of the canonical listing: it depends on names and
/// contents, never on times, permissions or where the artifact lies.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tree {
    /// The files; ordered, so that the listing is canonical.
    pub files: BTreeMap<String, TreeFile>,
}

impl Tree {
    /// The canonical listing.
    pub fn to_bytes(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("a tree is plain data")
    }

    /// The artifact's digest.
    pub fn digest(&self) -> Digest {
        Digest::of_bytes(&self.to_bytes())
    }

    /// Reads a listing; refuses paths that would lead outside the artifact.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let tree: Self = serde_json::from_slice(bytes).ok()?;
        tree.files.keys().all(|path| is_inside(path)).then_some(tree)
    }

    /// Bytes of all files together.
    pub fn size(&self) -> u64 {
        self.files.values().map(|file| file.size).sum()
    }
}

/// Whether a relative path stays inside its artifact: no empty, `.` or `..` part, not absolute.
fn is_inside(path: &str) -> bool {
    !path.contains(['\\', '\0'])
        && path.split('/').all(|part| !part.is_empty() && part != "." && part != "..")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(text: &str) -> TreeFile {
        TreeFile { digest: Digest::of_bytes(text.as_bytes()), size: text.len() as u64 }
    }

    #[test]
    fn the_listing_is_pinned() {
        let tree = Tree { files: BTreeMap::from([("a/b.txt".to_owned(), file("hello"))]) };
        assert_eq!(
            String::from_utf8(tree.to_bytes()).unwrap(),
            "{\"files\":{\"a/b.txt\":{\"digest\":\"ea8f163db38682925e4491c5e58d4bb3506ef8c14eb78a86e908c5624a67200f\",\"size\":5}}}"
        );
    }

    #[test]
    fn order_of_insertion_does_not_matter_but_names_do() {
        let tree = |names: [&str; 2]| Tree {
            files: names.iter().map(|name| ((*name).to_owned(), file(name))).collect(),
        };
        assert_eq!(tree(["a", "b"]).to_bytes(), tree(["b", "a"]).to_bytes());
        assert_ne!(tree(["a", "b"]).to_bytes(), tree(["a", "c"]).to_bytes());
    }

    #[test]
    fn refuses_paths_that_lead_outside() {
        for path in ["../x", "/etc/x", "a//b", "a/./b", "", "a\\..\\b"] {
            let tree = Tree { files: BTreeMap::from([(path.to_owned(), file("x"))]) };
            assert_eq!(Tree::from_bytes(&tree.to_bytes()), None, "{path}");
        }
    }
}
