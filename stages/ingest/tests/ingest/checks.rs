//! Digests that the release or the manifest gives.

use std::path::Path;

use crate::support::{
    From, failure, labels, params, run, volume, write_image, write_labels, write_text,
};

const MANIFEST: &str = r#"name: toy
title: t
licence: l
citation: c
obtain: o
modality: MR
folders: [toy]
classes: [{id: 0, name: background}, {id: 1, name: organ}]
layout:
  image: "{case}.nii"
  label: "{case}_seg.nii"
  case: "{case}"
  subject: "{case}"
  attributes: { file: "{case}.txt" }
"#;

/// One case whose attribute file is the text `abc`, of known digests.
fn toy(dir: &Path, checksums: &str) {
    fs_err::create_dir_all(dir.join("experiments")).unwrap();
    write_text(&dir.join("toy.yaml"), &format!("{MANIFEST}{checksums}"));
    let root = dir.join("toy");
    write_image(&root.join("a.nii"), &volume([4, 3, 2], 1));
    write_labels(&root.join("a_seg.nii"), &labels([4, 3, 2], &[0, 1]));
    write_text(&root.join("a.txt"), "abc");
}

/// The log of a run that succeeds, or the lines of the error.
fn ingest(dir: &Path) -> Result<Vec<String>, Vec<String>> {
    let own = params(r#"{"manifest": "../toy.yaml"}"#);
    run(dir, &From::DataRoot(dir), &own).map(|ran| ran.log).map_err(|error| error.details)
}

const MD5: &str = "900150983cd24fb0d6963f7d28e17f72";
const SHA256: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

#[test]
fn a_list_of_the_release_is_checked() {
    let dir = tempfile::tempdir().unwrap();
    toy(dir.path(), "checksums: { file: SUMS }\n");
    // Without the list, nothing is checked.
    assert_eq!(ingest(dir.path()).unwrap().len(), 1);
    let sums = dir.path().join("toy/SUMS");
    // Whatever lists of digests look like, and a file that is not read.
    for line in [
        format!("{SHA256}  ./a.txt\n"),
        format!("# of the release\n\n{MD5} *a.txt\n{MD5}  readme.md\n"),
        format!("SHA256 (a.txt) = {SHA256}\r\n"),
    ] {
        write_text(&sums, &line);
        let log = ingest(dir.path()).unwrap();
        assert_eq!(log[0], "warn: SUMS has no digest of 2 files, such as a.nii", "{line}");
    }
    write_text(&sums, &format!("{}  a.txt\n", SHA256.replace("ba7", "ba8")));
    assert_eq!(
        ingest(dir.path()).unwrap_err(),
        [format!(
            "a.txt has the sha256 digest {SHA256}; SUMS says {}",
            SHA256.replace("ba7", "ba8")
        )]
    );
    write_text(&sums, &format!("{MD5}  a.txt\n\nhello world\n"));
    let lines = ingest(dir.path()).unwrap_err();
    assert!(lines[0].starts_with("SUMS: line 3 is \"hello world\"; accepted are"), "{lines:?}");
    write_text(&sums, &format!("{MD5}  a.txt\n{SHA256}  a.txt\n"));
    assert_eq!(ingest(dir.path()).unwrap_err(), ["SUMS: line 2 gives a.txt a second digest"]);
}

#[test]
fn digests_of_the_manifest_are_checked() {
    let dir = tempfile::tempdir().unwrap();
    let of_manifest = |digest: &str| {
        toy(dir.path(), &format!("checksums: {{ files: {{ a.txt: \"{digest}\" }} }}\n"));
        ingest(dir.path())
    };
    let log = of_manifest(&format!("sha256:{}", SHA256.to_uppercase())).unwrap();
    assert!(log[0].starts_with("warn: the manifest's `checksums` has no digest of 2 files"));
    let lines = of_manifest(&format!("md5:{}", MD5.replace('9', "8"))).unwrap_err();
    assert_eq!(lines.len(), 1);
    assert!(lines[0].starts_with(&format!("a.txt has the md5 digest {MD5}; the manifest's")));
    let error = failure(dir.path(), &params(r#"{"manifest": "../toy.yaml"}"#));
    assert_eq!(error.message, "dataset `toy` has 1 problem");
}
