//! What types cannot say about the parameters.

use pipeline_engine::stage::ParamProblem;

use super::ValidationChoice;
use crate::attribute::Condition;
use crate::{FoldParams, LabelledChoice, PartitionParams, TestChoice, UnlabelledChoice};

/// Everything wrong with the parameters that types cannot say.
pub(crate) fn check(params: &PartitionParams) -> Vec<ParamProblem> {
    let mut problems = Vec::new();
    problems.extend(params.only.iter().flat_map(|only| condition("only", only)));
    problems.extend(test(&params.test));
    problems.extend(validation(params));
    problems.extend(labelled(&params.labelled));
    if let Some(from) = &params.labelled_from {
        problems.extend(condition("labelled_from", from));
        if !params.labelled.is_drawn() {
            let message = "narrows a draw, but `labelled` is not drawn";
            problems.push(ParamProblem::new("labelled_from", message).with_help(
                "remove it, or choose `labelled` by `scans`, `subjects`, `ratio` or \
                 `subjects_ratio`",
            ));
        }
    }
    problems.extend(unlabelled(&params.unlabelled));
    if let Some(names) = &params.stratify_by {
        problems.extend(empty("stratify_by", &names.0));
        if params.stratify {
            let message = "both `stratify` and `stratify_by` are given";
            let help = "remove `stratify: true`; `stratify_by: group` does what it does";
            problems.push(ParamProblem::new("stratify_by", message).with_help(help));
        }
    }
    problems
}

fn test(choice: &TestChoice) -> Vec<ParamProblem> {
    match choice {
        TestChoice::Subjects(0) => {
            vec![zero("test.subjects", "write `test: none` for no test set")]
        }
        TestChoice::Ratio(ratio) => part("test.ratio", *ratio, false),
        TestChoice::Folds(folds) => fold("test.folds", *folds),
        TestChoice::NnunetFold(rule) => {
            fold("test.nnunet_fold", FoldParams { count: rule.count, fold: rule.fold })
        }
        TestChoice::List(list) => empty("test.list", list),
        TestChoice::Where(attributes) => condition("test.where", attributes),
        TestChoice::None | TestChoice::Subjects(_) | TestChoice::Published(_) => Vec::new(),
    }
}

fn validation(params: &PartitionParams) -> Vec<ParamProblem> {
    let choices = params.validation.choices();
    let mut problems = Vec::new();
    if choices.len() != 1 {
        let found: Vec<_> = choices.iter().map(|(name, _)| format!("`{name}`")).collect();
        let found = if found.is_empty() { "none of them".to_owned() } else { found.join(" and ") };
        problems.push(
            ParamProblem::new(
                "validation",
                format!(
                    "exactly one of `scans`, `subjects`, `ratio`, `subjects_ratio`, `folds`, \
                     `nnunet_fold`, `list`, `where` and `published` is needed, found {found}"
                ),
            )
            .with_help("write `validation: {scans: 0}` for no validation set"),
        );
    }
    for (name, choice) in choices {
        let path = &format!("validation.{name}");
        problems.extend(match choice {
            ValidationChoice::Ratio(ratio) | ValidationChoice::SubjectsRatio(ratio) => {
                part(path, ratio, false)
            }
            ValidationChoice::Folds(folds) => fold(path, folds),
            ValidationChoice::NnunetFold(rule) => {
                fold(path, FoldParams { count: rule.count, fold: rule.fold })
            }
            ValidationChoice::List(list) => empty(path, list),
            ValidationChoice::Where(attributes) => condition(path, attributes),
            ValidationChoice::Scans(_)
            | ValidationChoice::Subjects(_)
            | ValidationChoice::Published(_) => Vec::new(),
        });
    }
    problems
}

fn labelled(choice: &LabelledChoice) -> Vec<ParamProblem> {
    const HELP: &str = "at least one labelled scan is needed";
    match choice {
        LabelledChoice::Scans(0) => vec![zero("labelled.scans", HELP)],
        LabelledChoice::Subjects(0) => vec![zero("labelled.subjects", HELP)],
        LabelledChoice::Ratio(ratio) => part("labelled.ratio", *ratio, true),
        LabelledChoice::SubjectsRatio(ratio) => part("labelled.subjects_ratio", *ratio, true),
        LabelledChoice::List(list) => empty("labelled.list", list),
        LabelledChoice::Where(attributes) => condition("labelled.where", attributes),
        LabelledChoice::FirstOf { split, subjects } => {
            let there_are = split.entries().len();
            if (1..=there_are).contains(&(*subjects as usize)) {
                return Vec::new();
            }
            let message = format!(
                "found {subjects}; the training list of `{}` has {there_are} subjects, accepted \
                 are 1 to {there_are}",
                split.name(),
            );
            vec![ParamProblem::new("labelled.first_of.subjects", message)]
        }
        LabelledChoice::Melba { unlabelled_ratio } => {
            part("labelled.melba.unlabelled_ratio", *unlabelled_ratio, false)
        }
        LabelledChoice::Scans(_)
        | LabelledChoice::Subjects(_)
        | LabelledChoice::Rest
        | LabelledChoice::Published(_) => Vec::new(),
    }
}

