//! Names say what a thing is.

use crate::{Metadata, Tree, Violation};

/// Names that say only that somebody did not look for one.
const VAGUE: [&str; 8] =
    ["common", "helper", "helpers", "misc", "shared", "stuff", "util", "utils"];

/// Finds Rust files and folders with a name that fits anything.
pub fn no_vague_names(tree: &Tree) -> Vec<Violation> {
    let vague = |file: &&crate::SourceFile| {
        let parts = file.path.split('/').map(|part| part.strip_suffix(".rs").unwrap_or(part));
        parts.into_iter().any(|part| VAGUE.contains(&part))
    };
    let violation = |file: &crate::SourceFile| {
        Violation::of(&file.path, "has a name that fits anything: find the noun for what it holds")
    };
    tree.rust().filter(vague).map(violation).collect()
}

/// Finds packages whose name is not their folder with dashes, apart from the exceptions.
pub fn named_by_folder(metadata: &Metadata, exceptions: &[&str]) -> Vec<Violation> {
    let mut violations = Vec::new();
    for package in &metadata.members {
        let expected = package.folder.replace('/', "-");
        if package.name != expected && !exceptions.contains(&package.name.as_str()) {
            let message =
                format!("the package is called `{}`; `{expected}` is wanted", package.name);
            violations.push(Violation::of(&package.folder, message));
        }
    }
    violations
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Package;

    #[test]
    fn finds_names_that_fit_anything() {
        let tree = Tree::of(&[
            ("a/src/utils.rs", ""),
            ("a/src/helpers/mod.rs", ""),
            ("a/src/utilization.rs", ""),
            ("shared/notes.md", ""),
        ]);
        let found: Vec<_> = no_vague_names(&tree).into_iter().map(|found| found.place).collect();
        assert_eq!(found, ["a/src/utils.rs", "a/src/helpers/mod.rs"]);
    }

    #[test]
    fn finds_packages_that_are_not_named_by_their_folder() {
        let package = |name: &str, folder: &str| Package {
            name: name.into(),
            folder: folder.into(),
            dependencies: vec![],
        };
        let members = vec![
            package("pipeline-store", "pipeline/store"),
            package("storage", "pipeline/storage"),
            package("orchestrate", "stages/orchestrate"),
        ];
        let metadata = Metadata { members, ..Metadata::default() };
        let found = named_by_folder(&metadata, &["orchestrate"]);
        assert_eq!(found.len(), 1);
        assert_eq!(
            found[0].to_string(),
            "pipeline/storage: the package is called `storage`; `pipeline-storage` is wanted"
        );
    }
}
