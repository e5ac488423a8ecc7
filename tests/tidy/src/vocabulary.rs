//! A layer does not speak of the layers above it.

use crate::rust_text::{production, without_comments, words};
use crate::{Tree, Violation};

/// Finds code below `folder` that uses one of the words in an identifier or a string. Comments and
/// tests may give examples.
///
/// `exceptions` pairs a path with the reason; one that is no longer needed is reported too.
pub fn free_of_words(
    tree: &Tree,
    folder: &str,
    forbidden: &[&str],
    exceptions: &[(&str, &str)],
) -> Vec<Violation> {
    let mut violations = Vec::new();
    let code = tree.below(folder).filter(|file| file.has_extension("rs") && !file.is_test());
    for file in code {
        for (index, line) in without_comments(production(&file.text)).lines().enumerate() {
            let words = words(line);
            for word in forbidden.iter().filter(|word| words.iter().any(|found| found == *word)) {
                let message = format!("`{folder}` must not know about `{word}`");
                violations.push(Violation::at(&file.path, index + 1, message));
            }
        }
    }
    for (path, _) in exceptions {
        let before = violations.len();
        violations.retain(|found| found.place != *path);
        if violations.len() == before {
            violations
                .push(Violation::of(path, "is listed as an exception and is none: unlist it"));
        }
    }
    violations
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_words_in_identifiers_and_strings() {
        let tree = Tree::of(&[
            ("pipeline/a.rs", "// like Dice\nfn mean_dice() {}\nlet x = \"the Torch worker\";\n"),
            ("pipeline/b.rs", "use stages_train::Train;\nlet dicey = 1;\n"),
            ("pipeline/tests/d.rs", "let name = \"dice\";\n"),
            ("stages/c.rs", "fn dice() {}\n"),
        ]);
        let find = |exceptions: &[(&str, &str)]| {
            let found = free_of_words(&tree, "pipeline", &["dice", "torch", "stages"], exceptions);
            found.iter().map(ToString::to_string).collect::<Vec<_>>()
        };
        assert_eq!(
            find(&[]),
            [
                "pipeline/a.rs:2: `pipeline` must not know about `dice`",
                "pipeline/a.rs:3: `pipeline` must not know about `torch`",
                "pipeline/b.rs:1: `pipeline` must not know about `stages`",
            ]
        );
        let exceptions = [("pipeline/a.rs", "old"), ("pipeline/c.rs", "older")];
        assert_eq!(
            find(&exceptions),
            [
                "pipeline/b.rs:1: `pipeline` must not know about `stages`",
                "pipeline/c.rs: is listed as an exception and is none: unlist it",
            ]
        );
    }
}
