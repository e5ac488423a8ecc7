//! `orchestrate data preview`.

use std::path::{Path, PathBuf};

use pipeline_cli::{CommandContext, Ending};
use pipeline_spec::Diagnostic;
use stages_ingest::preview::{PreviewError, PreviewOptions};

use super::arguments::PreviewArguments;
use super::check::open;
use super::mistake::{unwritable, writable};

/// Draws the sheet and writes its pages.
pub(super) fn preview(
    arguments: &PreviewArguments,
    context: &CommandContext<'_>,
) -> Result<Ending, Vec<Diagnostic>> {
    if let Some(path) = &arguments.out {
        writable(path)?;
    }
    let found = open(&arguments.place, context)?;
    let options = PreviewOptions {
        cases: arguments.cases.clone(),
        limit: arguments.limit,
        slices: usize::from(arguments.slices),
        columns: usize::from(arguments.columns),
        per_page: usize::from(arguments.per_page),
        tile: usize::from(arguments.tile),
        window: arguments.window,
        cpus: arguments.cpus.map_or(context.cpus(), usize::from),
    };
    let progress = context.progress("cases", options.shown(&found) as u64);
    let read = |case: &str| progress.advance(case);
    let drawn = stages_ingest::preview::preview(&found, &options, context.cancellation(), &read);
    drop(progress);
    let drawn = match drawn {
        Ok(drawn) => drawn,
        Err(PreviewError::Stopped) => {
            context.note("stopped before all cases were drawn");
            return Ok(Ending::Failed);
        }
        Err(error) => return Err(vec![mistake(&error)]),
    };
    let default = PathBuf::from(format!("{}-preview.png", found.manifest.file.name));
    let out = arguments.out.as_ref().unwrap_or(&default);
    for (i, page) in drawn.pages.iter().enumerate() {
        let path = page_path(out, i, drawn.pages.len());
        fs_err::write(&path, page).map_err(|error| unwritable(&path, &error))?;
        context.data(&format!("{}\n", path.display()));
    }
    context.note(&format!("{} of {} cases", drawn.shown, drawn.total));
    for (case, trouble) in &drawn.troubles {
        context.note(&format!("case `{case}`: {trouble}"));
    }
    Ok(if drawn.troubles.is_empty() { Ending::Done } else { Ending::Failed })
}

/// `sheet.png`, or `sheet-2.png` if there are several.
fn page_path(out: &Path, page: usize, pages: usize) -> PathBuf {
    if pages < 2 {
        return out.to_path_buf();
    }
    let stem = out.file_stem().unwrap_or_default().to_string_lossy();
    let ending = out.extension().map_or("png".into(), |ending| ending.to_string_lossy());
    let width = pages.to_string().len();
    out.with_file_name(format!("{stem}-{:0width$}.{ending}", page + 1))
}

fn mistake(error: &PreviewError) -> Diagnostic {
    let diagnostic = Diagnostic::new("data::preview", error.to_string());
    match error {
        PreviewError::NoSuchCase(missing) => match &missing.suggestion {
            Some(name) => diagnostic.with_help(format!("did you mean `{name}`?")),
            None => diagnostic.with_help("`orchestrate data check` lists the cases with `--json`"),
        },
        PreviewError::NoCases { .. } => {
            diagnostic.with_help("check the folder and the manifest's `layout`")
        }
        PreviewError::Png(_) => {
            diagnostic.with_help("choose fewer cases on a page with `--per-page N`")
        }
        PreviewError::Stopped => diagnostic,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn several_pages_are_numbered_so_that_they_sort() {
        let path = |page, pages| page_path(Path::new("a/sheet.png"), page, pages);
        assert_eq!(path(0, 1), Path::new("a/sheet.png"));
        assert_eq!(path(0, 2), Path::new("a/sheet-1.png"));
        assert_eq!(path(8, 12), Path::new("a/sheet-09.png"));
        assert_eq!(page_path(Path::new("sheet"), 1, 2), Path::new("sheet-2.png"));
    }
}
