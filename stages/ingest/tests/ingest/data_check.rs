//! `data check` on whole datasets: everything wrong with them is told at once.

use std::path::Path;
use std::sync::Mutex;

use pipeline_engine::stage::Cancellation;
use stages_imaging::{
    LabelMap, NiftiWrite, Orientation, Volume, write_nifti_label_map, write_nifti_volume,
};
use stages_ingest::check::{
    CheckOptions, Checked, DatasetPlace, FindingKind, FoundDataset, Severity, Stopped, check,
    check_json, check_report, find_dataset, find_manifest,
};

use crate::support::{self, From, labels, params, run, volume, write_text};

const SHAPE: [usize; 3] = [6, 5, 4];

const MANIFEST: &str = r#"name: toy
title: Toys in a box
licence: l
citation: c
obtain: o
modality: MR
folders: [toy]
classes: [{id: 0, name: background}, {id: 1, name: ball}, {id: 2, name: cube}]
layout:
  image: "{case}.nii.gz"
  label: "{case}_seg.nii.gz"
  case: "{case}"
  subject: "{case}"
  LABELS
expect: { subjects: 12, cases: 12 }
"#;

/// Headers that say everything: a whole release like ACDC is noted as odd.
fn write_image(path: &Path, volume: &Volume) {
    fs_err::create_dir_all(path.parent().unwrap()).unwrap();
    write_nifti_volume(path, volume, &NiftiWrite::default()).unwrap();
}

fn write_labels(path: &Path, map: &LabelMap) {
    write_nifti_label_map(path, map, &NiftiWrite::default()).unwrap();
}

/// Twelve sound cases `c00` to `c11`, then the change.
pub(crate) fn toys(dir: &Path, change: impl FnOnce(&Path)) -> FoundDataset {
    toys_with(dir, MANIFEST, change)
}

pub(crate) fn toys_with(dir: &Path, manifest: &str, change: impl FnOnce(&Path)) -> FoundDataset {
    let folder = dir.join("toy");
    for n in 0..12 {
        write_image(&folder.join(format!("c{n:02}.nii.gz")), &volume(SHAPE, n));
        write_labels(&folder.join(format!("c{n:02}_seg.nii.gz")), &ball(n));
    }
    change(&folder);
    let path = dir.join("toy.yaml");
    write_text(&path, &manifest.replace("  LABELS\n", ""));
    let found = find_manifest(path.to_str().unwrap()).unwrap();
    let place = DatasetPlace { root: Some(dir), data_root: None, splits: None };
    find_dataset(&found.manifest, place).unwrap()
}

/// Both classes in every slice, a little different in each case.
fn ball(n: usize) -> LabelMap {
    let mut map = labels(SHAPE, &[0, 0, 1, 0, 2]);
    map.labels[5 * n] = 2;
    map
}

/// Background, but for these voxels of class 1.
fn only(voxels: &[usize]) -> LabelMap {
    let mut map = labels(SHAPE, &[0]);
    for voxel in voxels {
        map.labels[*voxel] = 1;
    }
    map
}

fn checked(found: &FoundDataset) -> Checked {
    let options = CheckOptions { subjects: None, cpus: 2 };
    check(found, &options, &Cancellation::new(), &|_| {}).unwrap()
}

/// Kind, case and message of everything that was found after a change.
fn found(change: impl FnOnce(&Path)) -> Vec<(FindingKind, Option<String>, String)> {
    let dir = tempfile::tempdir().unwrap();
    let all = checked(&toys(dir.path(), change)).findings;
    all.into_iter().map(|finding| (finding.kind, finding.case, finding.message)).collect()
}

/// The only thing that was found.
#[track_caller]
fn one(change: impl FnOnce(&Path)) -> (FindingKind, Option<String>, String) {
    let found = found(change);
    assert_eq!(found.len(), 1, "{found:#?}");
    found.into_iter().next().unwrap()
}

