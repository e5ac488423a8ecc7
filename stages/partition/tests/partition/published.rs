//! Splits of the literature on the subjects of their datasets.

use std::collections::BTreeSet;

use stages_partition::{Part, PartitionError, assign, splits};
use stages_tables::{CaseRow, CasesTable, Role};

use crate::support::{acdc, dataset, params, roles, scan, scans, subjects};

fn table(name: &str, cases: impl IntoIterator<Item = String>) -> CasesTable {
    let rows: Vec<CaseRow> = cases.into_iter().map(|case| scan(&case, &case, None, None)).collect();
    CasesTable { dataset: dataset(name), rows }
}

fn numbered(name: &str, prefix: &str, numbers: &str) -> CasesTable {
    table(name, numbers.split_whitespace().map(|number| format!("{prefix}{number}")))
}

fn spleen() -> CasesTable {
    numbered(
        "spleen",
        "spleen_",
        "2 3 6 8 9 10 12 13 14 16 17 18 19 20 21 22 24 25 26 27 28 29 31 32 33 38 40 41 44 45 46 \
         47 49 52 53 56 59 60 61 62 63",
    )
}

fn msd_prostate() -> CasesTable {
    numbered(
        "msd-prostate",
        "prostate_",
        "00 01 02 04 06 07 10 13 14 16 17 18 20 21 24 25 28 29 31 32 34 35 37 38 39 40 41 42 43 \
         44 46 47",
    )
}

fn promise12() -> CasesTable {
    table("prostate", (0..50).map(|number| format!("Case{number:02}")))
}

fn mscmr() -> CasesTable {
    table("mscmr", (1..=45).map(|number| format!("subject{number}")))
}

/// The subjects of every dataset that has published splits.
fn cases_of(dataset: &str) -> CasesTable {
    match dataset {
        "acdc" => acdc(),
        "prostate" => promise12(),
        "spleen" => spleen(),
        "msd-prostate" => msd_prostate(),
        "mscmr" => mscmr(),
        other => panic!("no such dataset: {other}"),
    }
}

