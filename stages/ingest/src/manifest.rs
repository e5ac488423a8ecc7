//! The data manifest: what a dataset is called, where its files lie, what they mean.

mod contradictions;
mod file;
mod layout;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use pipeline_spec::read_yaml;
use stages_tables::{ClassInfo, DatasetInfo};

pub use self::file::{
    ChecksumParams, ClassParams, CountParams, ExpectParams, ManifestFile, manifest_schema,
};
pub use self::layout::{
    AttributesFormat, AttributesParams, ChannelParams, FramesParams, LayoutParams, ListFormat,
    ListParams, NonFiniteParams, PhaseParams, SplitParams, TableParams,
};
use crate::{IngestError, Parts, Pattern};

/// The part of a path that tells which split it is of.
pub(crate) const SPLIT: &str = "split";
/// The part of a case's name that tells which frame it is.
pub(crate) const PHASE: &str = "phase";
/// What [`PHASE`] stands for until the attributes are read.
const ANY_PHASE: &str = "*";

/// A data manifest that was checked, its patterns read.
#[derive(Debug, Clone, PartialEq)]
pub struct Manifest {
    /// As it was written.
    pub file: ManifestFile,
    image: Pattern,
    label: Pattern,
    case: Pattern,
    subject: Pattern,
    attributes: Option<Pattern>,
}

impl Manifest {
    /// Reads and checks a manifest. `path` is only named in messages, but its stem must be the
    /// manifest's name.
    ///
    /// # Errors
    /// [`IngestError::ManifestSyntax`] for what YAML and types can say, and
    /// [`IngestError::Manifest`] with everything else that is wrong.
    pub fn parse(text: &str, path: &Path) -> Result<Self, IngestError> {
        let file: ManifestFile = read_yaml(text, path)?;
        let mut problems = Vec::new();
        let mut pattern = |field: &str, text: &str| {
            Pattern::parse(text).map_err(|error| problems.push(format!("`{field}`: {error}"))).ok()
        };
        let layout = &file.layout;
        let image = pattern("layout.image", &layout.image);
        let label = pattern("layout.label", &layout.label);
        let case = pattern("layout.case", &layout.case);
        let subject = pattern("layout.subject", &layout.subject);
        let attributes = layout
            .attributes
            .as_ref()
            .map(|attributes| pattern("layout.attributes.file", &attributes.file));
        let patterns = (image, label, case, subject, attributes);
        let (Some(image), Some(label), Some(case), Some(subject), attributes) = patterns else {
            return Err(IngestError::Manifest { path: path.to_owned(), problems });
        };
        let Ok(attributes) = attributes.map(|a| a.ok_or(())).transpose() else {
            return Err(IngestError::Manifest { path: path.to_owned(), problems });
        };
        let manifest = Self { file, image, label, case, subject, attributes };
        problems.extend(manifest.contradictions(path));
        if problems.is_empty() {
            Ok(manifest)
        } else {
            Err(IngestError::Manifest { path: path.to_owned(), problems })
        }
    }

    /// The dataset as tables carry it.
    pub fn dataset(&self) -> DatasetInfo {
        let class = |class: &ClassParams| ClassInfo { id: class.id, name: class.name.clone() };
        DatasetInfo {
            name: self.file.name.clone(),
            classes: self.file.classes.iter().map(class).collect(),
        }
    }

    /// Whether voxel values are Hounsfield units.
    pub(crate) fn is_ct(&self) -> bool {
        self.file.modality.trim().eq_ignore_ascii_case("ct")
    }

    /// The class id of every value of the label files; none where values are class ids.
    pub fn remap(&self) -> Option<BTreeMap<i64, u8>> {
        let classes = &self.file.classes;
        classes.iter().any(|class| class.values.is_some()).then(|| {
            let values = |class: &ClassParams| {
                let id = class.id;
                class.file_values().into_iter().map(move |value| (value, id))
            };
            classes.iter().flat_map(values).collect()
        })
    }

    /// Every value that a label file may hold.
    pub(crate) fn label_values(&self) -> BTreeSet<i64> {
        self.file.classes.iter().flat_map(ClassParams::file_values).collect()
    }