#[test]
fn a_sound_dataset_has_no_findings_and_a_row_per_case() {
    let dir = tempfile::tempdir().unwrap();
    let checked = checked(&toys(dir.path(), |_| {}));
    assert_eq!(checked.findings, []);
    assert_eq!((checked.facts.len(), checked.subjects), (12, 12));
    let row = &checked.facts[3];
    assert_eq!((row.case_id.as_str(), row.shape), ("c03", Some([6, 5, 4])));
    assert_eq!(row.spacing_mm, Some([1.5, 1.5, 10.0]));
    assert_eq!(
        (row.image_dtype.as_deref(), row.label_dtype.as_deref()),
        (Some("int16"), Some("uint8"))
    );
    // 120 voxels: every fifth is 1 and every fifth 2; the fourth was 0 and became 2.
    assert_eq!(
        (row.label_values.as_slice(), row.label_voxels.as_slice()),
        (&[0, 1, 2][..], &[71, 24, 25][..])
    );
    assert_eq!(
        (row.labelled_slices, row.first_labelled, row.last_labelled),
        (Some(4), Some(0), Some(3))
    );
    let size = fs_err::metadata(dir.path().join("toy/c03.nii.gz")).unwrap().len();
    assert_eq!(row.image_bytes, Some(size));
    let report = check_report(&checked, false);
    assert!(report.contains("12 cases of 12 subjects, 48 slices"), "{report}");
    assert!(report.ends_with("0 errors, 0 warnings, 0 notes: nothing is wrong\n"), "{report}");
}

#[test]
fn files_that_are_missing_are_named() {
    use FindingKind::{CountDiffers, MissingImage, MissingLabel};
    let remove = |folder: &Path, name: &str| fs_err::remove_file(folder.join(name)).unwrap();
    let (kind, case, message) = one(|folder| remove(folder, "c04_seg.nii.gz"));
    assert_eq!((kind, case.as_deref()), (MissingLabel, Some("c04")));
    assert!(message.contains("expected c04_seg.nii.gz"), "{message}");
    assert_eq!(one(|folder| remove(folder, "c04.nii.gz")).0, MissingImage);
    let both = |folder: &Path| {
        remove(folder, "c04.nii.gz");
        remove(folder, "c04_seg.nii.gz");
    };
    let (kind, _, message) = one(both);
    assert_eq!(kind, CountDiffers);
    assert_eq!(
        message,
        "dataset `toy` is not the complete one: found 11 cases of 11 subjects, the manifest expects 12 of 12"
    );
}

#[test]
fn damage_is_told_with_the_file_and_the_rest_is_read() {
    let dir = tempfile::tempdir().unwrap();
    let set = toys(dir.path(), |folder| {
        let path = folder.join("c05.nii.gz");
        let bytes = fs_err::read(&path).unwrap();
        fs_err::write(&path, &bytes[..bytes.len() - 20]).unwrap();
        write_text(&folder.join("c06_seg.nii.gz"), "not an image");
    });
    let checked = checked(&set);
    let kinds: Vec<_> =
        checked.findings.iter().map(|one| (one.kind, one.file.as_deref())).collect();
    let unreadable = FindingKind::Unreadable;
    assert_eq!(kinds, [(unreadable, Some("c05.nii.gz")), (unreadable, Some("c06_seg.nii.gz"))]);
    // What can be read of the two cases is in their rows.
    assert_eq!((checked.facts[5].intensity, checked.facts[5].labelled_slices), (None, Some(4)));
    assert_eq!((checked.facts[6].labelled_slices, checked.facts[6].errors), (None, 1));
    assert!(checked.facts[6].intensity.is_some());
    assert_eq!(checked.count(Severity::Error), 2);
}

#[test]
fn content_that_is_there_twice_is_told() {
    let copy = |from: &'static str, to: &'static str| {
        move |folder: &Path| {
            fs_err::copy(folder.join(from), folder.join(to)).unwrap();
        }
    };
    let (kind, _, message) = one(copy("c01.nii.gz", "c02.nii.gz"));
    assert_eq!(kind, FindingKind::IdenticalImages);
    assert!(message.starts_with("cases c01, c02 have the same image"), "{message}");
    let (kind, _, message) = one(copy("c01_seg.nii.gz", "c02_seg.nii.gz"));
    assert_eq!(kind, FindingKind::IdenticalLabels);
    assert_eq!(message, "cases c01 and c02 have the same label map, byte by byte");
}

#[test]
fn twins_that_the_manifest_knows_are_a_note() {
    let dir = tempfile::tempdir().unwrap();
    let manifest = format!("{MANIFEST}same_person: [[c01, c02]]\n");
    let set = toys_with(dir.path(), &manifest, |folder| {
        fs_err::copy(folder.join("c01.nii.gz"), folder.join("c02.nii.gz")).unwrap();
    });
    let findings = checked(&set).findings;
    assert_eq!(findings.len(), 1);
    assert_eq!(findings[0].kind, FindingKind::KnownTwins);
    assert_eq!(findings[0].message, "subjects c01 and c02 have the same images");
}

