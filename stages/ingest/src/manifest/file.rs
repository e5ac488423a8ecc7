//! A data manifest as it is written: the dataset as a whole.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use super::LayoutParams;

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
    /// The classes, by id from 0, the background, and which voxel values of the label maps mean
    /// them.
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
    /// Digests that the files must have.
    #[serde(default)]
    pub checksums: Option<ChecksumParams>,
}

/// The JSON Schema of a manifest file, for editors.
pub fn manifest_schema() -> schemars::Schema {
    schemars::schema_for!(ManifestFile)
}

/// One class of the label maps.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ClassParams {
    /// The number that tables and predictions use.
    pub id: u8,
    /// Short name for tables.
    pub name: String,
    /// The voxel values of the label files that mean this class, where they are not just its id:
    /// `[3]` gives a class another number, `[1, 2]` makes one class of two. A value that no class
    /// has is an error, so what is to be ignored is listed under the background.
    #[serde(default)]
    pub values: Option<Vec<i64>>,
}

impl ClassParams {
    /// The voxel values that mean this class.
    pub(crate) fn file_values(&self) -> Vec<i64> {
        self.values.clone().unwrap_or_else(|| vec![i64::from(self.id)])
    }
}

/// Counts of the complete dataset.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ExpectParams {
    /// Subjects.
    pub subjects: usize,
    /// Cases.
    pub cases: usize,
    /// Counts of single splits, by their name in `layout.splits`.
    #[serde(default)]
    pub splits: BTreeMap<String, CountParams>,
}

/// Counts of one split.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CountParams {
    /// Subjects.
    pub subjects: usize,
    /// Cases.
    pub cases: usize,
}

/// Where the digests of the files are written.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ChecksumParams {
    /// A file of the release as `sha256sum` or `md5sum` writes it: a digest and a path in each
    /// line. The path of that file from the folder where paths start; if it is not there, nothing
    /// is checked.
    File(String),
    /// Path of a file, from the folder where paths start, to its digest, such as `sha256:9f86...`
    /// or `md5:d41d...`.
    Files(BTreeMap<String, String>),
}
