//! The decision itself: scans and parameters in, roles out.

use std::collections::BTreeSet;

use pipeline_engine::stage::ActionContext;
use stages_tables::{CasesTable, PartitionRow, Role};

use crate::draw::{Draw, Unit, Units};
use crate::entry::Directory;
use crate::params::ValidationChoice;
use crate::{
    LabelledChoice, PartitionError, PartitionParams, PublishedSplit, TestChoice, ValidationSource,
};

/// The roles of all scans.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assignment {
    /// One row per scan, in the order of the cases table.
    pub rows: Vec<PartitionRow>,
    /// What a person should know about this division, such as subjects on two sides.
    pub warnings: Vec<String>,
}

/// Names of scans.
type Scans = BTreeSet<String>;

/// Gives every scan one role.
///
/// Lists are fixed first; then the test subjects are drawn among the subjects that no list put
/// elsewhere; then labelled and validation scans among what is left, in the order that
/// [`ValidationSource`] says. Every annotated scan that is left is unlabelled, and so is a scan
/// without annotation, unless its subject is in the test set: then it is unused.
///
/// Subjects that are one person ([`stages_tables::CaseRow::same_as`]) count as one wherever sides
/// are kept apart, and are drawn together.
///
/// Roles depend on the set of scans, not on their order.
///
/// # Errors
/// [`PartitionError`] for lists that do not fit the dataset or each other, for draws of more than
/// there is, and for subjects on two sides where that was not asked for.
pub fn assign(cases: &CasesTable, params: &PartitionParams) -> Result<Assignment, PartitionError> {
    let directory = Directory::new(&cases.dataset.name, &cases.rows)?;
    let division = Division::new(&directory, params)?.complete()?;
    let warnings = division.shared_subjects()?;
    let tested = directory.persons_of(&division.test);
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
            } else if row.label.is_none() && tested.contains(directory.person(case)) {
                Role::Unused
            } else {
                Role::Unlabelled
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

/// The sets as they fill up.
struct Division<'a> {
    directory: &'a Directory<'a>,
    params: &'a PartitionParams,
    validation_choice: ValidationChoice<'a>,
    test: Scans,
    validation: Scans,
    labelled: Scans,
}

impl<'a> Division<'a> {
    /// Fixes the scans that lists name.
    fn new(
        directory: &'a Directory<'a>,
        params: &'a PartitionParams,
    ) -> Result<Self, PartitionError> {
        let validation_choice =
            params.validation.choices().first().map_or(ValidationChoice::Scans(0), |(_, c)| *c);
        let test = match &params.test {
            TestChoice::List(list) => directory.resolve("test.list", list)?,
            TestChoice::Published(split) => directory.resolve("test.published", &split.test())?,
            TestChoice::None | TestChoice::Subjects(_) | TestChoice::Ratio(_) => Scans::new(),
        };
        let validation = match validation_choice {
            ValidationChoice::List(list) => directory.resolve("validation.list", list)?,
            ValidationChoice::Published(split) => {
                directory.resolve("validation.published", &split.validation())?
            }
            _ => Scans::new(),
        };
        let labelled = match &params.labelled {
            LabelledChoice::List(list) => directory.resolve("labelled.list", list)?,
            LabelledChoice::Published(set) => {
                directory.resolve("labelled.published", set.entries())?
            }
            LabelledChoice::FirstOf { split, subjects } => {
                let train = split.train();
                let first = &train[..train.len().min(*subjects as usize)];
                directory.resolve("labelled.first_of", first)?
            }
            _ => Scans::new(),
        };
        let sets = [("test", &test), ("validation", &validation), ("labelled", &labelled)];
        for (i, (first, a)) in sets.iter().enumerate() {
            for (second, b) in &sets[i + 1..] {
                let cases: Vec<String> = a.intersection(b).cloned().collect();
                if !cases.is_empty() {
                    return Err(PartitionError::Conflict { first, second, cases });
                }
            }
        }
        Ok(Self { directory, params, validation_choice, test, validation, labelled })
    }

