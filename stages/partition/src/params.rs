//! What a user writes under `with:`.

use pipeline_engine::stage::ParamProblem;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{PublishedLabelled, PublishedSplit};

/// How the scans of a dataset are divided. Every draw is made from sorted names with a stream of
/// its own, so the order of the cases never matters, another test set does not reshuffle the
/// labelled scans, and with the same seed a larger labelled set contains the smaller one.
///
/// An entry of a `list` is a scan (`patient001_frame01`), a subject (`patient001`: all its scans),
/// or a subject and a phase (`patient001:ED`).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PartitionParams {
    /// Seed of the draws. Lists, the user's own or published, do not depend on it.
    pub seed: u64,
    /// The subjects that are only predicted and scored.
    pub test: TestChoice,
    /// The scans that select the best epoch.
    pub validation: ValidationParams,
    /// The scans that are trained on with their labels. Everything that is in no other set is
    /// unlabelled: trained on without its label.
    pub labelled: LabelledChoice,
    /// Seed of the labelled draw alone, to repeat an experiment with other labelled scans and the
    /// same test set. Default: `seed`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub labelled_seed: Option<u64>,
    /// Draw from every group of subjects (ACDC: pathology) in proportion to its size. Default
    /// false.
    #[serde(default)]
    pub stratify: bool,
    /// Accept a subject with scans both in training and in the test set, or both labelled and in
    /// validation, with a warning instead of an error. Scores of such a split are too good.
    /// Default false.
    #[serde(default)]
    pub allow_subject_overlap: bool,
}

/// Which scans are the test set.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TestChoice {
    /// No test set.
    None,
    /// This many subjects, drawn by seed, with all their scans. Subjects of scans that a list puts
    /// into the labelled or validation set are not drawn.
    Subjects(u32),
    /// This part of all subjects, more than 0 and below 1, rounded up; drawn as with `subjects`.
    Ratio(f64),
    /// These scans.
    List(Vec<String>),
    /// The test set of a published split.
    Published(PublishedSplit),
}

/// Which scans select the best epoch: exactly one of `scans`, `subjects`, `ratio`, `list` and
/// `published`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ValidationParams {
    /// This many scans, drawn by seed; 0 for no validation set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scans: Option<u32>,
    /// This many subjects, drawn by seed, with all their scans.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subjects: Option<u32>,
    /// This part of the scans that may be drawn, more than 0 and below 1, rounded up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ratio: Option<f64>,
    /// These scans.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub list: Option<Vec<String>>,
    /// The validation set of a published split.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub published: Option<PublishedSplit>,
    /// Where drawn scans come from. Default `unlabelled`.
    #[serde(default)]
    pub from: ValidationSource,
    /// Keep using the images of the validation scans, never their labels, as unlabelled training
    /// images, as the authors do. Default false.
    #[serde(default)]
    pub keep_in_unlabelled_pool: bool,
}

/// Where drawn validation scans come from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ValidationSource {
    /// The scans left unlabelled, of subjects without a labelled scan; drawn after the labelled
    /// ones.
    #[default]
    Unlabelled,
    /// All scans outside the test set; drawn before the labelled ones, whose draw then leaves the
    /// subjects of the validation scans out.
    Train,
}

/// Which scans are trained on with their labels.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum LabelledChoice {
    /// This many scans, drawn by seed: one phase of a subject may be labelled and the other not.
    Scans(u32),
    /// This many subjects, drawn by seed, with all their scans.
    Subjects(u32),
    /// This part of the annotated scans outside the test set, more than 0 and at most 1, rounded
    /// down but at least one scan; drawn as with `scans`.
    Ratio(f64),
    /// These scans.
    List(Vec<String>),
    /// A published set of labelled scans. They are never drawn into the test set.
    Published(PublishedLabelled),
    /// The first subjects of the training list of a published split, in the list's order.
    FirstOf {
        /// The split.
        split: PublishedSplit,
        /// How many subjects, with all their scans.
        subjects: u32,
    },
}

/// The validation choice as one value, once [`check`] has found exactly one.
#[derive(Debug, Clone, Copy)]
pub(crate) enum ValidationChoice<'a> {
    Scans(u32),
    Subjects(u32),
    Ratio(f64),
    List(&'a [String]),
    Published(PublishedSplit),
}

