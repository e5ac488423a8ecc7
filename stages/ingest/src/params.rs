//! What a user writes under `with:`.

use std::collections::BTreeSet;

use pipeline_engine::stage::ParamProblem;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ChannelParams;

/// Which dataset to read and where it lies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct IngestParams {
    /// The data manifest: a bare name such as `acdc`, looked up in `data-manifests/` beside the
    /// experiment or one folder up and then among those built in, or a path such as
    /// `./mine.yaml`, relative to the experiment.
    pub manifest: String,
    /// What tables call the dataset, where it is not the one that the manifest describes but another
    /// in its layout, such as a synthetic one. Default: the manifest's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The dataset's folder: an absolute path, or one relative to `--data-root`, or else to the
    /// experiment. Default: one of the folder names that the manifest gives, under `--data-root`.
    /// Not part of the result's identity: the content found there is. Ignored where the input
    /// `dataset` is connected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub root: Option<String>,
    /// Read only these parts of the release, of those that the manifest has under `layout.splits` or
    /// as `{split}`. Default: all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub splits: Option<Vec<String>>,
    /// Which volume of 4-D images to read, where they are channels, such as `{ name: ADC }` or
    /// `{ index: 1 }`. Default: as the manifest says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<ChannelParams>,
    /// Read only these subjects. Default: all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subjects: Option<Vec<String>>,
}

/// Everything wrong with the parameters that types cannot say.
pub(crate) fn check(params: &IngestParams) -> Vec<ParamProblem> {
    let mut problems = Vec::new();
    if params.manifest.trim().is_empty() {
        problems.push(
            ParamProblem::new("manifest", "found an empty name")
                .with_help("the name of a data manifest such as `acdc`, or a path to one"),
        );
    }
    if params.name.as_ref().is_some_and(|name| name.trim().is_empty()) {
        problems.push(ParamProblem::new("name", "found an empty name"));
    }
    if params.root.as_ref().is_some_and(|root| root.trim().is_empty()) {
        problems.push(ParamProblem::new("root", "found an empty path"));
    }
    let lists = [("subjects", &params.subjects), ("splits", &params.splits)];
    for (field, list) in lists.into_iter().filter_map(|(field, list)| Some((field, list.as_ref()?)))
    {
        if list.is_empty() {
            problems.push(
                ParamProblem::new(field, "the list is empty")
                    .with_help(format!("leave it out to read all {field}")),
            );
        }
        let mut seen = BTreeSet::new();
        for (i, name) in list.iter().enumerate() {
            if !seen.insert(name) {
                let found = format!("`{name}` is listed twice");
                problems.push(ParamProblem::new(format!("{field}[{i}]"), found));
            }
        }
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reports_every_problem() {
        let params: IngestParams = serde_json::from_str(
            r#"{"manifest": "", "root": " ", "subjects": ["a", "b", "a"],
                    "splits": []}"#,
        )
        .unwrap();
        let paths: Vec<_> = check(&params).into_iter().map(|problem| problem.path).collect();
        assert_eq!(paths, ["manifest", "root", "subjects[2]", "splits"]);
        let fine: IngestParams = serde_json::from_str(r#"{"manifest": "acdc"}"#).unwrap();
        assert!(check(&fine).is_empty());
    }
}
