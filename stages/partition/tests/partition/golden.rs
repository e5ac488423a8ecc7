//! The stage as the engine runs it, and its output pinned together with its version.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Mutex;

use crate::support::{acdc, params};
use pipeline_engine::stage::{
    ActionContext, Cancellation, Granted, Job, JobInput, Stage, StageError, StageEvent,
};
use stages_partition::{Partition, PartitionParams};
use stages_tables::{CasesTable, PartitionTable};

/// Runs the stage on a cases table; returns the digest of its output and what it said.
fn run(
    dir: &Path,
    cases: &CasesTable,
    params: &PartitionParams,
) -> Result<(String, Vec<StageEvent>), StageError> {
    let (input, output) = (dir.join("cases"), dir.join("partition"));
    for folder in [&input, &output] {
        fs_err::create_dir_all(folder).unwrap();
    }
    cases.write(&input).unwrap();
    let job = Job {
        protocol: 1,
        node: "partition".to_owned(),
        stage: "partition".to_owned(),
        version: Partition.info().version,
        params: serde_json::to_value(params).unwrap(),
        inputs: BTreeMap::from([(
            "cases".to_owned(),
            vec![JobInput { coordinates: BTreeMap::new(), dir: input }],
        )]),
        sources: BTreeMap::new(),
        outputs: BTreeMap::from([("partition".to_owned(), output.clone())]),
        scratch: dir.to_owned(),
        resume: dir.join("resume"),
        granted: Granted::cpus_only(1),
    };
    let events = Mutex::new(Vec::new());
    let cancellation = Cancellation::new();
    let sink = |event| events.lock().unwrap().push(event);
    let context = ActionContext::from_job(&job, &cancellation, &sink);
    Partition.run(params, &context)?;
    let bytes = fs_err::read(output.join(PartitionTable::FILE)).unwrap();
    drop(context);
    Ok((blake3::hash(&bytes).to_hex().to_string(), events.into_inner().unwrap()))
}

#[test]
fn output_is_pinned_to_the_version() {
    let dir = tempfile::tempdir().unwrap();
    let params = params(
        r#"{"seed": 0, "test": {"subjects": 13}, "labelled": {"scans": 8}, "stratify": true,
            "validation": {"scans": 5, "keep_in_unlabelled_pool": true}}"#,
    );
    let (digest, events) = run(dir.path(), &acdc(), &params).unwrap();
    // Another digest means other results for old experiments: bump the version with it.
    assert_eq!(
        (Partition.info().version, digest.as_str()),
        (1, "b8e9776985645cc6a414ed836108e345572383d00b4310f870bb77c766d18a8a")
    );
    let lines: Vec<_> = events
        .iter()
        .map(|event| match event {
            StageEvent::Log { level, message } => format!("{level}: {message}"),
            other => format!("{other:?}"),
        })
        .collect();
    assert_eq!(
        lines,
        [
            "info: partition of `acdc`: labelled 8 scans of 7 subjects, unlabelled 161 scans of \
             86 subjects, validation 5 scans of 5 subjects, test 26 scans of 13 subjects",
            "info: labelled share: 8 of 174 scans outside the test set (4.6 %), 8 of all 200 \
             (4.0 %)",
        ]
    );
}

#[test]
fn the_new_choices_are_pinned_to_the_version_too() {
    let cases = acdc();
    let pinned = |text: &str| {
        let dir = tempfile::tempdir().unwrap();
        let (digest, events) = run(dir.path(), &cases, &params(text)).unwrap();
        let said = events.into_iter().filter_map(|event| match event {
            StageEvent::Log { level, message } => Some(format!("{level}: {message}")),
            _ => None,
        });
        (digest, said.skip(2).collect::<Vec<_>>())
    };
    let (folds, said) = pinned(
        r#"{"seed": 0, "test": {"folds": {"count": 5, "fold": 2}}, "stratify_by": "group",
            "validation": {"subjects_ratio": 0.1, "from": "train"},
            "labelled": {"subjects_ratio": 0.1}, "unlabelled": {"subjects": 20}}"#,
    );
    // Validation: 8 of 16 patients in each of five groups are 1.6 each, the odd ones first by name.
    // That leaves 14, 14, 14, 15 and 15 for the labelled ones: 1.56 and 1.67.
    assert_eq!(
        said,
        [
            "info: labelled scans by group: DCM 4, HCM 2, MINF 2, NOR 4, RV 4",
            "info: validation scans by group: DCM 4, HCM 4, MINF 4, NOR 2, RV 2",
            "info: test scans by group: DCM 8, HCM 8, MINF 8, NOR 8, RV 8",
        ]
    );
    let (rules, said) = pinned(
        r#"{"seed": 0, "test": {"where": {"group": "RV"}},
            "validation": {"nnunet_fold": {"fold": 1}},
            "labelled": {"melba": {"unlabelled_ratio": 0.9}}}"#,
    );
    assert_eq!(said, [""; 0]);
    // Another digest means other results for old experiments: bump the version with it.
    assert_eq!(
        (Partition.info().version, folds.as_str(), rules.as_str()),
        (
            1,
            "2ec7139420b5b5b3959d55b0fb84fa14c16300837f5e1cfb8c51ea8120640a95",
            "9659ffc2b842e2815b0ee208ee772b3b59852bfadb3b3bb3dcff8b2d71f52d36"
        )
    );
}

#[test]
fn errors_list_names_and_say_what_to_write() {
    let dir = tempfile::tempdir().unwrap();
    let params = params(
        r#"{"seed": 0, "test": {"list": ["patient001", "patient200:ED"]},
            "validation": {"scans": 0}, "labelled": {"scans": 8}}"#,
    );
    let error = run(dir.path(), &acdc(), &params).unwrap_err();
    assert_eq!(
        error.message,
        "`test.list`: 1 of 2 entries are not in dataset `acdc`, which has 100 subjects and 200 scans"
    );
    assert_eq!(error.details, ["patient200:ED"]);
    assert!(error.help.unwrap().contains("`patient001_frame01`, `patient001`, `patient001:ED`"));
}