#[test]
fn label_maps_are_looked_into() {
    let write =
        |map: LabelMap| move |folder: &Path| write_labels(&folder.join("c07_seg.nii.gz"), &map);
    let (kind, case, message) = one(write(labels(SHAPE, &[0, 1, 2, 7])));
    assert_eq!((kind, case.as_deref()), (FindingKind::UnknownClass, Some("c07")));
    assert!(message.contains("[7]") && message.contains("2 (cube)"), "{message}");
    assert_eq!(one(write(only(&[]))).0, FindingKind::EmptyLabel);
    // Slices have 30 voxels: class 1 in the first and the last of the four.
    let gap = found(write(only(&[3, 4, 5, 6, 7, 8, 100, 101, 102, 103, 104, 105])));
    assert_eq!(gap.len(), 1, "{gap:#?}");
    assert_eq!(gap[0].0, FindingKind::LabelGap);
    assert!(
        gap[0].2.ends_with("no label in 2 slices between labelled ones: z = 1 and 2"),
        "{gap:#?}"
    );
    let absent = found(|folder| {
        for n in 0..12 {
            let mut map = ball(n);
            map.labels.iter_mut().for_each(|label| *label = (*label).min(1));
            write_labels(&folder.join(format!("c{n:02}_seg.nii.gz")), &map);
        }
    });
    assert_eq!(absent.len(), 1, "{absent:#?}");
    assert_eq!(absent[0].2, "no label map holds class 2 (cube)");
}

#[test]
fn geometry_that_does_not_fit_is_told_with_both_values() {
    let (kind, _, message) = one(|folder| {
        write_labels(&folder.join("c08_seg.nii.gz"), &labels([6, 5, 3], &[0, 1, 2]));
    });
    assert_eq!(kind, FindingKind::ShapeMismatch);
    assert!(message.contains("6 x 5 x 4") && message.contains("6 x 5 x 3"), "{message}");
    let (kind, _, message) = one(|folder| {
        let mut map = ball(8);
        map.header.spacing_mm = [1.5, 1.5, 8.0];
        write_labels(&folder.join("c08_seg.nii.gz"), &map);
    });
    assert_eq!(kind, FindingKind::SpacingMismatch);
    assert!(message.contains("1.5 x 1.5 x 10") && message.contains("1.5 x 1.5 x 8"), "{message}");
}

#[test]
fn label_maps_that_lie_elsewhere_and_axes_that_point_elsewhere_are_warnings() {
    let (kind, case, message) = one(|folder| {
        let mut map = ball(8);
        map.header.orientation =
            Some(Orientation { origin_mm: [0.0, 7.0, 0.0], ..Orientation::RAS });
        write_labels(&folder.join("c08_seg.nii.gz"), &map);
    });
    assert_eq!((kind, case.as_deref()), (FindingKind::PlacementDiffers, Some("c08")));
    assert!(
        message.contains("[0.0, 0.0, 0.0]") && message.contains("[0.0, 7.0, 0.0]"),
        "{message}"
    );
    let (kind, _, message) = one(|folder| {
        let (mut image, mut map) = (volume(SHAPE, 8), ball(8));
        image.header.orientation = Some(Orientation::LPS);
        map.header.orientation = Some(Orientation::LPS);
        write_image(&folder.join("c08.nii.gz"), &image);
        write_labels(&folder.join("c08_seg.nii.gz"), &map);
    });
    assert_eq!(kind, FindingKind::OddOrientation);
    assert_eq!(message, "case `c08`: axes point to LPS; 11 of 12 cases have RAS");
}

#[test]
fn odd_headers_are_told_by_file_and_those_of_a_release_once() {
    let (kind, case, message) = one(|folder| {
        let (mut image, mut map) = (volume(SHAPE, 2), ball(2));
        image.header.orientation = Some(Orientation::RAS);
        map.header.orientation = Some(Orientation::RAS);
        support::write_image(&folder.join("c02.nii.gz"), &image);
        support::write_labels(&folder.join("c02_seg.nii.gz"), &map);
    });
    assert_eq!((kind, case), (FindingKind::CommonHeader, None));
    assert!(message.starts_with("2 files, such as c02.nii.gz: the sform"), "{message}");
    let (kind, case, message) = one(|folder| {
        let path = folder.join("c03.nii.gz");
        let mut bytes = fs_err::read(&path).unwrap();
        bytes.extend(*b"junk");
        fs_err::write(&path, bytes).unwrap();
    });
    assert_eq!((kind, case.as_deref()), (FindingKind::OddHeader, Some("c03")));
    assert!(message.contains("ignored 4 bytes after the last gzip member"), "{message}");
}

