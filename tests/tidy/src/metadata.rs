//! The packages of the workspace and what they depend on, as cargo resolved it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use serde_json::Value;

/// When a dependency is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum DependencyKind {
    /// By the library or program itself.
    Normal,
    /// By tests, benches and examples.
    Dev,
    /// By the build script.
    Build,
}

/// One line of a manifest's dependencies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dependency {
    /// Name of the package, as the registry knows it.
    pub name: String,
    /// Name that the code uses, where the manifest renames it.
    pub rename: Option<String>,
    /// When it is used.
    pub kind: DependencyKind,
}

/// A package of the workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Package {
    /// Name.
    pub name: String,
    /// Folder below the workspace's root, with `/`.
    pub folder: String,
    /// What its manifest asks for.
    pub dependencies: Vec<Dependency>,
}

/// What cargo knows about the workspace.
#[derive(Debug, Clone, Default)]
pub struct Metadata {
    /// The packages of the workspace.
    pub members: Vec<Package>,
    /// Name of a package to the names of those linked into it.
    pub links: BTreeMap<String, BTreeSet<String>>,
}

impl Metadata {
    /// Asks cargo, without the network.
    ///
    /// # Errors
    /// A text that says what failed.
    pub fn read(root: &Path) -> Result<Self, String> {
        let mut command = Command::new(env!("CARGO"));
        command.args(["metadata", "--format-version", "1", "--offline"]).current_dir(root);
        let output = command.output().map_err(|error| format!("cannot start cargo: {error}"))?;
        if !output.status.success() {
            return Err(String::from_utf8_lossy(&output.stderr).into_owned());
        }
        let json = serde_json::from_slice(&output.stdout)
            .map_err(|error| format!("cannot read what cargo printed: {error}"))?;
        Self::parse(&json).ok_or_else(|| "cargo's metadata has another shape than known".into())
    }

    fn parse(json: &Value) -> Option<Self> {
        let root = json["workspace_root"].as_str()?;
        let members: BTreeSet<_> =
            json["workspace_members"].as_array()?.iter().filter_map(Value::as_str).collect();
        let mut names = BTreeMap::new();
        let mut metadata = Self::default();
        for package in json["packages"].as_array()? {
            let (id, name) = (package["id"].as_str()?, package["name"].as_str()?);
            names.insert(id, name);
            if members.contains(id) {
                let manifest = package["manifest_path"].as_str()?;
                let folder = manifest.strip_prefix(root)?.strip_suffix("Cargo.toml")?;
                let dependencies = package["dependencies"].as_array()?;
                metadata.members.push(Package {
                    name: name.into(),
                    folder: folder.trim_matches('/').into(),
                    dependencies: dependencies.iter().map(dependency).collect::<Option<_>>()?,
                });
            }
        }
        for node in json["resolve"]["nodes"].as_array()? {
            // Two versions of one package share an entry, which is fine for "is it linked at all".
            let links = metadata.links.entry((*names.get(node["id"].as_str()?)?).into());
            let links: &mut BTreeSet<String> = links.or_default();
            for dependency in node["deps"].as_array()? {
                let kinds = dependency["dep_kinds"].as_array()?;
                if kinds.iter().any(|kind| kind["kind"].is_null()) {
                    links.insert((*names.get(dependency["pkg"].as_str()?)?).into());
                }
            }
        }
        Some(metadata)
    }

    /// Returns every package that ends up in a package's program, itself included.
    pub fn linked_into(&self, package: &str) -> BTreeSet<String> {
        let mut found = BTreeSet::from([package.to_owned()]);
        let mut queue = vec![package.to_owned()];
        while let Some(next) = queue.pop() {
            for linked in self.links.get(&next).into_iter().flatten() {
                if found.insert(linked.clone()) {
                    queue.push(linked.clone());
                }
            }
        }
        found
    }
}

fn dependency(json: &Value) -> Option<Dependency> {
    Some(Dependency {
        name: json["name"].as_str()?.into(),
        rename: json["rename"].as_str().map(Into::into),
        kind: match json["kind"].as_str() {
            Some("dev") => DependencyKind::Dev,
            Some("build") => DependencyKind::Build,
            _ => DependencyKind::Normal,
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_members_and_follows_links() {
        let json = serde_json::json!({
            "workspace_root": "/tree",
            "workspace_members": ["app 1"],
            "packages": [
                {"id": "app 1", "name": "app", "manifest_path": "/tree/tools/app/Cargo.toml",
                 "dependencies": [{"name": "left", "rename": "l", "kind": null},
                                  {"name": "tested", "rename": null, "kind": "dev"}]},
                {"id": "left 1", "name": "left", "manifest_path": "/registry/left/Cargo.toml"},
                {"id": "deep 1", "name": "deep", "manifest_path": "/registry/deep/Cargo.toml"},
                {"id": "tested 1", "name": "tested", "manifest_path": "/registry/t/Cargo.toml"},
            ],
            "resolve": {"nodes": [
                {"id": "app 1", "deps": [
                    {"pkg": "left 1", "dep_kinds": [{"kind": "dev"}, {"kind": null}]},
                    {"pkg": "tested 1", "dep_kinds": [{"kind": "dev"}]},
                ]},
                {"id": "left 1", "deps": [{"pkg": "deep 1", "dep_kinds": [{"kind": null}]}]},
                {"id": "deep 1", "deps": []},
                {"id": "tested 1", "deps": []},
            ]},
        });
        let metadata = Metadata::parse(&json).unwrap();
        assert_eq!(metadata.members[0].folder, "tools/app");
        assert_eq!(
            metadata.members[0].dependencies,
            [
                Dependency {
                    name: "left".into(),
                    rename: Some("l".into()),
                    kind: DependencyKind::Normal
                },
                Dependency { name: "tested".into(), rename: None, kind: DependencyKind::Dev },
            ]
        );
        let linked: Vec<_> = metadata.linked_into("app").into_iter().collect();
        assert_eq!(linked, ["app", "deep", "left"]);
    }
}
