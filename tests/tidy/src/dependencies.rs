//! Who may depend on whom.

use crate::rust_text::without_comments;
use crate::{Metadata, Tree, Violation};

/// Finds members below the folder of `crates` that depend, in any way, on another one of them.
///
/// `shared` are those that all may use; they themselves may use one another. `exceptions` pairs a
/// member with the one that it may use.
pub fn independent_crates(
    metadata: &Metadata,
    crates: &str,
    shared: &[&str],
    exceptions: &[(&str, &str)],
) -> Vec<Violation> {
    let prefix = format!("{crates}-");
    let mut violations = Vec::new();
    for package in metadata.members.iter().filter(|package| package.name.starts_with(&prefix)) {
        for dependency in &package.dependencies {
            let name = dependency.name.as_str();
            let allowed = !name.starts_with(&prefix)
                || shared.contains(&name)
                || exceptions.contains(&(package.name.as_str(), name));
            if !allowed {
                let message = format!("depends on `{name}`; only {} are shared", shared.join(", "));
                violations.push(Violation::of(&package.name, message));
            }
        }
    }
    violations
}

/// Finds members that depend on a package which belongs to others.
///
/// `owners` pairs a package with the members that may use it.
pub fn one_owner(metadata: &Metadata, owners: &[(&str, &[&str])]) -> Vec<Violation> {
    let mut violations = Vec::new();
    for package in &metadata.members {
        for dependency in &package.dependencies {
            let owned = owners.iter().find(|(name, _)| *name == dependency.name);
            let Some((name, owners)) = owned else { continue };
            if !owners.contains(&package.name.as_str()) {
                let message = format!("depends on `{name}`, which only {} may", owners.join(", "));
                violations.push(Violation::of(&package.name, message));
            }
        }
    }
    violations
}

/// Finds packages that end up in a package's program and must not.
pub fn not_linked(metadata: &Metadata, package: &str, forbidden: &[&str]) -> Vec<Violation> {
    if !metadata.links.contains_key(package) {
        return vec![Violation::of(package, "is not a package of the workspace")];
    }
    let linked = metadata.linked_into(package);
    let violation = |name: &&str| Violation::of(package, format!("links `{name}` and must not"));
    forbidden.iter().filter(|name| linked.contains(**name)).map(violation).collect()
}

/// Finds dependencies that no Rust file of the package names.
///
/// `exceptions` pairs a member with a dependency that it needs without naming it.
pub fn unused(metadata: &Metadata, tree: &Tree, exceptions: &[(&str, &str)]) -> Vec<Violation> {
    let mut violations = Vec::new();
    for package in &metadata.members {
        let files = tree.below(&package.folder).filter(|file| file.has_extension("rs"));
        let code: String = files.map(|file| without_comments(&file.text)).collect();
        for dependency in &package.dependencies {
            let name = dependency.rename.as_ref().unwrap_or(&dependency.name);
            let excepted = exceptions.contains(&(package.name.as_str(), name.as_str()));
            if !excepted && !names_crate(&code, &name.replace('-', "_")) {
                let message = format!("depends on `{name}` without using it: remove the line");
                violations.push(Violation::of(&package.name, message));
            }
        }
    }
    violations.dedup();
    violations
}

/// Says whether code names a crate, as a whole word.
fn names_crate(code: &str, name: &str) -> bool {
    let is_part = |c: char| c == '_' || c.is_alphanumeric();
    code.match_indices(name).any(|(at, _)| {
        !code[..at].ends_with(is_part) && !code[at + name.len()..].starts_with(is_part)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Dependency, DependencyKind, Package};

    fn workspace(packages: &[(&str, &[&str])]) -> Metadata {
        let mut metadata = Metadata::default();
        for (name, dependencies) in packages {
            metadata.members.push(Package {
                name: (*name).into(),
                folder: name.replace('-', "/"),
                dependencies: dependencies
                    .iter()
                    .map(|name| Dependency {
                        name: (*name).into(),
                        rename: None,
                        kind: DependencyKind::Dev,
                    })
                    .collect(),
            });
            let links = dependencies.iter().map(|name| (*name).to_owned()).collect();
            metadata.links.insert((*name).into(), links);
        }
        metadata
    }

    fn lines(violations: &[Violation]) -> Vec<String> {
        violations.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn finds_crates_that_depend_on_their_neighbours() {
        let metadata = workspace(&[
            ("stages-ingest", &["stages-tables", "serde"]),
            ("stages-extract", &["stages-ingest"]),
            ("stages-torch", &["stages-train"]),
            ("orchestrate", &["stages-ingest"]),
        ]);
        let exceptions = [("stages-torch", "stages-train")];
        assert_eq!(
            lines(&independent_crates(&metadata, "stages", &["stages-tables"], &exceptions)),
            ["stages-extract: depends on `stages-ingest`; only stages-tables are shared"]
        );
    }

    #[test]
    fn finds_a_second_user_of_a_heavy_dependency() {
        let metadata = workspace(&[("stages-compare", &["polars"]), ("stages-train", &["polars"])]);
        assert_eq!(
            lines(&one_owner(&metadata, &[("polars", &["stages-compare"])])),
            ["stages-train: depends on `polars`, which only stages-compare may"]
        );
    }

    #[test]
    fn finds_what_is_linked_through_others() {
        let metadata = workspace(&[("app", &["middle"]), ("middle", &["tch"])]);
        assert_eq!(
            lines(&not_linked(&metadata, "app", &["tch", "polars"])),
            ["app: links `tch` and must not"]
        );
        // A check of a package that does not exist would hold forever.
        assert_eq!(not_linked(&metadata, "gone", &["tch"]).len(), 1);
    }

    #[test]
    fn finds_dependencies_that_nobody_names() {
        let metadata = workspace(&[("a-b", &["serde-json", "half", "gone"])]);
        let tree = Tree::of(&[
            ("a/b/src/lib.rs", "use serde_json::Value; // half of it\nfn behalf() {}\n"),
            ("other/src/lib.rs", "use half::f16;\n"),
        ]);
        assert_eq!(
            lines(&unused(&metadata, &tree, &[("a-b", "gone")])),
            ["a-b: depends on `half` without using it: remove the line"]
        );
    }
}
