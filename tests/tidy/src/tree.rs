//! The text of the repository.

use std::fmt;
use std::path::Path;

use walkdir::WalkDir;

/// Where the repository keeps its sources. Other folders, above all build outputs, are not read.
const FOLDERS: [&str; 9] = [
    ".cargo",
    ".ci",
    "data-manifests",
    "docs",
    "experiments",
    "pipeline",
    "stages",
    "tests",
    "xtask",
];

/// A text file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceFile {
    /// Path below the repository's root, with `/`.
    pub path: String,
    /// Content.
    pub text: String,
}

impl SourceFile {
    /// Returns the last part of the path.
    pub fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or(&self.path)
    }

    /// Says whether the path ends in `.` and this.
    pub fn has_extension(&self, extension: &str) -> bool {
        self.name().rsplit_once('.').is_some_and(|(_, found)| found == extension)
    }

    /// Says whether the whole file is test code: it lies below a `tests` folder, or is called
    /// `tests.rs`.
    pub fn is_test(&self) -> bool {
        let in_tests = |folder: &str| folder == "tests" || folder == "benches";
        // The top-level folder `tests` holds crates; their `src` is code like any other.
        self.name() == "tests.rs" || self.path.split('/').skip(1).any(in_tests)
    }
}

/// Every text file of the repository, in order of path.
#[derive(Debug, Clone, Default)]
pub struct Tree {
    /// The files.
    pub files: Vec<SourceFile>,
}

impl Tree {
    /// Reads the files at the root and below the folders that hold sources. Files that are not
    /// UTF-8 text are left out.
    ///
    /// # Errors
    /// The error of reading a folder or a file.
    pub fn read(root: &Path) -> std::io::Result<Self> {
        let at_root = WalkDir::new(root).min_depth(1).max_depth(1);
        let below = FOLDERS.iter().map(|folder| root.join(folder)).filter(|path| path.is_dir());
        let entries = below.flat_map(WalkDir::new).chain(at_root);
        let mut files = Vec::new();
        for entry in entries {
            let entry = entry?;
            if !entry.file_type().is_file() {
                continue;
            }
            let Ok(text) = String::from_utf8(fs_err::read(entry.path())?) else { continue };
            let path = entry.path().strip_prefix(root).unwrap_or(entry.path());
            let parts: Vec<_> = path.iter().map(|part| part.to_string_lossy()).collect();
            files.push(SourceFile { path: parts.join("/"), text });
        }
        files.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(Self { files })
    }

    /// Returns the Rust files.
    pub fn rust(&self) -> impl Iterator<Item = &SourceFile> {
        self.files.iter().filter(|file| file.has_extension("rs"))
    }

    /// Returns the files below a folder.
    pub fn below<'a>(&'a self, folder: &'a str) -> impl Iterator<Item = &'a SourceFile> {
        let inside =
            move |path: &str| path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'));
        self.files.iter().filter(move |file| inside(&file.path))
    }

    /// Makes a tree of given files, for tests of rules.
    #[cfg(test)]
    pub(crate) fn of(files: &[(&str, &str)]) -> Self {
        let file =
            |(path, text): &(&str, &str)| SourceFile { path: (*path).into(), text: (*text).into() };
        Self { files: files.iter().map(file).collect() }
    }
}

/// A place that breaks a rule, and what would satisfy it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Violation {
    /// File or package.
    pub place: String,
    /// Line, counted from 1, where there is one.
    pub line: Option<usize>,
    /// What is wrong and what is wanted.
    pub message: String,
}

impl Violation {
    /// Makes a violation of a whole file or package.
    pub fn of(place: &str, message: impl Into<String>) -> Self {
        Self { place: place.into(), line: None, message: message.into() }
    }

    /// Makes a violation in a line.
    pub fn at(place: &str, line: usize, message: impl Into<String>) -> Self {
        Self { place: place.into(), line: Some(line), message: message.into() }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(formatter, "{}:{line}: {}", self.place, self.message),
            None => write!(formatter, "{}: {}", self.place, self.message),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_test_files_from_code() {
        let is_test = |path: &str| SourceFile { path: path.into(), text: String::new() }.is_test();
        assert!(is_test("pipeline/engine/tests/run.rs"));
        assert!(is_test("stages/tables/src/tests.rs"));
        assert!(is_test("tests/e2e/tests/rerun.rs"));
        assert!(!is_test("tests/e2e/src/workspace.rs"));
        assert!(!is_test("stages/tables/src/ipc.rs"));
    }

    #[test]
    fn finds_files_below_a_folder_only() {
        let tree = Tree::of(&[("pipeline/a.rs", ""), ("pipeline-old/b.rs", ""), ("c.rs", "")]);
        let found: Vec<_> = tree.below("pipeline").map(|file| file.path.as_str()).collect();
        assert_eq!(found, ["pipeline/a.rs"]);
    }
}
