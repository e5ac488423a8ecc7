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
        let mut rules: Vec<(PathBuf, BitFlags<AccessFs>)> =
            open.into_iter().map(|path| (path, all)).collect();
        rules.extend(self.writable.iter().map(|path| (path.clone(), all)));
        let read: BitFlags<AccessFs> = AccessFs::ReadFile.into();
        rules.extend(self.readable.iter().map(|path| (path.clone(), read)));
        let ruleset = Ruleset::default()
            .handle_access(all)
            .and_then(Ruleset::create)
            .map_err(|error| error.to_string())?;
        ruleset
            // What is not there or may not be opened needs no permission.
            .add_rules(rules.iter().filter_map(|(path, access)| {
                let fd = PathFd::new(path).ok()?;
                let access = if path.is_dir() { *access } else { *access & file_access() };
                Some(Ok::<_, landlock::RulesetError>(PathBeneath::new(fd, access)))
            }))
            .and_then(landlock::RulesetCreated::restrict_self)
            .map(|status| status.ruleset)
            .map_err(|error| error.to_string())
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
fn neighbours(folder: &Path, hidden: &[PathBuf], open: &mut Vec<PathBuf>) -> Result<(), String> {
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
        let is_link = entry.file_type().is_ok_and(|kind| kind.is_symlink());
        let leads_inside = || {
            fs_err::canonicalize(&path).is_ok_and(|to| {
                hidden.iter().any(|hidden| hidden.starts_with(&to) || to.starts_with(hidden))
            })
        };
        if !(is_link && leads_inside()) {
            open.push(path);
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
        let expected: Vec<_> =
            ["a/c", "a/file", "a/other", "d"].iter().map(|path| root.join(path)).collect();
        assert_eq!(open, expected);
    }
}
