//! Everything that is checked of a dataset, and what a person is told.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};

use pipeline_engine::stage::{ActionContext, StageError};
use rayon::prelude::*;
use stages_tables::CaseRow;

use crate::attributes::attributes;
use crate::checksum::Checksums;
use crate::examine::Examiner;
use crate::inventory::Inventory;
use crate::listing::Listing;
use crate::problem::LISTED;
use crate::scan::{Scan, channel_index, scans};
use crate::twins::mark_twins;
use crate::{IngestError, IngestParams, Manifest, Problem};

/// A dataset whose files are known and are now to be read.
pub(crate) struct Survey<'a> {
    /// What the files mean.
    pub(crate) manifest: &'a Manifest,
    /// Which file belongs to which.
    pub(crate) inventory: &'a Inventory,
    /// Paths in the manifest's terms to paths on disk.
    pub(crate) files: &'a BTreeMap<String, PathBuf>,
    /// What the user asked for.
    pub(crate) params: &'a IngestParams,
}

/// The cases of a dataset before their volumes are read.
pub(crate) struct Prepared<'a> {
    /// The cases, by name.
    pub(crate) scans: Vec<Scan<'a>>,
    /// Everything that is wrong so far.
    pub(crate) problems: Vec<Problem>,
}

/// What the digests of a release say.
#[derive(Default)]
pub(crate) struct Digests {
    /// Files with another content.
    pub(crate) problems: Vec<Problem>,
    /// A sentence about files that no digest is known of.
    pub(crate) uncovered: Option<String>,
}

impl<'a> Survey<'a> {
    /// Reads every case, in parallel; rows by case, or everything that is wrong.
    pub(crate) fn rows(&self, context: &ActionContext<'_>) -> Result<Vec<CaseRow>, StageError> {
        let Self { manifest, inventory, files, .. } = *self;
        let Prepared { scans, mut problems } = self.prepare();
        let dataset = manifest.dataset();
        let examiner = Examiner { files, inventory, dataset: &dataset };
        let total = scans.len() as u64;
        let done = AtomicU64::new(0);
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(context.granted().cpus.max(1) as usize)
            .build()
            .map_err(StageError::new)?;
        let is_cancelled = || context.check_cancelled().is_err();
        let digests = pool.install(|| self.digests(&is_cancelled));
        context.check_cancelled()?;
        problems.extend(digests.problems);
        if let Some(sentence) = digests.uncovered {
            context.warn(sentence);
        }
        let examined: Vec<_> = pool.install(|| {
            let one = |scan: &_| {
                context.check_cancelled()?;
                let examined = examiner.examine(scan);
                let count = done.fetch_add(1, Ordering::Relaxed) + 1;
                context.progress(count, total, scan.case.clone());
                Ok(examined)
            };
            scans.par_iter().map(one).collect::<Result<_, StageError>>()
        })?;
        let mut sound = Vec::new();
        for examined in examined {
            match examined {
                Ok(examined) => sound.push(examined),
                Err(wrong) => problems.extend(wrong),
            }
        }
        let warnings: Vec<&String> = sound.iter().filter_map(|e| e.warning.as_ref()).collect();
        for warning in warnings.iter().take(LISTED) {
            context.warn((*warning).clone());
        }
        if warnings.len() > LISTED {
            let more = warnings.len() - LISTED;
            context.warn(format!("{more} more cases whose label map lies elsewhere"));
        }
        let (twins, identical) = mark_twins(&mut sound, manifest.same_person());
        problems.extend(identical);
        for group in twins {
            context.info(format!(
                "{} are one person in this release and stay on one side of every split",
                group.join(" and ")
            ));
        }
        if problems.is_empty() {
            Ok(sound.into_iter().map(|examined| examined.row).collect())
        } else {
            Err(IngestError::Dataset { name: dataset.name, problems }.into())
        }
    }