    /// The names of the splits that have folders.
    pub(crate) fn split_names(&self) -> Vec<&str> {
        self.file.layout.splits.iter().map(|split| split.name.as_str()).collect()
    }

    /// Whether images of a split must have label maps.
    pub(crate) fn label_required(&self, split: Option<&str>) -> bool {
        let layout = &self.file.layout;
        let of_split = split.and_then(|name| layout.splits.iter().find(|s| s.name == name));
        of_split.and_then(|split| split.label_required).unwrap_or(layout.label_required)
    }

    /// The name of a file of the release as this crate uses it: where splits have folders, with
    /// the split's name in place of the folder; without a leading `./`.
    pub(crate) fn name_of<'a>(&self, path: &'a str) -> Cow<'a, str> {
        let path = path.trim_start_matches("./");
        for split in &self.file.layout.splits {
            for folder in &split.folders {
                let inside = path.strip_prefix(folder.as_str()).and_then(|p| p.strip_prefix('/'));
                if let Some(inside) = inside {
                    return Cow::Owned(format!("{}/{inside}", split.name));
                }
            }
        }
        Cow::Borrowed(path)
    }

    /// The parts of an image's path.
    pub(crate) fn image_parts(&self, path: &str) -> Option<Parts> {
        self.volume_parts(&self.image, path)
    }

    /// The parts of a label map's path.
    pub(crate) fn label_parts(&self, path: &str) -> Option<Parts> {
        self.volume_parts(&self.label, path)
    }

    /// The parts of an attribute file's path: in a split, or where paths start.
    pub(crate) fn attribute_parts(&self, path: &str) -> Option<Parts> {
        let pattern = self.attributes.as_ref()?;
        match self.split_of(path) {
            Some((split, inside)) => pattern.matches(inside).map(|parts| with_split(parts, split)),
            None => pattern.matches(path),
        }
    }

    /// The path that an image with these parts has, or the pattern where that cannot be said.
    pub(crate) fn image_path(&self, parts: &Parts) -> String {
        self.volume_path(&self.image, parts)
    }

    /// The path that a label map with these parts has, or the pattern where that cannot be said.
    pub(crate) fn label_path(&self, parts: &Parts) -> String {
        self.volume_path(&self.label, parts)
    }

    /// The name of the case that a path belongs to; none if the path lacks a part of it.
    pub(crate) fn case_of(&self, parts: &Parts) -> Option<String> {
        self.case.render(parts)
    }

    /// The name of the subject that a path belongs to; none if the path lacks a part of it.
    pub(crate) fn subject_of(&self, parts: &Parts) -> Option<String> {
        self.subject.render(parts)
    }

    /// The groups of subjects that are one person.
    pub(crate) fn same_person(&self) -> &[Vec<String>] {
        &self.file.same_person
    }

    fn volume_parts(&self, pattern: &Pattern, path: &str) -> Option<Parts> {
        let layout = &self.file.layout;
        let mut parts = if layout.splits.is_empty() {
            pattern.matches(path)?
        } else {
            let (split, inside) = self.split_of(path)?;
            with_split(pattern.matches(inside)?, split)
        };
        if layout.frames.is_some() {
            parts.insert(PHASE.to_owned(), ANY_PHASE.to_owned());
        }
        Some(parts)
    }

    fn volume_path(&self, pattern: &Pattern, parts: &Parts) -> String {
        let path = pattern.render(parts).unwrap_or_else(|| pattern.to_string());
        match parts.get(SPLIT) {
            Some(split) if !self.file.layout.splits.is_empty() => format!("{split}/{path}"),
            _ => path,
        }
    }

    /// The split that a file is of, and the path inside it.
    fn split_of<'a>(&self, path: &'a str) -> Option<(&'a str, &'a str)> {
        let (first, inside) = path.split_once('/')?;
        self.file.layout.splits.iter().any(|split| split.name == first).then_some((first, inside))
    }
}

fn with_split(mut parts: Parts, split: &str) -> Parts {
    parts.insert(SPLIT.to_owned(), split.to_owned());
    parts
}
