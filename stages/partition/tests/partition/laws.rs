//! What holds for every division: laws, and the errors that keep them.

use std::collections::BTreeSet;

use crate::support::{dataset, params, roles, scan, scans, subjects};
use proptest::prelude::*;
use stages_partition::{PartitionError, assign};
use stages_tables::{CaseRow, CasesTable, PartitionRow, Role};

fn table(rows: Vec<CaseRow>) -> CasesTable {
    CasesTable { dataset: dataset("toy"), rows }
}

/// `subjects` subjects with one to three scans each; some scans lack an annotation.
fn toy(subjects: usize) -> CasesTable {
    let rows = (0..subjects).flat_map(|s| {
        let group = ["x", "y", "z"][s % 3];
        (0..=s % 3).map(move |n| {
            let mut row = scan(&format!("s{s:02}_{n}"), &format!("s{s:02}"), None, Some(group));
            if s % 7 == 6 && n == 1 {
                (row.label, row.label_digest, row.label_dtype) = (None, None, None);
            }
            row
        })
    });
    table(rows.collect())
}

fn sorted(mut rows: Vec<PartitionRow>) -> Vec<PartitionRow> {
    rows.sort_by(|a, b| a.case_id.cmp(&b.case_id));
    rows
}

proptest! {
    #[test]
    fn sides_never_share_a_subject_and_order_is_irrelevant(
        seed in 0u64..1000,
        rotation in 0usize..50,
        test in 1usize..4,
        labelled in 1usize..4,
        validation in 0usize..4,
        by_subject in any::<bool>(),
        from_train in any::<bool>(),
        stratify in any::<bool>(),
    ) {
        let unit = if by_subject { "subjects" } else { "scans" };
        let from = if from_train { "train" } else { "unlabelled" };
        let text = format!(
            r#"{{"seed": {seed}, "stratify": {stratify}, "test": {{"subjects": {test}}},
                "labelled": {{"{unit}": {labelled}}},
                "validation": {{"{unit}": {validation}, "from": "{from}"}}}}"#
        );
        let mut cases = toy(14);
        let made = assign(&cases, &params(&text)).unwrap();

        // Complete, and in the order of the cases table.
        let ids = |rows: &[PartitionRow]| rows.iter().map(|r| r.case_id.clone()).collect::<Vec<_>>();
        let given: Vec<_> = cases.rows.iter().map(|row| row.case_id.clone()).collect();
        prop_assert_eq!(ids(&made.rows), given);

        // As many as asked for.
        prop_assert_eq!(subjects(&made, Role::Test).len(), test);
        let count = |role| if by_subject {
            subjects(&made, role).len()
        } else {
            scans(&made, role).len()
        };
        prop_assert_eq!(count(Role::Labelled), labelled);
        prop_assert_eq!(count(Role::Validation), validation);

        // No subject on two sides.
        let of = |role| subjects(&made, role);
        for train in [Role::Labelled, Role::Unlabelled, Role::Validation] {
            prop_assert!(of(train).is_disjoint(&of(Role::Test)));
        }
        prop_assert!(of(Role::Labelled).is_disjoint(&of(Role::Validation)));

        // A label that is used exists; an image in the pool is unlabelled.
        for (row, case) in made.rows.iter().zip(&cases.rows) {
            let needs_label = matches!(row.role, Role::Labelled | Role::Validation | Role::Test);
            prop_assert!(!needs_label || case.label.is_some());
            prop_assert_eq!(row.unlabelled_pool, row.role == Role::Unlabelled);
            prop_assert!(row.role != Role::Unused || of(Role::Test).contains(&row.subject));
        }

        // The order of the rows does not matter.
        let middle = rotation % cases.rows.len();
        cases.rows.rotate_left(middle);
        let rotated = assign(&cases, &params(&text)).unwrap();
        prop_assert_eq!(sorted(rotated.rows), sorted(made.rows));
    }
}

#[test]
fn another_seed_gives_another_division() {
    let text = |seed| {
        format!(
            r#"{{"seed": {seed}, "test": {{"subjects": 4}}, "validation": {{"scans": 0}},
                "labelled": {{"scans": 3}}}}"#
        )
    };
    let tests: BTreeSet<_> = (0..8)
        .map(|seed| scans(&assign(&toy(14), &params(&text(seed))).unwrap(), Role::Test))
        .collect();
    assert!(tests.len() > 4, "{tests:?}");
}

