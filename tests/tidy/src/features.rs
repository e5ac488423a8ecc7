//! Building and testing share what they compile.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use crate::Violation;

/// A package with its version, to the sets of features that it is compiled with.
pub type FeatureSets = BTreeMap<String, BTreeSet<String>>;

/// Asks cargo which features every package of the workspace's programs is compiled with.
///
/// `edges` is what `cargo tree --edges` takes: `normal` for a build, `normal,dev` for the tests.
///
/// # Errors
/// A text that says what failed.
pub fn feature_sets(root: &Path, edges: &str) -> Result<FeatureSets, String> {
    let mut command = Command::new(env!("CARGO"));
    command.args(["tree", "--offline", "--workspace", "--prefix", "none", "--format", "{p};{f}"]);
    command.args(["--edges", edges]).current_dir(root);
    let output = command.output().map_err(|error| format!("cannot start cargo: {error}"))?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned());
    }
    Ok(parse(&String::from_utf8_lossy(&output.stdout)))
}

fn parse(text: &str) -> FeatureSets {
    let mut sets = FeatureSets::new();
    for (package, features) in text.lines().filter_map(|line| line.split_once(';')) {
        // cargo marks a package that it has listed before.
        let features = features.trim_end_matches("(*)").trim();
        sets.entry(package.into()).or_default().insert(features.into());
    }
    sets
}

/// Finds packages that tests compile with other features than a build, so that they and all that
/// depends on them are compiled twice.
pub fn shared_by_build_and_test(build: &FeatureSets, test: &FeatureSets) -> Vec<Violation> {
    let list = |sets: &BTreeSet<String>| sets.iter().cloned().collect::<Vec<_>>().join(" or ");
    let mut violations = Vec::new();
    for (package, features) in build {
        let tested = test.get(package).unwrap_or(features);
        if tested != features {
            violations.push(Violation::of(
                package,
                format!(
                    "is built with the features {} and tested with {}: some dev-dependency adds \
                     to them; make it a dependency of a tests/ crate",
                    list(features),
                    list(tested)
                ),
            ));
        }
    }
    violations
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_packages_that_are_compiled_twice() {
        let build = parse("memchr v2.8.3;alloc,std\nfs-err v3.3.2; (*)\nhalf v2.0.0;std\n");
        let test = parse(
            "memchr v2.8.3;alloc,default,std\nmemchr v2.8.3;alloc,default,std (*)\n\
             fs-err v3.3.2;\nproptest v1.0.0;std\nhalf v2.0.0;std\n",
        );
        let found = shared_by_build_and_test(&build, &test);
        assert_eq!(found.len(), 1);
        assert!(found[0].to_string().starts_with(
            "memchr v2.8.3: is built with the features alloc,std and tested with alloc,default,std"
        ));
        assert_eq!(shared_by_build_and_test(&build, &build), []);
    }
}
