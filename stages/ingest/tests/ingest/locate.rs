//! Finding manifests and datasets, and what is said when they are missing.

use std::path::{Path, PathBuf};

use pipeline_engine::stage::{SourceContext, SourceOrigin, Stage, StageError};
use stages_ingest::{Ingest, embedded_manifests};

use crate::support::{labels, params, volume, write_image, write_labels, write_text};

fn sources(
    dir: &Path,
    data_root: Option<PathBuf>,
    text: &str,
) -> Result<Vec<(String, SourceOrigin)>, StageError> {
    let experiment_dir = dir.join("experiments");
    let context = SourceContext { experiment_dir, data_root, ..SourceContext::default() };
    let sources = Ingest.sources(&params(text), &context)?;
    Ok(sources.into_iter().map(|source| (source.name, source.origin)).collect())
}

const MINE: &str = r#"
name: mine
title: My scans
licence: mine
citation: none
obtain: ask me
modality: MR
folders: [mine]
classes: [{id: 0, name: background}, {id: 1, name: organ}]
layout:
  image: "{case}.nii.gz"
  label: "{case}_seg.nii.gz"
  label_required: false
  case: "{case}"
  subject: "{case}"
"#;

/// Two scans, one of them without a label map.
fn my_scans(folder: &Path) {
    write_image(&folder.join("a.nii.gz"), &volume([4, 4, 2], 1));
    write_labels(&folder.join("a_seg.nii.gz"), &labels([4, 4, 2], &[0, 1]));
    write_image(&folder.join("b.nii.gz"), &volume([4, 4, 2], 2));
}