#[test]
fn the_labelled_seed_moves_only_the_labelled_scans() {
    let text = |labelled_seed| {
        format!(
            r#"{{"seed": 1, "labelled_seed": {labelled_seed}, "test": {{"subjects": 3}},
                "validation": {{"scans": 0}}, "labelled": {{"scans": 4}}}}"#
        )
    };
    let made: Vec<_> = (0..6).map(|seed| assign(&toy(14), &params(&text(seed))).unwrap()).collect();
    assert!(made.iter().all(|m| scans(m, Role::Test) == scans(&made[0], Role::Test)));
    let drawn: BTreeSet<_> = made.iter().map(|m| scans(m, Role::Labelled)).collect();
    assert!(drawn.len() > 3);
}

#[test]
fn asking_for_more_than_there_is_says_how_many_there_are() {
    let text = r#"{"seed": 0, "test": {"subjects": 2}, "validation": {"scans": 0},
        "labelled": {"scans": 99}}"#;
    let error = assign(&toy(4), &params(text)).unwrap_err();
    let PartitionError::NotEnough { field, wanted, available, unit, .. } = error else {
        panic!("{error}")
    };
    assert_eq!((field.as_str(), wanted, unit), ("labelled.scans", 99, "scans"));
    assert!((2..=5).contains(&available), "{available}");

    let text = r#"{"seed": 0, "test": "none", "validation": {"scans": 1},
        "labelled": {"ratio": 1.0}}"#;
    let error = assign(&toy(4), &params(text)).unwrap_err();
    assert!(
        error.to_string().starts_with(
            "`validation.scans` asks for 1 scans, but only 0 can be drawn: 0 annotated scans"
        ),
        "{error}"
    );
}

#[test]
fn a_list_that_splits_a_subject_is_refused_unless_asked_for() {
    let text = |allow: bool| {
        format!(
            r#"{{"seed": 0, "test": {{"list": ["s01_0", "s02_2"]}}, "validation": {{"scans": 0}},
                "labelled": {{"list": ["s00"]}}, "allow_subject_overlap": {allow}}}"#
        )
    };
    let error = assign(&toy(4), &params(&text(false))).unwrap_err();
    let PartitionError::SharedSubjects { subjects, .. } = &error else { panic!("{error}") };
    assert_eq!(subjects, &["s01", "s02"]);
    let made = assign(&toy(4), &params(&text(true))).unwrap();
    // 7 scans: s00_0, s01_0, s01_1, s02_0, s02_1, s02_2, s03_0.
    assert_eq!(roles(&made), [1, 4, 0, 2, 0]);
    assert!(
        made.warnings[0].contains("2 of the 2 subjects in the test set"),
        "{:?}",
        made.warnings
    );
}

#[test]
fn labelled_and_validation_lists_may_not_share_a_subject() {
    let text = r#"{"seed": 0, "test": "none", "validation": {"list": ["s01_0"]},
        "labelled": {"list": ["s01_1"]}}"#;
    let error = assign(&toy(4), &params(text)).unwrap_err();
    assert_eq!(error.to_string(), "1 subjects have scans both labelled and in validation");
}

#[test]
fn one_scan_in_two_lists_is_a_conflict() {
    let text = r#"{"seed": 0, "test": {"list": ["s01"]}, "validation": {"scans": 0},
        "labelled": {"list": ["s01_1", "s00"]}}"#;
    let error = assign(&toy(4), &params(text)).unwrap_err();
    let PartitionError::Conflict { first, second, cases } = error else { panic!("{error}") };
    assert_eq!((first, second), ("test", "labelled"));
    assert_eq!(cases, ["s01_1"]);
}

#[test]
fn scans_without_annotation_are_unlabelled_or_unused() {
    // s06 has one scan, s13 two: the second one has no annotation.
    let text = |test: &str| {
        format!(
            r#"{{"seed": 0, "test": {{"list": ["{test}"]}}, "validation": {{"scans": 0}},
                "labelled": {{"list": ["s00"]}}}}"#
        )
    };
    let role_of = |test: &str| {
        let made = assign(&toy(14), &params(&text(test))).unwrap();
        made.rows.iter().find(|row| row.case_id == "s13_1").unwrap().role
    };
    assert_eq!(role_of("s13"), Role::Unused);
    assert_eq!(role_of("s12"), Role::Unlabelled);
    let error = assign(&toy(14), &params(&text("s13_1"))).unwrap_err();
    assert_eq!(error.to_string(), "`test.list` names 1 scans that have no annotation");
}

#[test]
fn empty_and_ambiguous_tables_are_refused() {
    let text = r#"{"seed": 0, "test": "none", "validation": {"scans": 0},
        "labelled": {"scans": 1}}"#;
    assert!(matches!(assign(&table(vec![]), &params(text)), Err(PartitionError::NoCases)));
    let twice = table(vec![scan("a", "a", None, None), scan("a", "b", None, None)]);
    let error = assign(&twice, &params(text)).unwrap_err();
    assert!(matches!(error, PartitionError::DuplicateCases { cases } if cases == ["a"]));
}
