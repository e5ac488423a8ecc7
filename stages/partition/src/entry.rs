//! What an entry of a list stands for.

use std::collections::{BTreeMap, BTreeSet};

use stages_tables::CaseRow;

use crate::PartitionError;
use crate::attribute::{self, Condition};

/// The scans of a dataset that are used, by name and by subject.
pub(crate) struct Directory<'a> {
    dataset: &'a str,
    /// All scans, in the order of the table.
    pub(crate) rows: &'a [CaseRow],
    /// Scans by `case_id`.
    pub(crate) cases: BTreeMap<&'a str, &'a CaseRow>,
    /// The `case_id`s of every subject.
    pub(crate) subjects: BTreeMap<&'a str, Vec<&'a str>>,
}

impl<'a> Directory<'a> {
    /// Lists the scans that fulfil a condition, or all; refuses an empty dataset and a name that
    /// occurs twice.
    pub(crate) fn new(
        dataset: &'a str,
        rows: &'a [CaseRow],
        only: Option<&Condition>,
    ) -> Result<Self, PartitionError> {
        if rows.is_empty() {
            return Err(PartitionError::NoCases);
        }
        let mut names = BTreeSet::new();
        let twice: BTreeSet<&String> =
            rows.iter().map(|row| &row.case_id).filter(|case| !names.insert(*case)).collect();
        if !twice.is_empty() {
            let cases = twice.into_iter().cloned().collect();
            return Err(PartitionError::DuplicateCases { cases });
        }
        if let Some(only) = only {
            attribute::known("only", only, rows)?;
        }
        let kept = rows.iter().filter(|row| only.is_none_or(|only| attribute::fulfils(row, only)));
        let mut cases = BTreeMap::new();
        let mut subjects: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for row in kept {
            cases.insert(row.case_id.as_str(), row);
            subjects.entry(&row.subject).or_default().push(&row.case_id);
        }
        if cases.is_empty() {
            let of = format!("none of {} scans fulfils the whole condition", rows.len());
            return Err(PartitionError::Nothing { field: "only", of });
        }
        for scans in subjects.values_mut() {
            scans.sort_unstable();
        }
        Ok(Self { dataset, rows, cases, subjects })
    }

    /// Whether a scan has an annotation.
    pub(crate) fn annotated(&self, case: &str) -> bool {
        self.cases.get(case).is_some_and(|row| row.label.is_some())
    }

