//! `orchestrate data`: looking at a dataset before any experiment.

use std::path::{Path, PathBuf};

use serde_json::Value;
use tests_e2e::Workspace;

const HEARTS: &str = "\
experiment: hearts
stages:
  phantom: { with: { layout: acdc, subjects: 4, seed: 1, slices: { min: 4, max: 5 } } }
";

/// Synthetic hearts in the layout of ACDC, as files.
fn hearts(w: &Workspace) -> PathBuf {
    w.write("hearts.yaml", HEARTS);
    w.orchestrate(&["run", "hearts.yaml", "-q"]).ok();
    w.orchestrate(&["show", "hearts", "phantom", "--export", "exported"]).ok();
    let all = w.path("exported");
    let info = |folder: &Path| folder.join("patient001/Info.cfg").is_file();
    let folders = ["", "dataset", "dataset/training", "training"].map(|inner| all.join(inner));
    let found = folders.into_iter().find(|folder| info(folder));
    found.unwrap_or_else(|| panic!("no hearts in {}", all.display()))
}

#[test]
fn a_sound_dataset_passes_and_has_tables() {
    let w = Workspace::new();
    let root = hearts(&w);
    let root = root.to_str().unwrap();
    let ran = w
        .orchestrate(&[
            "data",
            "check",
            "acdc",
            "--root",
            root,
            "--table",
            "t.arrow",
            "--findings",
            "f.arrow",
        ])
        .ok();
    assert!(ran.out.contains("8 cases of 4 subjects"), "{}", ran.out);
    assert!(ran.out.contains("0 errors, 1 warning"), "{}", ran.out);
    assert!(ran.out.contains("the manifest expects 200 of 100"), "{}", ran.out);
    for table in ["t.arrow", "f.arrow"] {
        assert!(fs_err::read(w.path(table)).unwrap().starts_with(b"ARROW1"), "{table}");
    }
    let strict = w.orchestrate(&["data", "check", "acdc", "--root", root, "--strict"]);
    assert_eq!(strict.code, 1, "{}", strict.out);
}

