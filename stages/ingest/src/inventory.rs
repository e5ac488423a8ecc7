//! Which file belongs to which case, by name only.

use std::collections::{BTreeMap, BTreeSet};

use pipeline_spec::suggest;

use crate::manifest::SPLIT;
use crate::{ChecksumParams, Manifest, Parts, Problem};

/// The files of one case, as paths from the folder where the manifest's paths start; where splits
/// have folders, with the split's name in place of its folder.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct CaseFiles {
    /// The subject.
    pub(crate) subject: String,
    /// The parts of the paths.
    pub(crate) parts: Parts,
    /// Images; one in a sound dataset.
    pub(crate) images: Vec<String>,
    /// Label maps; one in a sound dataset, none for an unlabelled case.
    pub(crate) labels: Vec<String>,
}

impl CaseFiles {
    /// The part of the release.
    pub(crate) fn split(&self) -> Option<&str> {
        self.parts.get(SPLIT).map(String::as_str)
    }
}

/// The files of a dataset that its manifest knows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Inventory {
    /// By case; where frames are cases, by the case of all of them, with `*` for the phase.
    pub(crate) cases: BTreeMap<String, CaseFiles>,
    /// Attribute files with the parts of their paths.
    pub(crate) attributes: Vec<(Parts, String)>,
    /// The list of cases, if it is there.
    pub(crate) list: Option<String>,
    /// The list of digests, if it is there.
    pub(crate) checksums: Option<String>,
    /// Files that belong to an image or a label, by that file.
    pub(crate) companions: BTreeMap<String, Vec<String>>,
}

impl Inventory {
    /// Sorts paths by the manifest's patterns; with `subjects`, only theirs.
    pub(crate) fn of<'a>(
        manifest: &Manifest,
        subjects: Option<&[String]>,
        paths: impl Iterator<Item = &'a String> + Clone,
    ) -> Self {
        let wanted =
            |subject: &str| subjects.is_none_or(|list| list.iter().any(|wanted| wanted == subject));
        let layout = &manifest.file.layout;
        let mut inventory = Self::default();
        for path in paths.clone() {
            if layout.list.as_ref().is_some_and(|list| manifest.name_of(&list.file) == *path) {
                inventory.list = Some(path.clone());
                continue;
            }
            if matches!(&manifest.file.checksums, Some(ChecksumParams::File(file))
                if manifest.name_of(file) == *path)
            {
                inventory.checksums = Some(path.clone());
                continue;
            }
            if let Some(parts) = manifest.attribute_parts(path) {
                // An attribute file that does not name the subject is kept for everyone.
                if manifest.subject_of(&parts).is_none_or(|subject| wanted(&subject)) {
                    inventory.attributes.push((parts, path.clone()));
                }
                continue;
            }
            let label = manifest.label_parts(path);
            let is_label = label.is_some();
            let Some(parts) = label.or_else(|| manifest.image_parts(path)) else { continue };
            let names = (manifest.case_of(&parts), manifest.subject_of(&parts));
            let (Some(case), Some(subject)) = names else { continue };
            if !wanted(&subject) {
                continue;
            }
            let files = inventory.cases.entry(case).or_default();
            files.subject = subject;
            files.parts.extend(parts);
            if is_label { files.labels.push(path.clone()) } else { files.images.push(path.clone()) }
        }
        inventory.companions = companions(&layout.companions, &inventory, &paths.collect());
        inventory
    }

    /// Every file that the dataset needs.
    pub(crate) fn files(&self) -> BTreeSet<&String> {
        let attributes = self.attributes.iter().map(|(_, path)| path);
        self.volumes()
            .into_iter()
            .chain(attributes)
            .chain(&self.list)
            .chain(&self.checksums)
            .collect()
    }

    /// Images, label maps and what belongs to them.
    pub(crate) fn volumes(&self) -> BTreeSet<&String> {
        let named = self.cases.values().flat_map(|case| case.images.iter().chain(&case.labels));
        named.chain(self.companions.values().flatten()).collect()
    }

    /// Cases that lack a file or have one too many, and subjects that are not there.
    pub(crate) fn problems(
        &self,
        manifest: &Manifest,
        subjects: Option<&[String]>,
    ) -> Vec<Problem> {
        let mut problems = Vec::new();
        for (case, files) in &self.cases {
            for twice in [&files.images, &files.labels].into_iter().filter(|list| list.len() > 1) {
                problems.push(Problem::Duplicate { case: case.clone(), files: twice.clone() });
            }
            match (files.images.first(), files.labels.first()) {
                (Some(image), None) if manifest.label_required(files.split()) => {
                    problems.push(Problem::NoLabel {
                        case: case.clone(),
                        image: image.clone(),
                        expected: manifest.label_path(&files.parts),
                    });
                }
                (None, Some(label)) => problems.push(Problem::NoImage {
                    case: case.clone(),
                    label: label.clone(),
                    expected: manifest.image_path(&files.parts),
                }),
                _ => {}
            }
        }
        let known: BTreeSet<&str> =
            self.cases.values().map(|files| files.subject.as_str()).collect();
        let missing = subjects.unwrap_or_default().iter().filter(|s| !known.contains(s.as_str()));
        problems.extend(missing.map(|subject| {
            let known: Vec<&str> = known.iter().copied().collect();
            let suggestion = suggest(subject, &known);
            Problem::NoSuchSubject {
                subject: subject.clone(),
                suggestion: suggestion
                    .map(|name| format!("; did you mean `{name}`?"))
                    .unwrap_or_default(),
            }
        }));
        problems
    }
}

/// For every image and label, the files of the same stem with one of the endings.
fn companions(
    endings: &[String],
    inventory: &Inventory,
    paths: &BTreeSet<&String>,
) -> BTreeMap<String, Vec<String>> {
    let files = inventory.cases.values().flat_map(|case| case.images.iter().chain(&case.labels));
    let of = |path: &String| -> Vec<String> {
        let stem = |name: &str| name.rsplit_once('.').map_or(name, |(stem, _)| stem).to_owned();
        // Of `a.hdr.gz`, both `a.img.gz` and `a.hdr.img.gz` are.
        let stems = BTreeSet::from([stem(path), stem(path.strip_suffix(".gz").unwrap_or(path))]);
        let candidates: BTreeSet<String> = stems
            .iter()
            .flat_map(|stem| endings.iter().map(move |ending| format!("{stem}.{ending}")))
            .filter(|candidate| candidate != path && paths.contains(candidate))
            .collect();
        candidates.into_iter().collect()
    };
    files.map(|path| (path.clone(), of(path))).filter(|(_, list)| !list.is_empty()).collect()
}
