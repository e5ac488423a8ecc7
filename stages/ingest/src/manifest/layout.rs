//! A data manifest as it is written: where the files lie.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Where the files of a dataset lie. Paths are patterns ([`crate::Pattern`]).
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LayoutParams {
    /// Folders of the dataset in which paths start; the first one that exists counts. Default: the
    /// dataset's folder itself.
    #[serde(default = "here")]
    pub start: Vec<String>,
    /// Parts of the release with a folder each, such as training and testing, that are read
    /// together. Paths of images and label maps then start in these folders, and `{split}` stands
    /// for the part's name. Default: none; `{split}` may then be a part of `image` like any other.
    #[serde(default)]
    pub splits: Vec<SplitParams>,
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
    /// What is known of subjects or cases beside the images: small text files or a table.
    #[serde(default)]
    pub attributes: Option<AttributesParams>,
    /// A file that lists the cases.
    #[serde(default)]
    pub list: Option<ListParams>,
    /// What the volumes of a 4-D image are called, in their order, where they are channels.
    /// Default: as the list of cases says.
    #[serde(default)]
    pub channels: Vec<String>,
    /// Which volume of 4-D images to read, where they are channels. Default: images hold one
    /// volume.
    #[serde(default)]
    pub channel: Option<ChannelParams>,
    /// How 4-D images and label maps become cases, where their volumes are frames in time.
    #[serde(default)]
    pub frames: Option<FramesParams>,
    /// What to do about image voxels that are not finite numbers. Default: refuse the image.
    #[serde(default)]
    pub non_finite: NonFiniteParams,
}

/// One part of a release.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SplitParams {
    /// Its name, in the cases table and in place of `{split}`.
    pub name: String,
    /// Its folder, from where paths start: the first of these that exists.
    pub folders: Vec<String>,
    /// Whether its images must have label maps. Default: as `layout.label_required` says.
    #[serde(default)]
    pub label_required: Option<bool>,
}

/// What to take from attribute files.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AttributesParams {
    /// Their path, with parts of the image's path; in a split's folder or where paths start. In the
    /// path of a table, other parts stand for any text.
    pub file: String,
    /// How they are written. Default: `key_value`.
    #[serde(default)]
    pub format: AttributesFormat,
    /// The keys that the cases table gets as `attributes`; each must be there for every subject.
    /// Default: all that are there.
    #[serde(default)]
    pub keep: Option<Vec<String>>,
    /// The key of the group that subjects are stratified by.
    #[serde(default)]
    pub group: Option<String>,
    /// How to find out a case's phase.
    #[serde(default)]
    pub phase: Option<PhaseParams>,
}

/// How attributes are written.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AttributesFormat {
    /// `key: value` lines about one subject or case.
    #[default]
    KeyValue,
    /// A table with a row per subject, its columns named in the first line.
    Table(TableParams),
}

/// How a table of subjects is written.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TableParams {
    /// The column with the subject's name.
    pub subject: String,
    /// What stands between two cells. Default: a comma.
    #[serde(default = "comma")]
    pub separator: char,
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
    /// Its path from where paths start, without parts.
    pub file: String,
    /// How it is written.
    pub format: ListFormat,
}

/// How a list of cases is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ListFormat {
    /// The `dataset.json` of the Medical Segmentation Decathlon. What it says of a case beside its
    /// files becomes attributes; its `modality` names the channels.
    Decathlon,
}

/// One volume of a 4-D image.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ChannelParams {
    /// By its position, from 0.
    Index(u32),
    /// By its name in the manifest's `layout.channels` or in the list of cases.
    Name(String),
}

/// Frames in time that are cases: one case per key, of the volume whose number the subject's
/// attribute of that name gives.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FramesParams {
    /// The attributes with the frame numbers, which are also the names of the phases; `{phase}`
    /// stands for them in the names of cases.
    pub keys: Vec<String>,
    /// The number that the attributes give to the first frame: 0 or 1.
    pub first: u32,
}

/// What to do about image voxels that are NaN or infinite.
#[derive(Debug, Clone, Copy, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum NonFiniteParams {
    /// They are an error.
    #[default]
    Refuse,
    /// They become this value.
    Fill(f32),
}

fn here() -> Vec<String> {
    vec![".".to_owned()]
}

fn yes() -> bool {
    true
}

fn comma() -> char {
    ','
}
