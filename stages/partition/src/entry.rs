//! What an entry of a list stands for.

use std::collections::{BTreeMap, BTreeSet};

use stages_tables::CaseRow;

use crate::PartitionError;

/// The scans of a dataset by name and by subject.
pub(crate) struct Directory<'a> {
    dataset: &'a str,
    /// Scans by `case_id`.
    pub(crate) cases: BTreeMap<&'a str, &'a CaseRow>,
    /// The `case_id`s of every subject.
    pub(crate) subjects: BTreeMap<&'a str, Vec<&'a str>>,
}

impl<'a> Directory<'a> {
    /// Lists the scans; refuses an empty dataset and a name that occurs twice.
    pub(crate) fn new(dataset: &'a str, rows: &'a [CaseRow]) -> Result<Self, PartitionError> {
        if rows.is_empty() {
            return Err(PartitionError::NoCases);
        }
        let mut cases = BTreeMap::new();
        let mut subjects: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        let mut twice = BTreeSet::new();
        for row in rows {
            if cases.insert(row.case_id.as_str(), row).is_some() {
                twice.insert(row.case_id.clone());
            }
            subjects.entry(&row.subject).or_default().push(&row.case_id);
        }
        if !twice.is_empty() {
            return Err(PartitionError::DuplicateCases { cases: twice.into_iter().collect() });
        }
        for scans in subjects.values_mut() {
            scans.sort_unstable();
        }
        Ok(Self { dataset, cases, subjects })
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
        let (mut unknown, mut bare) = (Vec::new(), Vec::new());
        for entry in entries.iter().map(AsRef::as_ref) {
            let named = self.named(entry);
            if named.is_empty() {
                unknown.push(entry.to_owned());
                continue;
            }
            let annotated: Vec<_> = named.into_iter().filter(|case| self.annotated(case)).collect();
            if annotated.is_empty() {
                bare.push(entry.to_owned());
            }
            scans.extend(annotated.into_iter().map(str::to_owned));
        }
        if !unknown.is_empty() {
            return Err(PartitionError::UnknownEntries {
                field,
                dataset: self.dataset.to_owned(),
                entries: unknown,
                total: entries.len(),
                subjects: self.subjects.len(),
                scans: self.cases.len(),
                example: self.example(),
            });
        }
        if !bare.is_empty() {
            return Err(PartitionError::NotAnnotated { field, cases: bare });
        }
        Ok(scans)
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