    /// Makes cases of the files, without reading a volume, and says what is wrong with them.
    pub(crate) fn prepare(&self) -> Prepared<'a> {
        let Self { manifest, inventory, files, params } = *self;
        let layout = &manifest.file.layout;
        let mut problems = inventory.problems(manifest, params.subjects.as_deref());
        let mut listing = None;
        if let Some(list) = &layout.list {
            let path = inventory.list.as_ref().map(|path| files[path].as_path());
            match Listing::read(list, path, manifest) {
                Ok(read) => {
                    problems.extend(read.problems(manifest, inventory, &|path| self.wants(path)));
                    listing = Some(read);
                }
                Err(problem) => problems.push(problem),
            }
        }
        if params.channel.is_some() && layout.frames.is_some() {
            let message = format!(
                "was chosen by the parameter `channel`, but `{}` reads the volumes of its 4-D \
                 images as frames in time",
                manifest.file.name
            );
            problems.push(Problem::Channel { message });
        }
        let channel = match params.channel.as_ref().or(layout.channel.as_ref()) {
            // Without the list, which is missing, nobody knows the names.
            Some(channel) if listing.is_some() || layout.list.is_none() => {
                channel_index(channel, manifest, listing.as_ref())
                    .map_err(|message| problems.push(Problem::Channel { message }))
                    .ok()
            }
            _ => None,
        };
        let mut of_cases = BTreeMap::new();
        if let Some(params) = &layout.attributes {
            let (found, wrong) = attributes(params, manifest, inventory, files);
            of_cases = found;
            problems.extend(wrong);
        }
        let scans = scans(manifest, inventory, of_cases, listing.as_ref(), channel);
        Prepared { scans, problems }
    }

    /// Whether a file would be read if it were there.
    fn wants(&self, path: &str) -> bool {
        let manifest = self.manifest;
        let Some(parts) = manifest.label_parts(path).or_else(|| manifest.image_parts(path)) else {
            return true;
        };
        let among = |list: &Option<Vec<String>>, name: Option<String>| match (list, name) {
            (Some(list), Some(name)) => list.contains(&name),
            _ => true,
        };
        among(&self.params.subjects, manifest.subject_of(&parts))
            && among(&self.params.splits, parts.get(crate::manifest::SPLIT).cloned())
    }

    /// Compares files with the digests that the release gives, in parallel.
    pub(crate) fn digests(&self, is_cancelled: &(dyn Fn() -> bool + Sync)) -> Digests {
        let checksums = match Checksums::of(self.manifest, self.inventory, self.files) {
            Ok(Some(checksums)) => checksums,
            Ok(None) => return Digests::default(),
            Err(problem) => return Digests { problems: vec![problem], uncovered: None },
        };
        let mut names = self.inventory.files();
        names.retain(|name| Some(*name) != self.inventory.checksums.as_ref());
        let uncovered = checksums.uncovered(&names);
        let one = |name: &String| {
            if is_cancelled() { None } else { checksums.problem(name, &self.files[name]) }
        };
        let names: Vec<&String> = names.into_iter().collect();
        Digests { problems: names.par_iter().filter_map(|name| one(name)).collect(), uncovered }
    }

    /// Says what was found, and what a person should know about it.
    pub(crate) fn say(&self, rows: &[CaseRow], context: &ActionContext<'_>) {
        let subjects = subject_count(rows.iter());
        let slices: u64 = rows.iter().map(|row| u64::from(row.shape[2])).sum();
        let unlabelled = rows.iter().filter(|row| row.label.is_none()).count();
        context.info(format!(
            "dataset `{}`: {} cases of {subjects} subjects, {slices} slices, {unlabelled} cases \
             without label map",
            self.manifest.file.name,
            rows.len()
        ));
        if self.params.subjects.is_none() && context.optional_input("dataset").is_none() {
            let cases: Vec<_> =
                rows.iter().map(|row| (row.subject.as_str(), row.split.as_deref())).collect();
            for sentence in self.incomplete(&cases) {
                context.warn(format!("{sentence}; scores do not compare with published ones"));
            }
        }
        let empty: Vec<&str> = rows
            .iter()
            .filter(|row| row.label.is_some() && row.label_values.iter().all(|value| *value == 0))
            .map(|row| row.case_id.as_str())
            .collect();
        if !empty.is_empty() {
            context.warn(format!(
                "the label maps of {} cases hold only background: {}",
                empty.len(),
                empty.join(", ")
            ));
        }
    }

    /// Where there is more or less than the manifest expects, by subject and split of every case.
    pub(crate) fn incomplete(&self, cases: &[(&str, Option<&str>)]) -> Vec<String> {
        let Some(expect) = &self.manifest.file.expect else { return Vec::new() };
        let name = &self.manifest.file.name;
        let wrong = |what: String, found: [usize; 2], expected: [usize; 2]| {
            (found != expected).then(|| {
                format!(
                    "{what} is not the complete one: found {} cases of {} subjects, the manifest \
                     expects {} of {}",
                    found[1], found[0], expected[1], expected[0]
                )
            })
        };
        let mut sentences = Vec::new();
        for (split, count) in &expect.splits {
            if self.params.splits.as_ref().is_none_or(|splits| splits.contains(split)) {
                let of_split = || cases.iter().filter(|(_, own)| *own == Some(split));
                let found = [distinct(of_split()), of_split().count()];
                let what = format!("the split `{split}` of dataset `{name}`");
                sentences.extend(wrong(what, found, [count.subjects, count.cases]));
            }
        }
        // What is missing of a split is missing of the whole, too.
        if sentences.is_empty() && self.params.splits.is_none() {
            let found = [distinct(cases.iter()), cases.len()];
            let expected = [expect.subjects, expect.cases];
            sentences.extend(wrong(format!("dataset `{name}`"), found, expected));
        }
        sentences
    }
}

/// How many subjects the cases are of.
fn distinct<'a>(cases: impl Iterator<Item = &'a (&'a str, Option<&'a str>)>) -> usize {
    cases.map(|(subject, _)| subject).collect::<BTreeSet<_>>().len()
}

fn subject_count<'a>(rows: impl Iterator<Item = &'a CaseRow>) -> usize {
    rows.map(|row| &row.subject).collect::<BTreeSet<_>>().len()
}
