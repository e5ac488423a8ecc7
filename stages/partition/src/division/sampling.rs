//! Draws of scans and of subjects among those that are free.

use pipeline_engine::stage::ActionContext;

use super::{Division, Scans};
use crate::apportion::Apportionment;
use crate::draw::{Draw, Unit, Units};
use crate::{FoldParams, PartitionError, attribute};

/// What a draw is made from, and how it is reported.
pub(super) struct Chance<'a> {
    /// The name of its stream of random numbers.
    pub(super) stream: &'static str,
    /// The parameter that asks for it.
    pub(super) field: &'static str,
    /// The scans that may be drawn.
    pub(super) free: &'a Scans,
    /// Which these are, in words.
    pub(super) of: String,
}

impl Division<'_> {
    pub(super) fn draw_scans(
        &self,
        chance: Chance<'_>,
        wanted: usize,
    ) -> Result<Scans, PartitionError> {
        let Chance { stream, field, free, of } = chance;
        enough(field, "scans", wanted, free.len(), of)?;
        let units: Units = (self.directory.cases.keys())
            .map(|case| {
                let unit = Unit { group: self.stratum(&[*case]), family: (*case).to_owned() };
                ((*case).to_owned(), unit)
            })
            .collect();
        Ok(self.draw(stream).of(&units, free, wanted))
    }

    /// Draws subjects; returns their scans among the free ones.
    pub(super) fn draw_subjects(
        &self,
        chance: Chance<'_>,
        wanted: usize,
    ) -> Result<Scans, PartitionError> {
        let Chance { stream, field, free, of } = chance;
        let candidates = self.directory.subjects_of(free);
        enough(field, "subjects", wanted, candidates.len(), of.clone())?;
        let drawn = self.draw(stream).of(&self.subject_units(), &candidates, wanted);
        // One place left, and only subjects that come in pairs.
        enough(field, "subjects", wanted, drawn.len(), of)?;
        Ok(self.scans_of(&drawn, free))
    }

    /// One fold of the subjects; returns their scans among the free ones.
    pub(super) fn deal_subjects(
        &self,
        chance: Chance<'_>,
        folds: FoldParams,
    ) -> Result<Scans, PartitionError> {
        let Chance { stream, field, free, of } = chance;
        let candidates = self.directory.subjects_of(free);
        let (count, fold) = (folds.count as usize, folds.fold as usize);
        // Pairs are dealt together, so it is persons that every fold needs one of.
        let persons = self.directory.persons_of(free).len();
        enough(field, "subjects", count, persons, of)?;
        let dealt = self.draw(stream).fold(&self.subject_units(), &candidates, count, fold);
        Ok(self.scans_of(&dealt, free))
    }

    fn scans_of(&self, subjects: &Scans, free: &Scans) -> Scans {
        let of_them = |case: &&String| subjects.contains(self.directory.subject(case));
        free.iter().filter(of_them).cloned().collect()
    }

    fn subject_units(&self) -> Units {
        let unit = |scans: &[&str]| {
            let family = scans.first().map(|case| self.directory.person(case)).unwrap_or_default();
            Unit { group: self.stratum(scans), family: family.to_owned() }
        };
        let subjects = self.directory.subjects.iter();
        subjects.map(|(subject, scans)| ((*subject).to_owned(), unit(scans))).collect()
    }

    /// What these scans of one subject are stratified by: for each attribute the first value that
    /// one of them has.
    fn stratum(&self, scans: &[&str]) -> String {
        let first = |name: &str| {
            scans.iter().find_map(|case| attribute::value(self.directory.cases[case], name))
        };
        match &self.params.stratify_by {
            // A byte that no attribute holds, so that two values never run into one another.
            Some(names) => {
                let values = names.0.iter().map(|name| first(name).unwrap_or_default());
                values.collect::<Vec<_>>().join("\0")
            }
            None => first("group").unwrap_or_default().to_owned(),
        }
    }

    fn draw(&self, stream: &str) -> Draw {
        let seed = match (stream, self.params.labelled_seed) {
            ("partition/labelled", Some(seed)) => seed,
            _ => self.params.seed,
        };
        let shares = match (&self.params.stratify_by, self.params.stratify) {
            (Some(_), _) => Apportionment::Quota,
            (None, true) => Apportionment::LargestRemainder,
            (None, false) => Apportionment::None,
        };
        Draw { stream: ActionContext::stream(seed, stream), shares }
    }
}

/// Refuses to draw more than there is.
pub(super) fn enough(
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
pub(super) fn part_up(ratio: f64, count: usize) -> usize {
    (ratio * count as f64 - SLACK).ceil() as usize
}

/// `ratio * count`, rounded down.
pub(super) fn part_down(ratio: f64, count: usize) -> usize {
    (ratio * count as f64 + SLACK).floor() as usize
}