    /// Draws what no list fixed.
    fn complete(mut self) -> Result<Self, PartitionError> {
        self.draw_test()?;
        match self.params.validation.from {
            ValidationSource::Train => {
                self.draw_validation()?;
                self.draw_labelled()?;
            }
            ValidationSource::Unlabelled => {
                self.draw_labelled()?;
                self.draw_validation()?;
            }
        }
        Ok(self)
    }

    fn draw_test(&mut self) -> Result<(), PartitionError> {
        let total = self.directory.subjects.len();
        let (field, wanted) = match self.params.test {
            TestChoice::Subjects(count) => ("test.subjects", count as usize),
            TestChoice::Ratio(ratio) => ("test.ratio", part_up(ratio, total)),
            TestChoice::None | TestChoice::List(_) | TestChoice::Published(_) => return Ok(()),
        };
        let fixed = self.directory.persons_of(self.labelled.union(&self.validation));
        let free = self.scans_where(|case| !fixed.contains(self.directory.person(case)));
        let of = format!(
            "{total} subjects, {} of them with a scan that a list puts into the labelled or \
             validation set",
            fixed.len()
        );
        self.test = self.draw_subjects("partition/test", field, wanted, &free, of)?;
        Ok(())
    }

    fn draw_labelled(&mut self) -> Result<(), PartitionError> {
        let train = self.scans_where(|case| !self.test.contains(case));
        let taken = self.directory.persons_of(&self.validation);
        let free: Scans = train
            .iter()
            .filter(|case| !taken.contains(self.directory.person(case)))
            .cloned()
            .collect();
        let of = format!(
            "{} annotated scans outside the test set, less the {} subjects in validation",
            train.len(),
            taken.len()
        );
        let stream = "partition/labelled";
        self.labelled = match self.params.labelled {
            LabelledChoice::Scans(count) => {
                self.draw_scans(stream, "labelled.scans", count as usize, &free, of)?
            }
            LabelledChoice::Ratio(ratio) => {
                let wanted = part_down(ratio, train.len()).max(1);
                self.draw_scans(stream, "labelled.ratio", wanted, &free, of)?
            }
            LabelledChoice::Subjects(count) => {
                self.draw_subjects(stream, "labelled.subjects", count as usize, &free, of)?
            }
            LabelledChoice::List(_)
            | LabelledChoice::Published(_)
            | LabelledChoice::FirstOf { .. } => return Ok(()),
        };
        Ok(())
    }

    fn draw_validation(&mut self) -> Result<(), PartitionError> {
        let taken = self.directory.persons_of(&self.labelled);
        let free = self.scans_where(|case| {
            !self.test.contains(case) && !taken.contains(self.directory.person(case))
        });
        let of = format!(
            "{} annotated scans outside the test set belong to the {} subjects without a labelled \
             scan",
            free.len(),
            self.directory.subjects_of(&free).len()
        );
        let stream = "partition/validation";
        self.validation = match self.validation_choice {
            ValidationChoice::Scans(count) => {
                self.draw_scans(stream, "validation.scans", count as usize, &free, of)?
            }
            ValidationChoice::Ratio(ratio) => {
                let wanted = part_up(ratio, free.len());
                self.draw_scans(stream, "validation.ratio", wanted, &free, of)?
            }
            ValidationChoice::Subjects(count) => {
                self.draw_subjects(stream, "validation.subjects", count as usize, &free, of)?
            }
            ValidationChoice::List(_) | ValidationChoice::Published(_) => return Ok(()),
        };
        Ok(())
    }

    /// The annotated scans that fulfil a condition.
    fn scans_where(&self, condition: impl Fn(&str) -> bool) -> Scans {
        let cases = self.directory.cases.keys();
        cases
            .filter(|case| self.directory.annotated(case) && condition(case))
            .map(|case| (*case).to_owned())
            .collect()
    }