#[test]
fn a_broken_dataset_is_told_at_once_and_ingest_agrees() {
    let w = Workspace::new();
    let root = hearts(&w);
    let file = |name: &str| root.join("patient002").join(name);
    let labels: Vec<String> = fs_err::read_dir(root.join("patient002"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.contains("_gt"))
        .collect();
    fs_err::remove_file(file(&labels[0])).unwrap();
    let bytes = fs_err::read(file(&labels[1])).unwrap();
    fs_err::write(file(&labels[1]), &bytes[..bytes.len() / 2]).unwrap();
    let root = root.to_str().unwrap();

    let ran = w.orchestrate(&["data", "check", "acdc", "--root", root]);
    assert_eq!(ran.code, 1, "{}\n{}", ran.out, ran.err);
    for word in
        ["images without label map (1)", "files that cannot be read (1)", &labels[0], &labels[1]]
    {
        assert!(ran.out.contains(word), "no `{word}` in:\n{}", ran.out);
    }
    let json = w.orchestrate(&["data", "check", "acdc", "--root", root, "--json"]);
    let report: Value = serde_json::from_str(&json.out).unwrap();
    assert_eq!((json.code, &report["errors"]), (1, &Value::from(2)));
    assert_eq!(report["cases"].as_array().unwrap().len(), 8);
    // The subjects that are whole pass.
    w.orchestrate(&[
        "data",
        "check",
        "acdc",
        "--root",
        root,
        "--subjects",
        "patient001,patient003",
    ])
    .ok();
    w.write("ingest.yaml", &format!("experiment: ingest\nstages:\n  ingest: {{ with: {{ manifest: acdc, root: '{root}' }} }}\n"));
    assert_eq!(
        w.orchestrate(&["run", "ingest.yaml"]).code,
        1,
        "the stage takes what the check refuses"
    );
}

#[test]
fn requests_that_are_wrong_say_what_would_be_right() {
    let w = Workspace::new();
    fs_err::create_dir_all(w.path("empty")).unwrap();
    let cases: [(&[&str], &[&str]); 7] = [
        (&["data", "check", "acdk", "--root", "empty"], &["acdk", "did you mean `acdc`?"]),
        (&["data", "check", "./none.yaml", "--root", "empty"], &["none.yaml", "data list"]),
        (&["data", "check", "acdc", "--root", "nowhere"], &["nowhere", "not a folder"]),
        (&["data", "check", "acdc"], &["dataset `acdc` is missing", "--root DIR", "register at"]),
        (
            &["data", "check", "acdc", "--root", "empty", "--table", "no/t.arrow"],
            &["no/t.arrow", "folder"],
        ),
        (&["data", "preview", "acdc", "--root", "empty"], &["holds no case"]),
        (&["data", "preview", "acdc", "--root", "empty", "--window", "5,1"], &["--window"]),
    ];
    for (arguments, words) in cases {
        let ran = w.orchestrate(arguments);
        assert_eq!(ran.code, 2, "{arguments:?}: {}\n{}", ran.out, ran.err);
        let text = ran.err.split_whitespace().collect::<Vec<_>>().join(" ");
        for word in words {
            assert!(text.contains(word), "{arguments:?}: no `{word}` in:\n{}", ran.err);
        }
    }
    let nothing = w.orchestrate(&["data", "check", "acdc", "--root", "empty"]);
    assert_eq!(nothing.code, 1, "an empty folder is a dataset without cases: {}", nothing.err);
}

#[test]
fn a_preview_is_a_png_whose_bytes_do_not_vary() {
    let w = Workspace::new();
    let root = hearts(&w);
    let root = root.to_str().unwrap();
    let draw = |name: &str| {
        w.orchestrate(&["data", "preview", "acdc", "--root", root, "--out", name, "--tile", "64"])
            .ok();
        fs_err::read(w.path(name)).unwrap()
    };
    let first = draw("a.png");
    assert!(first.starts_with(b"\x89PNG"));
    assert_eq!(first, draw("b.png"));
    let pages = [
        "data",
        "preview",
        "acdc",
        "--root",
        root,
        "-o",
        "p.png",
        "--per-page",
        "3",
        "--limit",
        "0",
    ];
    let ran = w.orchestrate(&pages).ok();
    assert_eq!(ran.out, "p-1.png\np-2.png\np-3.png\n");
}

#[test]
fn datasets_are_listed_and_shown() {
    let w = Workspace::new();
    fs_err::create_dir_all(w.path("data/ACDC")).unwrap();
    let list = w.orchestrate(&["data", "list", "--data-root", "data"]).ok().out;
    assert!(list.contains("found: data/ACDC") && list.contains("CC BY-NC-SA 4.0"), "{list}");
    let json = w.orchestrate(&["data", "list", "--json"]).ok().out;
    let json: Value = serde_json::from_str(&json).unwrap();
    let names: Vec<_> = json["datasets"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["name"].as_str().unwrap())
        .collect();
    for name in ["acdc", "prostate", "spleen"] {
        assert!(names.contains(&name), "no {name} in {names:?}");
        let shown = w.orchestrate(&["data", "show", name]).ok().out;
        assert!(shown.contains("licence") && shown.contains("http"), "{shown}");
        let yaml = w.orchestrate(&["data", "show", name, "--yaml"]).ok().out;
        assert!(yaml.contains(&format!("name: {name}")), "{yaml}");
    }
    // What is printed is a manifest of one's own.
    let yaml = w.orchestrate(&["data", "show", "acdc", "--yaml"]).ok().out;
    w.write("acdc.yaml", &yaml);
    assert!(w.orchestrate(&["data", "show", "./acdc.yaml"]).ok().out.contains("./acdc.yaml"));
}
