//! Splits over the true names of all ACDC scans, from the table of headers beside the real data.

use std::path::{Path, PathBuf};

use stages_partition::assign;
use stages_tables::{CasesTable, Role};

use crate::support::{dataset, params, roles, scan, scans, subjects};

/// The 200 training scans, or none with a printed reason where the data is not there.
fn acdc() -> Option<CasesTable> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    #[expect(clippy::disallowed_methods, reason = "a test may be told where the datasets are")]
    let told = std::env::var_os("ORCHESTRATE_DATA").map(PathBuf::from);
    let tables = told.into_iter().chain([beside]).map(|root| root.join("acdc/HEADERS_ALL150.csv"));
    let Some(path) = tables.into_iter().find(|path| path.is_file()) else {
        println!("skipped: no ACDC; set ORCHESTRATE_DATA to the folder that holds it");
        return None;
    };
    let text = fs_err::read_to_string(path).unwrap();
    // set, patient, frame, group, ED, ES, ...
    let rows = text.lines().filter(|line| line.starts_with("training,")).map(|line| {
        let fields: Vec<&str> = line.split(',').collect();
        let phase = if fields[2].parse::<u32>() == fields[4].parse() { "ED" } else { "ES" };
        let case = format!("{}_frame{}", fields[1], fields[2]);
        let mut row = scan(&case, fields[1], Some(phase), Some(fields[3]));
        row.same_as = (fields[1] == "patient076").then(|| "patient074".to_owned());
        row
    });
    Some(CasesTable { dataset: dataset("acdc"), rows: rows.collect() })
}

#[test]
fn published_lists_name_real_scans() {
    let Some(cases) = acdc() else { return };
    assert_eq!(cases.rows.len(), 200);
    let text = r#"{"seed": 0, "test": {"subjects": 13}, "labelled": {"published": "published8"},
        "validation": {"scans": 5, "keep_in_unlabelled_pool": true}}"#;
    let made = assign(&cases, &params(text)).unwrap();
    assert_eq!(roles(&made), [8, 161, 5, 26, 0]);
    assert_eq!(subjects(&made, Role::Test).len(), 13);
    let expected = [
        "patient002_frame01",
        "patient004_frame01",
        "patient006_frame16",
        "patient007_frame01",
        "patient027_frame11",
        "patient038_frame11",
        "patient067_frame10",
        "patient100_frame01",
    ];
    assert_eq!(scans(&made, Role::Labelled), expected);
    assert!(made.warnings.is_empty());

    let text = r#"{"seed": 0, "test": {"published": "acdc_all_legacy"}, "validation": {"scans": 5},
        "labelled": {"published": "published8"}}"#;
    let made = assign(&cases, &params(text)).unwrap();
    assert_eq!(roles(&made), [8, 162, 5, 25, 0]);
    assert!(made.warnings[0].starts_with("leakage: 23 of the 24 subjects"), "{:?}", made.warnings);

    for split in ["ssl4mis", "nnformer"] {
        let text = format!(
            r#"{{"seed": 0, "test": {{"published": "{split}"}},
                "validation": {{"published": "{split}"}},
                "labelled": {{"first_of": {{"split": "{split}", "subjects": 7}}}}}}"#
        );
        let made = assign(&cases, &params(&text)).unwrap();
        assert_eq!(roles(&made), [14, 126, 20, 40, 0], "{split}");
    }
}
