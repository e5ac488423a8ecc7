//! Conditions on attributes.

use pipeline_engine::stage::StageError;
use stages_partition::{Assignment, PartitionError, assign};
use stages_tables::{CasesTable, Role};

use crate::support::{acdc, params, roles, scans, subjects};

/// ACDC with a scanner's vendor for all but the last patient: `A` of every second patient, `B` and
/// `C` of the others in turn.
fn of_vendors() -> CasesTable {
    let mut cases = acdc();
    for row in cases.rows.iter_mut().filter(|row| row.subject != "patient100") {
        let number: usize = row.subject[7..].parse().unwrap();
        let vendor = ["A", "B", "A", "C"][number % 4];
        row.attributes = [("Vendor".to_owned(), vendor.to_owned())].into();
        row.split = Some(if number < 50 { "Training" } else { "Testing" }.to_owned());
    }
    cases
}

fn divided(text: &str) -> Result<Assignment, PartitionError> {
    assign(&acdc(), &params(text))
}

#[test]
fn sets_can_be_the_scans_with_some_values() {
    let text = r#"{"seed": 0, "test": {"where": {"group": "RV"}},
        "validation": {"where": {"group": ["MINF"]}}, "labelled": {"where": {"group": "DCM"}},
        "unlabelled": {"where": {"group": ["HCM", "NOR"], "phase": "ED"}}}"#;
    let made = divided(text).unwrap();
    assert_eq!(roles(&made), [40, 40, 40, 40, 40]);
    assert!(subjects(&made, Role::Test).contains("patient081"));
    assert!(scans(&made, Role::Unused).iter().all(|case| !case.ends_with("_frame01")));
}

#[test]
fn only_takes_the_rest_of_the_dataset_away() {
    let text = r#"{"seed": 0, "only": {"group": ["DCM", "NOR"], "phase": "ED"},
        "test": {"ratio": 0.25}, "validation": {"scans": 0}, "labelled": {"scans": 4}}"#;
    // 40 patients with one scan each: 10 are tested.
    let made = divided(text).unwrap();
    assert_eq!(roles(&made), [4, 26, 0, 10, 160]);
    // A list of subjects means their scans that are left.
    let text = r#"{"seed": 0, "only": {"phase": "ED"}, "test": {"published": "ssl4mis"},
        "validation": {"published": "ssl4mis"}, "labelled": {"scans": 4}}"#;
    assert_eq!(roles(&divided(text).unwrap()), [4, 66, 10, 20, 100]);
}

