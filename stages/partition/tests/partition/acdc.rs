//! The splits of the experiments on a cases table shaped like ACDC: 100 patients, ED and ES.

use crate::support::{acdc, params, roles, scans, subjects};
use stages_partition::{PartitionError, assign};
use stages_tables::Role;

const ACDC_5PCT: &str = r#"{"seed": 0, "test": {"subjects": 13},
    "labelled": {"published": "published8"},
    "validation": {"scans": 5, "from": "unlabelled", "keep_in_unlabelled_pool": true}}"#;

#[test]
fn the_published_eight_leave_174_training_scans() {
    let cases = acdc();
    let made = assign(&cases, &params(ACDC_5PCT)).unwrap();
    assert!(made.warnings.is_empty());
    // 200 scans = 26 test (13 patients) + 8 labelled + 5 validation + 161 unlabelled.
    assert_eq!(roles(&made), [8, 161, 5, 26, 0]);
    assert_eq!(subjects(&made, Role::Test).len(), 13);
    assert_eq!(
        scans(&made, Role::Labelled),
        [
            "patient002_frame01",
            "patient004_frame01",
            "patient006_frame16",
            "patient007_frame01",
            "patient027_frame11",
            "patient038_frame11",
            "patient067_frame10",
            "patient100_frame01",
        ]
    );
    assert!(subjects(&made, Role::Validation).is_disjoint(&subjects(&made, Role::Labelled)));
    // Validation images stay in the unlabelled pool, labelled and test images never do.
    assert_eq!(made.rows.iter().filter(|row| row.unlabelled_pool).count(), 166);
}

#[test]
fn one_person_under_two_names_stays_on_one_side() {
    let mut cases = acdc();
    for row in cases.rows.iter_mut().filter(|row| row.subject == "patient076") {
        row.same_as = Some("patient074".to_owned());
    }
    let mut tested = 0;
    for seed in 0..30 {
        let text = ACDC_5PCT.replace(r#""seed": 0"#, &format!(r#""seed": {seed}"#));
        let made = assign(&cases, &params(&text)).unwrap();
        assert_eq!(roles(&made), [8, 161, 5, 26, 0]);
        let test = subjects(&made, Role::Test);
        assert_eq!(test.contains("patient074"), test.contains("patient076"), "seed {seed}");
        tested += usize::from(test.contains("patient074"));
    }
    assert!((1..30).contains(&tested), "{tested}");
    // A list that tears them apart is refused like one that splits a subject.
    let text = r#"{"seed": 0, "test": {"list": ["patient074"]}, "validation": {"scans": 0},
        "labelled": {"scans": 8}}"#;
    let error = assign(&cases, &params(text)).unwrap_err();
    assert!(
        matches!(&error, PartitionError::SharedSubjects { subjects, .. } if subjects == &["patient074"]),
        "{error}"
    );
}

#[test]
fn another_labelled_set_keeps_the_test_set_unless_it_needs_its_subjects() {
    let cases = acdc();
    let with_labelled = |labelled: &str| {
        let text = format!(
            r#"{{"seed": 0, "test": {{"subjects": 13}}, "labelled": {labelled},
                "validation": {{"scans": 0}}}}"#
        );
        assign(&cases, &params(&text)).unwrap()
    };
    let published = with_labelled(r#"{"published": "published8"}"#);
    let four = with_labelled(r#"{"scans": 4}"#);
    let nine = with_labelled(r#"{"scans": 9}"#);
    assert_eq!(subjects(&four, Role::Test), subjects(&nine, Role::Test));
    // Larger draws contain smaller ones.
    assert!(scans(&four, Role::Labelled).iter().all(|s| scans(&nine, Role::Labelled).contains(s)));
    // Every test patient that was not claimed by the published list is in both test sets.
    let claimed = ["002", "004", "006", "007", "027", "038", "067", "100"];
    for subject in subjects(&four, Role::Test) {
        let is_claimed = claimed.iter().any(|number| subject.ends_with(number));
        assert_ne!(is_claimed, subjects(&published, Role::Test).contains(&subject), "{subject}");
    }
}

#[test]
fn ratios_give_the_authors_counts() {
    // 12.5 % of 100 patients is 13; 5 %, 10 % and 2 % of 174 scans are 8, 17 and 3.
    for (ratio, labelled) in [("0.05", 8), ("0.1", 17), ("0.02", 3), ("1.0", 174)] {
        let text = format!(
            r#"{{"seed": 3, "test": {{"ratio": 0.125}}, "labelled": {{"ratio": {ratio}}},
                "validation": {{"scans": 0}}}}"#
        );
        let made = assign(&acdc(), &params(&text)).unwrap();
        assert_eq!(roles(&made), [labelled, 174 - labelled, 0, 26, 0], "{ratio}");
    }
}

#[test]
fn ssl4mis_is_its_published_lists() {
    let text = r#"{"seed": 0, "test": {"published": "ssl4mis"},
        "validation": {"published": "ssl4mis"},
        "labelled": {"first_of": {"split": "ssl4mis", "subjects": 7}}}"#;
    let made = assign(&acdc(), &params(text)).unwrap();
    assert_eq!(roles(&made), [14, 126, 20, 40, 0]);
    let expected = ["021", "038", "049", "050", "058", "099", "100"];
    let found: Vec<_> =
        subjects(&made, Role::Labelled).iter().map(|subject| subject[7..].to_owned()).collect();
    assert_eq!(found, expected);
    assert!(made.rows.iter().all(|row| row.unlabelled_pool == (row.role == Role::Unlabelled)));
    let other_seed = text.replace(r#""seed": 0"#, r#""seed": 1"#);
    assert_eq!(assign(&acdc(), &params(&other_seed)).unwrap(), made, "lists ignore the seed");
}

#[test]
fn the_legacy_split_runs_with_a_leakage_warning() {
    let text = r#"{"seed": 0, "test": {"published": "acdc_all_legacy"},
        "validation": {"scans": 0}, "labelled": {"published": "published8"}}"#;
    let made = assign(&acdc(), &params(text)).unwrap();
    assert_eq!(roles(&made), [8, 167, 0, 25, 0]);
    assert_eq!(made.warnings.len(), 1);
    assert!(made.warnings[0].starts_with("leakage: 23 of the 24 subjects"), "{:?}", made.warnings);
}

#[test]
fn a_published_list_needs_its_dataset() {
    let mut cases = acdc();
    cases.rows.retain(|row| row.subject.as_str() < "patient040");
    let error = assign(&cases, &params(ACDC_5PCT)).unwrap_err();
    let PartitionError::UnknownEntries { field, entries, total, subjects, .. } = error else {
        panic!("{error}");
    };
    assert_eq!((field, total, subjects), ("labelled.published", 8, 39));
    assert_eq!(entries, ["patient100:ED", "patient067:ES"]);
}
