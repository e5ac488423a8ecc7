//! Lists of cases: which ones a dataset says it has.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde::Deserialize;
use serde_json::Value;

use crate::inventory::Inventory;
use crate::{ListFormat, ListParams, Manifest, Problem};

/// What is used of a Decathlon `dataset.json`. Everything else, such as the release, which many
/// files spell `relase`, is passed over.
#[derive(Debug, Deserialize)]
struct Decathlon {
    /// Voxel value to class name, or, in later files, the other way round.
    #[serde(default)]
    labels: BTreeMap<String, Value>,
    #[serde(default, rename = "numTraining")]
    count: Option<usize>,
    training: Vec<DecathlonCase>,
}

#[derive(Debug, Deserialize)]
struct DecathlonCase {
    image: String,
    label: String,
}

/// Compares the files on disk with the dataset's own list.
pub(crate) fn problems(
    list: &ListParams,
    path: Option<&Path>,
    manifest: &Manifest,
    inventory: &Inventory,
    subjects: Option<&[String]>,
) -> Vec<Problem> {
    let ListFormat::Decathlon = list.format;
    let broken = |message: String| vec![Problem::List { file: list.file.clone(), message }];
    let Some(path) = path else { return broken("the list of cases is missing".to_owned()) };
    let listed: Decathlon = match read(path) {
        Ok(listed) => listed,
        Err(message) => return broken(message),
    };
    let mut problems = Vec::new();
    let mut problem =
        |message: String| problems.push(Problem::List { file: list.file.clone(), message });
    if listed.count.is_some_and(|count| count != listed.training.len()) {
        problem(format!(
            "`numTraining` is {}, but `training` lists {} cases",
            listed.count.unwrap_or_default(),
            listed.training.len()
        ));
    }
    let ids: BTreeSet<u64> =
        listed.labels.iter().filter_map(|(key, value)| class_id(key, value)).collect();
    let classes: BTreeSet<u64> = manifest.file.classes.iter().map(|c| u64::from(c.id)).collect();
    if !listed.labels.is_empty() && ids != classes {
        problem(format!(
            "`labels` has the classes {ids:?}, the manifest `{}` has {classes:?}",
            manifest.file.name
        ));
    }
    let mut named = BTreeSet::new();
    for file in listed.training.iter().flat_map(|case| [&case.image, &case.label]) {
        let file = file.trim_start_matches("./").to_owned();
        if !named.insert(file.clone()) {
            problem(format!("`training` lists {file} twice"));
        }
    }
    problems.extend(missing_files(list, manifest, inventory, subjects, &named));
    for (case, files) in &inventory.cases {
        let extra = files.images.iter().chain(&files.labels).filter(|path| !named.contains(*path));
        problems.extend(extra.map(|path| Problem::NotListed {
            case: case.clone(),
            path: path.clone(),
            file: list.file.clone(),
        }));
    }
    problems
}

/// Files of the list that are not on disk; with `subjects`, only theirs.
fn missing_files(
    list: &ListParams,
    manifest: &Manifest,
    inventory: &Inventory,
    subjects: Option<&[String]>,
    named: &BTreeSet<String>,
) -> Vec<Problem> {
    let on_disk = inventory.volumes();
    let wanted = |path: &str| {
        let parts = manifest.label.matches(path).or_else(|| manifest.image.matches(path));
        let subject = parts.and_then(|parts| manifest.subject_of(&parts));
        match (subjects, subject) {
            (Some(list), Some(subject)) => list.contains(&subject),
            _ => true,
        }
    };
    named
        .iter()
        .filter(|path| !on_disk.contains(path) && wanted(path))
        .map(|path| Problem::ListedButMissing { path: path.clone(), file: list.file.clone() })
        .collect()
}

fn read(path: &Path) -> Result<Decathlon, String> {
    let text = fs_err::read_to_string(path).map_err(|error| error.to_string())?;
    serde_json::from_str(&text).map_err(|error| format!("not a Decathlon dataset.json: {error}"))
}

fn class_id(key: &str, value: &Value) -> Option<u64> {
    key.parse().ok().or_else(|| value.as_u64())
}
