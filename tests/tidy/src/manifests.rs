//! Every crate takes lints and versions from the workspace.

use crate::{SourceFile, Tree, Violation};

/// Finds crates without `[lints] workspace = true`.
pub fn workspace_lints(tree: &Tree) -> Vec<Violation> {
    let missing = |file: &&SourceFile| {
        !sections(&file.text).any(|(name, line)| name == "lints" && is_inherited(line))
    };
    let violation = |file: &SourceFile| {
        Violation::of(&file.path, "has no `[lints]` section with `workspace = true`")
    };
    crates(tree).filter(missing).map(violation).collect()
}

/// Finds dependencies of crates that state a version or a path of their own.
pub fn workspace_versions(tree: &Tree) -> Vec<Violation> {
    let mut violations = Vec::new();
    for file in crates(tree) {
        for (section, line) in sections(&file.text) {
            if section.ends_with("dependencies") && !line.contains("workspace = true") {
                let name = line.split(['.', '=']).next().unwrap_or(line).trim();
                let message = format!(
                    "`{name}` states its own version: write `{name}.workspace = true` and the \
                     version into the workspace's Cargo.toml"
                );
                violations.push(Violation::of(&file.path, message));
            }
        }
    }
    violations
}

/// The manifests of crates; one that is a workspace of its own has nothing to take from another.
fn crates(tree: &Tree) -> impl Iterator<Item = &SourceFile> {
    let own = |file: &SourceFile| file.text.lines().any(|line| line.trim() == "[workspace]");
    tree.files.iter().filter(move |file| file.name() == "Cargo.toml" && !own(file))
}

/// Returns every line that is neither blank nor a comment, with the name of its section.
fn sections(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let mut section = "";
    text.lines().map(str::trim).filter_map(move |line| {
        if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            section = name;
            return None;
        }
        (!line.is_empty() && !line.starts_with('#')).then_some((section, line))
    })
}

fn is_inherited(line: &str) -> bool {
    line.split('=').map(str::trim).eq(["workspace", "true"])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_crates_without_the_workspaces_lints() {
        let tree = Tree::of(&[
            ("Cargo.toml", "[workspace]\n"),
            ("a/Cargo.toml", "[lints]\nworkspace = true\n"),
            ("b/Cargo.toml", "[package]\nworkspace = true\n# [lints]\n"),
            ("c/Cargo.toml", "[lints]\nworkspace = false\n"),
            ("d/Cargo.toml", "[package]\n[workspace]\n"),
        ]);
        let found: Vec<_> = workspace_lints(&tree).into_iter().map(|found| found.place).collect();
        assert_eq!(found, ["b/Cargo.toml", "c/Cargo.toml"]);
    }

    #[test]
    fn finds_versions_outside_the_workspace() {
        let manifest = "[dependencies]\nserde.workspace = true\n\
                        half = { workspace = true, optional = true }\nrand = \"0.9\"\n\
                        [target.'cfg(unix)'.dev-dependencies]\nlibc = { version = \"0.2\" }\n\
                        [features]\ndefault = []\n";
        let found = workspace_versions(&Tree::of(&[("a/Cargo.toml", manifest)]));
        assert_eq!(found.len(), 2);
        assert!(found[0].message.starts_with("`rand` states its own version"));
        assert!(found[1].message.starts_with("`libc` states its own version"));
    }
}
