//! The stamp of a complete folder: what it was made from, and every file with its size.

use std::fmt;
use std::path::{Path, PathBuf};

const FILE: &str = ".complete";
/// First line; another layout of the file gets another number.
const HEADER: &str = "orchestrate-libtorch 1";

/// What a complete folder holds.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Stamp {
    identity: String,
    files: Vec<(String, u64)>,
}

/// Why a folder is not what its stamp, or the caller, says.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Problem {
    /// There is no folder.
    NoFolder,
    /// There is no stamp, or one that cannot be read: the folder was never finished.
    NoStamp,
    /// The folder was made from something else.
    Identity {
        /// What it was made from.
        found: String,
    },
    /// A file is gone.
    MissingFile(String),
    /// A file is shorter or longer than it was.
    Size {
        /// The file.
        file: String,
        /// Its size in bytes.
        found: u64,
        /// Its size when the folder was complete.
        expected: u64,
    },
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoFolder => formatter.write_str("it is not there"),
            Self::NoStamp => formatter.write_str("it was never finished"),
            Self::Identity { found } => write!(formatter, "it was made from {found}"),
            Self::MissingFile(file) => write!(formatter, "`{file}` is missing"),
            Self::Size { file, found, expected } => {
                write!(formatter, "`{file}` has {found} bytes instead of {expected}")
            }
        }
    }
}

impl Stamp {
    /// Lists every file of a folder, in order of path.
    ///
    /// # Errors
    /// The error of reading the folder.
    pub(crate) fn of_folder(folder: &Path, identity: &str) -> std::io::Result<Self> {
        let mut files = Vec::new();
        collect(folder, "", &mut files)?;
        files.retain(|(path, _)| path != FILE);
        files.sort();
        Ok(Self { identity: identity.into(), files })
    }

    /// Returns the files of the folder, as paths relative to it.
    pub(crate) fn files(&self) -> impl Iterator<Item = &str> {
        self.files.iter().map(|(path, _)| path.as_str())
    }

    /// Returns the stamp of the same folder without some of its files.
    pub(crate) fn without(mut self, left_out: &[&str]) -> Self {
        self.files.retain(|(path, _)| !left_out.contains(&path.as_str()));
        self
    }

    /// Writes the stamp into the folder.
    ///
    /// # Errors
    /// The error of writing.
    pub(crate) fn write(&self, folder: &Path) -> std::io::Result<()> {
        let mut text = format!("{HEADER}\n{}\n{} files\n", self.identity, self.files.len());
        for (path, size) in &self.files {
            text.extend([size.to_string().as_str(), " ", path, "\n"]);
        }
        fs_err::write(folder.join(FILE), text)
    }

    /// Reads the stamp of a folder; `None` if there is none that can be understood.
    pub(crate) fn read(folder: &Path) -> Option<Self> {
        let text = fs_err::read_to_string(folder.join(FILE)).ok()?;
        // A stamp cut short must not pass for a shorter list: hence the count and the last newline.
        let mut lines = text.strip_suffix('\n')?.split('\n');
        if lines.next() != Some(HEADER) {
            return None;
        }
        let identity = lines.next()?.to_owned();
        let count: usize = lines.next()?.strip_suffix(" files")?.parse().ok()?;
        let file = |line: &str| {
            let (size, path) = line.split_once(' ')?;
            Some((path.to_owned(), size.parse().ok()?))
        };
        let files = lines.map(file).collect::<Option<Vec<_>>>()?;
        (files.len() == count).then_some(Self { identity, files })
    }

    /// Compares a folder with its stamp, by the files' sizes.
    ///
    /// # Errors
    /// The first [`Problem`] found.
    pub(crate) fn check(folder: &Path, identity: &str) -> Result<Self, Problem> {
        if !folder.is_dir() {
            return Err(Problem::NoFolder);
        }
        let stamp = Self::read(folder).ok_or(Problem::NoStamp)?;
        if stamp.identity != identity {
            return Err(Problem::Identity { found: stamp.identity });
        }
        let mut path = PathBuf::from(folder);
        for (file, expected) in &stamp.files {
            path.push(file);
            let found = match fs_err::metadata(&path) {
                Ok(meta) if meta.is_file() => meta.len(),
                _ => return Err(Problem::MissingFile(file.clone())),
            };
            if found != *expected {
                return Err(Problem::Size { file: file.clone(), found, expected: *expected });
            }
            for _ in Path::new(file).components() {
                path.pop();
            }
        }
        Ok(stamp)
    }
}

