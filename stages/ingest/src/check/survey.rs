//! Reading all of a dataset, whatever is wrong with it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use pipeline_engine::stage::Cancellation;
use rayon::prelude::*;
use stages_tables::{DatasetInfo, FactRow, FactsTable, FindingRow, FindingsTable};

use super::across::{self, across};
use super::case::{CaseReader, CaseReading};
use super::names::count;
use super::oddities::Oddities;
use super::{Finding, FindingKind, FoundDataset, Severity};
use crate::examine::Examiner;
use crate::inventory::Inventory;
use crate::scan::Scan;
use crate::survey::{Prepared, Survey};
use crate::{ExpectParams, Problem};

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

/// Reads every case, in parallel, and reports everything. `read` hears of each
/// case that was read.
///
/// # Errors
/// [`Stopped`] if it was asked to stop.
pub fn check(
    found: &FoundDataset,
    options: &CheckOptions,
    cancellation: &Cancellation,
    read: &(dyn Fn(&str) + Sync),
) -> Result<Checked, Stopped> {
    let FoundDataset { manifest, folder, files, .. } = found;
    let subjects = options.subjects.as_deref();
    let inventory = Inventory::of(manifest, subjects, files.keys());
    let params = found.params(subjects);
    let survey = Survey { manifest, inventory: &inventory, files, params: &params };
    let Prepared { scans, problems } = survey.prepare();
    let mut findings: Vec<Finding> = problems.iter().map(Finding::from).collect();
    if inventory.cases.is_empty() && subjects.is_none() {
        findings.push(no_cases(found));
    }
    let dataset = manifest.dataset();
    let examiner = Examiner { files, inventory: &inventory, dataset: &dataset };
    let reader = CaseReader { examiner: &examiner, manifest };
    let (readings, digests) = read_all(&reader, &scans, &survey, options.cpus, cancellation, read)?;
    findings.extend(digests.iter().map(Finding::from));
    let images = across::images(&readings);
    let mut facts = Vec::new();
    let mut oddities = Oddities::default();
    for reading in readings {
        findings.extend(reading.findings);
        oddities.extend(reading.oddities);
        facts.push(reading.facts);
    }
    findings.extend(oddities.findings());
    findings.extend(across(manifest, &facts, &images));
    if subjects.is_none() {
        let cases: Vec<_> =
            facts.iter().map(|row| (row.subject.as_str(), row.split.as_deref())).collect();
        findings.extend(whole(&survey, &cases));
    }
    sort(&mut findings);
    tally(&mut facts, &findings);
    let all = subjects.is_none() && found.splits.is_none();
    Ok(Checked {
        dataset,
        title: manifest.file.title.clone(),
        folder: folder.clone(),
        expect: manifest.file.expect.clone().filter(|_| all),
        subjects: facts.iter().map(|row| &row.subject).collect::<BTreeSet<_>>().len(),
        facts,
        findings,
    })
}

fn no_cases(found: &FoundDataset) -> Finding {
    let layout = &found.manifest.file.layout;
    let message = format!(
        "{} holds no case: of {}, none matches {} or {}",
        found.folder.display(),
        count(found.files.len(), "file"),
        layout.image,
        layout.label
    );
    Finding::of_dataset(FindingKind::NoCases, message)
}

/// Every case, by name, and the files that are not the release's.
fn read_all(
    reader: &CaseReader<'_>,
    scans: &[Scan<'_>],
    survey: &Survey<'_>,
    cpus: usize,
    cancellation: &Cancellation,
    read: &(dyn Fn(&str) + Sync),
) -> Result<(Vec<CaseReading>, Vec<Problem>), Stopped> {
    let one = |scan: &Scan<'_>| {
        if cancellation.is_cancelled() {
            return Err(Stopped);
        }
        let reading = reader.read(scan);
        read(&scan.case);
        Ok(reading)
    };
    let all = || {
        let readings = scans.par_iter().map(one).collect::<Result<Vec<_>, _>>()?;
        let digests = survey.digests(&|| cancellation.is_cancelled());
        if cancellation.is_cancelled() {
            return Err(Stopped);
        }
        Ok((readings, digests.problems))
    };
    match rayon::ThreadPoolBuilder::new().num_threads(cpus.max(1)).build() {
        Ok(pool) => pool.install(all),
        // A machine that gives no threads has those of the process.
        Err(_) => all(),
    }
}

/// What can only be said of the whole dataset.
fn whole(survey: &Survey<'_>, cases: &[(&str, Option<&str>)]) -> Vec<Finding> {
    let mut findings = Vec::new();
    if !cases.is_empty() {
        let sentences = survey.incomplete(cases).into_iter();
        findings.extend(sentences.map(|s| Finding::of_dataset(FindingKind::CountDiffers, s)));
    }
    let known = survey.inventory.files();
    for path in survey.files.keys().filter(|path| !known.contains(path)) {
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
