//! The folder store.

use std::path::{Path, PathBuf};

use stages_mlflow::{FolderStore, MlflowError, Run};

fn files(dir: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![dir.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs_err::read_dir(&folder).unwrap() {
            let path: PathBuf = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.push(path.strip_prefix(dir).unwrap().display().to_string());
            }
        }
    }
    found.sort();
    found
}

#[test]
fn a_run_has_the_layout_of_mlflow() {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().join("ml runs");
    let store = FolderStore::open(&root).unwrap();
    let run = super::run(dir.path());
    let written = store.write("hearts", &run).unwrap();
    assert!(written.created && written.notes.is_empty());
    let experiment = fs_err::read_dir(&root)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .find(|name| name != "0")
        .unwrap();
    assert_eq!(
        files(&root),
        [
            "0/meta.yaml".to_owned(),
            format!("{experiment}/{}/artifacts/tables/report.html", run.id),
            format!("{experiment}/{}/meta.yaml", run.id),
            format!("{experiment}/{}/metrics/loss/total", run.id),
            format!("{experiment}/{}/params/train.lr", run.id),
            format!("{experiment}/{}/params/train.note", run.id),
            format!("{experiment}/{}/tags/mlflow.runName", run.id),
            format!("{experiment}/{}/tags/orchestrate.node", run.id),
            format!("{experiment}/meta.yaml"),
            format!("{experiment}/tags/mlflow.experimentKind"),
        ]
    );
    let read = |name: &str| {
        fs_err::read_to_string(root.join(&experiment).join(&run.id).join(name)).unwrap()
    };
    assert_eq!(read("metrics/loss/total"), "1000 0.5 0\n1001 nan 1\n1002 inf 2\n");
    assert_eq!(read("params/train.lr"), "0.001");
    assert_eq!(read("tags/mlflow.runName"), "ours: \"a\" # b");
    let meta = read("meta.yaml");
    for line in [
        "run_name: \"ours: \\\"a\\\" # b\"",
        "status: 3",
        "start_time: 1000",
        "end_time: 5000",
        "run_id: \"0123456789abcdef0123456789abcdef\"",
    ] {
        assert!(meta.lines().any(|found| found == line), "no {line} in\n{meta}");
    }
    assert!(meta.contains("/ml%20runs/"), "{meta}");
}

#[test]
fn a_second_export_changes_nothing_but_what_is_refreshed() {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().join("store");
    let run = super::run(dir.path());
    FolderStore::open(&root).unwrap().write("hearts", &run).unwrap();
    let before = files(&root);
    let other = Run { params: vec![("new".to_owned(), "1".to_owned())], ..run.clone() };
    let again = FolderStore::open(&root).unwrap().write("hearts", &other).unwrap();
    assert_eq!((again.created, files(&root)), (false, before.clone()));
    fs_err::write(&run.files[0].path, "newer").unwrap();
    let refreshed = Run { refreshed: true, ..run.clone() };
    FolderStore::open(&root).unwrap().write("hearts", &refreshed).unwrap();
    assert_eq!(files(&root), before);
    let page = before.iter().find(|name| name.ends_with("report.html")).unwrap();
    assert_eq!(fs_err::read_to_string(root.join(page)).unwrap(), "newer");
    // Another experiment is another folder, also for the same run.
    assert!(FolderStore::open(&root).unwrap().write("spleens", &run).unwrap().created);
}

#[test]
fn what_a_killed_export_left_is_written_anew() {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().join("store");
    let run = super::run(dir.path());
    let missing = Run {
        files: vec![stages_mlflow::RunFile { name: "x".into(), path: dir.path().join("gone") }],
        ..run.clone()
    };
    let store = FolderStore::open(&root).unwrap();
    assert!(matches!(store.write("hearts", &missing), Err(MlflowError::Io(_))));
    assert!(files(&root).iter().any(|name| name.contains(".partial-")));
    assert!(store.write("hearts", &run).unwrap().created);
    assert!(!files(&root).iter().any(|name| name.contains(".partial-")));
}

#[test]
fn other_folders_and_deleted_experiments_are_refused() {
    let dir = tempfile::tempdir().unwrap();
    fs_err::write(dir.path().join("thesis.tex"), "").unwrap();
    let error = FolderStore::open(dir.path()).err().unwrap().to_string();
    assert!(error.contains("it holds other files"), "{error}");
    let root = dir.path().join("store");
    let run = super::run(dir.path());
    let store = FolderStore::open(&root).unwrap();
    store.write("hearts", &run).unwrap();
    let experiment = files(&root)
        .into_iter()
        .find(|name| name.ends_with("meta.yaml") && !name.starts_with("0/"));
    let folder = experiment.unwrap().split('/').next().unwrap().to_owned();
    fs_err::create_dir_all(root.join(".trash")).unwrap();
    fs_err::rename(root.join(&folder), root.join(".trash").join(&folder)).unwrap();
    let error = store.write("hearts", &run).unwrap_err();
    assert!(matches!(&error, MlflowError::Deleted { name } if name == "hearts"), "{error}");
}
