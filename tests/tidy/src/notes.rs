//! What text must not hold: loose ends, silenced lints, paths of one machine.

use crate::rust_text::code_only;
use crate::{Tree, Violation};

/// Finds notes of unfinished work without the number of an issue: `TODO(#12): …` is fine.
pub fn issues_for_notes(tree: &Tree) -> Vec<Violation> {
    // In two halves, so that this file passes its own rule.
    let notes = [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("XX", "X")];
    let mut violations = Vec::new();
    for file in &tree.files {
        for (index, line) in file.text.lines().enumerate() {
            for note in notes {
                if line.match_indices(note).any(|(at, _)| is_loose(line, at, note.len())) {
                    let message = format!("`{note}` needs an issue: write `{note}(#12): what`");
                    violations.push(Violation::at(&file.path, index + 1, message));
                }
            }
        }
    }
    violations
}

fn is_loose(line: &str, at: usize, length: usize) -> bool {
    let is_part = |c: char| c == '_' || c.is_alphanumeric();
    let rest = &line[at + length..];
    if line[..at].ends_with(is_part) || rest.starts_with(is_part) {
        return false;
    }
    let issue = rest.strip_prefix("(#").and_then(|rest| rest.split_once(')'));
    issue.is_none_or(|(number, _)| number.parse::<u32>().is_err())
}

/// Finds lints that are silenced with `allow`, or with `expect` without a reason.
pub fn reasons_for_lints(tree: &Tree) -> Vec<Violation> {
    let mut violations = Vec::new();
    for file in tree.rust() {
        let code = code_only(&file.text);
        let mut report = |at: usize, message: &str| {
            let line = code[..at].matches('\n').count() + 1;
            violations.push(Violation::at(&file.path, line, message));
        };
        for open in ["#[", "#!["] {
            for (at, _) in code.match_indices(&format!("{open}allow(")) {
                report(at, "use `#[expect(lint, reason = \"…\")]` instead of `allow`");
            }
            for (at, _) in code.match_indices(&format!("{open}expect(")) {
                let end = code[at..].find(")]").map_or(code.len(), |end| at + end);
                if !code[at..end].contains("reason =") {
                    report(at, "says nothing about why: add `reason = \"…\"`");
                }
            }
        }
        for (at, _) in code.match_indices("#[ignore") {
            report(at, "an ignored test is dead: make it pass, or put it behind a feature");
        }
    }
    violations.sort();
    violations
}

/// Finds absolute paths that exist on one machine only.
pub fn no_machine_paths(tree: &Tree) -> Vec<Violation> {
    // In two halves, so that this file passes its own rule.
    let folders = [
        concat!("/ho", "me/"),
        concat!("/ro", "ot/"),
        concat!("/Us", "ers/"),
        concat!("/wo", "rk/"),
    ];
    let mut violations = Vec::new();
    for file in &tree.files {
        for (index, line) in file.text.lines().enumerate() {
            for folder in folders {
                let absolute = |(at, _): (usize, &str)| !line[..at].ends_with(is_path_character);
                if line.match_indices(folder).any(absolute) {
                    let message = format!("`{folder}…` is a path of one machine");
                    violations.push(Violation::at(&file.path, index + 1, message));
                }
            }
        }
    }
    violations
}

/// Says whether a path goes on to the left of a slash after this character.
fn is_path_character(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '.' | '_' | '-' | '~' | '}' | '>')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(violations: &[Violation]) -> Vec<Option<usize>> {
        violations.iter().map(|found| found.line).collect()
    }

    #[test]
    fn finds_notes_without_an_issue() {
        let text = ["// TO", "DO later\n// TO", "DO(#12): later\n// TO", "DO(me)\nTO", "DOS\n"];
        let tree = Tree::of(&[("a.yaml", &text.concat())]);
        assert_eq!(places(&issues_for_notes(&tree)), [Some(1), Some(3)]);
    }

    #[test]
    fn finds_lints_silenced_without_a_reason() {
        let text = "#[allow(dead_code)]\n#[expect(dead_code)]\n#[expect(\n    dead_code,\n    \
                    reason = \"because (it is)\"\n)]\n// #[allow(x)]\n#[ignore = \"slow\"]\n";
        let tree = Tree::of(&[("a.rs", text), ("a.md", text)]);
        assert_eq!(places(&reasons_for_lints(&tree)), [Some(1), Some(2), Some(8)]);
    }

    #[test]
    fn finds_paths_of_one_machine() {
        let text =
            ["see /ho", "me/jo/data\nout/ho", "me/x\n$HOME/ho", "me/x\n\"/wo", "rk/main\"\n"];
        let tree = Tree::of(&[("a.md", &text.concat())]);
        assert_eq!(places(&no_machine_paths(&tree)), [Some(1), Some(4)]);
    }
}
