//! Where a table goes, and mistakes as the command line tells them.

use std::error::Error;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use pipeline_cli::CommandContext;
use pipeline_spec::{Diagnostic, sentence};
use stages_compare::{CompareError, MadeTable};

use super::arguments::{FormatName, TableArguments};

/// The format that is asked for: by its name, by the name of the file, or Markdown.
///
/// # Errors
/// When Arrow is asked for without a file, or the file's name ends with something else.
pub(super) fn format(arguments: &TableArguments) -> Result<FormatName, Vec<Diagnostic>> {
    let extension = arguments.out.as_deref().and_then(Path::extension);
    let by_name = extension.map(|text| FormatName::from_str(&text.to_string_lossy(), true));
    let format = match (arguments.format, by_name) {
        (Some(format), _) | (None, Some(Ok(format))) => format,
        (None, None) => FormatName::Md,
        (None, Some(Err(_))) => {
            let path = arguments.out.as_deref().unwrap_or(Path::new("")).display();
            let message = format!("the name of `{path}` says no format of tables");
            return Err(vec![Diagnostic::new("table::format", message).with_help(
                "let it end with .md, .tex, .html, .csv, .typ or .arrow, or give `--format`",
            )]);
        }
    };
    if arguments.siunitx && format != FormatName::Tex {
        let message = "`--siunitx` is about LaTeX, and the table is to be in another format";
        let help = "add `--format tex`, or leave it out";
        return Err(vec![Diagnostic::new("table::format", message).with_help(help)]);
    }
    if format == FormatName::Arrow && arguments.out.is_none() {
        let message = "an Arrow file is no text for a terminal";
        let help = "name a file with `--out`";
        return Err(vec![Diagnostic::new("table::format", message).with_help(help)]);
    }
    Ok(format)
}

/// Writes the table to standard output, or whole or not at all into a file.
pub(super) fn put(
    table: &MadeTable,
    format: FormatName,
    out: Option<&PathBuf>,
    context: &CommandContext<'_>,
) -> Result<(), Vec<Diagnostic>> {
    let Some(path) = out else {
        context.data(&format.text().map(|format| table.text(format)).unwrap_or_default());
        return Ok(());
    };
    let unwritable = |error: &dyn Error| {
        let message = format!("{} cannot be written: {}", path.display(), sentence(error));
        vec![
            Diagnostic::new("table::output", message)
                .with_help("choose a file in a folder that is there and writable"),
        ]
    };
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let mut file = tempfile::Builder::new()
        .permissions(std::fs::Permissions::from_mode(0o644))
        .prefix(".table-")
        .tempfile_in(folder.unwrap_or(Path::new(".")))
        .map_err(|error| unwritable(&error))?;
    match format.text() {
        Some(format) => {
            file.write_all(table.text(format).as_bytes()).map_err(|error| unwritable(&error))?;
        }
        None => table.write_arrow(file.path()).map_err(|error| unwritable(&error))?,
    }
    file.persist(path).map_err(|error| unwritable(&error.error))?;
    context.note(&format!("written: {}", path.display()));
    Ok(())
}

/// A table that cannot be made.
pub(super) fn mistake(error: &CompareError) -> Vec<Diagnostic> {
    let diagnostic = Diagnostic::new("table::layout", sentence(error));
    vec![match error.help() {
        Some(help) => diagnostic.with_help(help),
        None => diagnostic,
    }]
}

/// An error with its causes.
pub(super) fn sentence_of(error: &dyn Error) -> String {
    sentence(error)
}