#[test]
fn files_that_are_not_the_releases_are_told() {
    let dir = tempfile::tempdir().unwrap();
    let manifest = format!("{MANIFEST}checksums: {{ file: SHA256SUMS }}\n");
    let set = toys_with(dir.path(), &manifest, |folder| {
        write_text(&folder.join("SHA256SUMS"), &format!("{}  c00.nii.gz\n", "0".repeat(64)));
    });
    let findings = checked(&set).findings;
    assert_eq!(findings.len(), 1, "{findings:#?}");
    assert_eq!(
        (findings[0].kind, findings[0].file.as_deref()),
        (FindingKind::Checksum, Some("c00.nii.gz"))
    );
}

#[test]
fn what_is_far_from_the_usual_is_told_with_the_usual() {
    let odd = |change: fn(&mut Volume, &mut LabelMap)| {
        found(move |folder| {
            let (mut image, mut map) = (volume(SHAPE, 9), ball(9));
            change(&mut image, &mut map);
            write_image(&folder.join("c09.nii.gz"), &image);
            write_labels(&folder.join("c09_seg.nii.gz"), &map);
        })
    };
    let spacing = odd(|image, map| {
        image.header.spacing_mm[2] = 25.0;
        map.header.spacing_mm[2] = 25.0;
    });
    assert_eq!(spacing.len(), 1, "{spacing:#?}");
    assert_eq!(spacing[0].2, "case `c09`: 1.5 x 1.5 x 25 mm; the usual is 1.5 x 1.5 x 10 mm");
    let dark =
        odd(|image, _| image.voxels.iter_mut().for_each(|value| *value = (*value / 25.0).round()));
    assert_eq!(
        dark.iter().map(|found| found.0).collect::<Vec<_>>(),
        [FindingKind::OddIntensity],
        "{dark:#?}"
    );
    let flat = odd(|image, _| image.voxels.fill(7.0));
    assert_eq!(flat.len(), 1, "{flat:#?}");
    assert_eq!(flat[0].2, "case `c09`: every voxel of c09.nii.gz is 7");
}

#[test]
fn files_that_match_nothing_are_a_note_and_unlabelled_cases_may_be_one() {
    let (kind, _, message) = one(|folder| write_text(&folder.join("README.txt"), "hello"));
    assert_eq!((kind, message.as_str()), (FindingKind::UnmatchedFile, "README.txt"));
    let dir = tempfile::tempdir().unwrap();
    let manifest = MANIFEST.replace("LABELS", "label_required: false");
    let set = toys_with(dir.path(), &manifest, |folder| {
        fs_err::remove_file(folder.join("c11_seg.nii.gz")).unwrap();
    });
    let checked = checked(&set);
    assert_eq!(checked.findings.len(), 1);
    assert_eq!(checked.findings[0].kind, FindingKind::Unlabelled);
    assert_eq!((checked.facts[11].notes, checked.facts[11].labelled_slices), (1, None));
}

#[test]
fn ct_without_air_has_lost_its_scale() {
    let dir = tempfile::tempdir().unwrap();
    let manifest = MANIFEST.replace("modality: MR", "modality: CT");
    let set = toys_with(dir.path(), &manifest, |folder| {
        for n in 0..12 {
            let mut image = volume(SHAPE, n);
            image.voxels[0] = if n == 2 { 0.0 } else { -1000.0 };
            if n == 3 {
                image.voxels[1] = -3024.0;
            }
            write_image(&folder.join(format!("c{n:02}.nii.gz")), &image);
        }
    });
    let kinds: Vec<_> =
        checked(&set).findings.into_iter().map(|one| (one.kind, one.case)).collect();
    let case = |name: &str| Some(name.to_owned());
    assert_eq!(
        kinds,
        [(FindingKind::NotHounsfield, case("c02")), (FindingKind::BeyondHounsfield, case("c03"))]
    );
}

