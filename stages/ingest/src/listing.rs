//! Lists of cases: which ones a dataset says it has.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::fields::Fields;
use crate::inventory::Inventory;
use crate::{ListFormat, ListParams, Manifest, Problem, text_file};

/// What is used of a Decathlon `dataset.json`. Everything else, such as the release, which many
/// files spell `relase`, is passed over.
#[derive(Debug, Deserialize)]
struct Decathlon {
    /// Voxel value to class name, or, in later files, the other way round.
    #[serde(default)]
    labels: BTreeMap<String, Value>,
    /// Position to name of the channels.
    #[serde(default, alias = "channel_names")]
    modality: BTreeMap<String, Value>,
    #[serde(default, rename = "numTraining")]
    count: Option<usize>,
    /// Cases: `image`, `label`, and whatever else is known of them.
    training: Vec<Map<String, Value>>,
    /// Images without label maps, as paths or like the others.
    #[serde(default)]
    test: Vec<Value>,
}

/// The dataset's own list of cases.
#[derive(Debug)]
pub(crate) struct Listing {
    file: String,
    content: Decathlon,
    /// Image and label map of every case of `training`, as this crate names files.
    pairs: Vec<[String; 2]>,
    /// The images of `test`.
    unlabelled: BTreeSet<String>,
}

impl Listing {
    /// Reads the list.
    ///
    /// # Errors
    /// [`Problem::List`] where it is missing or cannot be understood.
    pub(crate) fn read(
        list: &ListParams,
        path: Option<&Path>,
        manifest: &Manifest,
    ) -> Result<Self, Problem> {
        let ListFormat::Decathlon = list.format;
        let broken = |message: String| Problem::List { file: list.file.clone(), message };
        let path = path.ok_or_else(|| broken("the list of cases is missing".to_owned()))?;
        let text = text_file::read(path).map_err(|error| broken(error.to_string()))?;
        let content: Decathlon = serde_json::from_str(&text)
            .map_err(|error| broken(format!("not a Decathlon dataset.json: {error}")))?;
        let name = |value: &Value| value.as_str().map(|path| manifest.name_of(path).into_owned());
        let mut pairs = Vec::new();
        for (i, case) in content.training.iter().enumerate() {
            let file = |key: &str| {
                case.get(key).and_then(name).ok_or_else(|| {
                    broken(format!("not a Decathlon dataset.json: training[{i}] has no `{key}`"))
                })
            };
            pairs.push([file("image")?, file("label")?]);
        }
        let image = |value: &Value| name(value).or_else(|| value.get("image").and_then(name));
        let unlabelled = content.test.iter().filter_map(image).collect();
        Ok(Self { file: list.file.clone(), content, pairs, unlabelled })
    }

    /// The names of the channels, in their order; empty if the list does not say.
    pub(crate) fn channels(&self) -> Vec<&str> {
        let modality = &self.content.modality;
        let by_position: BTreeMap<u32, &str> = modality
            .iter()
            .filter_map(|(key, name)| Some((key.parse().ok()?, name.as_str()?)))
            .collect();
        let whole = by_position.keys().copied().eq(0..modality.len() as u32);
        if whole { by_position.into_values().collect() } else { Vec::new() }
    }

    /// What the list says of cases beside their files, by image.
    pub(crate) fn attributes(&self) -> BTreeMap<&str, Fields> {
        let fields = |case: &Map<String, Value>| -> Fields {
            let others = case.iter().filter(|(key, _)| !matches!(key.as_str(), "image" | "label"));
            others.filter_map(|(key, value)| Some((key.clone(), text_of(value)?))).collect()
        };
        let images = self.pairs.iter().map(|[image, _]| image.as_str());
        images.zip(self.content.training.iter().map(fields)).collect()
    }

    /// Compares the files on disk with the list.
    pub(crate) fn problems(
        &self,
        manifest: &Manifest,
        inventory: &Inventory,
        is_wanted: &dyn Fn(&str) -> bool,
    ) -> Vec<Problem> {
        let mut problems = Vec::new();
        let mut problem =
            |message: String| problems.push(Problem::List { file: self.file.clone(), message });
        if self.content.count.is_some_and(|count| count != self.pairs.len()) {
            problem(format!(
                "`numTraining` is {}, but `training` lists {} cases",
                self.content.count.unwrap_or_default(),
                self.pairs.len()
            ));
        }
        let labels = &self.content.labels;
        let ids: BTreeSet<i64> = labels.iter().filter_map(|(key, id)| class_id(key, id)).collect();
        let values = manifest.label_values();
        if !labels.is_empty() && ids != values {
            problem(format!(
                "`labels` has the classes {ids:?}, the manifest `{}` has {values:?}",
                manifest.file.name
            ));
        }
        let mut named = BTreeSet::new();
        for file in self.pairs.iter().flatten() {
            if !named.insert(file) {
                problem(format!("`training` lists {file} twice"));
            }
        }
        let on_disk = inventory.volumes();
        // Images of `test` count where the manifest reads them.
        let read = self.unlabelled.iter().filter(|path| manifest.image_parts(path).is_some());
        let missing = named.iter().copied().chain(read).filter(|path| !on_disk.contains(path));
        problems.extend(
            missing.filter(|path| is_wanted(path)).map(|path| Problem::ListedButMissing {
                path: path.clone(),
                file: self.file.clone(),
            }),
        );
        for (case, files) in &inventory.cases {
            let is_listed =
                |path: &&String| named.contains(*path) || self.unlabelled.contains(*path);
            let extra = files.images.iter().chain(&files.labels).filter(|path| !is_listed(path));
            problems.extend(extra.map(|path| Problem::NotListed {
                case: case.clone(),
                path: path.clone(),
                file: self.file.clone(),
            }));
        }
        problems
    }
}

fn class_id(key: &str, value: &Value) -> Option<i64> {
    key.parse().ok().or_else(|| value.as_i64())
}

/// A JSON value as an attribute: text as it is, everything else as JSON; none for null.
fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}