fn collect(folder: &Path, prefix: &str, files: &mut Vec<(String, u64)>) -> std::io::Result<()> {
    for entry in fs_err::read_dir(folder)? {
        let entry = entry?;
        let path = format!("{prefix}{}", entry.file_name().to_string_lossy());
        let meta = fs_err::metadata(entry.path())?;
        if meta.is_dir() {
            collect(&entry.path(), &format!("{path}/"), files)?;
        } else {
            files.push((path, meta.len()));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const IDENTITY: &str = "linux-x86_64 torch==2.11.0";

    fn stamped() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        fs_err::create_dir_all(folder.path().join("lib")).unwrap();
        fs_err::create_dir_all(folder.path().join("include/a b")).unwrap();
        fs_err::write(folder.path().join("lib/libc10.so"), "0123456789").unwrap();
        fs_err::write(folder.path().join("include/a b/c.h"), "").unwrap();
        Stamp::of_folder(folder.path(), IDENTITY).unwrap().write(folder.path()).unwrap();
        folder
    }

    #[test]
    fn accepts_an_untouched_folder() {
        let folder = stamped();
        let stamp = Stamp::check(folder.path(), IDENTITY).unwrap();
        assert_eq!(stamp.files, [("include/a b/c.h".into(), 0), ("lib/libc10.so".into(), 10)]);
        // Stamping again does not list the stamp itself.
        assert_eq!(Stamp::of_folder(folder.path(), IDENTITY).unwrap(), stamp);
    }

    #[test]
    fn detects_a_truncated_file() {
        let folder = stamped();
        fs_err::write(folder.path().join("lib/libc10.so"), "0123").unwrap();
        let problem = Stamp::check(folder.path(), IDENTITY).unwrap_err();
        assert_eq!(problem.to_string(), "`lib/libc10.so` has 4 bytes instead of 10");
    }

    #[test]
    fn detects_a_deleted_file_and_a_folder_in_its_place() {
        let folder = stamped();
        let file = folder.path().join("include/a b/c.h");
        fs_err::remove_file(&file).unwrap();
        let missing = Err(Problem::MissingFile("include/a b/c.h".into()));
        assert_eq!(Stamp::check(folder.path(), IDENTITY), missing);
        fs_err::create_dir_all(&file).unwrap();
        assert_eq!(Stamp::check(folder.path(), IDENTITY), missing);
    }

    #[test]
    fn detects_a_folder_that_was_never_finished() {
        let folder = stamped();
        fs_err::remove_file(folder.path().join(FILE)).unwrap();
        assert_eq!(Stamp::check(folder.path(), IDENTITY), Err(Problem::NoStamp));
        assert_eq!(Stamp::check(&folder.path().join("gone"), IDENTITY), Err(Problem::NoFolder));
    }

    #[test]
    fn detects_a_stamp_that_was_cut_short() {
        let folder = stamped();
        let whole = fs_err::read_to_string(folder.path().join(FILE)).unwrap();
        for length in 0..whole.len() {
            fs_err::write(folder.path().join(FILE), &whole[..length]).unwrap();
            let checked = Stamp::check(folder.path(), IDENTITY);
            assert_eq!(checked, Err(Problem::NoStamp), "accepted a stamp of {length} bytes");
        }
    }

    #[test]
    fn detects_another_origin() {
        let folder = stamped();
        let problem = Stamp::check(folder.path(), "linux-x86_64 torch==2.12.0").unwrap_err();
        assert_eq!(problem.to_string(), format!("it was made from {IDENTITY}"));
    }
}
