//! Folds, ratios by subject, stratification, repeated draws and unlabelled sets.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use stages_partition::{Assignment, PartitionError, assign};
use stages_tables::{CaseRow, CasesTable, Role};

use crate::support::{acdc, dataset, params, roles, scan, scans, subjects};

/// Subjects with one to three scans each in groups of different sizes; `s01` and `s05` are one
/// person.
fn toy(count: usize) -> CasesTable {
    let groups = ["x", "x", "x", "y", "y", "z"];
    let rows = (0..count).flat_map(|s| {
        let group = groups[s % groups.len()];
        (0..=s % 3).map(move |n| {
            let mut row = scan(&format!("s{s:02}_{n}"), &format!("s{s:02}"), None, Some(group));
            row.same_as = (s == 5).then(|| "s01".to_owned());
            row
        })
    });
    CasesTable { dataset: dataset("toy"), rows: rows.collect() }
}

fn divided(cases: &CasesTable, text: &str) -> Assignment {
    assign(cases, &params(text)).unwrap()
}

fn rotated(cases: &CasesTable, by: usize) -> CasesTable {
    let mut cases = cases.clone();
    let middle = by % cases.rows.len();
    cases.rows.rotate_left(middle);
    cases
}

/// How many of some subjects are in each group.
fn by_group(rows: &[CaseRow], subjects: &BTreeSet<String>) -> BTreeMap<String, usize> {
    let group_of: BTreeMap<&String, String> =
        rows.iter().map(|row| (&row.subject, row.group.clone().unwrap_or_default())).collect();
    let mut counts = BTreeMap::new();
    for subject in subjects {
        *counts.entry(group_of[subject].clone()).or_default() += 1;
    }
    counts
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn folds_partition_the_subjects(
        seed in 0u64..1000,
        rotation in 0usize..50,
        count in 2usize..7,
        validation in any::<bool>(),
        stratify in prop_oneof![Just(""), Just(r#""stratify": true,"#), Just(r#""stratify_by": "group","#)],
    ) {
        let cases = toy(20);
        let everyone: BTreeSet<String> = cases.rows.iter().map(|row| row.subject.clone()).collect();
        let role = if validation { Role::Validation } else { Role::Test };
        let mut seen: BTreeSet<String> = BTreeSet::new();
        for fold in 0..count {
            let folds = format!(r#"{{"folds": {{"count": {count}, "fold": {fold}}}"#);
            let (test, validation) = if validation {
                (r#""none""#.to_owned(), format!(r#"{folds}, "from": "train"}}"#))
            } else {
                (format!("{folds}}}"), r#"{"scans": 0}"#.to_owned())
            };
            let text = format!(
                r#"{{"seed": {seed}, {stratify} "test": {test}, "validation": {validation},
                    "labelled": {{"subjects": 2}}}}"#
            );
            let made = divided(&cases, &text);
            let held_out = subjects(&made, role);
            // 19 persons are dealt, and one of them is two subjects.
            prop_assert!((19 / count..=19_usize.div_ceil(count) + 1).contains(&held_out.len()));
            prop_assert!(seen.is_disjoint(&held_out));
            prop_assert_eq!(held_out.contains("s01"), held_out.contains("s05"));
            if !stratify.is_empty() {
                let sizes = by_group(&cases.rows, &everyone);
                let of_fold = by_group(&cases.rows, &held_out);
                for (group, size) in sizes {
                    let here = of_fold.get(&group).copied().unwrap_or_default();
                    // The pair counts twice in group `x`, and once more than its share in `z`.
                    let share = (size.saturating_sub(1) / count)..=(size.div_ceil(count) + 1);
                    prop_assert!(share.contains(&here), "{group}: {here} of {size}");
                }
            }
            // Every scan of a subject is on its side, whatever the order of the rows.
            for train in [Role::Labelled, Role::Unlabelled] {
                prop_assert!(subjects(&made, train).is_disjoint(&held_out));
            }
            let again = divided(&rotated(&cases, rotation), &text);
            prop_assert_eq!(subjects(&again, role), held_out.clone());
            prop_assert_eq!(subjects(&again, Role::Labelled), subjects(&made, Role::Labelled));
            seen.extend(held_out);
        }
        prop_assert_eq!(seen, everyone);
    }

    #[test]
    fn stratified_draws_keep_proportions_and_grow(
        seed in 0u64..1000,
        by_subject in any::<bool>(),
        test in 1usize..5,
    ) {
        let mut cases = toy(24);
        for row in &mut cases.rows {
            row.same_as = None;
        }
        let unit = if by_subject { "subjects" } else { "scans" };
        let with = |count: usize| divided(&cases, &format!(
            r#"{{"seed": {seed}, "stratify_by": "group", "test": {{"subjects": {test}}},
                "validation": {{"scans": 0}}, "labelled": {{"{unit}": {count}}}}}"#
        ));
        let mut before: BTreeSet<String> = BTreeSet::new();
        for count in 1..=12 {
            let made = with(count);
            let labelled = scans(&made, Role::Labelled);
            let now: BTreeSet<String> = labelled.iter().cloned().collect();
            prop_assert!(before.is_subset(&now), "{} to {}", before.len(), count);
            before = now;
            if by_subject {
                let train: BTreeSet<String> = made.rows.iter()
                    .filter(|row| row.role != Role::Test)
                    .map(|row| row.subject.clone())
                    .collect();
                let drawn = by_group(&cases.rows, &subjects(&made, Role::Labelled));
                for (group, size) in by_group(&cases.rows, &train) {
                    let exact = size as f64 * count as f64 / train.len() as f64;
                    let here = drawn.get(&group).copied().unwrap_or_default() as f64;
                    prop_assert!((here - exact).abs() < 1.0, "{group}: {here} for {exact}");
                }
            }
        }
    }

    #[test]
    fn every_new_choice_keeps_persons_on_one_side(
        seed in 0u64..500,
        rotation in 0usize..50,
        test in prop_oneof![
            Just(r#"{"folds": {"count": 4, "fold": 1}}"#),
            Just(r#"{"ratio": 0.2}"#),
            Just(r#""none""#),
        ],
        validation in prop_oneof![
            Just(r#"{"folds": {"count": 3, "fold": 0}}"#),
            Just(r#"{"folds": {"count": 3, "fold": 0}, "from": "train"}"#),
            Just(r#"{"subjects_ratio": 0.25}"#),
            Just(r#"{"subjects_ratio": 0.25, "from": "train"}"#),
        ],
        labelled in prop_oneof![
            Just(r#"{"subjects_ratio": 0.3}"#),
            Just(r#"{"melba": {"unlabelled_ratio": 0.85}}"#),
            Just(r#"{"scans": 4}"#),
        ],
        unlabelled in prop_oneof![
            Just(r#""rest""#),
            Just(r#""none""#),
            Just(r#"{"subjects": 3}"#),
            Just(r#"{"scans": 5}"#),
        ],
    ) {
        let cases = toy(20);
        let text = format!(
            r#"{{"seed": {seed}, "test": {test}, "validation": {validation},
                "labelled": {labelled}, "unlabelled": {unlabelled}, "stratify_by": "group"}}"#
        );
        let made = divided(&cases, &text);
        prop_assert_eq!(made.rows.len(), cases.rows.len());
        prop_assert!(made.warnings.is_empty());
        let persons = |role| -> BTreeSet<String> {
            let twin = |subject: String| if subject == "s05" { "s01".to_owned() } else { subject };
            subjects(&made, role).into_iter().map(twin).collect()
        };
        for train in [Role::Labelled, Role::Unlabelled, Role::Validation] {
            prop_assert!(persons(train).is_disjoint(&persons(Role::Test)));
        }
        prop_assert!(persons(Role::Labelled).is_disjoint(&persons(Role::Validation)));
        prop_assert!(!scans(&made, Role::Labelled).is_empty());
        prop_assert!(!scans(&made, Role::Validation).is_empty());
        match unlabelled {
            r#""rest""# => prop_assert!(scans(&made, Role::Unused).is_empty()),
            r#""none""# => prop_assert!(scans(&made, Role::Unlabelled).is_empty()),
            r#"{"scans": 5}"# => prop_assert_eq!(scans(&made, Role::Unlabelled).len(), 5),
            _ => prop_assert_eq!(subjects(&made, Role::Unlabelled).len(), 3),
        }
        let again = divided(&rotated(&cases, rotation), &text);
        for role in Role::ALL {
            let sorted = |made| scans(made, role).into_iter().collect::<BTreeSet<_>>();
            prop_assert_eq!(sorted(&again), sorted(&made));
        }
    }
}

#[test]
fn ratios_count_subjects_or_scans() {
    // 87 patients are outside a test set of 13: 10 % are 8 patients with 16 scans, 10 % of the 174
    // scans are 17.
    let with = |labelled: &str, validation: &str| {
        let text = format!(
            r#"{{"seed": 4, "test": {{"subjects": 13}}, "labelled": {labelled},
                "validation": {validation}}}"#
        );
        divided(&acdc(), &text)
    };
    let none = r#"{"scans": 0}"#;
    let made = with(r#"{"subjects_ratio": 0.1}"#, none);
    assert_eq!((roles(&made)[0], subjects(&made, Role::Labelled).len()), (16, 8));
    assert_eq!(roles(&with(r#"{"ratio": 0.1}"#, none))[0], 17);
    // The whole is the whole, and a tiny part is one subject.
    assert_eq!(roles(&with(r#"{"subjects_ratio": 1.0}"#, none)), [174, 0, 0, 26, 0]);
    assert_eq!(roles(&with(r#"{"subjects_ratio": 0.001}"#, none))[0], 2);
    // 79 patients are left: 10 %, rounded up, are 8.
    let made = with(r#"{"subjects_ratio": 0.1}"#, r#"{"subjects_ratio": 0.1}"#);
    assert_eq!(roles(&made), [16, 142, 16, 26, 0]);
}

#[test]
fn draws_differ_and_share_their_test_and_validation_sets() {
    for labelled in [r#"{"subjects": 3}"#, r#"{"scans": 8}"#, r#"{"subjects_ratio": 0.05}"#] {
        for stratify in ["", r#""stratify_by": "group","#] {
            let made: Vec<Assignment> = (0..6)
                .map(|draw| {
                    let text = format!(
                        r#"{{"seed": 0, "labelled_seed": {draw}, {stratify}
                            "test": {{"subjects": 20}}, "labelled": {labelled},
                            "validation": {{"subjects": 10, "from": "train"}}}}"#
                    );
                    divided(&acdc(), &text)
                })
                .collect();
            for other in &made[1..] {
                assert_eq!(scans(other, Role::Test), scans(&made[0], Role::Test));
                assert_eq!(scans(other, Role::Validation), scans(&made[0], Role::Validation));
                assert!(other.warnings.is_empty());
            }
            let drawn: BTreeSet<_> = made.iter().map(|made| scans(made, Role::Labelled)).collect();
            assert_eq!(drawn.len(), 6, "{labelled}");
        }
    }
    // The same with the lists of a protocol instead of its one labelled draw.
    let draws: BTreeSet<_> = (0..5)
        .map(|draw| {
            let text = format!(
                r#"{{"seed": 0, "labelled_seed": {draw}, "test": {{"published": "ssl4mis"}},
                    "validation": {{"published": "ssl4mis"}}, "labelled": {{"subjects": 7}}}}"#
            );
            let made = divided(&acdc(), &text);
            assert_eq!(roles(&made), [14, 126, 20, 40, 0]);
            scans(&made, Role::Labelled)
        })
        .collect();
    assert_eq!(draws.len(), 5);
}

#[test]
fn a_labelled_seed_that_does_less_or_more_than_meant_is_said() {
    let warnings = |labelled: &str, validation: &str| {
        let text = format!(
            r#"{{"seed": 0, "labelled_seed": 1, "test": {{"subjects": 13}},
                "labelled": {labelled}, "validation": {validation}}}"#
        );
        divided(&acdc(), &text).warnings
    };
    let drawn = r#"{"scans": 8}"#;
    let none: [&str; 0] = [];
    assert_eq!(warnings(drawn, r#"{"scans": 0}"#), none);
    assert_eq!(warnings(drawn, r#"{"scans": 5, "from": "train"}"#), none);
    let both = warnings(drawn, r#"{"scans": 5}"#);
    assert!(both[0].contains("may change both") && both.len() == 1, "{both:?}");
    let no_effect = warnings(r#"{"published": "published8"}"#, r#"{"scans": 5}"#);
    assert!(no_effect[0].contains("no effect") && no_effect.len() == 1, "{no_effect:?}");
}

#[test]
fn larger_unlabelled_sets_contain_smaller_ones() {
    let with = |unlabelled: &str| {
        let text = format!(
            r#"{{"seed": 2, "test": {{"subjects": 20}}, "labelled": {{"subjects": 3}},
                "validation": {{"scans": 4, "keep_in_unlabelled_pool": true}},
                "unlabelled": {unlabelled}}}"#
        );
        divided(&acdc(), &text)
    };
    let (ten, forty) = (with(r#"{"scans": 10}"#), with(r#"{"scans": 40}"#));
    let [few, many] = [&ten, &forty].map(|made| scans(made, Role::Unlabelled));
    assert_eq!((few.len(), many.len()), (10, 40));
    assert!(few.iter().all(|case| many.contains(case)));
    // 200 less 40 test, 6 labelled, 4 validation and 10 unlabelled scans.
    assert_eq!(roles(&ten), [6, 10, 4, 40, 140]);
    // The validation images stay in the pool, unused ones are not in it.
    assert_eq!(ten.rows.iter().filter(|row| row.unlabelled_pool).count(), 14);
    assert_eq!(roles(&with(r#""none""#)), [6, 0, 4, 40, 150]);
    assert_eq!(roles(&with(r#""rest""#)), [6, 150, 4, 40, 0]);
    let text = r#"{"seed": 0, "test": "none", "labelled": {"scans": 190},
        "validation": {"scans": 0}, "unlabelled": {"scans": 11}}"#;
    let error = assign(&acdc(), &params(text)).unwrap_err();
    assert_eq!(
        error.to_string(),
        "`unlabelled.scans` asks for 11 scans, but only 10 can be drawn: 10 scans are in no other \
         set"
    );
}

#[test]
fn full_supervision_takes_the_rest() {
    let text = r#"{"seed": 0, "test": {"folds": {"count": 5, "fold": 0}}, "labelled": "rest",
        "validation": {"subjects": 8, "from": "train"}}"#;
    assert_eq!(roles(&divided(&acdc(), text)), [144, 0, 16, 40, 0]);
    // A twin of a validation subject lends its image only.
    let text = r#"{"seed": 0, "test": "none", "labelled": "rest",
        "validation": {"list": ["s01"]}}"#;
    let made = divided(&toy(6), text);
    assert_eq!(subjects(&made, Role::Unlabelled), ["s05".to_owned()].into());
    let text = r#"{"seed": 0, "test": "none", "labelled": "rest", "validation": {"scans": 1}}"#;
    let error = assign(&toy(6), &params(text)).unwrap_err();
    let PartitionError::NotEnough { field, available, .. } = error else { panic!("{error}") };
    assert_eq!((field.as_str(), available), ("validation.scans", 0));
}

#[test]
fn folds_leave_listed_subjects_out() {
    let test = |fold| {
        let text = format!(
            r#"{{"seed": 0, "test": {{"folds": {{"count": 4, "fold": {fold}}}}},
                "labelled": {{"list": ["s00", "s01"]}}, "validation": {{"scans": 0}}}}"#
        );
        subjects(&divided(&toy(12), &text), Role::Test)
    };
    let all: BTreeSet<String> = (0..4).flat_map(test).collect();
    let expected: BTreeSet<String> =
        (2..12).filter(|s| *s != 5).map(|s| format!("s{s:02}")).collect();
    assert_eq!(all, expected, "s05 is the person of s01");
    let text = r#"{"seed": 0, "test": {"folds": {"count": 6, "fold": 5}}, "labelled": {"scans": 1},
        "validation": {"scans": 0}}"#;
    let error = assign(&toy(6), &params(text)).unwrap_err();
    let PartitionError::NotEnough { field, wanted, available, .. } = error else {
        panic!("{error}")
    };
    assert_eq!((field.as_str(), wanted, available), ("test.folds", 6, 5));
}