impl ValidationParams {
    /// The choices that are set, as field name and value; one if the parameters are valid.
    pub(crate) fn choices(&self) -> Vec<(&'static str, ValidationChoice<'_>)> {
        [
            self.scans.map(|n| ("scans", ValidationChoice::Scans(n))),
            self.subjects.map(|n| ("subjects", ValidationChoice::Subjects(n))),
            self.ratio.map(|r| ("ratio", ValidationChoice::Ratio(r))),
            self.list.as_deref().map(|l| ("list", ValidationChoice::List(l))),
            self.published.map(|p| ("published", ValidationChoice::Published(p))),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}

/// Everything wrong with the parameters that types cannot say.
pub(crate) fn check(params: &PartitionParams) -> Vec<ParamProblem> {
    let mut problems = Vec::new();
    match &params.test {
        TestChoice::Subjects(0) => {
            problems.push(zero("test.subjects", "write `test: none` for no test set"));
        }
        TestChoice::Ratio(ratio) => problems.extend(part("test.ratio", *ratio, false)),
        TestChoice::List(list) => problems.extend(empty("test.list", list)),
        TestChoice::Published(split) => {
            problems.extend(lacks("test.published", *split, "test", &split.test()));
        }
        TestChoice::None | TestChoice::Subjects(_) => {}
    }
    let choices = params.validation.choices();
    if choices.len() != 1 {
        let found: Vec<_> = choices.iter().map(|(name, _)| format!("`{name}`")).collect();
        let found = if found.is_empty() { "none of them".to_owned() } else { found.join(" and ") };
        problems.push(
            ParamProblem::new(
                "validation",
                format!(
                    "exactly one of `scans`, `subjects`, `ratio`, `list` and `published` is \
                     needed, found {found}"
                ),
            )
            .with_help("write `validation: {scans: 0}` for no validation set"),
        );
    }
    for (_, choice) in choices {
        match choice {
            ValidationChoice::Ratio(ratio) => {
                problems.extend(part("validation.ratio", ratio, false));
            }
            ValidationChoice::List(list) => problems.extend(empty("validation.list", list)),
            ValidationChoice::Published(split) => problems.extend(lacks(
                "validation.published",
                split,
                "validation",
                &split.validation(),
            )),
            ValidationChoice::Scans(_) | ValidationChoice::Subjects(_) => {}
        }
    }
    match &params.labelled {
        LabelledChoice::Scans(0) => problems.push(zero("labelled.scans", LABELLED_HELP)),
        LabelledChoice::Subjects(0) => problems.push(zero("labelled.subjects", LABELLED_HELP)),
        LabelledChoice::Ratio(ratio) => problems.extend(part("labelled.ratio", *ratio, true)),
        LabelledChoice::List(list) => problems.extend(empty("labelled.list", list)),
        LabelledChoice::FirstOf { split, subjects } => {
            let train = split.train();
            problems.extend(lacks("labelled.first_of.split", *split, "training", &train));
            if !train.is_empty() && !(1..=train.len()).contains(&(*subjects as usize)) {
                problems.push(ParamProblem::new(
                    "labelled.first_of.subjects",
                    format!(
                        "found {subjects}; the training list of `{}` has {} subjects, accepted \
                         are 1 to {}",
                        split.name(),
                        train.len(),
                        train.len()
                    ),
                ));
            }
        }
        LabelledChoice::Scans(_) | LabelledChoice::Subjects(_) | LabelledChoice::Published(_) => {}
    }
    problems
}

const LABELLED_HELP: &str = "at least one labelled scan is needed";

fn zero(path: &str, help: &str) -> ParamProblem {
    ParamProblem::new(path, "found 0, accepted is 1 or more").with_help(help)
}

fn part(path: &str, ratio: f64, one_allowed: bool) -> Option<ParamProblem> {
    let accepted = ratio > 0.0 && (ratio < 1.0 || (one_allowed && ratio == 1.0));
    let range = if one_allowed { "at most 1" } else { "below 1" };
    (!accepted).then(|| {
        ParamProblem::new(path, format!("found {ratio}, accepted is more than 0 and {range}"))
    })
}

fn empty(path: &str, list: &[String]) -> Option<ParamProblem> {
    list.is_empty().then(|| ParamProblem::new(path, "the list is empty"))
}

fn lacks(path: &str, split: PublishedSplit, part: &str, list: &[&str]) -> Option<ParamProblem> {
    list.is_empty().then(|| {
        ParamProblem::new(
            path,
            format!("the published split `{}` has no {part} list", split.name()),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> PartitionParams {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn reads_the_forms_of_the_experiments() {
        let params = parse(
            r#"{"seed": 0, "test": {"subjects": 13}, "labelled": {"published": "published8"},
                "validation": {"scans": 5, "from": "unlabelled", "keep_in_unlabelled_pool": true}}"#,
        );
        assert_eq!(params.test, TestChoice::Subjects(13));
        assert_eq!(params.labelled, LabelledChoice::Published(PublishedLabelled::Published8));
        assert_eq!(params.validation.scans, Some(5));
        assert!(check(&params).is_empty());
        let params = parse(
            r#"{"seed": 0, "test": {"published": "ssl4mis"}, "validation": {"published": "ssl4mis"},
                "labelled": {"first_of": {"split": "ssl4mis", "subjects": 7}}}"#,
        );
        assert!(check(&params).is_empty());
        assert_eq!(parse(&serde_json::to_string(&params).unwrap()), params);
    }

    #[test]
    fn reports_every_problem_with_its_field() {
        let params = parse(
            r#"{"seed": 0, "test": {"ratio": 1.0}, "validation": {"scans": 5, "subjects": 2},
                "labelled": {"first_of": {"split": "ssl4mis", "subjects": 71}}}"#,
        );
        let problems = check(&params);
        let paths: Vec<_> = problems.iter().map(|problem| problem.path.as_str()).collect();
        assert_eq!(paths, ["test.ratio", "validation", "labelled.first_of.subjects"]);
        assert!(problems[1].message.ends_with("found `scans` and `subjects`"));
        assert!(problems[2].message.contains("1 to 70"));
    }

    #[test]
    fn refuses_a_published_list_that_does_not_exist() {
        let params = parse(
            r#"{"seed": 0, "test": "none", "validation": {"published": "acdc_all_legacy"},
                "labelled": {"scans": 0}}"#,
        );
        let problems = check(&params);
        assert_eq!(problems[0].path, "validation.published");
        assert!(problems[0].message.contains("no validation list"));
        assert_eq!(problems[1].path, "labelled.scans");
    }

    #[test]
    fn refuses_unknown_fields_and_variants() {
        let unknown = r#"{"seed": 0, "test": {"scans": 3}, "validation": {"scans": 0},
                          "labelled": {"scans": 1}}"#;
        let error = serde_json::from_str::<PartitionParams>(unknown).unwrap_err().to_string();
        assert!(error.contains("`subjects`"), "{error}");
    }
}
