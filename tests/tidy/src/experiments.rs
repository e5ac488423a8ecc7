//! An experiment file says how to run it.

use crate::{SourceFile, Tree, Violation};

/// Finds experiment files that do not begin with a comment which holds the command that runs them.
///
/// Accepted are `orchestrate run FILE` and `cargo xtask run FILE`, with or without arguments.
pub fn commands_in_headers(tree: &Tree, folder: &str) -> Vec<Violation> {
    let is_yaml = |file: &&SourceFile| file.has_extension("yaml") || file.has_extension("yml");
    let mut violations = Vec::new();
    for file in tree.below(folder).filter(is_yaml) {
        let header: Vec<_> =
            file.text.lines().map_while(|line| line.strip_prefix('#')).map(str::trim).collect();
        let commands =
            [format!("orchestrate run {}", file.path), format!("cargo xtask run {}", file.path)];
        let runs = |line: &&str| {
            commands.iter().any(|command| {
                line.find(command.as_str()).is_some_and(|at| {
                    let rest = &line[at + command.len()..];
                    rest.is_empty() || rest.starts_with([' ', '`'])
                })
            })
        };
        if !header.iter().any(runs) {
            let message = format!("must begin with a comment that holds `{}`", commands[0]);
            violations.push(Violation::of(&file.path, message));
        } else if header.iter().filter(|line| !line.is_empty() && !runs(line)).count() == 0 {
            let message = "its first comment must also say what it needs and how long it takes";
            violations.push(Violation::of(&file.path, message));
        }
    }
    violations
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_files_without_their_command() {
        let tree = Tree::of(&[
            (
                "experiments/a.yaml",
                "# orchestrate run experiments/a.yaml\n# Needs nothing.\nx: 1\n",
            ),
            ("experiments/b.yaml", "# Runs.\n#\n#   cargo xtask run experiments/b.yaml --json\n"),
            ("experiments/c.yaml", "x: 1\n# orchestrate run experiments/c.yaml\n"),
            ("experiments/d.yaml", "# Text.\n# orchestrate run experiments/other.yaml\n"),
            ("experiments/e.yaml", "# orchestrate run experiments/e.yaml\n"),
            ("experiments/f.yaml", "# Text.\n# orchestrate run experiments/f.yamlx\n"),
        ]);
        let found: Vec<_> =
            commands_in_headers(&tree, "experiments").into_iter().map(|f| f.place).collect();
        assert_eq!(
            found,
            [
                "experiments/c.yaml",
                "experiments/d.yaml",
                "experiments/e.yaml",
                "experiments/f.yaml"
            ]
        );
    }
}
