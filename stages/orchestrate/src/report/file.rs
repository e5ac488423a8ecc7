//! The page that every run leaves.

use std::path::PathBuf;

use pipeline_cli::{RecordedRun, RunFiles};
use pipeline_spec::Diagnostic;
use pipeline_store::write_beside;

use super::command::unwritable;
use super::content::Content;
use super::document::document;

/// The page's name in the run's folder.
pub(super) const FILE: &str = "report.html";

/// Writes `report.html` after every run. It reads the run's metrics table, so that it comes after
/// what writes that.
pub(crate) struct ReportFile;

impl RunFiles for ReportFile {
    fn write(&self, run: &RecordedRun) -> Result<Vec<PathBuf>, Vec<Diagnostic>> {
        let path = run.folder().join(FILE);
        let html = document(&Content::of(run));
        write_beside(&path, html.as_bytes()).map_err(|error| unwritable(&path, &error))?;
        Ok(vec![path])
    }
}
