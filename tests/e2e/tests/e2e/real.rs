//! Real volumes, where they are at hand.

use tests_e2e::{Workspace, shared_data};

/// Trains for two steps of a small network on small images.
const SMALL: &[&str] = &[
    "matrix.seed=[8]",
    "matrix.method=[partial,ours_kl]",
    "train.network.widths=[4,8,8,8,8]",
    "train.crop=32",
    "train.epochs=1",
    "train.iterations_per_epoch=2",
    "train.batch_labelled=2",
    "train.batch_unlabelled=2",
    "train.learning_rate={constant: {lr: 0.001}}",
];

fn run(experiment: &str, root: &std::path::Path, set: &[&str]) -> (Workspace, tests_e2e::Ran) {
    let w = Workspace::new();
    let path = format!("{}/../../experiments/{experiment}", env!("CARGO_MANIFEST_DIR"));
    let root = root.to_string_lossy();
    let mut arguments = vec!["run", &path, "--data-root", &root];
    for set in SMALL.iter().chain(set) {
        arguments.extend(["--set", set]);
    }
    let ran = w.orchestrate(&arguments);
    (w, ran)
}

#[test]
fn acdc_goes_from_real_patients_to_the_table() {
    let Some(root) = shared_data("acdc") else { return };
    let set = ["slices.geometry.resample={spacing_mm: 6, canvas: 48}"];
    let (w, ran) = run("acdc-5pct.yaml", &root, &set);
    let ran = ran.ok();
    let (run, cached, failed) = ran.counts();
    assert_eq!((run + cached, failed), (3 + 2 * 3 + 2, 0), "{}", ran.err);
    assert!(ran.out.contains("26 scans"), "{}", ran.out);
    let report = fs_err::read_to_string(w.path("runs/acdc-5pct/report.json")).unwrap();
    let report: serde_json::Value = serde_json::from_str(&report).unwrap();
    assert_eq!(report["nodes"].as_array().unwrap().len(), run + cached, "{report:#}");
    assert_eq!(report["nodes"][0]["status"], "ran", "{report:#}");
    // The slices artifact holds every slice of every patient.
    let show = w.orchestrate(&["show", "acdc-5pct", "slices"]).ok();
    assert!(show.out.contains("1902 slices"), "{}", show.out);
}

#[test]
fn hippocampus_goes_from_real_volumes_to_the_table() {
    let Some(root) = shared_data("Task04_Hippocampus") else { return };
    let set = [
        "cases.manifest=hippocampus",
        "slices.intensity={percentile: {low: 1, high: 99}}",
        "slices.geometry={resample: {spacing_mm: 1, canvas: 48}}",
    ];
    let (_w, ran) = run("spleen-10pct.yaml", &root, &set);
    assert!(ran.ok().out.contains("anterior"));
}

#[test]
fn the_prostate_layout_goes_from_metaimage_to_the_table() {
    let Some(root) = shared_data("promise12-layout") else { return };
    let set = [
        "cases.root=promise12-layout",
        "slices.geometry={resize: {size: 48}}",
        "split.test={subjects: 2}",
        "split.labelled={scans: 2}",
        "split.validation={scans: 1}",
    ];
    let (_w, ran) = run("prostate-14pct.yaml", &root, &set);
    assert!(ran.ok().out.to_lowercase().contains("prostate"));
}

#[test]
fn the_spleen_layout_goes_from_ct_to_the_table() {
    let Some(root) = shared_data("Task09_Spleen-layout") else { return };
    let set = [
        "cases.root=Task09_Spleen-layout",
        "slices.geometry={resize: {size: 48}}",
        "split.test={subjects: 2}",
        "split.labelled={scans: 1}",
        "split.validation={scans: 1}",
    ];
    let (_w, ran) = run("spleen-10pct.yaml", &root, &set);
    assert!(ran.ok().out.to_lowercase().contains("spleen"));
}
