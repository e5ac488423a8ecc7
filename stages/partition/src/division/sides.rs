//! What a person should know about a division, and what must not be.

use std::collections::BTreeMap;

use super::{Division, Scans};
use crate::params::ValidationChoice;
use crate::{
    LabelledChoice, PartitionError, Split, TestChoice, UnlabelledChoice, ValidationSource,
};

impl Division<'_> {
    /// Refuses subjects on two sides, or says so where that was asked for.
    pub(crate) fn shared_subjects(&self) -> Result<Vec<String>, PartitionError> {
        let mut train = self.labelled.clone();
        train.extend(self.validation.iter().chain(&self.unlabelled).cloned());
        let sides = [
            ("in training", &train, "in the test set", &self.test, self.test_split()),
            (
                "labelled",
                &self.labelled,
                "in validation",
                &self.validation,
                self.validation_split(),
            ),
        ];
        let mut warnings = Vec::new();
        for (first, a, second, b, split) in sides {
            let subjects = self.on_both(a, b);
            if subjects.is_empty() {
                continue;
            }
            let known = split.filter(|split| split.shares_subjects);
            let why = match known {
                Some(split) => format!("split `{}` is known for it", split.name),
                None if self.params.allow_subject_overlap => {
                    "allow_subject_overlap is set".to_owned()
                }
                None => return Err(PartitionError::SharedSubjects { first, second, subjects }),
            };
            warnings.push(format!(
                "leakage: {} of the {} subjects {second} also have scans {first} ({why}); scores \
                 are too good and compare only with others of the same split",
                subjects.len(),
                self.directory.persons_of(b).len(),
            ));
        }
        Ok(warnings)
    }

    fn on_both(&self, a: &Scans, b: &Scans) -> Vec<String> {
        let (of_a, of_b) = (self.directory.persons_of(a), self.directory.persons_of(b));
        of_a.intersection(&of_b).cloned().collect()
    }

    /// What is odd about the choices, as far as the parameters tell.
    pub(crate) fn oddities(&self) -> Vec<String> {
        let mut warnings: Vec<String> = Vec::new();
        for split in self.splits().into_values() {
            warnings.extend(split.warnings.iter().map(|warning| (*warning).to_owned()));
        }
        if self.params.labelled_seed.is_some() {
            if !self.params.labelled.is_drawn() {
                warnings.push(
                    "labelled_seed has no effect: the labelled scans are not drawn".to_owned(),
                );
            } else if self.validation_follows_labelled() {
                warnings.push(
                    "validation scans are drawn after the labelled ones, so another labelled_seed \
                     may change both; `validation: {from: train}` keeps them"
                        .to_owned(),
                );
            }
        }
        warnings
    }

    fn validation_follows_labelled(&self) -> bool {
        let drawn = matches!(
            self.validation_choice,
            ValidationChoice::Scans(1..)
                | ValidationChoice::Subjects(1..)
                | ValidationChoice::Ratio(_)
                | ValidationChoice::SubjectsRatio(_)
                | ValidationChoice::Folds(_)
        );
        drawn && self.params.validation.from == ValidationSource::Unlabelled
    }

    /// The published splits in use, by name.
    fn splits(&self) -> BTreeMap<&'static str, &'static Split> {
        let labelled = match &self.params.labelled {
            LabelledChoice::Published(list) => Some(list.split()),
            LabelledChoice::FirstOf { split, .. } => Some(split.split()),
            _ => None,
        };
        let unlabelled = match &self.params.unlabelled {
            UnlabelledChoice::Published(list) => Some(list.split()),
            _ => None,
        };
        let all = [self.test_split(), self.validation_split(), labelled, unlabelled];
        all.into_iter().flatten().map(|split| (split.name, split)).collect()
    }

    fn test_split(&self) -> Option<&'static Split> {
        match &self.params.test {
            TestChoice::Published(list) => Some(list.split()),
            _ => None,
        }
    }

    fn validation_split(&self) -> Option<&'static Split> {
        match self.validation_choice {
            ValidationChoice::Published(list) => Some(list.split()),
            _ => None,
        }
    }
}
