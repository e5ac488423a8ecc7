//! What lists, conditions and rules fix before anything is drawn.

use super::Scans;
use crate::entry::Directory;
use crate::legacy_random::shuffled_fold;
use crate::params::ValidationChoice;
use crate::{LabelledChoice, NnunetFoldParams, PartitionError, PartitionParams, TestChoice};

/// The sets as they fill up.
pub(crate) struct Division<'a> {
    pub(super) directory: &'a Directory<'a>,
    pub(super) params: &'a PartitionParams,
    pub(super) validation_choice: ValidationChoice<'a>,
    /// Annotated scans.
    pub(crate) test: Scans,
    /// Annotated scans.
    pub(crate) validation: Scans,
    /// Annotated scans.
    pub(crate) labelled: Scans,
    /// Scans in none of the others.
    pub(crate) unlabelled: Scans,
}

impl<'a> Division<'a> {
    /// Fixes the scans that are named.
    pub(crate) fn new(
        directory: &'a Directory<'a>,
        params: &'a PartitionParams,
    ) -> Result<Self, PartitionError> {
        let mut division = Self {
            directory,
            params,
            validation_choice: params.validation.choice(),
            test: Scans::new(),
            validation: Scans::new(),
            labelled: Scans::new(),
            unlabelled: Scans::new(),
        };
        division.test = match &params.test {
            TestChoice::List(list) => directory.resolve("test.list", list)?,
            TestChoice::Where(condition) => directory.matching("test.where", condition)?,
            TestChoice::Published(list) => directory.resolve("test.published", list.entries())?,
            TestChoice::NnunetFold(rule) => division.nnunet_fold("test.nnunet_fold", *rule)?,
            TestChoice::None
            | TestChoice::Subjects(_)
            | TestChoice::Ratio(_)
            | TestChoice::Folds(_) => Scans::new(),
        };
        division.validation = match division.validation_choice {
            ValidationChoice::List(list) => directory.resolve("validation.list", list)?,
            ValidationChoice::Where(condition) => {
                directory.matching("validation.where", condition)?
            }
            ValidationChoice::Published(list) => {
                directory.resolve("validation.published", list.entries())?
            }
            _ => Scans::new(),
        };
        division.labelled = match &params.labelled {
            LabelledChoice::List(list) => directory.resolve("labelled.list", list)?,
            LabelledChoice::Where(condition) => directory.matching("labelled.where", condition)?,
            LabelledChoice::Published(list) => {
                directory.resolve("labelled.published", list.entries())?
            }
            LabelledChoice::FirstOf { split, subjects } => {
                let train = split.entries();
                let first = &train[..train.len().min(*subjects as usize)];
                directory.resolve("labelled.first_of", first)?
            }
            _ => Scans::new(),
        };
        division.refuse_conflicts()?;
        Ok(division)
    }

    /// The annotated scans outside the test set whose subjects are in one fold of nnU-Net's rule.
    pub(super) fn nnunet_fold(
        &self,
        field: &'static str,
        rule: NnunetFoldParams,
    ) -> Result<Scans, PartitionError> {
        let scans = self.scans_where(|case| !self.test.contains(case));
        // In the order of their bytes, as Python sorts text.
        let subjects: Vec<String> = self.directory.subjects_of(&scans).into_iter().collect();
        let (count, fold) = (rule.count as usize, rule.fold as usize);
        let of = format!("{} annotated subjects outside the test set", subjects.len());
        super::sampling::enough(field, "subjects", count, subjects.len(), of)?;
        let chosen: Scans = shuffled_fold(subjects.len(), count, fold, rule.seed)
            .into_iter()
            .map(|position| subjects[position].clone())
            .collect();
        Ok(scans.into_iter().filter(|case| chosen.contains(self.directory.subject(case))).collect())
    }

    /// Refuses scans that two choices name.
    pub(super) fn refuse_conflicts(&self) -> Result<(), PartitionError> {
        let sets =
            [("test", &self.test), ("validation", &self.validation), ("labelled", &self.labelled)];
        for (i, (first, a)) in sets.iter().enumerate() {
            for (second, b) in &sets[i + 1..] {
                let cases: Vec<String> = a.intersection(b).cloned().collect();
                if !cases.is_empty() {
                    return Err(PartitionError::Conflict { first, second, cases });
                }
            }
        }
        Ok(())
    }

    /// The annotated scans that fulfil a condition.
    pub(super) fn scans_where(&self, condition: impl Fn(&str) -> bool) -> Scans {
        let cases = self.directory.cases.keys();
        cases
            .filter(|case| self.directory.annotated(case) && condition(case))
            .map(|case| (*case).to_owned())
            .collect()
    }
}
