//! Cases tables and short views of an assignment.

use std::collections::BTreeSet;

use stages_partition::{Assignment, PartitionParams};
use stages_tables::{CaseRow, CasesTable, ClassInfo, DatasetInfo, Role};

pub(crate) fn params(text: &str) -> PartitionParams {
    serde_json::from_str(text).unwrap()
}

pub(crate) fn dataset(name: &str) -> DatasetInfo {
    let class = |id: u8, name: &str| ClassInfo { id, name: name.to_owned() };
    DatasetInfo { name: name.to_owned(), classes: vec![class(0, "background"), class(1, "organ")] }
}

/// A scan that only has names.
pub(crate) fn scan(case: &str, subject: &str, phase: Option<&str>, group: Option<&str>) -> CaseRow {
    CaseRow {
        case_id: case.to_owned(),
        subject: subject.to_owned(),
        phase: phase.map(str::to_owned),
        group: group.map(str::to_owned),
        image: format!("{case}.nii.gz"),
        label: Some(format!("{case}_gt.nii.gz")),
        image_digest: "0".repeat(64),
        label_digest: Some("1".repeat(64)),
        shape: [4, 3, 2],
        spacing_mm: [1.0, 1.0, 10.0],
        image_dtype: "int16".to_owned(),
        label_dtype: Some("uint8".to_owned()),
        label_values: vec![0, 1],
        ..CaseRow::default()
    }
}

/// 100 patients with ED and ES; the frame numbers that the tests need are the real ones.
pub(crate) fn acdc() -> CasesTable {
    const END_SYSTOLE: [(u32, u32); 19] = [
        (6, 16),
        (13, 14),
        (18, 10),
        (19, 11),
        (27, 11),
        (28, 9),
        (38, 11),
        (39, 10),
        (40, 13),
        (46, 10),
        (52, 9),
        (54, 12),
        (65, 14),
        (67, 10),
        (75, 6),
        (90, 11),
        (93, 14),
        (100, 13),
        (1, 12),
    ];
    let groups = ["DCM", "HCM", "MINF", "NOR", "RV"];
    let mut rows = Vec::new();
    for patient in 1..=100u32 {
        let subject = format!("patient{patient:03}");
        let group = groups[(patient as usize - 1) / 20];
        let known = END_SYSTOLE.iter().find(|(number, _)| *number == patient);
        let end_systole = known.map_or(12, |(_, frame)| *frame);
        let end_diastole = if patient == 90 { 4 } else { 1 };
        for (phase, frame) in [("ED", end_diastole), ("ES", end_systole)] {
            let case = format!("{subject}_frame{frame:02}");
            rows.push(scan(&case, &subject, Some(phase), Some(group)));
        }
    }
    CasesTable { dataset: dataset("acdc"), rows }
}

/// How many scans have each role, in the order of [`Role::ALL`].
pub(crate) fn roles(made: &Assignment) -> [usize; 5] {
    Role::ALL.map(|role| made.rows.iter().filter(|row| row.role == role).count())
}

pub(crate) fn scans(made: &Assignment, role: Role) -> Vec<String> {
    let rows = made.rows.iter().filter(|row| row.role == role);
    rows.map(|row| row.case_id.clone()).collect()
}

pub(crate) fn subjects(made: &Assignment, role: Role) -> BTreeSet<String> {
    let rows = made.rows.iter().filter(|row| row.role == role);
    rows.map(|row| row.subject.clone()).collect()
}