    /// The subject of a scan of this dataset.
    pub(crate) fn subject(&self, case: &str) -> &'a str {
        &self.cases[case].subject
    }

    /// The person behind a scan: its subject, or the subject whose images are the same. Sides of a
    /// split are kept apart by person.
    pub(crate) fn person(&self, case: &str) -> &'a str {
        let row = self.cases[case];
        row.same_as.as_deref().unwrap_or(&row.subject)
    }

    /// The persons behind some scans.
    pub(crate) fn persons_of<'c>(
        &self,
        cases: impl IntoIterator<Item = &'c String>,
    ) -> BTreeSet<String> {
        cases.into_iter().map(|case| self.person(case).to_owned()).collect()
    }

    /// The subjects of some scans.
    pub(crate) fn subjects_of<'c>(
        &self,
        cases: impl IntoIterator<Item = &'c String>,
    ) -> BTreeSet<String> {
        cases.into_iter().map(|case| self.subject(case).to_owned()).collect()
    }

    /// The annotated scans that the entries of a list name.
    ///
    /// An entry is looked up as a scan, then as a subject (its annotated scans), then as
    /// `subject:PHASE`.
    pub(crate) fn resolve(
        &self,
        field: &'static str,
        entries: &[impl AsRef<str>],
    ) -> Result<BTreeSet<String>, PartitionError> {
        let mut scans = BTreeSet::new();
        let mut bare = Vec::new();
        for (entry, named) in self.look_up(field, entries)? {
            let annotated: Vec<_> = named.into_iter().filter(|case| self.annotated(case)).collect();
            if annotated.is_empty() {
                bare.push(entry.to_owned());
            }
            scans.extend(annotated.into_iter().map(str::to_owned));
        }
        if !bare.is_empty() {
            return Err(PartitionError::NotAnnotated { field, cases: bare });
        }
        Ok(scans)
    }

    /// The scans that the entries of a list name, annotated or not.
    pub(crate) fn resolve_any(
        &self,
        field: &'static str,
        entries: &[impl AsRef<str>],
    ) -> Result<BTreeSet<String>, PartitionError> {
        let named = self.look_up(field, entries)?;
        Ok(named.into_iter().flat_map(|(_, cases)| cases).map(str::to_owned).collect())
    }

    /// The annotated scans that fulfil a condition; at least one.
    pub(crate) fn matching(
        &self,
        field: &'static str,
        condition: &Condition,
    ) -> Result<BTreeSet<String>, PartitionError> {
        let mut scans = self.matching_any(field, condition)?;
        let matching = scans.len();
        scans.retain(|case| self.annotated(case));
        if scans.is_empty() {
            let of = format!("{matching} scans fulfil the condition, none of them annotated");
            return Err(PartitionError::Nothing { field, of });
        }
        Ok(scans)
    }

    /// The scans that fulfil a condition, annotated or not.
    pub(crate) fn matching_any(
        &self,
        field: &'static str,
        condition: &Condition,
    ) -> Result<BTreeSet<String>, PartitionError> {
        attribute::known(field, condition, self.rows)?;
        let matching = self.cases.iter().filter(|(_, row)| attribute::fulfils(row, condition));
        Ok(matching.map(|(case, _)| (*case).to_owned()).collect())
    }

    /// The scans behind every entry; refuses entries that name none.
    fn look_up<'e>(
        &self,
        field: &'static str,
        entries: &'e [impl AsRef<str>],
    ) -> Result<Vec<(&'e str, Vec<&'a str>)>, PartitionError> {
        let found: Vec<_> =
            entries.iter().map(|entry| (entry.as_ref(), self.named(entry.as_ref()))).collect();
        let names_none = |(_, cases): &&(&str, Vec<&str>)| cases.is_empty();
        let missing: Vec<&str> = found.iter().filter(names_none).map(|(entry, _)| *entry).collect();
        if missing.is_empty() {
            return Ok(found);
        }
        // Entries of the dataset that `only` has taken away are another mistake than wrong names.
        let all = Self::new(self.dataset, self.rows, None)?;
        let (left_out, unknown): (Vec<&str>, Vec<&str>) =
            missing.into_iter().partition(|entry| !all.named(entry).is_empty());
        let owned = |entries: Vec<&str>| entries.into_iter().map(str::to_owned).collect();
        if unknown.is_empty() {
            return Err(PartitionError::LeftOut { field, cases: owned(left_out) });
        }
        Err(PartitionError::UnknownEntries {
            field,
            dataset: self.dataset.to_owned(),
            entries: owned(unknown),
            total: entries.len(),
            subjects: all.subjects.len(),
            scans: all.cases.len(),
            example: all.example(),
        })
    }

    fn named(&self, entry: &str) -> Vec<&'a str> {
        if let Some((case, _)) = self.cases.get_key_value(entry) {
            return vec![case];
        }
        if let Some(scans) = self.subjects.get(entry) {
            return scans.clone();
        }
        let Some((subject, phase)) = entry.rsplit_once(':') else { return Vec::new() };
        let scans = self.subjects.get(subject).map_or(&[][..], Vec::as_slice);
        scans
            .iter()
            .copied()
            .filter(|case| self.cases[case].phase.as_deref() == Some(phase))
            .collect()
    }

    /// The ways to name the first scan, for help texts.
    fn example(&self) -> String {
        let Some(row) = self.cases.values().next() else { return String::new() };
        let mut ways = vec![format!("`{}`", row.case_id)];
        if row.subject != row.case_id {
            ways.push(format!("`{}`", row.subject));
        }
        if let Some(phase) = &row.phase {
            ways.push(format!("`{}:{phase}`", row.subject));
        }
        ways.join(", ")
    }
}
