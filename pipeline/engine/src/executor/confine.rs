//! Keeping a program from reading files that its action does not declare (Landlock).
//!
//! Landlock can only allow. To hide a folder, everything around it is allowed: all neighbours of
//! the folder, of its parent, and so on up to the root. Programs, libraries and devices are read
//! as ever; in the hidden folders nothing but what is declared can be opened. Names can still be
//! listed.

use std::path::{Path, PathBuf};

use landlock::{
    ABI, AccessFs, BitFlags, CompatLevel, Compatible, PathBeneath, PathFd, Ruleset, RulesetAttr,
    RulesetCreatedAttr, RulesetStatus,
};
use serde::{Deserialize, Serialize};

/// What a program may do with files.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Confinement {
    /// Folders, from the root on and without links, of which nothing may be read or written …
    pub(super) hidden: Vec<PathBuf>,
    /// … but these files and folders may be read …
    pub(super) readable: Vec<PathBuf>,
    /// … and these written.
    pub(super) writable: Vec<PathBuf>,
}

/// Folders with more neighbours than this are not hidden: it would take long.
const MOST_NEIGHBOURS: usize = 20_000;

/// Whether this kernel can confine programs.
pub fn can_confine() -> bool {
    // Making a set of rules changes nothing yet; only an old kernel refuses.
    let access: BitFlags<AccessFs> = AccessFs::ReadFile.into();
    Ruleset::default()
        .set_compatibility(CompatLevel::HardRequirement)
        .handle_access(access)
        .and_then(Ruleset::create)
        .is_ok()
}

impl Confinement {
    /// Confines this process and all that it starts, for good. On a kernel that cannot, nothing
    /// happens.
    ///
    /// # Errors
    /// Why it could not be done although the kernel can.
    pub(super) fn enforce(&self) -> Result<RulesetStatus, String> {
        if let Some(relative) = self.hidden.iter().find(|folder| !folder.is_absolute()) {
            return Err(format!("`{}` does not begin at the root", relative.display()));
        }
        // Nothing is left around the root that could be allowed.
        let hidden: Vec<PathBuf> =
            self.hidden.iter().filter(|folder| folder.parent().is_some()).cloned().collect();
        if hidden.is_empty() {
            return Ok(RulesetStatus::NotEnforced);
        }
        let mut open = Vec::new();
        neighbours(Path::new("/"), &hidden, &mut open)?;
        let all = handled();
        let read: BitFlags<AccessFs> = AccessFs::ReadFile.into();
        let mut rules: Vec<Rule> = open.into_iter().map(|open| open.rule(all)).collect();
        let named = self.writable.iter().map(|path| (path, all));
        let named = named.chain(self.readable.iter().map(|path| (path, read)));
        rules.extend(named.map(|(path, access)| Rule::new(path.clone(), path.is_dir(), access)));
        let ruleset = Ruleset::default()
            .handle_access(all)
            .and_then(Ruleset::create)
            .map_err(|error| error.to_string())?;
        ruleset
            // What is not there or may not be opened needs no permission.
            .add_rules(rules.iter().filter_map(|rule| {
                let fd = PathFd::new(&rule.path).ok()?;
                Some(Ok::<_, landlock::RulesetError>(PathBeneath::new(fd, rule.access)))
            }))
            .and_then(landlock::RulesetCreated::restrict_self)
            .map(|status| status.ruleset)
            .map_err(|error| error.to_string())
    }
}

/// What may be done with a path and what is below it.
struct Rule {
    path: PathBuf,
    access: BitFlags<AccessFs>,
}

impl Rule {
    fn new(path: PathBuf, is_dir: bool, access: BitFlags<AccessFs>) -> Self {
        Self { path, access: if is_dir { access } else { access & file_access() } }
    }
}

/// Something that is not in a hidden folder.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Open {
    path: PathBuf,
    is_dir: bool,
}

impl Open {
    fn rule(self, access: BitFlags<AccessFs>) -> Rule {
        Rule::new(self.path, self.is_dir, access)
    }
}

/// Reading and changing content. Listing and executing stay free.
fn handled() -> BitFlags<AccessFs> {
    AccessFs::from_write(ABI::V3) | AccessFs::ReadFile
}

/// What of it makes sense for a file.
fn file_access() -> BitFlags<AccessFs> {
    AccessFs::ReadFile | AccessFs::WriteFile | AccessFs::Truncate
}

/// Everything in and below a folder that is outside the hidden folders.
fn neighbours(folder: &Path, hidden: &[PathBuf], open: &mut Vec<Open>) -> Result<(), String> {
    for entry in fs_err::read_dir(folder).map_err(|error| error.to_string())?.flatten() {
        let path = entry.path();
        if hidden.contains(&path) {
            continue;
        }
        if hidden.iter().any(|hidden| hidden.starts_with(&path)) {
            neighbours(&path, hidden, open)?;
            continue;
        }
        // A link into a hidden folder would open what it leads to.
        let Ok(kind) = entry.file_type() else { continue };
        let is_link = kind.is_symlink();
        let leads_inside = || {
            fs_err::canonicalize(&path).is_ok_and(|to| {
                hidden.iter().any(|hidden| hidden.starts_with(&to) || to.starts_with(hidden))
            })
        };
        if !(is_link && leads_inside()) {
            let is_dir = kind.is_dir() || (is_link && path.is_dir());
            open.push(Open { path, is_dir });
        }
        if open.len() > MOST_NEIGHBOURS {
            return Err(format!("too many files beside the experiment, in {}", folder.display()));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_around_is_open_and_nothing_inside() {
        let dir = tempfile::tempdir().unwrap();
        let root = fs_err::canonicalize(dir.path()).unwrap();
        for path in ["a/b/secret", "a/c", "d/e"] {
            fs_err::create_dir_all(root.join(path)).unwrap();
        }
        fs_err::write(root.join("a/file"), "").unwrap();
        fs_err::os::unix::fs::symlink(root.join("a/b/secret"), root.join("a/link")).unwrap();
        fs_err::os::unix::fs::symlink(root.join("d"), root.join("a/other")).unwrap();
        let mut open = Vec::new();
        neighbours(&root, &[root.join("a/b")], &mut open).unwrap();
        open.sort();
        let expected: Vec<_> = [("a/c", true), ("a/file", false), ("a/other", true), ("d", true)]
            .map(|(path, is_dir)| Open { path: root.join(path), is_dir })
            .into();
        assert_eq!(open, expected);
    }
}
