//! Files stay short enough to be read in one sitting.

use crate::rust_text::production;
use crate::{Tree, Violation};

/// Finds Rust files that are longer than `limit` lines, not counting tests.
///
/// `exceptions` pairs a path with the reason; one that is no longer needed is reported too.
pub fn short_files(tree: &Tree, limit: usize, exceptions: &[(&str, &str)]) -> Vec<Violation> {
    let mut violations = Vec::new();
    let mut unused: Vec<_> = exceptions.iter().map(|(path, _)| *path).collect();
    for file in tree.rust().filter(|file| !file.is_test()) {
        let lines = production(&file.text).lines().count();
        if lines <= limit {
            continue;
        }
        let before = unused.len();
        unused.retain(|path| *path != file.path);
        if unused.len() == before {
            let message =
                format!("{lines} lines without tests; at most {limit}: split it by what it does");
            violations.push(Violation::of(&file.path, message));
        }
    }
    let stale = |path| Violation::of(path, "is listed as a long file and is not one: unlist it");
    violations.extend(unused.into_iter().map(stale));
    violations
}

#[cfg(test)]
mod tests {
    use super::*;

    fn long() -> Tree {
        let tests = format!("a\nb\n#[cfg(test)]\nmod tests {{\n{}}}\n", "c\n".repeat(9));
        Tree::of(&[
            ("a/long.rs", "1\n2\n3\n4\n"),
            ("a/tested.rs", &tests),
            ("a/tests/big.rs", "1\n2\n3\n4\n"),
            ("a/notes.md", "1\n2\n3\n4\n"),
        ])
    }

    #[test]
    fn finds_long_files_without_counting_tests() {
        let found = short_files(&long(), 3, &[]);
        assert_eq!(found.len(), 1);
        assert!(found[0].to_string().starts_with("a/long.rs: 4 lines without tests; at most 3"));
        assert_eq!(short_files(&long(), 4, &[]), []);
    }

    #[test]
    fn honours_exceptions_and_reports_stale_ones() {
        let found = short_files(&long(), 3, &[("a/long.rs", "a table"), ("a/gone.rs", "was long")]);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].place, "a/gone.rs");
    }
}
