//! What is drawn, in the order of the draws.

use super::sampling::{Chance, enough, part_down, part_up};
use super::{Division, Scans};
use crate::legacy_random::training_part;
use crate::params::ValidationChoice;
use crate::{LabelledChoice, PartitionError, TestChoice, UnlabelledChoice, ValidationSource};

impl Division<'_> {
    /// Draws what nothing fixed.
    pub(crate) fn complete(mut self) -> Result<Self, PartitionError> {
        self.draw_test()?;
        if let ValidationChoice::NnunetFold(rule) = self.validation_choice {
            self.validation = self.nnunet_fold("validation.nnunet_fold", rule)?;
            self.refuse_conflicts()?;
        }
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
        self.choose_unlabelled()?;
        Ok(self)
    }

    fn draw_test(&mut self) -> Result<(), PartitionError> {
        let total = self.directory.subjects.len();
        let fixed = self.directory.persons_of(self.labelled.union(&self.validation));
        let free = self.scans_where(|case| !fixed.contains(self.directory.person(case)));
        let of = format!(
            "{total} subjects, {} of them with a scan that a list puts into the labelled or \
             validation set",
            fixed.len()
        );
        let chance = |field| Chance { stream: "partition/test", field, free: &free, of };
        self.test = match self.params.test {
            TestChoice::Subjects(count) => {
                self.draw_subjects(chance("test.subjects"), count as usize)?
            }
            TestChoice::Ratio(ratio) => {
                self.draw_subjects(chance("test.ratio"), part_up(ratio, total))?
            }
            TestChoice::Folds(folds) => self.deal_subjects(chance("test.folds"), folds)?,
            TestChoice::None
            | TestChoice::NnunetFold(_)
            | TestChoice::List(_)
            | TestChoice::Where(_)
            | TestChoice::Published(_) => return Ok(()),
        };
        Ok(())
    }

    fn draw_labelled(&mut self) -> Result<(), PartitionError> {
        let mut train = self.scans_where(|case| !self.test.contains(case));
        let mut within = "annotated scans outside the test set";
        if let Some(from) = &self.params.labelled_from {
            let wanted = self.directory.matching("labelled_from", from)?;
            train.retain(|case| wanted.contains(case));
            within = "annotated scans outside the test set that fulfil `labelled_from`";
        }
        let taken = self.directory.persons_of(&self.validation);
        let is_free = |case: &&String| !taken.contains(self.directory.person(case));
        let free: Scans = train.iter().filter(is_free).cloned().collect();
        let of =
            format!("{} {within}, less the {} subjects in validation", train.len(), taken.len());
        let chance = |field| Chance { stream: "partition/labelled", field, free: &free, of };
        self.labelled = match self.params.labelled {
            LabelledChoice::Scans(count) => {
                self.draw_scans(chance("labelled.scans"), count as usize)?
            }
            LabelledChoice::Ratio(ratio) => {
                let wanted = part_down(ratio, train.len()).max(1);
                self.draw_scans(chance("labelled.ratio"), wanted)?
            }
            LabelledChoice::Subjects(count) => {
                self.draw_subjects(chance("labelled.subjects"), count as usize)?
            }
            LabelledChoice::SubjectsRatio(ratio) => {
                let wanted = part_down(ratio, self.directory.subjects_of(&train).len()).max(1);
                self.draw_subjects(chance("labelled.subjects_ratio"), wanted)?
            }
            LabelledChoice::Rest => {
                let Chance { field, of, .. } = chance("labelled.rest");
                enough(field, "scans", 1, free.len(), of)?;
                free
            }
            LabelledChoice::Melba { unlabelled_ratio } => {
                let scans: Vec<&String> = free.iter().collect();
                let chosen = training_part(scans.len(), unlabelled_ratio, 0);
                if chosen.is_empty() {
                    let of = format!("{unlabelled_ratio} of {} scans are all of them", scans.len());
                    return Err(PartitionError::Nothing { field: "labelled.melba", of });
                }
                chosen.into_iter().map(|position| scans[position].clone()).collect()
            }
            LabelledChoice::List(_)
            | LabelledChoice::Where(_)
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
        let subjects = self.directory.subjects_of(&free).len();
        let of = format!(
            "{} annotated scans outside the test set belong to the {subjects} subjects without a \
             labelled scan",
            free.len(),
        );
        let chance = |field| Chance { stream: "partition/validation", field, free: &free, of };
        self.validation = match self.validation_choice {
            ValidationChoice::Scans(count) => {
                self.draw_scans(chance("validation.scans"), count as usize)?
            }
            ValidationChoice::Ratio(ratio) => {
                self.draw_scans(chance("validation.ratio"), part_up(ratio, free.len()))?
            }
            ValidationChoice::Subjects(count) => {
                self.draw_subjects(chance("validation.subjects"), count as usize)?
            }
            ValidationChoice::SubjectsRatio(ratio) => {
                self.draw_subjects(chance("validation.subjects_ratio"), part_up(ratio, subjects))?
            }
            ValidationChoice::Folds(folds) => {
                self.deal_subjects(chance("validation.folds"), folds)?
            }
            ValidationChoice::NnunetFold(_)
            | ValidationChoice::List(_)
            | ValidationChoice::Where(_)
            | ValidationChoice::Published(_) => return Ok(()),
        };
        Ok(())
    }

    fn choose_unlabelled(&mut self) -> Result<(), PartitionError> {
        let tested = self.directory.persons_of(&self.test);
        let pool: Scans = (self.directory.cases.keys())
            .filter(|case| {
                let taken = [&self.test, &self.validation, &self.labelled];
                let of_test =
                    !self.directory.annotated(case) && tested.contains(self.directory.person(case));
                !of_test && !taken.iter().any(|set| set.contains(**case))
            })
            .map(|case| (*case).to_owned())
            .collect();
        let of = format!("{} scans are in no other set", pool.len());
        let chance = |field| Chance { stream: "partition/unlabelled", field, free: &pool, of };
        let left_of = |field, named: Scans| {
            let left: Scans = named.intersection(&pool).cloned().collect();
            let of = format!("{} scans are meant, and all are in other sets", named.len());
            if left.is_empty() { Err(PartitionError::Nothing { field, of }) } else { Ok(left) }
        };
        let chosen = match &self.params.unlabelled {
            UnlabelledChoice::Rest => pool,
            UnlabelledChoice::None => Scans::new(),
            UnlabelledChoice::Scans(count) => {
                self.draw_scans(chance("unlabelled.scans"), *count as usize)?
            }
            UnlabelledChoice::Subjects(count) => {
                self.draw_subjects(chance("unlabelled.subjects"), *count as usize)?
            }
            UnlabelledChoice::List(list) => {
                let field = "unlabelled.list";
                left_of(field, self.directory.resolve_any(field, list)?)?
            }
            UnlabelledChoice::Where(condition) => {
                let field = "unlabelled.where";
                left_of(field, self.directory.matching_any(field, condition)?)?
            }
            UnlabelledChoice::Published(list) => {
                let field = "unlabelled.published";
                left_of(field, self.directory.resolve_any(field, list.entries())?)?
            }
        };
        self.unlabelled = chosen;
        Ok(())
    }
}
