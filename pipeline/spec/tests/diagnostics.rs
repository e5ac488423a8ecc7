//! What a user sees for each kind of mistake.

use std::path::Path;

use pipeline_spec::{Changes, Paint, SpecErrors, load, parse, read_yaml};
use serde::Deserialize;

fn rendered(error: &SpecErrors) -> String {
    let mistakes = error.diagnostics.iter().map(|one| one.render(Paint::Plain));
    format!("{error}\n\n{}", mistakes.collect::<Vec<_>>().join("\n"))
}

fn experiment(text: &str) -> String {
    rendered(
        &parse(text, Path::new("e.yaml"), &Changes::default()).expect_err("the text has mistakes"),
    )
}

#[test]
fn all_mistakes_of_a_file_are_reported_together() {
    insta::assert_snapshot!(experiment(
        "experiment: my experiment
matrx: {}
matrix:
  seed: [8, 8, [1]]
  method:
    ours: { trian: { epochs: 3 } }
stages:
  cases: { uses: 5, wiht: {} }
  train:
    with: { seed: ${sed}, name: 'a${b' }
    inputs: { cases: case, slices: { over: [seeds] } }
    resources: { cpus: 0, memory: 4096 }
"
    ));
}

#[test]
fn syntax_duplicates_and_yaml_traps() {
    let cases = [
        ("wrong indentation", "experiment: e\nstages:\n  a:\n    with: {}\n   uses: b\n"),
        ("tab", "experiment: e\nstages:\n\ta: {}\n"),
        ("duplicate key", "experiment: e\nstages:\n  a: {}\n  b: {}\n  a: {}\n"),
        ("open bracket", "experiment: e\nstages: { a: {with: [1, 2 }\n"),
        ("unknown alias", "experiment: e\nstages:\n  a: { with: *base }\n"),
        ("tag", "experiment: e\nstages: { a: { with: { x: !secret y } } }\n"),
        ("not finite", "experiment: e\nstages: { a: { with: { rate: .inf, decay: [.nan] } } }\n"),
        ("key", "experiment: e\nstages: { a: { with: { true: 1 } } }\n"),
        ("two documents", "experiment: e\n---\nexperiment: f\n"),
        ("at sign", "experiment: @home\nstages: { a: {} }\n"),
        ("empty", "# nothing\n"),
        ("list", "- a\n- b\n"),
        ("text", "experiment\n"),
        ("control character", "experiment: a\u{0}b\n"),
    ];
    let all: Vec<String> =
        cases.iter().map(|(name, text)| format!("## {name}\n{}", experiment(text))).collect();
    insta::assert_snapshot!(all.join("\n\n"));
}

#[test]
fn aliases_cannot_explode() {
    let mut text = "experiment: e\na: &a [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for (name, inner) in [("b", "a"), ("c", "b"), ("d", "c"), ("e", "d"), ("f", "e"), ("g", "f")] {
        let items = vec![format!("*{inner}"); 10].join(", ");
        text = format!("{text}{name}: &{name} [{items}]\n");
    }
    let error = parse(&text, Path::new("e.yaml"), &Changes::default()).unwrap_err();
    assert_eq!(error.diagnostics[0].code, "spec::too_large", "{error}");
    assert!(error.diagnostics[0].place.is_some());
    let deep = format!("experiment: {}", "[".repeat(20_000));
    let error = parse(&deep, Path::new("e.yaml"), &Changes::default()).unwrap_err();
    assert_eq!(error.diagnostics[0].code, "spec::too_large", "{error}");
}

#[test]
fn a_missing_file_names_its_neighbours() {
    let folder = tempfile::tempdir().unwrap();
    fs_err::write(folder.path().join("quickstart.yaml"), "").unwrap();
    let help = |name: &str| {
        let error = load(&folder.path().join(name), &Changes::default()).unwrap_err();
        assert_eq!(error.diagnostics[0].code, "spec::file");
        error.diagnostics[0].help.clone().unwrap()
    };
    assert!(help("quikstart.yaml").ends_with("quickstart.yaml`?"), "{}", help("quikstart.yaml"));
    assert!(help("quickstart").ends_with("quickstart.yaml`?"));
    assert!(help("other.yaml").ends_with("holds `quickstart.yaml`"));
    let error = load(folder.path(), &Changes::default()).unwrap_err();
    assert!(error.to_string().contains("is a folder"));
}

#[test]
fn bytes_that_are_not_utf8_are_pointed_at() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("latin.yaml");
    fs_err::write(&path, b"experiment: caf\xe9\n").unwrap();
    let error = load(&path, &Changes::default()).unwrap_err();
    assert_eq!(error.diagnostics[0].message, "the file is not UTF-8: byte 16 is 0xe9");
    let place = error.diagnostics[0].place.as_ref().unwrap();
    assert_eq!((place.line, place.column), (1, 16));
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Manifest {
    name: String,
    classes: std::collections::BTreeMap<u8, String>,
    files: Vec<Files>,
    #[serde(default)]
    strict: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Files {
    image: String,
    layout: Layout,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Layout {
    Flat,
    Nested { depth: u32 },
}

#[test]
fn a_manifest_is_read_into_a_type() {
    let text = "
name: acdc
classes: { 0: background, 1: right ventricle }
files:
  - { image: a.nii.gz, layout: flat }
  - { image: '007', layout: { nested: { depth: 2 } } }
";
    let manifest: Manifest = read_yaml(text, Path::new("m.yaml")).unwrap();
    assert_eq!(manifest.name, "acdc");
    assert_eq!(manifest.classes[&1], "right ventricle");
    assert_eq!(manifest.files[1].image, "007");
    assert!(!manifest.strict);
    assert!(matches!(manifest.files[0].layout, Layout::Flat));
    assert!(matches!(manifest.files[1].layout, Layout::Nested { depth: 2 }));
}

#[test]
fn mistakes_in_a_manifest() {
    let text = "
nmae: acdc
strict: yes
classes: { 0: background, 300: x, one: y }
files:
  - { image: 101, layout: flatt }
  - { image: a, layout: { nested: { depth: '2' } }, lable: b }
";
    let error = read_yaml::<Manifest>(text, Path::new("m.yaml")).unwrap_err();
    insta::assert_snapshot!(rendered(&error));
}
