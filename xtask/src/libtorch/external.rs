//! A libtorch of the user's own, named by `LIBTORCH`.

use std::path::{Path, PathBuf};

use crate::libtorch::{LibtorchError, VERSION};

/// Checks that a folder holds libraries and headers of the right version.
///
/// Accepted are an unpacked libtorch archive and the `torch` folder of a Python installation.
///
/// # Errors
/// One of the `External…` variants of [`LibtorchError`].
pub(crate) fn check(folder: &Path) -> Result<(), LibtorchError> {
    let suffix = std::env::consts::DLL_SUFFIX;
    let libraries = ["torch", "torch_cpu", "c10"].map(|name| format!("lib/lib{name}{suffix}"));
    let headers = ["include/torch/csrc/api/include/torch/torch.h".to_owned()];
    for needed in libraries.into_iter().chain(headers) {
        if !folder.join(&needed).is_file() {
            return Err(LibtorchError::ExternalIncomplete {
                folder: folder.into(),
                missing: needed,
            });
        }
    }
    let Some((file, found)) = version_of(folder) else {
        return Err(LibtorchError::ExternalVersionUnknown { folder: folder.into() });
    };
    // A build for a certain CUDA says so behind the number: `2.11.0+cu130`.
    if found.split('+').next() == Some(VERSION) {
        return Ok(());
    }
    Err(LibtorchError::ExternalVersion { folder: folder.into(), file, found })
}

/// A file that names the version, and how to read it.
type Source = (&'static str, fn(&str) -> Option<String>);

/// The places that name the version, the most exact first.
const SOURCES: [Source; 4] = [
    ("build-version", first_word),
    ("version.py", python_version),
    ("include/torch/headeronly/version.h", header_version),
    ("include/torch/csrc/api/include/torch/version.h", header_version),
];

fn version_of(folder: &Path) -> Option<(PathBuf, String)> {
    SOURCES.iter().find_map(|(file, read)| {
        let text = fs_err::read_to_string(folder.join(file)).ok()?;
        Some((PathBuf::from(file), read(&text)?))
    })
}

fn first_word(text: &str) -> Option<String> {
    text.split_whitespace().next().map(str::to_owned)
}

/// Reads `__version__ = '2.11.0+cu130'`.
fn python_version(text: &str) -> Option<String> {
    let line = text.lines().find_map(|line| line.strip_prefix("__version__"))?;
    let quote = line.find(['\'', '"'])?;
    let value = &line[quote + 1..];
    value.find(['\'', '"']).map(|end| value[..end].to_owned())
}

/// Reads `#define TORCH_VERSION \` and, on the same line or the next, `"2.11.0"`.
fn header_version(text: &str) -> Option<String> {
    let definition = text.split("#define TORCH_VERSION").find_map(|rest| {
        let rest = rest.strip_prefix([' ', '\t'])?;
        rest.trim_start_matches([' ', '\t', '\\', '\r', '\n']).strip_prefix('"')
    })?;
    definition.split_once('"').map(|(version, _)| version.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn libtorch(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        let suffix = std::env::consts::DLL_SUFFIX;
        let libraries = ["torch", "torch_cpu", "c10"].map(|name| format!("lib/lib{name}{suffix}"));
        let headers = ["include/torch/csrc/api/include/torch/torch.h".to_owned()];
        let empty = libraries.into_iter().chain(headers).map(|file| (file, ""));
        for (file, text) in empty.chain(files.iter().map(|(file, text)| ((*file).into(), *text))) {
            let path = folder.path().join(file);
            fs_err::create_dir_all(path.parent().unwrap()).unwrap();
            fs_err::write(path, text).unwrap();
        }
        folder
    }

    #[test]
    fn accepts_the_version_wherever_it_is_written() {
        let header = "#define TORCH_VERSION_MAJOR 2\n#define TORCH_VERSION \\\n  \"2.11.0\"\n";
        for (file, text) in [
            ("build-version", "2.11.0+cpu\n"),
            ("version.py", "from typing import Optional\n__version__ = '2.11.0+cu130'\n"),
            ("include/torch/headeronly/version.h", header),
            (
                "include/torch/csrc/api/include/torch/version.h",
                "#define TORCH_VERSION_MAJOR 2\n#define TORCH_VERSION \"2.11.0\"\n",
            ),
        ] {
            let folder = libtorch(&[(file, text)]);
            check(folder.path()).unwrap();
        }
    }

    #[test]
    fn names_the_version_it_found_and_where() {
        let folder = libtorch(&[("version.py", "__version__ = '2.9.1+cu128'\n")]);
        let error = check(folder.path()).unwrap_err();
        let message = error.to_string();
        assert!(message.contains("holds version 2.9.1+cu128 (says `version.py`)"), "{message}");
        assert!(message.ends_with("2.11.0 is needed"), "{message}");
        assert!(error.help().contains("unset it"));
        // A version that only begins alike is another version.
        let folder = libtorch(&[("build-version", "2.11.01")]);
        assert!(matches!(check(folder.path()), Err(LibtorchError::ExternalVersion { .. })));
    }

    #[test]
    fn names_what_is_missing() {
        let folder = libtorch(&[]);
        assert!(matches!(check(folder.path()), Err(LibtorchError::ExternalVersionUnknown { .. })));
        let library = format!("lib/libc10{}", std::env::consts::DLL_SUFFIX);
        fs_err::remove_file(folder.path().join(&library)).unwrap();
        let message = check(folder.path()).unwrap_err().to_string();
        assert!(message.contains(&format!("which has no `{library}`")), "{message}");
    }
}
