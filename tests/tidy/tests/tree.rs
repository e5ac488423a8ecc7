//! The rules, applied to this repository. Exceptions stand here, each with its reason.

use std::path::Path;
use std::sync::LazyLock;

use tests_tidy::{Metadata, Tree, Violation};

/// Rust files longer than 500 lines without tests, with the reason.
const LONG_FILES: &[(&str, &str)] = &[];

/// Packages that are not members of the workspace, with the reason.
const OUTSIDE: &[(&str, &str)] = &[(
    "stages/imaging/fuzz",
    "fuzzing needs a nightly compiler; the crate's tests run the same code on damaged files",
)];

/// Who may use what is heavy to compile, or must be done in one place.
const OWNERS: &[(&str, &[&str])] = &[
    ("hyper", &["pipeline-ui"]),
    ("hyper-util", &["pipeline-ui"]),
    ("nifti", &["stages-imaging"]),
    ("tch", &["stages-torch"]),
    ("torch-sys", &["stages-torch"]),
    ("polars", &["stages-compare"]),
    ("polars-arrow", &["stages-compare"]),
    ("polars-core", &["stages-compare"]),
    ("serde-saphyr", &["pipeline-spec"]),
    ("notosans", &["stages-figures"]),
    ("png", &["stages-figures", "stages-ingest", "stages-plots"]),
    ("tiny-skia", &["stages-figures"]),
    ("tokio", &["pipeline-ui"]),
    ("ttf-parser", &["stages-figures"]),
    // Data from servers, and results to them.
    ("ureq", &["stages-fetch", "stages-mlflow"]),
    ("yaml_serde", &["pipeline-spec"]),
    // The tests walk the source tree, not a dataset.
    ("walkdir", &["stages-ingest", "tests-tidy", "tests-e2e"]),
];

/// Words of medicine and deep learning, and the names of the stages' crates.
const DOMAIN: &[&str] = &[
    "acdc",
    "brain",
    "cardiac",
    "decathlon",
    "dice",
    "heart",
    "hippocampus",
    "libtorch",
    "medical",
    "mri",
    "nifti",
    "nii",
    "patient",
    "phantom",
    "polars",
    "promise",
    "prostate",
    "segmentation",
    "spleen",
    "tch",
    "tensor",
    "tensors",
    "torch",
    "unet",
    "voxel",
    "voxels",
];

/// Files of `pipeline/` that may use such words, with the reason.
const DOMAIN_EXCEPTIONS: &[(&str, &str)] = &[];

static ROOT: LazyLock<&Path> = LazyLock::new(|| {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).expect("tests/tidy is two deep")
});
static TREE: LazyLock<Tree> = LazyLock::new(|| Tree::read(&ROOT).expect("the tree can be read"));
static METADATA: LazyLock<Metadata> =
    LazyLock::new(|| Metadata::read(&ROOT).expect("cargo knows the workspace"));

#[track_caller]
fn assert_none(violations: &[Violation]) {
    let lines: Vec<_> = violations.iter().map(|violation| format!("  {violation}\n")).collect();
    assert!(violations.is_empty(), "broken in {} places:\n{}", lines.len(), lines.concat());
}

#[test]
fn the_whole_tree_is_seen() {
    for file in ["Cargo.toml", "tests/tidy/tests/tree.rs", "pipeline/engine/src/lib.rs", ".ci/run"]
    {
        assert!(TREE.files.iter().any(|found| found.path == file), "{file} was not read");
    }
    let folders: Vec<_> = METADATA.members.iter().map(|package| package.folder.as_str()).collect();
    for folder in ["pipeline/store", "stages/torch", "tests/tidy", "xtask"] {
        assert!(folders.contains(&folder), "{folder} is not a member of the workspace");
    }
    // A crate that is not a member is neither built nor tested.
    let manifests = TREE.files.iter().filter_map(|file| file.path.strip_suffix("/Cargo.toml"));
    let known = |folder: &&str| !OUTSIDE.iter().any(|(outside, _)| outside == folder);
    let outside: Vec<_> =
        manifests.filter(|folder| !folders.contains(folder)).filter(known).collect();
    assert!(outside.is_empty(), "not members of the workspace: {outside:?}");
}

#[test]
fn files_are_short() {
    assert_none(&tests_tidy::short_files(&TREE, 500, LONG_FILES));
}

#[test]
fn names_say_what_a_file_holds() {
    assert_none(&tests_tidy::no_vague_names(&TREE));
}

