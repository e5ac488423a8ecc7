//! The data manifest: what a dataset is called, where its files lie, what they mean.

use std::collections::BTreeSet;
use std::path::Path;

use pipeline_spec::read_yaml;
use schemars::JsonSchema;
use serde::Deserialize;
use stages_tables::{ClassInfo, DatasetInfo};

use crate::{IngestError, Parts, Pattern};

/// A data manifest as it is written in YAML.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ManifestFile {
    /// Short name; the file is called `<name>.yaml`.
    pub name: String,
    /// Full name, for people.
    pub title: String,
    /// Under which licence the data may be used.
    pub licence: String,
    /// What a publication has to cite.
    pub citation: String,
    /// Where and how to get the data; shown where it is missing.
    pub obtain: String,
    /// `MR`, `CT`, ...; for people.
    pub modality: String,
    /// Names that the dataset's folder may have under the data root, tried in this order.
    pub folders: Vec<String>,
    /// What the voxel values of a label map mean, by id from 0, the background.
    pub classes: Vec<ClassParams>,
    /// Where files lie.
    pub layout: LayoutParams,
    /// Groups of subjects that are one person in the release: the same images under two names. Two
    /// cases with the same image are an error unless they are of one group; the subjects of a group
    /// stay on one side of every split.
    #[serde(default)]
    pub same_person: Vec<Vec<String>>,
    /// How much there is in the complete dataset; a different count is a warning.
    #[serde(default)]
    pub expect: Option<ExpectParams>,
}

/// The JSON Schema of a manifest file, for editors.
pub fn manifest_schema() -> schemars::Schema {
    schemars::schema_for!(ManifestFile)
}

/// One class of the label maps.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ClassParams {
    /// The voxel value.
    pub id: u8,
    /// Short name for tables.
    pub name: String,
}

/// Where the files of a dataset lie. Paths are [`Pattern`]s.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LayoutParams {
    /// Folders of the dataset in which paths start; the first one that exists counts. Default: the
    /// dataset's folder itself.
    #[serde(default = "here")]
    pub start: Vec<String>,
    /// The images. A path that is a label is never an image.
    pub image: String,
    /// The label maps.
    pub label: String,
    /// Whether every image must have a label map; an image without one is otherwise an unlabelled
    /// case. Default true.
    #[serde(default = "yes")]
    pub label_required: bool,
    /// The name of a case, made of parts of the image's path.
    pub case: String,
    /// The name of its subject, made of parts of the image's path.
    pub subject: String,
    /// Endings of files that belong to an image or label of the same stem, such as `raw` beside
    /// `.mhd`. Default: none.
    #[serde(default)]
    pub companions: Vec<String>,
    /// A small text file of `key: value` lines about every subject or case.
    #[serde(default)]
    pub attributes: Option<AttributesParams>,
    /// A file that lists the cases.
    #[serde(default)]
    pub list: Option<ListParams>,
}

/// What to take from the attribute files.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AttributesParams {
    /// Their path, with parts of the image's path.
    pub file: String,
    /// The key of the group that subjects are stratified by.
    #[serde(default)]
    pub group: Option<String>,
    /// How to find out a case's phase.
    #[serde(default)]
    pub phase: Option<PhaseParams>,
}

/// The phase of a case: the key whose number is the number in a part of the image's path.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PhaseParams {
    /// The part.
    pub part: String,
    /// The keys, which are also the names of the phases. A subject must have a case for each.
    pub keys: Vec<String>,
}

/// A file that lists the cases; a case that is not in it, or is in it without a file, is an error.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ListParams {
    /// Its path, without parts.
    pub file: String,
    /// How it is written.
    pub format: ListFormat,
}

/// How a list of cases is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ListFormat {
    /// The `dataset.json` of the Medical Segmentation Decathlon.
    Decathlon,
}

/// Counts of the complete dataset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ExpectParams {
    /// Subjects.
    pub subjects: usize,
    /// Cases.
    pub cases: usize,
}

fn here() -> Vec<String> {
    vec![".".to_owned()]
}

fn yes() -> bool {
    true
}

/// A data manifest that was checked, its patterns read.
#[derive(Debug, Clone, PartialEq)]
pub struct Manifest {
    /// As it was written.
    pub file: ManifestFile,
    pub(crate) image: Pattern,
    pub(crate) label: Pattern,
    case: Pattern,
    subject: Pattern,
    pub(crate) attributes: Option<Pattern>,
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
        problems.extend(manifest.problems(path));
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

    /// Everything wrong that types and single patterns cannot say.
    fn problems(&self, path: &Path) -> Vec<String> {
        let mut problems = Vec::new();
        let file = &self.file;
        let stem = path.file_stem().unwrap_or_default().to_string_lossy();
        if stem != file.name {
            problems.push(format!("`name` is `{}`, but the file is called `{stem}`", file.name));
        }
        let ids: Vec<u8> = file.classes.iter().map(|class| class.id).collect();
        if ids.first() != Some(&0) || ids.windows(2).any(|pair| pair[0] >= pair[1]) {
            problems.push(format!(
                "`classes` have the ids {ids:?}; accepted are ascending ids that begin with 0, \
                 the background"
            ));
        }
        let names: BTreeSet<&str> = file.classes.iter().map(|class| class.name.as_str()).collect();
        if names.len() != file.classes.len() {
            problems.push("two `classes` have one name".to_owned());
        }
        if file.folders.is_empty() || file.folders.iter().any(String::is_empty) {
            problems.push("`folders` needs at least one folder name".to_owned());
        }
        if file.layout.start.is_empty() {
            problems.push("`layout.start` needs at least one folder, `.` for the top".to_owned());
        }
        let mut grouped = BTreeSet::new();
        for group in &file.same_person {
            if group.len() < 2 || !group.iter().all(|subject| grouped.insert(subject)) {
                problems.push(format!(
                    "`same_person` has the group {group:?}; a group has at least two subjects, and \
                     a subject is in one group"
                ));
            }
        }
        let known: BTreeSet<&str> = self.image.names().collect();
        let in_label: BTreeSet<&str> = self.label.names().collect();
        let mut uses = |field: &str, pattern: &Pattern, of: &BTreeSet<&str>, whose: &str| {
            for name in pattern.names().filter(|name| !of.contains(name)) {
                problems
                    .push(format!("`{field}` uses `{{{name}}}`, which `{whose}` does not have"));
            }
        };
        uses("layout.case", &self.case, &known, "layout.image");
        uses("layout.case", &self.case, &in_label, "layout.label");
        uses("layout.subject", &self.subject, &known, "layout.image");
        uses("layout.subject", &self.subject, &in_label, "layout.label");
        if let Some(attributes) = &self.attributes {
            uses("layout.attributes.file", attributes, &known, "layout.image");
        }
        let phase = file.layout.attributes.as_ref().and_then(|a| a.phase.as_ref());
        if let Some(phase) = phase {
            if !known.contains(phase.part.as_str()) {
                problems.push(format!(
                    "`layout.attributes.phase.part` is `{}`, which `layout.image` does not have",
                    phase.part
                ));
            }
            if phase.keys.is_empty() {
                problems.push("`layout.attributes.phase.keys` is empty".to_owned());
            }
        }
        problems
    }
}