#[test]
fn labelled_scans_can_be_drawn_from_a_part() {
    let with = |labelled: &str| {
        let text = format!(
            r#"{{"seed": 0, "test": {{"where": {{"group": "RV"}}}}, "validation": {{"scans": 0}},
                "labelled": {labelled}, "labelled_from": {{"group": "NOR"}}}}"#
        );
        divided(&text)
    };
    let made = with(r#"{"subjects": 3}"#).unwrap();
    assert_eq!(roles(&made), [6, 154, 0, 40, 0]);
    assert!(
        subjects(&made, Role::Labelled)
            .iter()
            .all(|id| ("patient061".."patient081").contains(&id.as_str()))
    );
    // 10 % of the 20 patients, not of the 80.
    assert_eq!(subjects(&with(r#"{"subjects_ratio": 0.1}"#).unwrap(), Role::Labelled).len(), 2);
    let error = with(r#"{"subjects": 21}"#).unwrap_err().to_string();
    assert!(
        error.contains("only 20 can be drawn: 40 annotated scans outside the test set that fulfil"),
        "{error}"
    );
}

#[test]
fn a_condition_that_splits_a_subject_is_refused() {
    let text = r#"{"seed": 0, "test": {"where": {"phase": "ES"}}, "validation": {"scans": 0},
        "labelled": {"scans": 8}}"#;
    assert!(matches!(divided(text), Err(PartitionError::SharedSubjects { .. })));
}

#[test]
fn mistakes_name_what_there_is() {
    let error = |fields: &str| -> StageError {
        let text = format!(r#"{{"seed": 0, "validation": {{"scans": 0}}, {fields}}}"#);
        divided(&text).unwrap_err().into()
    };
    let unknown = error(r#""test": {"where": {"Vendor": "A"}}, "labelled": {"scans": 1}"#);
    assert_eq!(unknown.message, "`test.where`: no scan has an attribute `Vendor`");
    assert_eq!(
        unknown.help.as_deref(),
        Some("attributes of this dataset are `group`, `phase`, `subject`")
    );
    let value = error(r#""test": "none", "labelled": {"where": {"group": ["NOR", "nor"]}}"#);
    assert_eq!(value.message, "`labelled.where`: no scan has `group` `nor`");
    assert_eq!(
        value.help.as_deref(),
        Some("the values of `group` are `DCM`, `HCM`, `MINF`, `NOR`, `RV`")
    );
    let both = r#""test": "none", "labelled": {"scans": 1},
        "only": {"group": "NOR", "subject": "patient001"}"#;
    assert_eq!(
        error(both).message,
        "`only` gives no scan: none of 200 scans fulfils the whole condition"
    );
    let strata =
        error(r#""test": "none", "labelled": {"scans": 1}, "stratify_by": ["group", "Site"]"#);
    assert_eq!(strata.message, "`stratify_by`: no scan has an attribute `Site`");
    let left_out = error(
        r#""only": {"group": "NOR"}, "test": {"list": ["patient001", "patient061"]},
            "labelled": {"scans": 1}"#,
    );
    assert_eq!(left_out.message, "`test.list` names 1 entries that `only` leaves out");
    assert_eq!(left_out.details, ["patient001"]);
    let used_up = error(
        r#""test": {"where": {"group": "RV"}}, "labelled": {"scans": 1},
            "unlabelled": {"where": {"group": "RV"}}"#,
    );
    assert_eq!(
        used_up.message,
        "`unlabelled.where` gives no scan: 40 scans are meant, and all are in other sets"
    );
}

#[test]
fn strata_can_be_combinations() {
    let text = r#"{"seed": 0, "test": "none", "validation": {"scans": 0},
        "labelled": {"scans": 10}, "stratify_by": ["group", "phase"]}"#;
    let cases = acdc();
    let made = assign(&cases, &params(text)).unwrap();
    // Five groups of two phases: one scan of each.
    let labelled = scans(&made, Role::Labelled);
    let mut kinds: Vec<_> = (cases.rows.iter())
        .filter(|row| labelled.contains(&row.case_id))
        .map(|row| (row.group.clone(), row.phase.clone()))
        .collect();
    kinds.sort();
    kinds.dedup();
    assert_eq!((labelled.len(), kinds.len()), (10, 10));
}

#[test]
fn attributes_of_the_manifest_divide_a_dataset() {
    let cases = of_vendors();
    let divided = |text: &str| assign(&cases, &params(text));
    // 49 patients have `A` (100 has none), 25 have `B`, 25 have `C`.
    let text = r#"{"seed": 0, "test": {"where": {"Vendor": "C"}}, "labelled": {"subjects": 5},
        "labelled_from": {"Vendor": "A"}, "validation": {"subjects": 4, "from": "train"},
        "unlabelled": {"where": {"Vendor": ["A", "B"], "split": "Training"}}}"#;
    let made = divided(text).unwrap();
    assert_eq!((roles(&made)[0], roles(&made)[2], roles(&made)[3]), (10, 8, 50));
    let pool = subjects(&made, Role::Unlabelled);
    assert!(
        pool.iter()
            .all(|id| id.as_str() < "patient050" && id[7..].parse::<u32>().unwrap() % 4 != 3)
    );
    // Each vendor within one of its share of 20 from 49 : 25 : 25 : 1.
    let text = r#"{"seed": 0, "test": {"subjects": 20}, "labelled": {"subjects": 4},
        "validation": {"scans": 0}, "stratify_by": "Vendor"}"#;
    let test = subjects(&divided(text).unwrap(), Role::Test);
    let with = |remainder: u32| {
        test.iter().filter(|id| id[7..].parse::<u32>().unwrap() % 4 == remainder).count()
    };
    assert!((9..=11).contains(&(with(0) + with(2))) && (5..=6).contains(&with(1)));
    assert!((5..=6).contains(&with(3)));
    let error: StageError = divided(&text.replace("Vendor", "vendor")).unwrap_err().into();
    assert_eq!(
        error.help.as_deref(),
        Some("attributes of this dataset are `Vendor`, `group`, `phase`, `split`, `subject`")
    );
}
