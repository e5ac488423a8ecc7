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
    assert_eq!(
        names,
        ["acdc-full", "acdc", "heart", "hippocampus", "mnms", "msd-prostate", "prostate", "spleen"]
    );
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

/// A change of [`SOUND`] and what is said about it.
fn said(from: &str, to: &str) -> Vec<String> {
    assert!(SOUND.contains(from), "{from}");
    problems(&SOUND.replace(from, to))
}

/// [`SOUND`] with more lines in its layout.
fn said_of_layout(lines: &str) -> Vec<String> {
    problems(&format!("{SOUND}{lines}"))
}

#[test]
fn parts_that_are_misspelled_are_suggested() {
    assert_eq!(
        said("subject: \"{case}\"", "subject: \"{csae}\""),
        [
            "`layout.subject` uses `{csae}`, which `layout.image` does not have; did you mean \
             `case`?",
            "`layout.subject` uses `{csae}`, which `layout.label` does not have; did you mean \
             `case`?",
        ]
    );
    let phase = "  attributes: { file: \"{case}.cfg\", phase: { part: cas, keys: [ED, ED] } }\n";
    assert_eq!(
        said_of_layout(phase),
        [
            "`layout.attributes.phase.part` is `cas`, which `layout.image` does not have; did you \
             mean `case`?",
            "`layout.attributes.phase.keys` has `ED` twice",
        ]
    );
}

#[test]
fn a_voxel_value_means_one_class() {
    let organ = "{id: 1, name: organ}";
    assert_eq!(
        said(organ, "{id: 1, name: organ, values: [1, 2]}, {id: 2, name: other}"),
        ["the voxel value 2 means both `organ` and `other` in `classes`; a value means one class"]
    );
    assert_eq!(
        said(organ, "{id: 1, name: organ, values: []}"),
        ["class `organ` has no `values`; leave them out where the value is the id"]
    );
    let text = SOUND.replace(organ, "{id: 1, name: organ, values: [1, 7]}");
    let manifest = Manifest::parse(&text, Path::new("toy.yaml")).unwrap();
    assert_eq!(manifest.remap(), Some([(0, 0), (1, 1), (7, 1)].into()));
    assert_eq!(Manifest::parse(SOUND, Path::new("toy.yaml")).unwrap().remap(), None);
}

#[test]
fn splits_have_folders_of_their_own() {
    let splits = "  splits:\n    - { name: a, folders: [data] }\n    \
                  - { name: a, folders: [data/b, ../c], label_required: false }\n    \
                  - { name: b/c, folders: [] }\n";
    assert_eq!(
        said_of_layout(splits),
        [
            "two `layout.splits` are called `a`",
            "`layout.splits[1].folders` has `data/b`, but `data` of the split `a` overlaps it; a \
             file is in one split",
            "`layout.splits[1].folders` has `../c`; accepted is a folder inside the dataset, such \
             as `training`, without `.` and `..`",
            "`layout.splits[2].name` is `b/c`; accepted is a name without `/`",
            "`layout.splits[2].folders` needs at least one folder",
        ]
    );
    let text = SOUND.replace("{case}.nii.gz", "{split}/{case}.nii.gz");
    let text = format!("{text}  splits: [{{ name: a, folders: [a] }}]\n");
    assert_eq!(
        problems(&text),
        ["`layout.image` and `layout.label` cannot have a part `{split}` where `layout.splits` \
          gives the splits their folders"]
    );
    let expect = "expect: {subjects: 1, cases: 1, splits: {tset: {subjects: 1, cases: 1}}}";
    let text = SOUND.replace("modality: MR", &format!("modality: MR\n{expect}"));
    let text = format!("{text}  splits: [{{ name: test, folders: [a] }}]\n");
    assert_eq!(
        problems(&text),
        ["`expect.splits` has `tset`, which `layout.splits` does not have; did you mean `test`?"]
    );
}

#[test]
fn one_volume_of_a_file_is_chosen_in_one_way() {
    assert_eq!(
        said_of_layout("  channel: { name: T2 }\n"),
        ["`layout.channel` is `T2`, but neither `layout.channels` nor a `layout.list` names the \
          channels"]
    );
    assert_eq!(
        said_of_layout("  channels: [T2, ADC]\n  channel: { name: ADK }\n"),
        ["`layout.channel` is `ADK`; `layout.channels` has `T2`, `ADC`; did you mean `ADC`?"]
    );
    assert_eq!(
        said_of_layout("  channels: [T2, T2]\n  channel: { index: 2 }\n"),
        [
            "`layout.channels` has `T2` twice",
            "`layout.channel` is number 2, counted from 0; `layout.channels` has 2",
        ]
    );
    assert_eq!(
        said_of_layout("  channel: { index: 0 }\n  frames: { keys: [], first: 2 }\n"),
        [
            "`layout.case` needs `{phase}`: with `layout.frames`, an image is several cases",
            "`layout.channel` and `layout.frames` both choose a volume of a 4-D image; only one of \
             them can",
            "`layout.frames.keys` is empty",
            "`layout.frames.first` is 2; accepted: 0, 1",
            "`layout.frames` needs `layout.attributes`, which has the frame numbers",
        ]
    );
}

#[test]
fn digests_and_fill_values_are_checked() {
    assert_eq!(
        said("modality: MR", "modality: MR\nchecksums: { files: { a.nii: \"sha1:00\" } }"),
        ["`checksums.files` has for a.nii the digest `sha1:00`; accepted: `md5:`, `sha256:` or \
          `sha512:` and 32, 64 or 128 hexadecimal digits"]
    );
    // Larger than any float32.
    assert_eq!(
        said_of_layout("  non_finite: { fill: 1.0e+300 }\n"),
        ["`layout.non_finite.fill` is inf; accepted is a finite number"]
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
