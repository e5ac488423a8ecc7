//! The real datasets, where they are: beside the repository, as `shared/data`.

use std::path::{Path, PathBuf};

use crate::support::{From, Ran, params, run};

/// The folder with the datasets, or none with a printed reason.
fn data() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    #[expect(clippy::disallowed_methods, reason = "a test may be told where the datasets are")]
    let told = std::env::var_os("ORCHESTRATE_DATA").map(PathBuf::from);
    let found = told.into_iter().chain([beside]).find(|path| path.is_dir());
    if found.is_none() {
        println!("skipped: no real datasets; set ORCHESTRATE_DATA to the folder that holds them");
    }
    found
}

/// Ingests a dataset in one of the folders of the data; none where it is not there.
fn ingest(manifest: &str, folder: &str) -> Option<Ran> {
    let root = data()?.join(folder);
    if !root.is_dir() {
        println!("skipped: {} is not there", root.display());
        return None;
    }
    let text = format!(r#"{{"manifest": "{manifest}", "root": "{folder}"}}"#);
    let dir = tempfile::tempdir().unwrap();
    fs_err::create_dir_all(dir.path().join("experiments")).unwrap();
    Some(run(dir.path(), &From::DataRoot(&data()?), &params(&text)).unwrap())
}

fn slices(ran: &Ran) -> u32 {
    ran.cases.rows.iter().map(|row| row.shape[2]).sum()
}

#[test]
fn acdc_has_200_cases_and_1902_slices() {
    let Some(ran) = ingest("acdc", "acdc") else { return };
    assert_eq!((ran.cases.rows.len(), slices(&ran)), (200, 1902));
    assert!(ran.cases.rows.iter().all(|row| row.label_values == [0, 1, 2, 3]));
    let of_phase = |phase| ran.cases.rows.iter().filter(move |r| r.phase.as_deref() == Some(phase));
    assert_eq!((of_phase("ED").count(), of_phase("ES").count()), (100, 100));
    // The only patient whose end-diastole is not frame 1.
    let late: Vec<_> = of_phase("ED").filter(|row| !row.case_id.ends_with("_frame01")).collect();
    assert_eq!(late.len(), 1);
    assert_eq!(late[0].case_id, "patient090_frame04");
    assert_eq!((late[0].group.as_deref(), late[0].image_dtype.as_str()), (Some("RV"), "uint8"));
    // Only the headers' pixdim has the true spacing: 1.7857 mm is 25 / 14.
    assert_eq!(late[0].shape, [154, 224, 7]);
    assert!((late[0].spacing_mm[0] - 25.0 / 14.0).abs() < 1e-4, "{:?}", late[0].spacing_mm);
    assert_eq!(late[0].spacing_mm[2], 10.0);
    // One person is in the release under two names.
    let twins = ran.cases.rows.iter().filter(|row| row.same_as.as_deref() == Some("patient074"));
    let twins: Vec<_> = twins.map(|row| row.case_id.as_str()).collect();
    assert_eq!(twins, ["patient076_frame01", "patient076_frame12"]);
    assert!(ran.log.iter().all(|line| line.starts_with("info: ")), "complete: {:?}", ran.log);
}

#[test]
fn acdc_is_read_with_its_test_patients() {
    let Some(ran) = ingest("acdc-full", "acdc") else { return };
    let of_split = |split| ran.cases.rows.iter().filter(move |r| r.split.as_deref() == Some(split));
    assert_eq!((of_split("training").count(), of_split("testing").count()), (200, 8));
    let row = ran.row("patient134_frame15");
    let attributes = |key: &str| row.attributes.get(key).map(String::as_str);
    assert_eq!((row.phase.as_deref(), attributes("Group")), (Some("ES"), row.group.as_deref()));
    assert_eq!(attributes("ED"), None, "the phases are in their own column");
    // Rotated by half a turn about the long axis of the scanner in every file.
    let codes: std::collections::BTreeSet<String> = ran
        .cases
        .rows
        .iter()
        .filter_map(|row| row.orientation.map(|o| o.codes().into_iter().collect()))
        .collect();
    assert_eq!(codes.into_iter().collect::<Vec<_>>(), ["LPS"]);
    let intensity = row.intensity.unwrap();
    assert!(intensity.min < intensity.mean && intensity.mean < intensity.max, "{intensity:?}");
    // The training part is what `acdc` reads, but for where files lie and what is kept.
    let Some(training) = ingest("acdc", "acdc") else { return };
    for (full, alone) in of_split("training").zip(&training.cases.rows) {
        assert_eq!((&full.case_id, &full.image_digest), (&alone.case_id, &alone.image_digest));
        assert_eq!(full.image, format!("training/{}", alone.image));
        assert_eq!((&full.group, &full.phase), (&alone.group, &alone.phase));
    }
}

#[test]
fn hippocampus_reads_every_listed_case() {
    let Some(ran) = ingest("hippocampus", "Task04_Hippocampus") else { return };
    assert_eq!(ran.cases.rows.len(), 40);
    assert!(ran.cases.rows.iter().all(|row| row.label_values == [0, 1, 2]));
    assert!(ran.sources.iter().all(|name| !name.contains("._")));
}

#[test]
fn spleen_layout_is_read_from_its_list() {
    let Some(ran) = ingest("spleen", "Task09_Spleen-layout") else { return };
    assert_eq!(ran.cases.rows.len(), 6);
    assert_eq!(ran.cases.rows[0].case_id, "spleen_10");
}

#[test]
fn promise_layout_has_compressed_and_big_endian_volumes() {
    let Some(ran) = ingest("prostate", "promise12-layout") else { return };
    assert_eq!(ran.cases.rows.len(), 8);
    let zraw =
        ran.references.iter().filter(|r| r.relative.rsplit('.').next() == Some("zraw")).count();
    assert_eq!(zraw, 4, "Case03 and Case06 are compressed");
    let row = ran.row("Case05");
    assert_eq!((row.shape, row.spacing_mm), ([36, 48, 40], [0.625, 0.625, 3.6]));
    assert_eq!((row.image_dtype.as_str(), row.label_dtype.as_deref()), ("int16", Some("int8")));
}