    fn draw_scans(
        &self,
        stream: &str,
        field: &str,
        wanted: usize,
        free: &Scans,
        of: String,
    ) -> Result<Scans, PartitionError> {
        enough(field, "scans", wanted, free.len(), of)?;
        let units: Units = (self.directory.cases.iter())
            .map(|(case, row)| {
                let group = row.group.clone().unwrap_or_default();
                ((*case).to_owned(), Unit { group, family: (*case).to_owned() })
            })
            .collect();
        Ok(self.draw(stream).of(&units, free, wanted))
    }

    /// Draws subjects; returns their scans among the free ones.
    fn draw_subjects(
        &self,
        stream: &str,
        field: &str,
        wanted: usize,
        free: &Scans,
        of: String,
    ) -> Result<Scans, PartitionError> {
        let candidates = self.directory.subjects_of(free);
        enough(field, "subjects", wanted, candidates.len(), of.clone())?;
        let unit = |scans: &[&str]| Unit {
            group: scans
                .iter()
                .find_map(|case| self.directory.cases[case].group.clone())
                .unwrap_or_default(),
            family: scans
                .first()
                .map(|case| self.directory.person(case))
                .unwrap_or_default()
                .into(),
        };
        let units: Units = (self.directory.subjects.iter())
            .map(|(subject, scans)| ((*subject).to_owned(), unit(scans)))
            .collect();
        let drawn = self.draw(stream).of(&units, &candidates, wanted);
        // One place left, and only subjects that come in pairs.
        enough(field, "subjects", wanted, drawn.len(), of)?;
        let of_drawn = |case: &&String| drawn.contains(self.directory.subject(case));
        Ok(free.iter().filter(of_drawn).cloned().collect())
    }

    fn draw(&self, stream: &str) -> Draw {
        let seed = match (stream, self.params.labelled_seed) {
            ("partition/labelled", Some(seed)) => seed,
            _ => self.params.seed,
        };
        Draw { stream: ActionContext::stream(seed, stream), stratify: self.params.stratify }
    }

    /// Refuses subjects on two sides, or says so where that was asked for.
    fn shared_subjects(&self) -> Result<Vec<String>, PartitionError> {
        let train = self.scans_where(|case| !self.test.contains(case));
        let legacy =
            matches!(self.params.test, TestChoice::Published(split) if split.shares_subjects());
        let sides = [
            ("in training", &train, "in the test set", &self.test, legacy),
            ("labelled", &self.labelled, "in validation", &self.validation, false),
        ];
        let mut warnings = Vec::new();
        for (first, a, second, b, expected) in sides {
            let (of_a, of_b) = (self.directory.persons_of(a), self.directory.persons_of(b));
            let subjects: Vec<String> = of_a.intersection(&of_b).cloned().collect();
            if subjects.is_empty() {
                continue;
            }
            if !expected && !self.params.allow_subject_overlap {
                return Err(PartitionError::SharedSubjects { first, second, subjects });
            }
            let why = if expected {
                format!("split `{}` was made by scan", PublishedSplit::AcdcAllLegacy.name())
            } else {
                "allow_subject_overlap is set".to_owned()
            };
            warnings.push(format!(
                "leakage: {} of the {} subjects {second} also have scans {first} ({why}); scores \
                 are too good and compare only with others of the same split",
                subjects.len(),
                of_b.len(),
            ));
        }
        Ok(warnings)
    }
}

fn enough(
    field: &str,
    unit: &'static str,
    wanted: usize,
    available: usize,
    of: String,
) -> Result<(), PartitionError> {
    if wanted <= available {
        return Ok(());
    }
    Err(PartitionError::NotEnough { field: field.to_owned(), wanted, available, unit, of })
}

/// Slack for products such as `0.07 * 100`, which is a little more than 7 in binary.
const SLACK: f64 = 1e-9;

/// `ratio * count`, rounded up.
fn part_up(ratio: f64, count: usize) -> usize {
    (ratio * count as f64 - SLACK).ceil() as usize
}

/// `ratio * count`, rounded down.
fn part_down(ratio: f64, count: usize) -> usize {
    (ratio * count as f64 + SLACK).floor() as usize
}
