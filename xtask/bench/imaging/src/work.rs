//! From words to work.

use std::error::Error;
use std::path::Path;

use crate::stages::Workbench;
use crate::{Once, read, score};

/// Returns the work that the words stand for.
///
/// # Errors
/// Unknown words, and what keeps the work from being set up.
pub(crate) fn of(
    folder: &Path,
    work: &str,
    tool: &str,
    workers: u32,
) -> Result<Once, Box<dyn Error>> {
    let (kind, which) = work.split_once('-').unwrap_or((work, ""));
    Ok(match (kind, tool) {
        ("read", "read") => {
            let path = read::path(folder, which)?;
            Box::new(move || read::volume(&path))
        }
        ("read", "inflate") => {
            let path = read::path(folder, which)?;
            Box::new(move || read::inflate(&path))
        }
        ("metrics", "score") => {
            let pair = score::Pair::read(folder, which)?;
            Box::new(move || pair.score().map(drop))
        }
        ("prepare", how) => {
            let bench = Workbench::new(folder, how)?;
            Box::new(move || bench.extract(workers))
        }
        _ => return Err(format!("no such work: {work} {tool}").into()),
    })
}