#[test]
fn a_manifest_beside_the_experiment_comes_before_a_built_in_one() {
    let dir = tempfile::tempdir().unwrap();
    my_scans(&dir.path().join("data/mine"));
    let root = || Some(dir.path().join("data"));
    fs_err::create_dir_all(dir.path().join("experiments")).unwrap();
    let one_up = dir.path().join("data-manifests/mine.yaml");
    write_text(&one_up, MINE);
    let found = sources(dir.path(), root(), r#"{"manifest": "mine"}"#).unwrap();
    assert_eq!(found[0].0, "manifest/mine.yaml");
    let SourceOrigin::Path(path) = &found[0].1 else { panic!("{found:?}") };
    assert_eq!(path.canonicalize().unwrap(), one_up.canonicalize().unwrap());
    assert_eq!(found.len(), 4);

    let beside = dir.path().join("experiments/data-manifests/mine.yaml");
    write_text(&beside, MINE);
    let found = sources(dir.path(), root(), r#"{"manifest": "mine"}"#).unwrap();
    assert_eq!(found[0].1, SourceOrigin::Path(beside));

    let elsewhere = dir.path().join("experiments/lists/mine.yaml");
    write_text(&elsewhere, MINE);
    let found = sources(dir.path(), root(), r#"{"manifest": "./lists/mine.yaml"}"#).unwrap();
    assert_eq!(found[0].0, "manifest/mine.yaml");
}

#[test]
fn unlabelled_scans_are_cases_where_the_manifest_says_so() {
    let dir = tempfile::tempdir().unwrap();
    my_scans(&dir.path().join("mine"));
    write_text(&dir.path().join("data-manifests/mine.yaml"), MINE);
    fs_err::create_dir_all(dir.path().join("experiments")).unwrap();
    let ran = crate::support::run(
        dir.path(),
        &crate::support::From::DataRoot(dir.path()),
        &params(r#"{"manifest": "mine"}"#),
    )
    .unwrap();
    let row = ran.row("b");
    assert_eq!((&row.label, &row.label_digest, &row.label_dtype), (&None, &None, &None));
    assert!(row.label_values.is_empty());
    assert!(ran.log[0].ends_with("1 cases without label map"), "{:?}", ran.log);
}

#[test]
fn an_unknown_manifest_gets_a_suggestion() {
    let dir = tempfile::tempdir().unwrap();
    let error = sources(dir.path(), None, r#"{"manifest": "acdd"}"#).unwrap_err();
    assert_eq!(error.message, "there is no data manifest `acdd`");
    assert_eq!(error.details.len(), 2);
    let help = error.help.unwrap();
    assert!(help.starts_with("did you mean `acdc`? built in are `acdc`"), "{help}");
    let error = sources(dir.path(), None, r#"{"manifest": "./none.yaml"}"#).unwrap_err();
    assert!(error.details[0].ends_with("none.yaml"), "{error:?}");
}

#[test]
fn a_missing_dataset_says_where_it_was_looked_for_and_how_to_get_it() {
    let dir = tempfile::tempdir().unwrap();
    fs_err::create_dir_all(dir.path().join("data/promise12-copy")).unwrap();
    let root = dir.path().join("data");
    let error = sources(dir.path(), Some(root.clone()), r#"{"manifest": "acdc"}"#).unwrap_err();
    assert_eq!(error.message, "dataset `acdc` is missing");
    assert_eq!(
        error.details,
        [
            format!("looked for the folder {}", root.join("acdc").display()),
            format!("looked for the folder {}", root.join("ACDC").display()),
            "the data root holds promise12-copy".to_owned(),
        ]
    );
    let help = error.help.unwrap();
    for text in ["--data-root", "ORCHESTRATE_DATA", "`root`", "humanheart-project"] {
        assert!(help.contains(text), "{help}");
    }

    let error = sources(dir.path(), None, r#"{"manifest": "acdc"}"#).unwrap_err();
    assert_eq!(error.details, ["no data root was given"]);

    let asked = r#"{"manifest": "acdc", "root": "else/where"}"#;
    let error = sources(dir.path(), Some(root.clone()), asked).unwrap_err();
    assert_eq!(
        error.details[0],
        format!("looked for the folder {}", root.join("else/where").display())
    );
    assert!(error.details[1].ends_with("experiments/else/where"), "{error:?}");
}

#[test]
fn the_root_can_be_given_in_every_way() {
    let dir = tempfile::tempdir().unwrap();
    let home = dir.path().join("data/mine");
    my_scans(&home);
    write_text(&dir.path().join("data-manifests/mine.yaml"), MINE);
    fs_err::create_dir_all(dir.path().join("experiments")).unwrap();
    let absolute = format!(r#"{{"manifest": "mine", "root": {:?}}}"#, home.display().to_string());
    let expected = sources(dir.path(), None, &absolute).unwrap();
    assert_eq!(expected.len(), 4);
    let names = |found: Vec<(String, SourceOrigin)>| -> Vec<String> {
        found.into_iter().map(|(name, _)| name).collect()
    };
    let data = Some(dir.path().join("data"));
    for (data_root, text) in [
        (data.clone(), r#"{"manifest": "mine"}"#),
        (data, r#"{"manifest": "mine", "root": "mine"}"#),
        (None, r#"{"manifest": "mine", "root": "../data/mine"}"#),
        // The data root may be the dataset itself.
        (Some(home.clone()), r#"{"manifest": "mine"}"#),
    ] {
        let found = sources(dir.path(), data_root, text).unwrap();
        assert_eq!(names(found), names(expected.clone()), "{text}");
    }
    assert_eq!(Ingest.location_params(), ["root"]);
}

#[test]
fn built_in_manifests_are_found_without_files() {
    let dir = tempfile::tempdir().unwrap();
    let mut context = SourceContext { experiment_dir: dir.path().to_owned(), ..Default::default() };
    context.connected.insert("dataset".to_owned());
    for (name, bytes) in embedded_manifests() {
        let text = format!(r#"{{"manifest": "{name}"}}"#);
        let found = Ingest.sources(&params(&text), &context).unwrap();
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].name, format!("manifest/{name}.yaml"));
        assert_eq!(found[0].origin, SourceOrigin::Bytes(bytes));
    }
}
