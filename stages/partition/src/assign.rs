//! The decision itself: scans and parameters in, roles out.

use stages_tables::{CasesTable, PartitionRow, Role};

use crate::attribute;
use crate::division::Division;
use crate::entry::Directory;
use crate::{PartitionError, PartitionParams};

/// The roles of all scans.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assignment {
    /// One row per scan, in the order of the cases table.
    pub rows: Vec<PartitionRow>,
    /// What a person should know about this division, such as subjects on two sides.
    pub warnings: Vec<String>,
}

/// Gives every scan one role.
///
/// Scans that `only` leaves out are unused. Of the others, those that lists, conditions and rules
/// name are fixed first; then the test subjects are drawn among the subjects that nothing put
/// elsewhere; then labelled and validation scans among what is left, in the order that
/// [`ValidationSource`](crate::ValidationSource) says. What is left is unlabelled as far as
/// [`UnlabelledChoice`](crate::UnlabelledChoice) wants it, but never a scan without annotation
/// whose subject is in the test set: that is unused.
///
/// Subjects that are one person ([`stages_tables::CaseRow::same_as`]) count as one wherever sides
/// are kept apart, and are drawn together.
///
/// Roles depend on the set of scans, not on their order.
///
/// # Errors
/// [`PartitionError`] for lists and conditions that do not fit the dataset or each other, for draws
/// of more than there is, and for subjects on two sides where that was not asked for.
pub fn assign(cases: &CasesTable, params: &PartitionParams) -> Result<Assignment, PartitionError> {
    let directory = Directory::new(&cases.dataset.name, &cases.rows, params.only.as_ref())?;
    for name in params.stratify_by.iter().flat_map(|names| &names.0) {
        attribute::exists("stratify_by", name, &cases.rows)?;
    }
    let division = Division::new(&directory, params)?.complete()?;
    let mut warnings = division.shared_subjects()?;
    warnings.extend(division.oddities());
    let rows = cases
        .rows
        .iter()
        .map(|row| {
            let case = &row.case_id;
            let role = if division.test.contains(case) {
                Role::Test
            } else if division.validation.contains(case) {
                Role::Validation
            } else if division.labelled.contains(case) {
                Role::Labelled
            } else if division.unlabelled.contains(case) {
                Role::Unlabelled
            } else {
                Role::Unused
            };
            let kept = role == Role::Validation && params.validation.keep_in_unlabelled_pool;
            PartitionRow {
                case_id: case.clone(),
                subject: row.subject.clone(),
                role,
                unlabelled_pool: role == Role::Unlabelled || kept,
            }
        })
        .collect();
    Ok(Assignment { rows, warnings })
}
