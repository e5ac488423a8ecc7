//! What people get wrong, and what they are told: file, field, found, accepted, exit code.

use std::path::PathBuf;

use tests_e2e::{Ran, Workspace};

/// The experiment with one thing replaced.
fn with(from: &str, to: &str) -> Ran {
    let w = Workspace::new();
    let tiny = fs_err::read_to_string(w.path("tiny.yaml")).unwrap();
    assert!(tiny.contains(from), "the fixture has no `{from}`");
    w.write("bad.yaml", &tiny.replace(from, to));
    w.orchestrate(&["run", "bad.yaml"])
}

fn refused(ran: &Ran, words: &[&str]) {
    assert_eq!(ran.code, 2, "{}", ran.err);
    says(ran, words);
}

/// The words appear in the message, however it is wrapped.
fn says(ran: &Ran, words: &[&str]) {
    let frame = |c: char| "│|·╭╰─×▶".contains(c);
    let text: String = ran.err.replace(frame, " ");
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    for word in words {
        assert!(text.contains(word), "no `{word}` in:\n{}", ran.err);
    }
}

#[test]
fn an_unknown_stage() {
    let ran = with("uses: ingest", "uses: ingst");
    refused(&ran, &["bad.yaml", "ingst", "did you mean `ingest`"]);
}

#[test]
fn an_unknown_parameter_with_a_suggestion() {
    let ran = with("batch_labelled: 2", "batch_labeled: 2");
    refused(&ran, &["bad.yaml", "batch_labeled", "did you mean `batch_labelled`"]);
}

#[test]
fn a_wrong_type_and_a_wrong_range_together() {
    let ran = with("epochs: 2\n", "epochs: two\n");
    refused(&ran, &["bad.yaml", "epochs", "two", "whole number"]);
    let ran = with("crop: 32", "crop: 33");
    refused(&ran, &["crop", "33", "16"]);
}

#[test]
fn broken_yaml_and_a_duplicate_key() {
    refused(&with("  predict: {}", "  predict: {"), &["bad.yaml"]);
    refused(&with("  evaluate: {}", "  predict: {}"), &["bad.yaml", "predict"]);
}

#[test]
fn a_cycle_prints_its_path() {
    let w = Workspace::new();
    w.write(
        "cycle.yaml",
        "
experiment: cycle
stages:
  phantom: {}
  cases: { uses: ingest, with: { manifest: acdc } }
  slices: { uses: extract }
  split:
    uses: partition
    with: { seed: 0, test: { subjects: 1 }, labelled: { scans: 1 }, validation: { scans: 0 } }
  train: { inputs: { slices: train.checkpoint } }
",
    );
    let ran = w.orchestrate(&["plan", "cycle.yaml"]);
    refused(&ran, &["cycle.yaml", "train"]);
}

#[test]
fn a_missing_experiment_file_and_a_wrong_override() {
    let w = Workspace::new();
    refused(&w.orchestrate(&["run", "nowhere.yaml"]), &["nowhere.yaml"]);
    let ran = w.orchestrate(&["run", "tiny.yaml", "--set", "trian.epochs=3"]);
    refused(&ran, &["trian", "train"]);
    let ran = w.orchestrate(&["run", "tiny.yaml", "--set", "train.epochs=-3"]);
    refused(&ran, &["epochs", "-3"]);
    refused(&w.orchestrate(&["explain", "tiny.yaml", "trainn"]), &["trainn", "train"]);
}

#[test]
fn a_missing_dataset_says_where_it_looked_and_how_to_get_it() {
    let w = Workspace::new();
    let path = format!("{}/../../experiments/acdc-5pct.yaml", env!("CARGO_MANIFEST_DIR"));
    fs_err::create_dir_all(w.path("data")).unwrap();
    let ran = w.orchestrate(&["run", &path, "--data-root", "data"]);
    assert_eq!(ran.code, 1, "{}", ran.err);
    says(&ran, &["data/acdc", "--data-root", "cases"]);
}

/// A dataset in ACDC's layout outside the store, which a test then damages.
struct Damaged {
    w: Workspace,
}

