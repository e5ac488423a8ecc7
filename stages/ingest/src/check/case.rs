//! One case: what is in it, and what is odd about it by itself.

use std::path::Path;

use pipeline_store::Digest;
use stages_imaging::{
    ImageReader, ImagingError, LabelMap, Oddity, Volume, compare_geometry, read_header_with,
};
use stages_tables::FactRow;

use super::labels::LabelCounts;
use super::names::{count, names, number};
use super::oddities::OddFile;
use super::{Finding, FindingKind, Intensities};
use crate::examine::{Examiner, voxel_digest};
use crate::scan::Scan;
use crate::{Manifest, Problem};

/// A case that was read as far as it can be.
pub(crate) struct CaseReading {
    /// What is known of it.
    pub(crate) facts: FactRow,
    /// What is wrong or odd.
    pub(crate) findings: Vec<Finding>,
    /// Digest of the image's voxels.
    pub(crate) voxels: Option<Digest>,
    /// What is odd about its files.
    pub(crate) oddities: Vec<OddFile>,
}

impl CaseReading {
    fn unreadable(&mut self, path: &str, source: ImagingError) {
        let problem = Problem::Unreadable { case: self.facts.case_id.clone(), source };
        self.findings.push(Finding::from(&problem).in_file(path));
    }

    fn odd(&mut self, path: &str, oddities: Vec<Oddity>) {
        let case = &self.facts.case_id;
        let file = |oddity| OddFile { case: case.clone(), file: path.to_owned(), oddity };
        self.oddities.extend(oddities.into_iter().map(file));
    }

    /// Where image and label map lie at different places of the patient. Differences in shape and
    /// voxel size are problems, which are told elsewhere.
    fn placement(&mut self, image: &Volume, label: &LabelMap) {
        let differences = compare_geometry(&image.header, &label.header);
        for difference in differences.iter().filter(|difference| !difference.is_error()) {
            let case = &self.facts.case_id;
            let message = format!("case `{case}`: {difference}");
            let finding = Finding::of_case(FindingKind::PlacementDiffers, case, message);
            self.findings.push(finding);
        }
    }
}

/// Reads cases.
pub(crate) struct CaseReader<'a> {
    /// Where files are.
    pub(crate) examiner: &'a Examiner<'a>,
    /// What they mean.
    pub(crate) manifest: &'a Manifest,
}

/// No part of a person is denser than air by so little; a CT image without any such voxel has lost
/// its scale.
const NEAR_AIR: f64 = -200.0;
/// The twelve bits of a scanner, from -1024; resampling reaches a little further down.
const SCANNER: std::ops::RangeInclusive<f64> = -1200.0..=3071.0;

