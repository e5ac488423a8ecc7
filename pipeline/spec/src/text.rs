//! Reading the text of a file that the user named.

use std::path::Path;
use std::sync::Arc;

use crate::{Diagnostic, Place, SpecErrors};

/// The text of a file.
///
/// # Errors
/// No such file, with what may have been meant; a folder; bytes that are not UTF-8.
pub(crate) fn read_text(path: &Path) -> Result<String, SpecErrors> {
    let fail = |diagnostic| Err(SpecErrors::new(path, vec![diagnostic]));
    let bytes = match fs_err::read(path) {
        Ok(bytes) => bytes,
        Err(error) => return fail(unreadable(path, &error)),
    };
    String::from_utf8(bytes).or_else(|error| {
        let at = error.utf8_error().valid_up_to();
        let text: Arc<str> = String::from_utf8_lossy(error.as_bytes()).into();
        fail(
            Diagnostic::new(
                "spec::encoding",
                format!("the file is not UTF-8: byte {} is {:#04x}", at + 1, error.as_bytes()[at]),
            )
            .with_help("save the file as UTF-8 text")
            .at(Place::new(&path.display().to_string(), &text, at..at + 3)),
        )
    })
}

fn unreadable(path: &Path, error: &std::io::Error) -> Diagnostic {
    let file = path.display();
    if path.is_dir() {
        return Diagnostic::new("spec::file", format!("`{file}` is a folder, not a file"))
            .with_help("name the experiment file inside it");
    }
    match error.kind() {
        std::io::ErrorKind::NotFound => {
            Diagnostic::new("spec::file", format!("there is no file `{file}`"))
                .with_help(neighbours(path))
        }
        _ => Diagnostic::new("spec::file", format!("cannot read `{file}`: {error}")),
    }
}

/// The experiment files beside the one that does not exist.
fn neighbours(path: &Path) -> String {
    let folder = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    let folder = folder.unwrap_or_else(|| Path::new("."));
    let mut names: Vec<String> = fs_err::read_dir(folder)
        .into_iter()
        .flatten()
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| Path::new(name).extension().is_some_and(|end| end == "yaml" || end == "yml"))
        .collect();
    names.sort();
    let wanted = path.file_name().map(|name| name.to_string_lossy().into_owned());
    let known: Vec<&str> = names.iter().map(String::as_str).collect();
    let near = wanted.and_then(|wanted| {
        let with_end = format!("{wanted}.yaml");
        if known.contains(&with_end.as_str()) {
            return Some(with_end);
        }
        crate::suggest(&wanted, &known)
    });
    match near {
        Some(name) => format!("did you mean `{}`?", path.with_file_name(name).display()),
        None if names.is_empty() => format!("there are no YAML files in `{}`", folder.display()),
        None => format!("`{}` holds {}", folder.display(), crate::quoted_list(names)),
    }
}
