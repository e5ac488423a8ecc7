//! Reading all of a dataset, whatever is wrong with it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use pipeline_engine::stage::Cancellation;
use rayon::prelude::*;
use stages_tables::{DatasetInfo, FactRow, FactsTable, FindingRow, FindingsTable};

use super::across::{self, across};
use super::case::{CaseReader, CaseReading};
use super::names::count;
use super::{Finding, FindingKind, FoundDataset, Severity};
use crate::examine::Examiner;
use crate::inventory::Inventory;
use crate::scan::Scan;
use crate::survey::Survey;
use crate::{ExpectParams, IngestParams};

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
        let inventory = Inventory::of(&self.manifest, subjects, self.files.keys());
        let params = self.params(subjects);
        self.survey(&inventory, &params).scans().0.len()
    }

    /// The dataset as the stage would see it.
    pub(crate) fn survey<'a>(
        &'a self,
        inventory: &'a Inventory,
        params: &'a IngestParams,
    ) -> Survey<'a> {
        Survey { manifest: &self.manifest, inventory, files: &self.files, params }
    }

    /// What a user of the stage would write.
    pub(crate) fn params(&self, subjects: Option<&[String]>) -> IngestParams {
        IngestParams {
            manifest: self.manifest.file.name.clone(),
            name: None,
            root: None,
            splits: None,
            channel: None,
            subjects: subjects.map(<[String]>::to_vec),
        }
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
    let params = found.params(subjects);
    let survey = found.survey(&inventory, &params);
    let (scans, mut problems) = survey.scans();
    let go_on = || if cancellation.is_cancelled() { Err(Stopped) } else { Ok(()) };
    let (wrong, uncovered) = in_pool(options.cpus, || survey.checksum_problems(&go_on))?;
    problems.extend(wrong);
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
    let examiner = Examiner { files, inventory: &inventory, dataset: &dataset };
    let reader = CaseReader::new(&examiner, manifest);
    let readings = read_all(&reader, &scans, options.cpus, cancellation, read)?;
    let images = across::images(&readings);
    let mut facts = Vec::new();
    for reading in readings {
        findings.extend(reading.findings);
        facts.push(reading.facts);
    }
    findings.extend(across(manifest, &facts, &images));
    if subjects.is_none() {
        findings.extend(whole(&survey, &scans, uncovered));
    }
    sort(&mut findings);
    tally(&mut facts, &findings);
    Ok(Checked {
        dataset,
        title: manifest.file.title.clone(),
        folder: folder.clone(),
        expect: manifest.file.expect.clone().filter(|_| subjects.is_none()),
        subjects: scans.iter().map(|scan| &scan.files.subject).collect::<BTreeSet<_>>().len(),
        facts,
        findings,
    })
}

/// Every case, by name.
fn read_all(
    reader: &CaseReader<'_>,
    scans: &[Scan<'_>],
    cpus: usize,
    cancellation: &Cancellation,
    read: &(dyn Fn(&str) + Sync),
) -> Result<Vec<CaseReading>, Stopped> {
    let one = |scan: &Scan<'_>| {
        if cancellation.is_cancelled() {
            return Err(Stopped);
        }
        let reading = reader.read(scan);
        read(&scan.case);
        Ok(reading)
    };
    in_pool(cpus, || scans.par_iter().map(one).collect())
}

/// Does something with so many threads.
fn in_pool<T: Send>(cpus: usize, work: impl FnOnce() -> T + Send) -> T {
    match rayon::ThreadPoolBuilder::new().num_threads(cpus.max(1)).build() {
        Ok(pool) => pool.install(work),
        // A machine that gives no threads still has those of before.
        Err(_) => work(),
    }
}

/// What can only be said of the whole dataset.
fn whole(survey: &Survey<'_>, scans: &[Scan<'_>], uncovered: Option<String>) -> Vec<Finding> {
    let mut findings = Vec::new();
    if !scans.is_empty() {
        let found = scans.iter().map(|scan| (scan.files.subject.as_str(), scan.files.split()));
        let sentences = survey.incomplete(&found.collect::<Vec<_>>());
        findings.extend(
            sentences.into_iter().map(|text| Finding::of_dataset(FindingKind::CountDiffers, text)),
        );
    }
    findings.extend(uncovered.map(|text| Finding::of_dataset(FindingKind::WithoutChecksum, text)));
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
