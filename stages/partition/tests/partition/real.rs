//! Splits over the true names of all ACDC scans, from the table of headers beside the real data.

use std::path::{Path, PathBuf};

use stages_partition::{Part, assign, splits};
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

#[test]
fn every_list_for_acdc_names_real_scans_and_keeps_the_pair_together() {
    let Some(cases) = acdc() else { return };
    for split in splits().iter().filter(|split| split.dataset == "acdc") {
        for list in &split.lists {
            let published = format!(r#"{{"published": "{}"}}"#, list.name);
            let or = |part, otherwise: &str| {
                if list.part == part { published.clone() } else { otherwise.to_owned() }
            };
            let first = format!(
                r#"{{"first_of": {{"split": "{}", "subjects": {}}}}}"#,
                list.name,
                list.entries.len()
            );
            let drawn = if list.part == Part::Train { first } else { r#"{"scans": 4}"#.to_owned() };
            let text = format!(
                r#"{{"seed": 0, "test": {}, "validation": {}, "labelled": {}, "unlabelled": {}}}"#,
                or(Part::Test, r#""none""#),
                or(Part::Validation, r#"{"scans": 0}"#),
                or(Part::Labelled, &drawn),
                or(Part::Unlabelled, r#""rest""#),
            );
            let made = assign(&cases, &params(&text))
                .unwrap_or_else(|error| panic!("{}: {error}", list.name));
            // 074 and 076 are one person, whom two folds of nnU-Net tear apart.
            let leaks = matches!(list.name, "acdc_all_legacy")
                || (list.part == Part::Test
                    && matches!(list.name, "nnunet_acdc_fold2" | "nnunet_acdc_fold4"));
            let leakage = made.warnings.iter().any(|text| text.starts_with("leakage"));
            assert_eq!(leakage, leaks, "{}: {:?}", list.name, made.warnings);
        }
    }
}

#[test]
fn stratified_folds_have_four_patients_of_every_pathology() {
    let Some(cases) = acdc() else { return };
    let mut seen = std::collections::BTreeSet::new();
    for fold in 0..5 {
        let text = format!(
            r#"{{"seed": 0, "test": {{"folds": {{"count": 5, "fold": {fold}}}}},
                "validation": {{"scans": 0}}, "labelled": {{"subjects": 5}},
                "stratify_by": "group"}}"#
        );
        let test = subjects(&assign(&cases, &params(&text)).unwrap(), Role::Test);
        assert_eq!(test.contains("patient074"), test.contains("patient076"));
        for group in ["DCM", "HCM", "MINF", "NOR", "RV"] {
            let of_group = |id: &&String| {
                cases
                    .rows
                    .iter()
                    .any(|row| row.subject == **id && row.group.as_deref() == Some(group))
            };
            let count = test.iter().filter(of_group).count();
            // 19 persons of group NOR are dealt, and one of them is two patients.
            assert!((3..=5).contains(&count) && (group == "NOR" || count == 4), "{group} {count}");
        }
        seen.extend(test);
    }
    assert_eq!(seen.len(), 100);
}
