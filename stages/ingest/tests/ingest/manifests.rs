//! The built-in manifests, and what is said about broken ones.

use std::path::Path;

use pipeline_engine::stage::StageError;
use stages_ingest::{IngestError, Manifest, embedded_manifests};

const SOUND: &str = r#"name: toy
title: t
licence: l
citation: c
obtain: o
modality: MR
folders: [toy]
classes: [{id: 0, name: background}, {id: 1, name: organ}]
layout:
  image: "{case}.nii.gz"
  label: "{case}_seg.nii.gz"
  case: "{case}"
  subject: "{case}"
"#;

fn problems(text: &str) -> Vec<String> {
    match Manifest::parse(text, Path::new("toy.yaml")).unwrap_err() {
        IngestError::Manifest { problems, .. } => problems,
        other => panic!("{other}"),
    }
}

#[test]
fn every_built_in_manifest_is_valid_and_complete() {
    let names: Vec<_> = embedded_manifests().iter().map(|(name, _)| *name).collect();
    assert_eq!(names, ["acdc", "hippocampus", "prostate", "spleen"]);
    for (name, bytes) in embedded_manifests() {
        let text = std::str::from_utf8(bytes).unwrap();
        let manifest = Manifest::parse(text, Path::new(&format!("{name}.yaml"))).unwrap();
        assert_eq!(manifest.dataset().name, *name);
        assert!(manifest.file.expect.is_some(), "{name}");
        assert!(manifest.file.obtain.contains("http"), "{name} says where to get the data");
        assert!(manifest.file.citation.contains("doi"), "{name} says what to cite");
    }
}

#[test]
fn a_sound_manifest_has_defaults() {
    let manifest = Manifest::parse(SOUND, Path::new("some/toy.yaml")).unwrap();
    assert_eq!(manifest.file.layout.start, ["."]);
    assert!(manifest.file.layout.label_required);
    assert!(manifest.file.expect.is_none());
}

#[test]
fn contradictions_are_reported_together() {
    let text = SOUND
        .replace("name: toy", "name: other")
        .replace("id: 1, name: organ", "id: 0, name: background")
        .replace("subject: \"{case}\"", "subject: \"{person}\"")
        .replace("[toy]", "[]");
    assert_eq!(
        problems(&text),
        [
            "`name` is `other`, but the file is called `toy`",
            "`classes` have the ids [0, 0]; accepted are ascending ids that begin with 0, the \
             background",
            "two `classes` have one name",
            "`folders` needs at least one folder name",
            "`layout.subject` uses `{person}`, which `layout.image` does not have",
            "`layout.subject` uses `{person}`, which `layout.label` does not have",
        ]
    );
}

#[test]
fn broken_patterns_are_reported_together() {
    let text = SOUND.replace("{case}.nii.gz", "{case.nii.gz").replace("{case}_seg", "../{case}");
    let found = problems(&text);
    assert_eq!(found.len(), 2);
    assert!(found[0].starts_with("`layout.image`: `{case.nii.gz` is not a path pattern"));
    assert!(found[1].starts_with("`layout.label`: "), "{found:?}");
}

#[test]
fn unknown_fields_are_reported_with_line_and_suggestion() {
    let text = SOUND.replace("modality:", "modalitty:");
    let error = Manifest::parse(&text, Path::new("toy.yaml")).unwrap_err();
    let error = StageError::from(error);
    assert!(error.details.iter().any(|line| line.starts_with("toy.yaml:6:1: ")), "{error:?}");
    assert!(error.details.iter().any(|line| line.contains("modality")), "{error:?}");
}