#[test]
fn every_published_list_names_scans_of_its_dataset() {
    for split in splits() {
        let cases = cases_of(split.dataset);
        for list in &split.lists {
            let (test, validation, labelled, unlabelled) = match list.part {
                Part::Test => (true, false, false, false),
                Part::Validation => (false, true, false, false),
                Part::Labelled => (false, false, true, false),
                Part::Unlabelled => (false, false, false, true),
                Part::Train => continue,
            };
            let published = format!(r#"{{"published": "{}"}}"#, list.name);
            let or = |given, otherwise: &str| {
                if given { published.clone() } else { otherwise.to_owned() }
            };
            let text = format!(
                r#"{{"seed": 0, "test": {}, "validation": {}, "labelled": {}, "unlabelled": {}}}"#,
                or(test, r#""none""#),
                or(validation, r#"{"scans": 0}"#),
                or(labelled, r#"{"subjects": 1}"#),
                or(unlabelled, r#""rest""#),
            );
            let made = assign(&cases, &params(&text))
                .unwrap_or_else(|error| panic!("{}: {error}", list.name));
            let role = match list.part {
                Part::Test => Role::Test,
                Part::Validation => Role::Validation,
                Part::Labelled => Role::Labelled,
                Part::Unlabelled | Part::Train => Role::Unlabelled,
            };
            let named: BTreeSet<&str> =
                list.entries.iter().map(|entry| entry.split([':', '_']).next().unwrap()).collect();
            let (found, listed) = (subjects(&made, role), list.entries.len());
            match list.part {
                // One labelled subject was drawn, perhaps from the list.
                Part::Unlabelled => assert!((listed - 1..=listed).contains(&found.len())),
                _ if split.dataset == "acdc" => assert_eq!(found.len(), named.len()),
                _ => assert_eq!(found.len(), listed, "{}", list.name),
            }
        }
        for list in split.lists.iter().filter(|list| list.part == Part::Train) {
            let text = format!(
                r#"{{"seed": 0, "test": "none", "validation": {{"scans": 0}},
                    "labelled": {{"first_of": {{"split": "{}", "subjects": {}}}}}}}"#,
                list.name,
                list.entries.len()
            );
            let made = assign(&cases, &params(&text)).unwrap();
            assert_eq!(subjects(&made, Role::Labelled).len(), list.entries.len());
        }
    }
}

#[test]
fn whole_protocols_have_their_published_sizes() {
    let made = |text: &str, cases: &CasesTable| assign(cases, &params(text)).unwrap();
    // 35 labelled of 35 + 35, 15 + 15 held out, two scans each.
    let text = r#"{"seed": 0, "test": {"published": "maag"}, "validation": {"published": "maag"},
        "labelled": {"published": "maag_perc25"}, "unlabelled": {"published": "maag"}}"#;
    // 7 of the 18 labelled patients are among the 35 images.
    assert_eq!(roles(&made(text, &acdc())), [36, 56, 30, 30, 48]);
    let text = r#"{"seed": 0, "test": {"published": "maag"}, "validation": {"published": "maag"},
        "labelled": {"published": "maagfold70"}, "unlabelled": "none"}"#;
    assert_eq!(roles(&made(text, &acdc())), [140, 0, 30, 30, 0]);

    let text = r#"{"seed": 0, "test": {"published": "wsl4mis_fold3"}, "validation": {"scans": 0},
        "labelled": {"published": "wsl4mis_fold3"}}"#;
    let fold = made(text, &acdc());
    assert_eq!(roles(&fold), [16, 144, 0, 40, 0]);
    assert_eq!(fold.warnings.len(), 1);
    assert!(fold.warnings[0].contains("a pathology that it never trained on"));

    let text = r#"{"seed": 0, "test": {"published": "chaitanya_acdc"},
        "validation": {"published": "chaitanya_acdc_tr1_c3"},
        "labelled": {"published": "chaitanya_acdc_tr1_c3"},
        "unlabelled": {"published": "chaitanya_acdc"}}"#;
    // patient095 is not one of the 52.
    assert_eq!(roles(&made(text, &acdc())), [2, 104, 4, 40, 50]);
    let text = text
        .replace("acdc_tr1_c3", "prostate_tr8_c2")
        .replace("chaitanya_acdc", "chaitanya_prostate");
    // Eight labelled cases and the pair 017, 020 are among the 17.
    assert_eq!(roles(&made(&text, &msd_prostate())), [8, 7, 2, 15, 0]);

    let text = r#"{"seed": 0, "test": {"published": "mlb_seg"}, "validation": {"scans": 0},
        "labelled": {"published": "mlb_seg"}}"#;
    assert_eq!(roles(&made(text, &promise12())), [3, 37, 0, 10, 0]);
    let text = r#"{"seed": 0, "test": {"published": "mscmr"}, "validation": {"published": "mscmr"},
        "labelled": "rest"}"#;
    assert_eq!(roles(&made(text, &mscmr())), [25, 0, 5, 15, 0]);
}

#[test]
fn the_rule_of_nnunet_gives_its_published_folds() {
    for (cases, name) in [(spleen(), "spleen"), (msd_prostate(), "prostate")] {
        let mut rotated = cases.clone();
        rotated.rows.rotate_left(13);
        let mut seen = BTreeSet::new();
        for fold in 0..5 {
            let with = |cases: &CasesTable, test: &str, validation: &str| {
                let text = format!(
                    r#"{{"seed": {fold}, "test": {test}, "validation": {validation},
                        "labelled": "rest"}}"#
                );
                assign(cases, &params(&text)).unwrap()
            };
            let rule = format!(r#"{{"nnunet_fold": {{"fold": {fold}}}}}"#);
            let list = format!(r#"{{"published": "nnunet_{name}_fold{fold}"}}"#);
            let none = r#"{"scans": 0}"#;
            let published = with(&cases, &list, none);
            assert_eq!(with(&cases, &rule, none), published);
            assert_eq!(
                subjects(&with(&rotated, &rule, none), Role::Test),
                subjects(&published, Role::Test)
            );
            assert_eq!(with(&cases, r#""none""#, &rule), with(&cases, r#""none""#, &list));
            seen.extend(subjects(&published, Role::Test));
        }
        assert_eq!(seen.len(), cases.rows.len());
    }
}

#[test]
fn the_rule_of_nnunet_can_validate_within_what_is_no_test_set() {
    let text = |fold| {
        format!(
            r#"{{"seed": 0, "test": {{"published": "monai_spleen"}},
                "validation": {{"nnunet_fold": {{"fold": {fold}, "count": 4}}}},
                "labelled": {{"scans": 4}}}}"#
        )
    };
    let all: BTreeSet<String> = (0..4)
        .flat_map(|fold| {
            let made = assign(&spleen(), &params(&text(fold))).unwrap();
            assert_eq!(roles(&made), [4, 20, 8, 9, 0]);
            scans(&made, Role::Validation)
        })
        .collect();
    assert_eq!(all.len(), 32);
    // A labelled list may name scans of the fold: that is told, not repaired.
    let text = r#"{"seed": 0, "test": "none", "validation": {"nnunet_fold": {"fold": 0}},
        "labelled": {"list": ["spleen_10"]}}"#;
    let error = assign(&spleen(), &params(text)).unwrap_err();
    assert!(matches!(error, PartitionError::Conflict { cases, .. } if cases == ["spleen_10"]));
    let few = numbered("spleen", "spleen_", "1 2 3");
    let text = r#"{"seed": 0, "test": {"nnunet_fold": {"fold": 4}}, "validation": {"scans": 0},
        "labelled": {"scans": 1}}"#;
    let error = assign(&few, &params(text)).unwrap_err();
    assert!(matches!(error, PartitionError::NotEnough { wanted: 5, available: 3, .. }), "{error}");
}

