//! MLflow's store in a folder: `EXPERIMENT/RUN/{meta.yaml,params,metrics,tags,artifacts}`.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};

use crate::meta::{field, file_address, quoted};
use crate::run::EXPERIMENT_KIND;
use crate::{MlflowError, Run, RunFile, Written};

/// A folder that MLflow reads as a tracking store.
pub struct FolderStore {
    root: PathBuf,
}

/// An experiment of the store.
struct Experiment {
    id: String,
    dir: PathBuf,
}

/// The experiment that every store of MLflow has.
const DEFAULT: &str = "Default";

/// What MLflow calls an experiment or run that was not deleted.
const ACTIVE: &str = "active";

impl FolderStore {
    /// Opens the store in a folder, or makes one if the folder is empty or not there.
    ///
    /// # Errors
    /// If the folder holds something else, or cannot be written.
    pub fn open(root: &Path) -> Result<Self, MlflowError> {
        fs_err::create_dir_all(root)?;
        let store = Self { root: fs_err::canonicalize(root)? };
        let mut entries = fs_err::read_dir(&store.root)?;
        if entries.next().is_none() {
            // MLflow expects it of a store that it has not made itself.
            store.create_experiment("0", DEFAULT, 0)?;
        } else if store.experiments()?.is_empty() && !store.root.join(".trash").is_dir() {
            let what = "it holds other files, and no experiment of MLflow";
            return Err(MlflowError::Store { path: store.root, what });
        }
        Ok(store)
    }

    /// Writes a run, whole or not at all. One that is there already stays as it is, apart from the
    /// tags and files of a [`Run::refreshed`] one.
    ///
    /// # Errors
    /// If a file cannot be read or written, or the experiment was deleted in MLflow.
    pub fn write(&self, experiment: &str, run: &Run) -> Result<Written, MlflowError> {
        let experiment = self.experiment(experiment, run.start_ms)?;
        let dir = experiment.dir.join(&run.id);
        let (params, cut) = run.fitting_params();
        let mut notes = Vec::new();
        if dir.exists() {
            if run.refreshed {
                write_tags(&dir, run)?;
                copy_files(&dir, &run.files)?;
            }
            return Ok(Written { run_id: run.id.clone(), created: false, notes });
        }
        if cut > 0 {
            notes.push(format!("{cut} values of parameters were cut to 6000 characters"));
        }
        // MLflow passes over a folder without a `meta.yaml`; that is written last.
        let partial = experiment.dir.join(format!(".partial-{}", run.id));
        if partial.exists() {
            fs_err::remove_dir_all(&partial)?;
        }
        for folder in ["params", "metrics", "tags", "artifacts"] {
            fs_err::create_dir_all(partial.join(folder))?;
        }
        for (key, value) in &params {
            write_below(&partial.join("params"), key, value)?;
        }
        for (key, lines) in metric_lines(run) {
            write_below(&partial.join("metrics"), key, &lines)?;
        }
        write_tags(&partial, run)?;
        copy_files(&partial, &run.files)?;
        fs_err::write(partial.join("meta.yaml"), self.run_meta(&experiment, run))?;
        fs_err::rename(&partial, &dir)?;
        Ok(Written { run_id: run.id.clone(), created: true, notes })
    }

    /// The experiment of this name, a new one if there is none.
    fn experiment(&self, name: &str, created_ms: i64) -> Result<Experiment, MlflowError> {
        let found = self
            .experiments()?
            .into_iter()
            .find(|(_, meta)| field(meta, "name").as_deref() == Some(name));
        if let Some((dir, meta)) = found {
            if field(&meta, "lifecycle_stage").is_some_and(|stage| stage != ACTIVE) {
                return Err(MlflowError::Deleted { name: name.to_owned() });
            }
            let id = dir.file_name().unwrap_or_default().to_string_lossy().into_owned();
            return Ok(Experiment { id, dir });
        }
        let trash = meta_files(&self.root.join(".trash"))?;
        if trash.iter().any(|(_, meta)| field(meta, "name").as_deref() == Some(name)) {
            return Err(MlflowError::Deleted { name: name.to_owned() });
        }
        let mut id = number_of(name);
        while self.root.join(id.to_string()).exists() {
            id += 1;
        }
        self.create_experiment(&id.to_string(), name, created_ms)
    }