/// What is wrong with a dataset, for the check and for the stage.
#[test]
fn errors_are_what_the_stage_refuses() {
    type Change = fn(&Path);
    let changes: [(&str, Change); 6] = [
        ("sound", |_| {}),
        ("empty label", |folder| write_labels(&folder.join("c01_seg.nii.gz"), &only(&[]))),
        ("incomplete", |folder| {
            fs_err::remove_file(folder.join("c01.nii.gz")).unwrap();
            fs_err::remove_file(folder.join("c01_seg.nii.gz")).unwrap();
        }),
        ("no label", |folder| fs_err::remove_file(folder.join("c01_seg.nii.gz")).unwrap()),
        ("twins", |folder| {
            fs_err::copy(folder.join("c01.nii.gz"), folder.join("c02.nii.gz")).unwrap();
        }),
        ("class", |folder| write_labels(&folder.join("c01_seg.nii.gz"), &labels(SHAPE, &[9]))),
    ];
    for (name, change) in changes {
        let dir = tempfile::tempdir().unwrap();
        let errors = checked(&toys(dir.path(), change)).count(Severity::Error);
        fs_err::create_dir_all(dir.path().join("experiments")).unwrap();
        let stage =
            run(dir.path(), &From::DataRoot(dir.path()), &params(r#"{"manifest": "../toy.yaml"}"#));
        assert_eq!(errors > 0, stage.is_err(), "{name}: {:?}", stage.err());
    }
}

#[test]
fn an_empty_folder_is_an_error_and_no_panic() {
    let dir = tempfile::tempdir().unwrap();
    let manifest = find_manifest("acdc").unwrap().manifest;
    let place = DatasetPlace { root: Some(dir.path()), data_root: None, splits: None };
    let checked = checked(&find_dataset(&manifest, place).unwrap());
    assert_eq!(checked.findings.len(), 1);
    assert_eq!(checked.findings[0].kind, FindingKind::NoCases);
    assert!(check_report(&checked, false).contains("error: nothing found (1)"));
}

#[test]
fn a_subject_is_checked_alone() {
    let dir = tempfile::tempdir().unwrap();
    let set = toys(dir.path(), |folder| fs_err::remove_file(folder.join("c01.nii.gz")).unwrap());
    let heard = Mutex::new(Vec::new());
    let read = |case: &str| heard.lock().unwrap().push(case.to_owned());
    let ask = |subject: &str| {
        let subjects = Some(vec![subject.to_owned()]);
        check(&set, &CheckOptions { subjects, cpus: 1 }, &Cancellation::new(), &read).unwrap()
    };
    assert_eq!((ask("c00").findings.len(), ask("c00").facts.len()), (0, 1));
    assert_eq!(ask("c01").findings[0].kind, FindingKind::MissingImage);
    assert_eq!(ask("c1").findings[0].kind, FindingKind::NoSuchSubject);
    assert_eq!(*heard.lock().unwrap(), ["c00", "c00", "c01"]);
}

#[test]
fn it_stops_when_asked() {
    let dir = tempfile::tempdir().unwrap();
    let set = toys(dir.path(), |_| {});
    let cancellation = Cancellation::new();
    let stop = |_: &str| cancellation.cancel();
    let options = CheckOptions { subjects: None, cpus: 1 };
    assert_eq!(check(&set, &options, &cancellation, &stop).err(), Some(Stopped));
}

#[test]
fn tables_and_json_hold_the_same() {
    let dir = tempfile::tempdir().unwrap();
    let checked = checked(&toys(dir.path(), |folder| {
        fs_err::remove_file(folder.join("c04_seg.nii.gz")).unwrap();
    }));
    let rows = checked.findings_table().rows;
    assert_eq!(rows.len(), 1);
    assert_eq!((rows[0].severity.as_str(), rows[0].kind.as_str()), ("error", "missing_label"));
    assert_eq!(
        (rows[0].case_id.as_deref(), rows[0].subject.as_deref()),
        (Some("c04"), Some("c04"))
    );
    let json = check_json(&checked);
    assert_eq!((&json["errors"], &json["cases"][4]["errors"]), (&1.into(), &1.into()));
    assert_eq!(json["findings"][0]["message"], rows[0].message);
    let write = |name: &str| {
        let path = dir.path().join(name);
        checked.facts_table().write(&path).unwrap();
        fs_err::read(path).unwrap()
    };
    assert_eq!(write("a.arrow"), write("b.arrow"), "the same facts give the same bytes");
}