#[test]
fn the_rule_of_the_melba_code_gives_its_positions() {
    let text = r#"{"seed": 0, "test": {"subjects": 13}, "validation": {"scans": 0},
        "labelled": {"melba": {"unlabelled_ratio": 0.95}}}"#;
    let made = assign(&acdc(), &params(text)).unwrap();
    let train: Vec<_> = (made.rows.iter())
        .filter(|row| row.role != Role::Test)
        .map(|row| row.case_id.clone())
        .collect();
    assert_eq!(train.len(), 174);
    let mut expected = [36, 21, 9, 103, 67, 117, 47, 172].map(|position| train[position].clone());
    expected.sort();
    assert_eq!(scans(&made, Role::Labelled), expected);
    // Another seed moves the test set, not the positions; too large a part leaves nothing.
    let text = r#"{"seed": 0, "test": "none", "validation": {"scans": 0},
        "labelled": {"melba": {"unlabelled_ratio": 0.9}}}"#;
    let error = assign(&numbered("x", "c", "1 2 3"), &params(text)).unwrap_err();
    assert_eq!(error.to_string(), "`labelled.melba` gives no scan: 0.9 of 3 scans are all of them");
}

#[test]
fn a_published_split_that_tears_a_person_apart_runs_with_a_warning() {
    let mut cases = acdc();
    for row in cases.rows.iter_mut().filter(|row| row.subject == "patient076") {
        row.same_as = Some("patient074".to_owned());
    }
    // 074 is tested in fold 2 and 076 in fold 4.
    for fold in 0..5 {
        let text = format!(
            r#"{{"seed": 0, "test": {{"published": "nnunet_acdc_fold{fold}"}},
                "validation": {{"scans": 0}}, "labelled": {{"scans": 8}}}}"#
        );
        let made = assign(&cases, &params(&text)).unwrap();
        let leaks = [2, 4].contains(&fold);
        assert_eq!(made.warnings.len(), usize::from(leaks), "{:?}", made.warnings);
        assert!(made.warnings.iter().all(|text| text.starts_with("leakage: 1 of the 20 subjects")));
    }
    // The rule knows nothing of persons: there it is an error.
    let fold_of = |subject: &str| {
        (0..5).find(|fold| {
            let text = format!(
                r#"{{"seed": 0, "test": {{"nnunet_fold": {{"fold": {fold}}}}},
                    "validation": {{"scans": 0}}, "labelled": {{"scans": 8}}}}"#
            );
            let made = assign(&acdc(), &params(&text)).unwrap();
            subjects(&made, Role::Test).contains(subject)
        })
    };
    let (one, other) = (fold_of("patient074"), fold_of("patient076"));
    let text = format!(
        r#"{{"seed": 0, "test": {{"nnunet_fold": {{"fold": {}}}}}, "validation": {{"scans": 0}},
            "labelled": {{"scans": 8}}}}"#,
        one.unwrap()
    );
    let made = assign(&cases, &params(&text));
    if one == other {
        assert!(made.unwrap().warnings.is_empty());
    } else {
        let error = made.unwrap_err();
        assert!(matches!(error, PartitionError::SharedSubjects { .. }), "{error}");
    }
}
