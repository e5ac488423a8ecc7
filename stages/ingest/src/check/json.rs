//! The report that a program reads.

use serde_json::{Value, json};

use super::{Checked, Severity};

/// Everything that was found, as one object.
pub fn check_json(checked: &Checked) -> Value {
    let [errors, warnings, notes] = Severity::ALL.map(|severity| checked.count(severity));
    json!({
        "dataset": checked.dataset,
        "title": checked.title,
        "folder": checked.folder,
        "subjects": checked.subjects,
        "expected": checked.expect.as_ref().map(|expect| {
            json!({ "subjects": expect.subjects, "cases": expect.cases })
        }),
        "errors": errors,
        "warnings": warnings,
        "notes": notes,
        "findings": checked.findings_table().rows,
        "cases": checked.facts,
    })
}
