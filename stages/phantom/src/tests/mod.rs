//! The stage as a whole: what it writes in every layout, and that it writes it again.

mod content;
mod golden;
mod parameters;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use pipeline_engine::{ActionContext, Cancellation, Granted, Job, Stage, StageError, StageEvent};
use tempfile::TempDir;

use crate::{Layout, Phantom, PhantomParams, WholeRange};

const LAYOUTS: [Layout; 4] =
    [Layout::Acdc, Layout::Promise12, Layout::DecathlonSpleen, Layout::DecathlonHippocampus];

/// A dataset small enough for tests.
fn tiny(layout: Layout, subjects: u32) -> PhantomParams {
    let range = |min, max| Some(WholeRange { min, max });
    PhantomParams {
        layout,
        subjects,
        size_px: range(34, 38),
        slices: match layout {
            Layout::DecathlonHippocampus => range(26, 30),
            _ => range(7, 8),
        },
        ..PhantomParams::default()
    }
}

/// Coarser pixels, so that a tiny grid still sees the whole organ.
fn coarse(mut params: PhantomParams) -> PhantomParams {
    let mm = |min, max| Some(crate::MmRange { min, max });
    (params.spacing_mm, params.slice_spacing_mm) = match params.layout {
        Layout::Acdc => (mm(3.5, 4.0), mm(10.0, 11.0)),
        Layout::Promise12 => (mm(2.6, 2.9), mm(7.0, 8.0)),
        Layout::DecathlonSpleen => (mm(9.0, 9.8), mm(18.0, 20.0)),
        Layout::DecathlonHippocampus => (None, None),
    };
    params
}

/// Runs the stage into a new folder.
fn generate(params: &PhantomParams, threads: u32) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    let events = Mutex::new(Vec::new());
    run_into(params, dir.path(), threads, &Cancellation::new(), &events).unwrap();
    let last =
        events.into_inner().unwrap().into_iter().filter(
            |event| matches!(event, StageEvent::Progress { done, total, .. } if done == total),
        );
    assert_eq!(last.count(), 1, "the last subject is reported once");
    dir
}

fn run_into(
    params: &PhantomParams,
    dir: &Path,
    threads: u32,
    cancellation: &Cancellation,
    events: &Mutex<Vec<StageEvent>>,
) -> Result<(), StageError> {
    let job = Job {
        protocol: 1,
        node: "data".to_owned(),
        stage: "phantom".to_owned(),
        version: Phantom.info().version,
        params: serde_json::to_value(params).unwrap(),
        inputs: BTreeMap::new(),
        sources: BTreeMap::new(),
        outputs: BTreeMap::from([("dataset".to_owned(), dir.to_path_buf())]),
        scratch: dir.to_path_buf(),
        resume: dir.join("resume"),
        granted: Granted::cpus_only(threads),
    };
    let sink = |event| events.lock().unwrap().push(event);
    Phantom.run(params, &ActionContext::from_job(&job, cancellation, &sink))
}

/// Every file beneath a folder, relative and sorted.
fn files(dir: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![dir.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs_err::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.push(path.strip_prefix(dir).unwrap().to_path_buf());
            }
        }
    }
    found.sort();
    found
}

/// The names of [`files`], with `/`.
fn names(dir: &Path) -> Vec<String> {
    files(dir).iter().map(|path| path.to_str().unwrap().replace('\\', "/")).collect()
}

/// One digest over names and contents.
fn digest(dir: &Path) -> String {
    let mut hasher = blake3::Hasher::new();
    for (path, name) in files(dir).iter().zip(names(dir)) {
        let bytes = fs_err::read(dir.join(path)).unwrap();
        hasher.update(&(name.len() as u64).to_le_bytes());
        hasher.update(name.as_bytes());
        hasher.update(&(bytes.len() as u64).to_le_bytes());
        hasher.update(&bytes);
    }
    hasher.finalize().to_hex().to_string()
}