impl Damaged {
    fn new() -> Self {
        let w = Workspace::new();
        let yaml = "{ experiment: data, stages: { phantom: { with: { subjects: 3, seed: 3, slices: { min: 3, max: 4 } } } } }";
        w.write("data.yaml", yaml);
        w.orchestrate(&["run", "data.yaml"]).ok();
        w.orchestrate(&["show", "data.yaml", "phantom", "--export", "data/acdc"]).ok();
        w.write(
            "damaged.yaml",
            "{ experiment: damaged, stages: { cases: { uses: ingest, with: { manifest: acdc } } } }",
        );
        Self { w }
    }

    /// The files of the first patient whose names end so.
    fn files(&self, end: &str) -> Vec<PathBuf> {
        let dir = self.w.path("data/acdc/training/patient001");
        let mut files: Vec<_> = fs_err::read_dir(dir)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.to_string_lossy().ends_with(end))
            .collect();
        files.sort();
        files
    }

    fn label(&self) -> PathBuf {
        self.files("_gt.nii.gz").remove(0)
    }

    fn fails(&self, words: &[&str]) {
        let ran = self.w.orchestrate(&["run", "damaged.yaml", "--data-root", "data"]);
        assert_eq!(ran.code, 1, "{}", ran.err);
        says(&ran, words);
    }
}

#[test]
fn a_truncated_and_a_corrupt_volume() {
    let damaged = Damaged::new();
    let label = damaged.label();
    let whole = fs_err::read(&label).unwrap();
    fs_err::write(&label, &whole[..whole.len() / 2]).unwrap();
    damaged.fails(&["patient001", "_gt.nii.gz"]);
    let mut flipped = whole.clone();
    let middle = flipped.len() / 2;
    flipped[middle] ^= 0x10;
    fs_err::write(&label, &flipped).unwrap();
    damaged.fails(&["patient001", "_gt.nii.gz"]);
    fs_err::write(&label, &whole).unwrap();
    damaged.w.orchestrate(&["run", "damaged.yaml", "--data-root", "data"]).ok();
}

#[test]
fn label_and_image_of_different_shape() {
    use stages_imaging::{LabelMap, NiftiWrite, read_label_map, write_nifti_label_map};
    let damaged = Damaged::new();
    let label = damaged.label();
    let mut map: LabelMap = read_label_map(&label).unwrap();
    let [nx, ny, nz] = map.header.shape;
    map.header.shape[2] = nz - 1;
    map.labels.truncate(nx * ny * (nz - 1));
    write_nifti_label_map(&label, &map, &NiftiWrite::default()).unwrap();
    let found = format!("{nx} x {ny} x {}", nz - 1);
    damaged.fails(&["patient001", &found]);
}

#[test]
fn labels_outside_the_classes() {
    use stages_imaging::{NiftiWrite, read_label_map, write_nifti_label_map};
    let damaged = Damaged::new();
    let label = damaged.label();
    let mut map = read_label_map(&label).unwrap();
    map.labels[0] = 7;
    write_nifti_label_map(&label, &map, &NiftiWrite::default()).unwrap();
    damaged.fails(&["patient001", "7", "RV"]);
}

#[test]
fn an_image_without_its_label_a_duplicate_case_and_an_empty_folder() {
    let damaged = Damaged::new();
    let label = damaged.label();
    let whole = fs_err::read(&label).unwrap();
    fs_err::remove_file(&label).unwrap();
    damaged.fails(&["patient001", "label"]);
    fs_err::write(&label, whole).unwrap();
    // Another patient with the first one's scans.
    let copy = damaged.w.path("data/acdc/training/patient050");
    fs_err::create_dir_all(&copy).unwrap();
    for file in damaged.files("") {
        let name = file.file_name().unwrap().to_string_lossy().replace("patient001", "patient050");
        fs_err::copy(&file, copy.join(name)).unwrap();
    }
    damaged.fails(&["patient001", "patient050"]);
    fs_err::remove_dir_all(damaged.w.path("data/acdc/training")).unwrap();
    fs_err::create_dir_all(damaged.w.path("data/acdc/training")).unwrap();
    damaged.fails(&["data/acdc"]);
}