impl CaseReader<'_> {
    /// Reads image and label map from end to end.
    pub(crate) fn read(&self, scan: &Scan<'_>) -> CaseReading {
        let Scan { case, files, attributes, .. } = scan;
        let (image, label) = (files.images.first(), files.labels.first());
        let mut reading = CaseReading {
            facts: FactRow {
                case_id: case.clone(),
                subject: files.subject.clone(),
                phase: attributes.phase.clone(),
                group: attributes.group.clone(),
                split: files.split().map(str::to_owned),
                image: image.cloned(),
                label: label.cloned(),
                ..FactRow::default()
            },
            findings: Vec::new(),
            voxels: None,
            oddities: Vec::new(),
        };
        let volume = image.and_then(|path| self.image(&mut reading, path, scan));
        let map = label.and_then(|path| self.label(&mut reading, path, scan));
        if let (Some(volume), Some(map)) = (&volume, &map) {
            let problems = self.examiner.mismatches(case, volume, map);
            reading.findings.extend(problems.iter().map(Finding::from));
            reading.placement(volume, map);
        }
        if label.is_none() && !self.manifest.label_required(files.split()) {
            let message = format!("case `{case}` has no label map");
            reading.findings.push(Finding::of_case(FindingKind::Unlabelled, case, message));
        }
        reading
    }

    fn image(&self, reading: &mut CaseReading, path: &str, scan: &Scan<'_>) -> Option<Volume> {
        let options = scan.reading.image_options();
        let file = self.examiner.path(path);
        reading.facts.image_bytes = self.bytes(path);
        reading.facts.image_digest = self.digest(path);
        let volume = match ImageReader::new(&self.examiner.declared(path)).volume(file, &options) {
            Ok((volume, oddities)) => {
                reading.odd(path, oddities);
                volume
            }
            Err(source) => {
                reading.unreadable(path, source);
                // The header may say more than nothing.
                let header = read_header_with(file, &options).ok()?;
                reading.facts.shape = Some(header.shape.map(|n| n as u32));
                reading.facts.spacing_mm = Some(header.spacing_mm);
                return None;
            }
        };
        let header = volume.header;
        let facts = &mut reading.facts;
        facts.shape = Some(header.shape.map(|n| n as u32));
        facts.spacing_mm = Some(header.spacing_mm);
        facts.orientation = header.orientation.map(|found| found.codes().iter().collect());
        facts.image_dtype = Some(header.voxel_type.as_str().to_owned());
        let digest = voxel_digest(&volume);
        facts.voxel_digest = Some(digest.to_string());
        reading.voxels = Some(digest);
        if let Some(intensities) = Intensities::of(&volume.voxels) {
            facts.intensity = Some(intensities.as_array());
            reading.findings.extend(self.values(&reading.facts.case_id, path, &intensities));
        }
        Some(volume)
    }

    /// What is odd about the values of one image.
    fn values(&self, case: &str, path: &str, values: &Intensities) -> Vec<Finding> {
        let finding = |kind, message| Finding::of_case(kind, case, message).in_file(path);
        let mut findings = Vec::new();
        let (min, max) = (number(values.min), number(values.max));
        if values.min == values.max {
            let message = format!("case `{case}`: every voxel of {path} is {min}");
            findings.push(finding(FindingKind::ConstantImage, message));
        } else if self.manifest.is_ct() && values.min > NEAR_AIR {
            let message = format!("case `{case}`: values of {path} are from {min} to {max}");
            findings.push(finding(FindingKind::NotHounsfield, message));
        } else if self.manifest.is_ct()
            && !(SCANNER.contains(&values.min) && SCANNER.contains(&values.max))
        {
            let message = format!("case `{case}`: values of {path} are from {min} to {max}");
            findings.push(finding(FindingKind::BeyondHounsfield, message));
        }
        findings
    }

    fn label(&self, reading: &mut CaseReading, path: &str, scan: &Scan<'_>) -> Option<LabelMap> {
        let options = scan.reading.label_options();
        reading.facts.label_bytes = self.bytes(path);
        reading.facts.label_digest = self.digest(path);
        let map = match ImageReader::new(&self.examiner.declared(path))
            .label_map(self.examiner.path(path), &options)
        {
            Ok((map, oddities)) => {
                reading.odd(path, oddities);
                map
            }
            Err(source) => {
                reading.unreadable(path, source);
                return None;
            }
        };
        let counts = LabelCounts::of(&map);
        let facts = &mut reading.facts;
        facts.label_dtype = Some(map.header.voxel_type.as_str().to_owned());
        facts.label_values = counts.voxels.iter().map(|(value, _)| *value).collect();
        facts.label_voxels = counts.voxels.iter().map(|(_, voxels)| *voxels).collect();
        facts.labelled_slices = Some(counts.labelled_slices() as u32);
        facts.first_labelled = counts.range().map(|(first, _)| first as u32);
        facts.last_labelled = counts.range().map(|(_, last)| last as u32);
        let case = &reading.facts.case_id;
        if counts.range().is_none() {
            let message = format!("case `{case}`: {path} holds background only");
            let finding = Finding::of_case(FindingKind::EmptyLabel, case, message);
            reading.findings.push(finding.in_file(path));
        }
        let gaps = counts.gaps();
        if !gaps.is_empty() {
            let slices: Vec<String> = gaps.iter().map(usize::to_string).collect();
            let message = format!(
                "case `{case}`: {path} has no label in {} between labelled ones: z = {}",
                count(gaps.len(), "slice"),
                names(&slices)
            );
            let finding = Finding::of_case(FindingKind::LabelGap, case, message);
            reading.findings.push(finding.in_file(path));
        }
        Some(map)
    }

    /// The digest of a file. One that cannot be opened is reported by the reader that follows.
    fn digest(&self, path: &str) -> Option<String> {
        self.examiner.digest(path).ok()
    }

    /// The size of a file with what belongs to it.
    fn bytes(&self, path: &str) -> Option<u64> {
        let size = |path: &Path| fs_err::metadata(path).ok().map(|data| data.len());
        let companions = self.examiner.inventory.companions.get(path).into_iter().flatten();
        std::iter::once(path)
            .chain(companions.map(String::as_str))
            .map(|path| size(self.examiner.path(path)))
            .sum()
    }
}