fn unlabelled(choice: &UnlabelledChoice) -> Vec<ParamProblem> {
    const HELP: &str = "write `unlabelled: none` for no unlabelled set";
    match choice {
        UnlabelledChoice::Scans(0) => vec![zero("unlabelled.scans", HELP)],
        UnlabelledChoice::Subjects(0) => vec![zero("unlabelled.subjects", HELP)],
        UnlabelledChoice::List(list) => empty("unlabelled.list", list),
        UnlabelledChoice::Where(attributes) => condition("unlabelled.where", attributes),
        UnlabelledChoice::Rest
        | UnlabelledChoice::None
        | UnlabelledChoice::Scans(_)
        | UnlabelledChoice::Subjects(_)
        | UnlabelledChoice::Published(_) => Vec::new(),
    }
}

fn zero(path: &str, help: &str) -> ParamProblem {
    ParamProblem::new(path, "found 0, accepted is 1 or more").with_help(help)
}

fn part(path: &str, ratio: f64, one_allowed: bool) -> Vec<ParamProblem> {
    if ratio > 0.0 && (ratio < 1.0 || (one_allowed && ratio == 1.0)) {
        return Vec::new();
    }
    let range = if one_allowed { "at most 1" } else { "below 1" };
    vec![ParamProblem::new(path, format!("found {ratio}, accepted is more than 0 and {range}"))]
}

fn fold(path: &str, folds: FoldParams) -> Vec<ParamProblem> {
    let FoldParams { count, fold } = folds;
    if count < 2 {
        let message = format!("found {count}, accepted is 2 or more");
        return vec![ParamProblem::new(format!("{path}.count"), message)];
    }
    if fold >= count {
        let message = format!("found {fold}; {count} folds are counted from 0 to {}", count - 1);
        return vec![ParamProblem::new(format!("{path}.fold"), message)];
    }
    Vec::new()
}

fn empty(path: &str, list: &[String]) -> Vec<ParamProblem> {
    if list.is_empty() { vec![ParamProblem::new(path, "the list is empty")] } else { Vec::new() }
}

fn condition(path: &str, attributes: &Condition) -> Vec<ParamProblem> {
    if attributes.is_empty() {
        let problem = ParamProblem::new(path, "no attribute is given");
        return vec![
            problem.with_help("write an attribute and its values, such as `{ group: A }`"),
        ];
    }
    attributes
        .iter()
        .flat_map(|(name, values)| empty(&format!("{path}.{name}"), &values.0))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> PartitionParams {
        serde_json::from_str(text).unwrap()
    }

    fn paths(text: &str) -> Vec<String> {
        check(&parse(text)).into_iter().map(|problem| problem.path).collect()
    }

    #[test]
    fn reads_the_forms_of_the_experiments() {
        let params = parse(
            r#"{"seed": 0, "test": {"subjects": 13}, "labelled": {"published": "published8"},
                "validation": {"scans": 5, "from": "unlabelled", "keep_in_unlabelled_pool": true}}"#,
        );
        assert_eq!(params.test, TestChoice::Subjects(13));
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
    fn new_fields_leave_the_keys_of_old_experiments_alone() {
        let text = concat!(
            r#"{"seed":0,"test":{"subjects":13},"validation":{"scans":5,"from":"unlabelled","#,
            r#""keep_in_unlabelled_pool":true},"labelled":{"published":"published8"},"#,
            r#""stratify":false,"allow_subject_overlap":false}"#
        );
        assert_eq!(serde_json::to_string(&parse(text)).unwrap(), text);
        let fold = r#"{"nnunet_fold":{"fold":1}}"#;
        let choice: TestChoice = serde_json::from_str(fold).unwrap();
        assert_eq!(serde_json::to_string(&choice).unwrap(), fold);
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
    fn reports_problems_of_folds_ratios_and_conditions() {
        assert_eq!(
            paths(
                r#"{"seed": 0, "only": {}, "test": {"folds": {"count": 1, "fold": 0}},
                    "validation": {"nnunet_fold": {"fold": 5}},
                    "labelled": {"where": {"Vendor": []}}, "labelled_from": {"Vendor": "A"},
                    "unlabelled": {"scans": 0}, "stratify": true, "stratify_by": "group"}"#
            ),
            [
                "only",
                "test.folds.count",
                "validation.nnunet_fold.fold",
                "labelled.where.Vendor",
                "labelled_from",
                "unlabelled.scans",
                "stratify_by"
            ]
        );
        assert_eq!(
            paths(
                r#"{"seed": 0, "test": {"where": {}}, "validation": {"subjects_ratio": 0},
                    "labelled": {"melba": {"unlabelled_ratio": 1}},
                    "unlabelled": {"list": []}, "stratify_by": []}"#
            ),
            [
                "test.where",
                "validation.subjects_ratio",
                "labelled.melba.unlabelled_ratio",
                "unlabelled.list",
                "stratify_by"
            ]
        );
    }

    #[test]
    fn refuses_unknown_fields_variants_and_lists_of_another_part() {
        let error =
            |text: &str| serde_json::from_str::<PartitionParams>(text).unwrap_err().to_string();
        let unknown = r#"{"seed": 0, "test": {"scans": 3}, "validation": {"scans": 0},
                          "labelled": {"scans": 1}}"#;
        assert!(error(unknown).contains("`subjects`"));
        let extra = r#"{"seed": 0, "test": "none", "validation": {"scans": 0},
                        "labelled": {"first_of": {"split": "dcnet", "subjects": 1, "skip": 2}}}"#;
        assert!(error(extra).contains("unknown field `skip`"), "{}", error(extra));
        let no_list = r#"{"seed": 0, "test": "none", "labelled": {"scans": 0},
                          "validation": {"published": "acdc_all_legacy"}}"#;
        assert!(error(no_list).contains("`acdc_all_legacy`, expected one of `ssl4mis`"));
    }
}
