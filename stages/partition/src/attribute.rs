//! What is known of a scan by name, and conditions on it.

use std::collections::{BTreeMap, BTreeSet};

use stages_tables::CaseRow;

use crate::{OneOrMore, PartitionError};

/// The columns of the cases table that serve as attributes too.
const COLUMNS: [&str; 4] = ["group", "phase", "split", "subject"];

/// The value of an attribute of a scan: one of the manifest's, or else a column of the cases table.
pub(crate) fn value<'r>(row: &'r CaseRow, name: &str) -> Option<&'r str> {
    row.attributes.get(name).map(String::as_str).or_else(|| match name {
        "group" => row.group.as_deref(),
        "phase" => row.phase.as_deref(),
        "split" => row.split.as_deref(),
        "subject" => Some(&row.subject),
        _ => None,
    })
}

/// Attributes and the values that are accepted: a scan fulfils it if each attribute has one of its
/// values.
pub(crate) type Condition = BTreeMap<String, OneOrMore>;

/// Whether a scan fulfils a condition.
pub(crate) fn fulfils(row: &CaseRow, condition: &Condition) -> bool {
    condition.iter().all(|(name, accepted)| {
        value(row, name).is_some_and(|value| accepted.0.iter().any(|one| one == value))
    })
}

/// Refuses a condition on an attribute that no scan has, or on a value that none has.
pub(crate) fn known(
    field: &'static str,
    condition: &Condition,
    rows: &[CaseRow],
) -> Result<(), PartitionError> {
    for (name, accepted) in condition {
        exists(field, name, rows)?;
        let found: BTreeSet<&str> = rows.iter().filter_map(|row| value(row, name)).collect();
        if let Some(value) = accepted.0.iter().find(|value| !found.contains(value.as_str())) {
            return Err(PartitionError::UnknownValue {
                field,
                attribute: name.clone(),
                value: value.clone(),
                found: found.into_iter().map(str::to_owned).collect(),
            });
        }
    }
    Ok(())
}

/// Refuses an attribute that no scan has.
pub(crate) fn exists(
    field: &'static str,
    name: &str,
    rows: &[CaseRow],
) -> Result<(), PartitionError> {
    if rows.iter().any(|row| value(row, name).is_some()) {
        return Ok(());
    }
    let columns =
        COLUMNS.into_iter().filter(|name| rows.iter().any(|row| value(row, name).is_some()));
    let attributes = rows.iter().flat_map(|row| row.attributes.keys().map(String::as_str));
    let known: BTreeSet<&str> = attributes.chain(columns).collect();
    Err(PartitionError::UnknownAttribute {
        field,
        attribute: name.to_owned(),
        known: known.into_iter().map(str::to_owned).collect(),
    })
}
