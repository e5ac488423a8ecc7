//! What goes wrong when a dataset is divided.

use pipeline_engine::stage::StageError;
use stages_tables::TableError;

/// A division that cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum PartitionError {
    /// A table cannot be read or written.
    #[error(transparent)]
    Table(#[from] TableError),
    /// There are no scans to divide.
    #[error("the cases table is empty: there are no scans to divide")]
    NoCases,
    /// Two rows of the cases table have one name.
    #[error("the cases table holds {} scans twice", cases.len())]
    DuplicateCases {
        /// Their names.
        cases: Vec<String>,
    },
    /// A list names something that the dataset does not have.
    #[error(
        "`{field}`: {} of {total} entries are not in dataset `{dataset}`, which has {subjects} \
         subjects and {scans} scans",
        entries.len()
    )]
    UnknownEntries {
        /// The parameter.
        field: &'static str,
        /// The dataset.
        dataset: String,
        /// Entries that name no scan.
        entries: Vec<String>,
        /// How long the list is.
        total: usize,
        /// How many subjects there are.
        subjects: usize,
        /// How many scans there are.
        scans: usize,
        /// What an entry may look like in this dataset.
        example: String,
    },
    /// A list names scans without an annotation.
    #[error("`{field}` names {} scans that have no annotation", cases.len())]
    NotAnnotated {
        /// The parameter.
        field: &'static str,
        /// The entries.
        cases: Vec<String>,
    },
    /// A list names scans that `only` leaves out.
    #[error("`{field}` names {} entries that `only` leaves out", cases.len())]
    LeftOut {
        /// The parameter.
        field: &'static str,
        /// The entries.
        cases: Vec<String>,
    },
    /// A condition, or what to stratify by, is about something that no scan has.
    #[error("`{field}`: no scan has an attribute `{attribute}`")]
    UnknownAttribute {
        /// The parameter.
        field: &'static str,
        /// What was looked for.
        attribute: String,
        /// What there is.
        known: Vec<String>,
    },
    /// A condition wants a value that no scan has.
    #[error("`{field}`: no scan has `{attribute}` `{value}`")]
    UnknownValue {
        /// The parameter.
        field: &'static str,
        /// The attribute.
        attribute: String,
        /// The value that was looked for.
        value: String,
        /// The values that there are.
        found: Vec<String>,
    },
    /// A choice that is not a draw comes out empty.
    #[error("`{field}` gives no scan: {of}")]
    Nothing {
        /// The parameter.
        field: &'static str,
        /// Of what.
        of: String,
    },
    /// Two lists claim the same scans.
    #[error("`{first}` and `{second}` both name {} scans; a scan has one role", cases.len())]
    Conflict {
        /// One parameter.
        first: &'static str,
        /// The other.
        second: &'static str,
        /// The scans.
        cases: Vec<String>,
    },
    /// More is asked for than there is.
    #[error("`{field}` asks for {wanted} {unit}, but only {available} can be drawn: {of}")]
    NotEnough {
        /// The parameter.
        field: String,
        /// How many are asked for.
        wanted: usize,
        /// How many there are.
        available: usize,
        /// `scans` or `subjects`.
        unit: &'static str,
        /// Which ones can be drawn, and of how many.
        of: String,
    },
    /// A subject is on two sides.
    #[error("{} subjects have scans both {first} and {second}", subjects.len())]
    SharedSubjects {
        /// One side.
        first: &'static str,
        /// The other.
        second: &'static str,
        /// The subjects.
        subjects: Vec<String>,
    },
}

/// How many names an error lists.
const LISTED: usize = 20;

impl From<PartitionError> for StageError {
    fn from(error: PartitionError) -> Self {
        let (names, help) = match &error {
            PartitionError::Table(_)
            | PartitionError::NoCases
            | PartitionError::Nothing { .. }
            | PartitionError::NotEnough { .. } => (&[][..], None),
            PartitionError::LeftOut { cases, .. } => {
                (&cases[..], Some("take them from the list, or let `only` keep them".to_owned()))
            }
            PartitionError::UnknownAttribute { known, .. } => {
                (&[][..], Some(format!("attributes of this dataset are {}", quoted_list(known))))
            }
            PartitionError::UnknownValue { attribute, found, .. } => {
                (&[][..], Some(format!("the values of `{attribute}` are {}", quoted_list(found))))
            }
            PartitionError::DuplicateCases { cases } | PartitionError::Conflict { cases, .. } => {
                (&cases[..], None)
            }
            PartitionError::UnknownEntries { entries, example, .. } => (
                &entries[..],
                Some(format!(
                    "an entry is a scan, a subject, or a subject and a phase, such as {example}; \
                     published lists need the complete dataset they were made for"
                )),
            ),
            PartitionError::NotAnnotated { cases, .. } => (
                &cases[..],
                Some("only annotated scans can be labelled, validation or test scans".to_owned()),
            ),
            PartitionError::SharedSubjects { subjects, .. } => (
                &subjects[..],
                Some(
                    "list all scans of a subject on the same side, or set \
                     `allow_subject_overlap: true` and accept scores that are too good"
                        .to_owned(),
                ),
            ),
        };
        let details = listed(names);
        let mut stage_error = Self::new(&error);
        stage_error.details.extend(details);
        stage_error.help = help;
        stage_error
    }
}

/// Names in one sentence: the first ones, and how many there are beyond them.
fn quoted_list(names: &[String]) -> String {
    let mut words: Vec<String> =
        names.iter().take(LISTED).map(|name| format!("`{name}`")).collect();
    if names.len() > LISTED {
        words.push(format!("and {} more", names.len() - LISTED));
    }
    words.join(", ")
}

/// The first names, and how many there are beyond them.
fn listed(names: &[String]) -> Vec<String> {
    let mut lines: Vec<String> = names.iter().take(LISTED).cloned().collect();
    if names.len() > LISTED {
        lines.push(format!("and {} more", names.len() - LISTED));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lists_are_cut_and_counted() {
        let cases = (0..25).map(|n| format!("Case{n:02}")).collect();
        let error: StageError = PartitionError::DuplicateCases { cases }.into();
        assert_eq!(error.message, "the cases table holds 25 scans twice");
        assert_eq!(error.details.len(), 21);
        assert_eq!(error.details[20], "and 5 more");
    }
}
