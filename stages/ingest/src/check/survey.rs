//! Reading all of a dataset, whatever is wrong with it.

use std::collections::BTreeMap;
use std::path::PathBuf;

use pipeline_engine::stage::Cancellation;
use rayon::prelude::*;
use stages_tables::{DatasetInfo, FactRow, FactsTable, FindingRow, FindingsTable};

use super::across::{self, across};
use super::case::{CaseReader, CaseReading};
use super::names::count;
use super::{Finding, FindingKind, FoundDataset, Severity};
use crate::attributes::attributes;
use crate::examine::Examiner;
use crate::inventory::Inventory;
use crate::{ExpectParams, Manifest, Problem, listing};

/// What to look at, and with what.
#[derive(Debug, Clone, Default)]
pub struct CheckOptions {
    /// Only these subjects; none for all.
    pub subjects: Option<Vec<String>>,
    /// Threads, each of which holds one case in memory; at least 1.
    pub cpus: usize,
}

/// A check that was asked to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("stopped before all cases were read")]
pub struct Stopped;

/// A dataset that was read from end to end.
#[derive(Debug, Clone)]
pub struct Checked {
    /// Name and classes.
    pub dataset: DatasetInfo,
    /// Full name.
    pub title: String,
    /// The folder in which the manifest's paths start.
    pub folder: PathBuf,
    /// What the complete dataset has; none where the manifest does not say.
    pub expect: Option<ExpectParams>,
    /// How many subjects there are.
    pub subjects: usize,
    /// One row per case, by name.
    pub facts: Vec<FactRow>,
    /// Everything found, worst first, then by kind, then by case.
    pub findings: Vec<Finding>,
}

impl Checked {
    /// How many findings are so bad.
    pub fn count(&self, severity: Severity) -> usize {
        self.findings.iter().filter(|finding| finding.kind.severity() == severity).count()
    }

    /// The facts as a table.
    pub fn facts_table(&self) -> FactsTable {
        FactsTable { dataset: self.dataset.clone(), rows: self.facts.clone() }
    }

    /// The findings as a table.
    pub fn findings_table(&self) -> FindingsTable {
        let subjects: BTreeMap<&str, &str> =
            self.facts.iter().map(|row| (row.case_id.as_str(), row.subject.as_str())).collect();
        let row = |finding: &Finding| FindingRow {
            severity: finding.kind.severity().to_string(),
            kind: finding.kind.as_str().to_owned(),
            case_id: finding.case.clone(),
            subject: finding
                .case
                .as_ref()
                .and_then(|case| subjects.get(case.as_str()))
                .map(|subject| (*subject).to_owned()),
            file: finding.file.clone(),
            message: finding.message.clone(),
            advice: finding.kind.advice().to_owned(),
        };
        let rows = self.findings.iter().map(row).collect();
        FindingsTable { dataset: self.dataset.clone(), rows }
    }
}

impl FoundDataset {
    /// How many cases there are, of these subjects or of all.
    pub fn case_count(&self, subjects: Option<&[String]>) -> usize {
        Inventory::of(&self.manifest, subjects, self.files.keys()).cases.len()
    }
}

/// Reads every case, in parallel, and reports everything. `read` hears of each case that was read.
///
/// # Errors
/// [`Stopped`] if it was asked to stop.
pub fn check(
    found: &FoundDataset,
    options: &CheckOptions,
    cancellation: &Cancellation,
    read: &(dyn Fn(&str) + Sync),
) -> Result<Checked, Stopped> {
    let FoundDataset { manifest, folder, files } = found;
    let subjects = options.subjects.as_deref();
    let inventory = Inventory::of(manifest, subjects, files.keys());
    let (of_cases, problems) = by_name(manifest, &inventory, files, subjects);
    let mut findings: Vec<Finding> = problems.iter().map(Finding::from).collect();
    if inventory.cases.is_empty() && subjects.is_none() {
        let layout = &manifest.file.layout;
        let message = format!(
            "{} holds no case: of {}, none matches {} or {}",
            folder.display(),
            count(files.len(), "file"),
            layout.image,
            layout.label
        );
        findings.push(Finding::of_dataset(FindingKind::NoCases, message));
    }
    let dataset = manifest.dataset();
    let examiner =
        Examiner { files, inventory: &inventory, attributes: &of_cases, dataset: &dataset };
    let reader = CaseReader::new(&examiner, manifest);
    let readings = read_all(&reader, &inventory, options.cpus, cancellation, read)?;
    let images = across::images(&readings);
    let mut facts = Vec::new();
    for reading in readings {
        findings.extend(reading.findings);
        facts.push(reading.facts);
    }
    findings.extend(across(manifest, &facts, &images));
    if subjects.is_none() {
        findings.extend(whole(manifest, &inventory, files));
    }
    sort(&mut findings);
    tally(&mut facts, &findings);
    Ok(Checked {
        dataset,
        title: manifest.file.title.clone(),
        folder: folder.clone(),
        expect: manifest.file.expect.filter(|_| subjects.is_none()),
        subjects: inventory.subject_count(),
        facts,
        findings,
    })
}

