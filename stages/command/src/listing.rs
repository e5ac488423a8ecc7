//! The files that a program is made of.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::path::{Component, Path, PathBuf};

use pipeline_engine::{SourceFile, SourceOrigin, StageError};

use crate::glob::{is_pattern, matches};

/// Folders nested deeper than this are links that lead in a circle.
const DEEPEST: usize = 64;

/// What the parameters list.
#[derive(Debug, Default)]
pub(crate) struct Listed {
    /// Every file, by a stable name: its path from the experiment's folder, without leading `..`.
    pub(crate) files: Vec<SourceFile>,
    /// The files, folders and links that decide which files these are.
    pub(crate) looked_at: Vec<PathBuf>,
}

/// Finds every file that the parameters list.
///
/// # Errors
/// When an entry leads to nothing, a folder cannot be read, or two files would have one name. Names
/// every such entry.
pub(crate) fn list(experiment: &Path, sources: &[String]) -> Result<Listed, StageError> {
    let mut listing = Listing::default();
    for source in sources {
        listing.add(experiment, source);
    }
    if let Some((first, more)) = listing.problems.split_first() {
        let mut error = StageError::message(first.clone()).with_help(format!(
            "`sources` names files, folders and patterns, relative to {}",
            experiment.display()
        ));
        error.details = more.to_vec();
        return Err(error);
    }
    let file = |(name, path)| SourceFile { name, origin: SourceOrigin::Path(path) };
    Ok(Listed {
        files: listing.files.into_iter().map(file).collect(),
        looked_at: listing.looked_at,
    })
}

#[derive(Default)]
struct Listing {
    files: BTreeMap<String, PathBuf>,
    looked_at: Vec<PathBuf>,
    /// Also counts what an earlier entry has listed.
    found: usize,
    problems: Vec<String>,
}

impl Listing {
    fn add(&mut self, experiment: &Path, source: &str) {
        let mut base = experiment.to_owned();
        let mut parts = Vec::new();
        for part in Path::new(source).components() {
            match part {
                Component::ParentDir => base.push(".."),
                Component::Normal(part) => parts.extend(part.to_str()),
                _ => {}
            }
        }
        let fixed = parts.iter().take_while(|part| !is_pattern(part)).count();
        let (folder, pattern) = parts.split_at(fixed);
        let start = folder.iter().fold(base, |path, part| path.join(part));
        let name = folder.join("/");
        let before = self.found;
        self.looked_at.push(start.clone());
        if pattern.is_empty() {
            match fs_err::metadata(&start) {
                Ok(found) if found.is_dir() => self.walk(&start, &name, DEEPEST, &|_| true),
                Ok(_) => self.take(name, start),
                Err(error) => self.problems.push(format!("source `{source}`: {error}")),
            }
        } else {
            // A pattern without `**` fits at one depth only.
            let depth = if pattern.contains(&"**") { DEEPEST } else { pattern.len() };
            let skip = if name.is_empty() { 0 } else { name.len() + 1 };
            let fits = |name: &str| {
                let parts: Vec<&str> = name[skip..].split('/').collect();
                matches(pattern, &parts)
            };
            self.walk(&start, &name, depth, &fits);
        }
        if self.found == before && self.problems.is_empty() {
            self.problems.push(format!("source `{source}` leads to no file"));
        }
    }

    /// Takes the files below a folder whose names fit; `depth` counts the levels that are left.
    fn walk(&mut self, folder: &Path, name: &str, depth: usize, fits: &dyn Fn(&str) -> bool) {
        let entries = match fs_err::read_dir(folder) {
            Ok(entries) => entries,
            Err(error) => return self.problems.push(error.to_string()),
        };
        for entry in entries {
            let (entry, kind) = match entry.and_then(|entry| Ok((entry.file_type()?, entry))) {
                Ok((kind, entry)) => (entry, kind),
                Err(error) => return self.problems.push(error.to_string()),
            };
            let file_name = entry.file_name();
            let Some(part) = file_name.to_str() else {
                self.problems.push(format!("{}: the name is not UTF-8", entry.path().display()));
                continue;
            };
            if is_left_out(part) {
                continue;
            }
            let path = entry.path();
            let name = if name.is_empty() { part.to_owned() } else { format!("{name}/{part}") };
            // Only links cost a look at what they lead to.
            let is_dir = if kind.is_symlink() {
                self.looked_at.push(path.clone());
                match fs_err::metadata(&path) {
                    Ok(found) => found.is_dir(),
                    Err(error) => return self.problems.push(error.to_string()),
                }
            } else {
                kind.is_dir()
            };
            if !is_dir {
                if fits(&name) {
                    self.take(name, path);
                }
            } else if depth > 1 {
                self.looked_at.push(path.clone());
                self.walk(&path, &name, depth - 1, fits);
            } else if depth == 1 && name.split('/').count() >= DEEPEST {
                self.problems.push(format!(
                    "{}: folders are nested too deep; a link may lead in a circle",
                    path.display()
                ));
            }
        }
    }

    fn take(&mut self, name: String, path: PathBuf) {
        self.found += 1;
        match self.files.entry(name) {
            Entry::Vacant(free) => {
                free.insert(path);
            }
            Entry::Occupied(known) if *known.get() == path => {}
            Entry::Occupied(known) => self.problems.push(format!(
                "two sources would be called `{}`: {} and {}",
                known.key(),
                known.get().display(),
                path.display()
            )),
        }
    }
}

/// What lies in folders of programs and is no part of them.
fn is_left_out(name: &str) -> bool {
    name.starts_with('.')
        || name == "__pycache__"
        || Path::new(name).extension().is_some_and(|ending| ending == "pyc")
}
