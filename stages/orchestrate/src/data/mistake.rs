//! Requests that cannot be carried out, as the command line tells them.

use std::path::Path;

use pipeline_spec::{Diagnostic, sentence};
use stages_ingest::IngestError;

/// What is wrong with a manifest or a place, with what to do about it.
pub(super) fn mistakes(error: IngestError) -> Vec<Diagnostic> {
    let one = |code: &str, message: String, help: &str| {
        vec![Diagnostic::new(code, message).with_help(help)]
    };
    let message = sentence(&error);
    match error {
        IngestError::NoManifest { name, looked, help } => {
            let is_path = name.contains(['/', '\\']) || name.contains(".y");
            let looked = looked.first().filter(|_| is_path).map(|path| path.display().to_string());
            match looked {
                Some(path) => one(
                    "data::no_manifest",
                    message,
                    &format!("looked for {path}; `orchestrate data list` names those built in"),
                ),
                None => one("data::no_manifest", message, &help),
            }
        }
        IngestError::ManifestSyntax(errors) => errors.diagnostics,
        IngestError::Manifest { path, problems } => {
            let line = |problem: String| {
                Diagnostic::new("data::manifest", format!("{}: {problem}", path.display()))
            };
            problems.into_iter().map(line).collect()
        }
        IngestError::NoDataset { looked, obtain, .. } => one(
            "data::no_dataset",
            format!("{message}: {}", looked.join("; ")),
            &format!(
                "name its folder with `--root DIR`, or the folder that holds your datasets with \
                 `--data-root DIR` or ORCHESTRATE_DATA. To get the data: {obtain}"
            ),
        ),
        IngestError::NoSuchSplit { known, .. } => {
            one("data::no_split", message, &format!("its splits are: {}", known.join(", ")))
        }
        IngestError::NoSplit { looked, obtain, .. } => {
            let looked: Vec<String> =
                looked.iter().map(|path| path.display().to_string()).collect();
            one(
                "data::no_split",
                format!("{message}: looked for the folder {}", looked.join(" and ")),
                &format!(
                    "name the splits that are there with `--splits A,B`. To get the data: {obtain}"
                ),
            )
        }
        _ => one("data::files", message, "check that the folder can be read"),
    }
}

/// A file that could not be written.
pub(super) fn unwritable(path: &Path, error: &dyn std::error::Error) -> Vec<Diagnostic> {
    refused(path, &sentence(error))
}

/// Whether a file can be made here, before work is spent on its content.
pub(super) fn writable(path: &Path) -> Result<(), Vec<Diagnostic>> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let there = folder.is_none_or(Path::is_dir);
    if there && !path.is_dir() {
        return Ok(());
    }
    Err(refused(path, if there { "it is a folder" } else { "its folder is not there" }))
}

/// A file that is not written, and why.
fn refused(path: &Path, why: &str) -> Vec<Diagnostic> {
    let message = format!("{} cannot be written: {why}", path.display());
    let help = "choose a file in a folder that is there and writable";
    vec![Diagnostic::new("data::output", message).with_help(help)]
}