    fn create_experiment(
        &self,
        id: &str,
        name: &str,
        created_ms: i64,
    ) -> Result<Experiment, MlflowError> {
        let dir = self.root.join(id);
        fs_err::create_dir_all(&dir)?;
        let meta = format!(
            "artifact_location: {}\ncreation_time: {created_ms}\nexperiment_id: {}\n\
             last_update_time: {created_ms}\nlifecycle_stage: {ACTIVE}\nname: {}\n",
            quoted(&file_address(&dir.to_string_lossy())),
            quoted(id),
            quoted(name),
        );
        if name != DEFAULT {
            fs_err::create_dir_all(dir.join("tags"))?;
            let (key, value) = EXPERIMENT_KIND;
            fs_err::write(dir.join("tags").join(key), value)?;
        }
        let partial = dir.join(".meta.yaml.partial");
        fs_err::write(&partial, meta)?;
        fs_err::rename(&partial, dir.join("meta.yaml"))?;
        Ok(Experiment { id: id.to_owned(), dir })
    }

    /// Folders of experiments with their `meta.yaml`.
    fn experiments(&self) -> Result<Vec<(PathBuf, String)>, MlflowError> {
        meta_files(&self.root)
    }

    fn run_meta(&self, experiment: &Experiment, run: &Run) -> String {
        let artifacts = self.root.join(&experiment.id).join(&run.id).join("artifacts");
        // Numbers of MLflow: status 3 is finished, 4 failed; source type 4 is a local program.
        format!(
            "artifact_uri: {}\nend_time: {}\nentry_point_name: ''\nexperiment_id: {}\n\
             lifecycle_stage: {ACTIVE}\nrun_id: {id}\nrun_name: {}\nrun_uuid: {id}\n\
             source_name: ''\nsource_type: 4\nsource_version: ''\nstart_time: {}\nstatus: {}\n\
             tags: []\nuser_id: orchestrate\n",
            quoted(&file_address(&artifacts.to_string_lossy())),
            run.end_ms,
            quoted(&experiment.id),
            quoted(&run.name),
            run.start_ms,
            if run.succeeded { 3 } else { 4 },
            id = quoted(&run.id),
        )
    }
}

/// Every folder in a folder that has a `meta.yaml`, with its text, by name.
fn meta_files(dir: &Path) -> Result<Vec<(PathBuf, String)>, MlflowError> {
    if !dir.is_dir() {
        return Ok(Vec::new());
    }
    let mut folders = Vec::new();
    for entry in fs_err::read_dir(dir)? {
        folders.push(entry?.path());
    }
    folders.sort();
    let mut found = Vec::new();
    for folder in folders {
        let meta = folder.join("meta.yaml");
        if meta.is_file() {
            found.push((folder, fs_err::read_to_string(meta)?));
        }
    }
    Ok(found)
}

/// A number with 18 digits, the same for the same name: what MLflow's own experiments look like.
fn number_of(name: &str) -> u64 {
    // FNV-1a; experiments whose numbers are equal are told apart by their names.
    let hash = name.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    100_000_000_000_000_000 + hash % 800_000_000_000_000_000
}

/// The lines of every metric's file: time, value, step.
fn metric_lines(run: &Run) -> BTreeMap<&str, String> {
    let mut files: BTreeMap<&str, String> = BTreeMap::new();
    for metric in &run.metrics {
        let value = match metric.value {
            // As Python writes them.
            value if value.is_nan() => "nan".to_owned(),
            value if value.is_infinite() => if value > 0.0 { "inf" } else { "-inf" }.to_owned(),
            value => value.to_string(),
        };
        let lines = files.entry(&metric.key).or_default();
        let _ = writeln!(lines, "{} {value} {}", metric.timestamp_ms, metric.step);
    }
    files
}

fn write_tags(dir: &Path, run: &Run) -> Result<(), MlflowError> {
    for (key, value) in run.fitting_tags() {
        write_below(&dir.join("tags"), &key, &value)?;
    }
    Ok(())
}

fn copy_files(dir: &Path, files: &[RunFile]) -> Result<(), MlflowError> {
    for file in files {
        let target = dir.join("artifacts").join(&file.name);
        let name = target.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let partial = target.with_file_name(format!(".partial-{name}"));
        if let Some(parent) = target.parent() {
            fs_err::create_dir_all(parent)?;
        }
        // Not `copy`, which would carry over that files of a store are read-only.
        let mut from = fs_err::File::open(&file.path)?;
        let mut to = fs_err::File::create(&partial)?;
        std::io::copy(&mut from, &mut to)?;
        fs_err::rename(&partial, &target)?;
    }
    Ok(())
}

fn write_below(dir: &Path, key: &str, text: &str) -> Result<(), MlflowError> {
    let path = dir.join(key);
    if let Some(parent) = path.parent() {
        fs_err::create_dir_all(parent)?;
    }
    Ok(fs_err::write(path, text)?)
}