#[test]
fn packages_are_named_by_their_folder() {
    assert_none(&tests_tidy::named_by_folder(&METADATA, &["orchestrate"]));
}

#[test]
fn entry_files_only_list() {
    assert_none(&tests_tidy::no_logic(&TREE, 60));
}

#[test]
fn crates_take_lints_and_versions_from_the_workspace() {
    assert_none(&tests_tidy::workspace_lints(&TREE));
    assert_none(&tests_tidy::workspace_versions(&TREE));
}

#[test]
fn pipeline_does_not_know_the_domain() {
    let domain: Vec<_> = METADATA
        .members
        .iter()
        .filter(|package| package.folder.starts_with("stages/"))
        .map(|package| package.name.as_str())
        .collect();
    assert!(domain.contains(&"stages-train"), "the stages' crates were not found");
    for package in METADATA.members.iter().filter(|package| package.folder.starts_with("pipeline/"))
    {
        assert_none(&tests_tidy::not_linked(&METADATA, &package.name, &domain));
        for dependency in &package.dependencies {
            let name = dependency.name.as_str();
            assert!(!domain.contains(&name), "{} depends on {name}", package.name);
        }
    }
    let crates: Vec<_> = domain.iter().map(|name| name.replace('-', "_")).collect();
    for file in TREE.below("pipeline") {
        for name in crates.iter().filter(|name| name.contains('_')) {
            assert!(!file.text.contains(name), "{} names {name}", file.path);
        }
    }
    assert_none(&tests_tidy::free_of_words(&TREE, "pipeline", DOMAIN, DOMAIN_EXCEPTIONS));
}

#[test]
fn stages_do_not_depend_on_each_other() {
    let shared = [
        "stages-imaging",
        "stages-tables",
        "stages-metrics",
        "stages-statistics",
        "stages-tensorboard",
        "stages-figures",
    ];
    // Implementation on declaration: what training does on what training is.
    let exceptions = [("stages-torch", "stages-train")];
    assert_none(&tests_tidy::independent_crates(&METADATA, "stages", &shared, &exceptions));
    // Of the two shared ones, images come first.
    assert_none(&tests_tidy::not_linked(&METADATA, "stages-imaging", &["stages-tables"]));
}

#[test]
fn heavy_dependencies_have_one_user() {
    assert_none(&tests_tidy::one_owner(&METADATA, OWNERS));
}

#[test]
fn orchestrate_does_not_link_libtorch() {
    assert_none(&tests_tidy::not_linked(&METADATA, "orchestrate", &["tch", "torch-sys"]));
    // The check sees libtorch where it is.
    assert!(METADATA.linked_into("stages-torch").contains("torch-sys"));
}

#[test]
fn dependencies_are_used() {
    assert_none(&tests_tidy::unused(&METADATA, &TREE, &[]));
}

#[test]
fn building_and_testing_share_what_they_compile() {
    let build = tests_tidy::feature_sets(&ROOT, "normal").unwrap();
    let test = tests_tidy::feature_sets(&ROOT, "normal,dev").unwrap();
    assert!(build.len() > 50, "cargo tree listed only {} packages", build.len());
    assert_none(&tests_tidy::shared_by_build_and_test(&build, &test));
}

#[test]
fn notes_have_issues_and_silenced_lints_have_reasons() {
    assert_none(&tests_tidy::issues_for_notes(&TREE));
    assert_none(&tests_tidy::reasons_for_lints(&TREE));
}

#[test]
fn nothing_names_a_path_of_one_machine() {
    assert_none(&tests_tidy::no_machine_paths(&TREE));
}

#[test]
fn experiments_say_how_to_run_them() {
    assert_none(&tests_tidy::commands_in_headers(&TREE, "experiments"));
}

#[test]
fn data_manifests_can_be_read_and_are_part_of_the_program() {
    let manifests: Vec<_> =
        TREE.below("data-manifests").filter(|file| file.has_extension("yaml")).collect();
    for file in &manifests {
        stages_ingest::Manifest::parse(&file.text, Path::new(&file.path))
            .unwrap_or_else(|error| panic!("{}: {error}", file.path));
    }
    let names = manifests.iter().filter_map(|file| file.name().strip_suffix(".yaml"));
    let embedded = stages_ingest::embedded_manifests().iter().map(|(name, _)| *name);
    assert!(names.eq(embedded), "the program embeds other manifests than data-manifests/ holds");
}
