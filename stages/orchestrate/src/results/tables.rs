//! `metrics.arrow` and `clinical.arrow` in the folder of every run.

use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use pipeline_cli::{RecordedRun, RunFiles};
use pipeline_spec::{Diagnostic, sentence};
use stages_tables::{RunClinical, RunMetrics, TableError, kind};

use super::parts::RunParts;

/// Adds the rows of all evaluations as tables of the whole run.
///
/// The tables hold what the run has done. They go when the experiment has no evaluation any more,
/// and stay as they were when it has but this run did not come to any.
pub(crate) struct RunTables;

impl RunFiles for RunTables {
    fn write(&self, run: &RecordedRun) -> Result<Vec<PathBuf>, Vec<Diagnostic>> {
        let mut kinds = run.nodes().iter().flat_map(|node| node.kinds.values());
        let evaluates = kinds.any(|of_port| of_port == kind::METRICS);
        let paths = [RunMetrics::FILE, RunClinical::FILE].map(|file| run.folder().join(file));
        let RunParts { parts, .. } = &RunParts::of(run)?;
        let [metrics, clinical] = &paths;
        if parts.is_empty() {
            if !evaluates {
                remove(metrics).and_then(|()| remove(clinical)).map_err(|error| mistake(&error))?;
            }
        } else {
            let name = run.experiment();
            replace(metrics, |path| RunMetrics::write(name, parts, path).map(|()| true))?;
            replace(clinical, |path| RunClinical::write(name, parts, path))?;
        }
        Ok(paths.into_iter().filter(|path| path.exists()).collect())
    }
}

/// Puts a new file in the place of another, or nothing if there is nothing to write. A file that
/// would be the same is left alone.
fn replace(
    path: &Path,
    write: impl Fn(&Path) -> Result<bool, TableError>,
) -> Result<(), Vec<Diagnostic>> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let new = fs_err::create_dir_all(folder).and_then(|()| {
        tempfile::Builder::new()
            .permissions(std::fs::Permissions::from_mode(0o644))
            .prefix(".table-")
            .tempfile_in(folder)
    });
    let new = new.map_err(|error| mistake(&error))?;
    if !write(new.path()).map_err(|error| vec![table_mistake(path, &error)])? {
        return remove(path).map_err(|error| mistake(&error));
    }
    if same(new.path(), path).map_err(|error| mistake(&error))? {
        return Ok(());
    }
    new.persist(path).map(drop).map_err(|error| mistake(&error.error))
}

/// Whether two files hold the same bytes; a file that is not there is like no other.
fn same(new: &Path, old: &Path) -> std::io::Result<bool> {
    let Ok(old_length) = fs_err::metadata(old).map(|metadata| metadata.len()) else {
        return Ok(false);
    };
    if fs_err::metadata(new)?.len() != old_length {
        return Ok(false);
    }
    let [mut new, mut old] = [fs_err::File::open(new)?, fs_err::File::open(old)?];
    let [mut of_new, mut of_old] = [Vec::new(), Vec::new()];
    loop {
        for (file, bytes) in [(&mut new, &mut of_new), (&mut old, &mut of_old)] {
            bytes.clear();
            file.by_ref().take(1 << 20).read_to_end(bytes)?;
        }
        if of_new != of_old || of_new.is_empty() {
            return Ok(of_new == of_old);
        }
    }
}

fn remove(path: &Path) -> std::io::Result<()> {
    match fs_err::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn mistake(error: &std::io::Error) -> Vec<Diagnostic> {
    let message = format!("the tables of the run cannot be written: {}", sentence(error));
    vec![Diagnostic::new("results::write", message)]
}

fn table_mistake(path: &Path, error: &TableError) -> Diagnostic {
    let message = format!("{} cannot be made: {}", path.display(), sentence(error));
    let help = "an artifact of kind `metrics` must hold a `metrics.arrow` with the columns that \
                `orchestrate columns metrics` lists";
    Diagnostic::new("results::table", message).with_help(help)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(text: &'static str) -> impl Fn(&Path) -> Result<bool, TableError> {
        move |path| {
            fs_err::write(path, text).unwrap();
            Ok(!text.is_empty())
        }
    }

    #[test]
    fn a_file_is_replaced_only_by_another_and_goes_with_its_content() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("run/metrics.arrow");
        let known = || {
            use std::os::unix::fs::MetadataExt;
            let metadata = fs_err::metadata(&path).unwrap();
            (fs_err::read_to_string(&path).unwrap(), metadata.ino(), metadata.mode() & 0o777)
        };
        replace(&path, write("one")).unwrap();
        let first = known();
        assert_eq!((first.0.as_str(), first.2), ("one", 0o644));
        replace(&path, write("one")).unwrap();
        assert_eq!(known(), first, "not touched");
        replace(&path, write("two")).unwrap();
        assert_eq!(known().0, "two");
        replace(&path, write("")).unwrap();
        replace(&path, write("")).unwrap();
        assert_eq!(fs_err::read_dir(dir.path().join("run")).unwrap().count(), 0);
    }

    #[test]
    fn large_files_are_compared_to_their_ends() {
        let dir = tempfile::tempdir().unwrap();
        let [a, b] = ["a", "b"].map(|name| dir.path().join(name));
        let mut bytes = vec![7; (1 << 20) + 3];
        fs_err::write(&a, &bytes).unwrap();
        fs_err::write(&b, &bytes).unwrap();
        assert!(same(&a, &b).unwrap());
        bytes[(1 << 20) + 2] = 8;
        fs_err::write(&b, &bytes).unwrap();
        assert!(!same(&a, &b).unwrap());
        assert!(!same(&a, &dir.path().join("none")).unwrap());
    }
}