type Attributes = BTreeMap<String, crate::attributes::CaseAttributes>;

/// What names and small files tell, without reading a volume.
fn by_name(
    manifest: &Manifest,
    inventory: &Inventory,
    files: &BTreeMap<String, PathBuf>,
    subjects: Option<&[String]>,
) -> (Attributes, Vec<Problem>) {
    let layout = &manifest.file.layout;
    let mut problems = inventory.problems(manifest, subjects);
    if let Some(list) = &layout.list {
        let path = inventory.list.as_ref().map(|path| files[path].as_path());
        problems.extend(listing::problems(list, path, manifest, inventory, subjects));
    }
    let Some(params) = &layout.attributes else { return (Attributes::new(), problems) };
    let (found, wrong) = attributes(params, inventory, files);
    problems.extend(wrong);
    (found, problems)
}

/// Every case, by name.
fn read_all(
    reader: &CaseReader<'_>,
    inventory: &Inventory,
    cpus: usize,
    cancellation: &Cancellation,
    read: &(dyn Fn(&str) + Sync),
) -> Result<Vec<CaseReading>, Stopped> {
    let cases: Vec<_> = inventory.cases.iter().collect();
    let one = |(case, files): &(&String, &_)| {
        if cancellation.is_cancelled() {
            return Err(Stopped);
        }
        let reading = reader.read(case, files);
        read(case);
        Ok(reading)
    };
    let all = || cases.par_iter().map(one).collect();
    match rayon::ThreadPoolBuilder::new().num_threads(cpus.max(1)).build() {
        Ok(pool) => pool.install(all),
        // A machine that gives no threads still has this one.
        Err(_) => cases.iter().map(one).collect(),
    }
}

/// What can only be said of the whole dataset.
fn whole(
    manifest: &Manifest,
    inventory: &Inventory,
    files: &BTreeMap<String, PathBuf>,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    let (subjects, cases) = (inventory.subject_count(), inventory.cases.len());
    if let Some(expect) = manifest.file.expect
        && cases > 0
        && (expect.subjects, expect.cases) != (subjects, cases)
    {
        let message = format!(
            "found {} of {}; the manifest expects {} of {}",
            count(cases, "case"),
            count(subjects, "subject"),
            expect.cases,
            expect.subjects
        );
        findings.push(Finding::of_dataset(FindingKind::CountDiffers, message));
    }
    let known = inventory.files();
    for path in files.keys().filter(|path| !known.contains(path)) {
        findings.push(Finding::of_dataset(FindingKind::UnmatchedFile, path.clone()).in_file(path));
    }
    findings
}

fn sort(findings: &mut [Finding]) {
    findings.sort_by(|a, b| {
        let key = |finding: &Finding| (finding.kind.severity(), finding.kind);
        (key(a), &a.case, &a.message).cmp(&(key(b), &b.case, &b.message))
    });
}

/// Writes into each row how much was found about its case.
fn tally(facts: &mut [FactRow], findings: &[Finding]) {
    for row in facts {
        for finding in findings.iter().filter(|f| f.case.as_deref() == Some(&row.case_id)) {
            match finding.kind.severity() {
                Severity::Error => row.errors += 1,
                Severity::Warning => row.warnings += 1,
                Severity::Note => row.notes += 1,
            }
        }
    }
}
