//! What a user may choose about a table.

use std::collections::BTreeMap;

use pipeline_engine::stage::ParamProblem;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::PublishedTable;
use crate::params::MOST_DECIMALS;
use crate::significance::SignificanceParams;

/// A table of one's own. A field is a matrix variable, or `class`, `metric`, `dataset`, `grid`,
/// `checkpoint`, `phase`, `subject`, `case_id`, or in tables over several runs `experiment`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct LayoutParams {
    /// The fields whose values are the rows, outermost first, such as `[ratio, method]`. Default:
    /// every matrix variable that has several values and no other place, then the rows of
    /// `compare`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rows: Vec<String>,
    /// The fields whose values are the columns, outermost first, such as `[metric, class]`; an empty
    /// list for one column with the mean over classes. Default: `[class]`, unless it is among the
    /// rows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub columns: Option<Vec<String>>,
    /// The values of fields that count, such as `{ metric: [dice, hd95], checkpoint: [best] }`; they
    /// are shown in this order. Default: the metric, grid and checkpoint of `compare`, and
    /// everything of other fields.
    #[serde(rename = "where", skip_serializing_if = "BTreeMap::is_empty")]
    pub wanted: BTreeMap<String, Vec<String>>,
    /// The fields to average over; runs that differ in nothing else are repetitions. Default: that
    /// of `compare`, which is `[seed]`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub over: Option<Vec<String>>,
    /// What the statistic is taken over: `runs` (each the mean over its scans) or `subjects` (each
    /// the mean over its scans and the runs). Default: `runs`.
    #[serde(skip_serializing_if = "AcrossName::is_default")]
    pub across: AcrossName,
    /// What stands in the entries: `mean_std`, `mean`, `median`, `median_iqr` or `mean_ci`. Default:
    /// `mean_std`.
    #[serde(skip_serializing_if = "StatisticName::is_default")]
    pub statistic: StatisticName,
    /// The confidence of `mean_ci`, above 0 and below 1. Default: 0.95.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub confidence: Option<f64>,
    /// Digits after the point, from 0 to 6. Default: that of `compare`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decimals: Option<u8>,
    /// Whether to print ratios such as Dice in percent. Default: that of `compare`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub percent: Option<bool>,
    /// Values of rows and columns in the order to show them; the others follow, sorted. Default: the
    /// order of `where`, then that of `compare`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub order: Vec<String>,
    /// What to print instead of a value (`ours_kl: Ours (KL)`), of a value of one field
    /// (`ratio=5: 5 %`), or as the header of a field (`ratio: Labelled`). Default: the names of
    /// `compare`.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub names: BTreeMap<String, String>,
    /// The field whose values compete for best and second best; entries that agree in all others are
    /// compared. Default: the rows of `compare` if they are in the table, else the innermost rows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rank: Option<String>,
    /// Values of `rank` that are shown but do not compete. Default: those of `compare`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unranked: Option<Vec<String>>,
    /// Whether to mark the best. Default: true.
    #[serde(skip_serializing_if = "is_true")]
    pub best: bool,
    /// Whether to mark the second best. Default: true.
    #[serde(skip_serializing_if = "is_true")]
    pub second: bool,
    /// Whether the mean over classes stands beside several classes. Default: true.
    #[serde(skip_serializing_if = "is_true")]
    pub mean: bool,
    /// Published numbers that stand as rows below ours; `rows` must name the rows of `compare`.
    /// Default: none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub published: Option<PublishedTable>,
    /// Tests of every entry against the one of a reference value of `rank`; all comparisons of the
    /// table are corrected together. Default: none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub significance: Option<SignificanceParams>,
    /// The title. Default: the metrics and the dataset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The caption, in place of the sentences that say what the entries are. Default: these
    /// sentences.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub caption: Option<String>,
}

/// What a statistic is taken over.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AcrossName {
    /// The runs that differ only in the fields averaged over.
    #[default]
    Runs,
    /// The subjects.
    Subjects,
}

/// A value and what stands beside it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum StatisticName {
    /// Mean and sample standard deviation.
    #[default]
    MeanStd,
    /// Mean.
    Mean,
    /// Median.
    Median,
    /// Median and quartiles.
    MedianIqr,
    /// Mean and its confidence interval, from Student's distribution.
    MeanCi,
}

impl AcrossName {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
    fn is_default(&self) -> bool {
        *self == Self::Runs
    }
}

impl StatisticName {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
    fn is_default(&self) -> bool {
        *self == Self::MeanStd
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_true(value: &bool) -> bool {
    *value
}

impl Default for LayoutParams {
    fn default() -> Self {
        Self {
            rows: Vec::new(),
            columns: None,
            wanted: BTreeMap::new(),
            over: None,
            across: AcrossName::Runs,
            statistic: StatisticName::MeanStd,
            confidence: None,
            decimals: None,
            percent: None,
            order: Vec::new(),
            names: BTreeMap::new(),
            rank: None,
            unranked: None,
            best: true,
            second: true,
            mean: true,
            published: None,
            significance: None,
            title: None,
            caption: None,
        }
    }
}

impl LayoutParams {
    /// Everything that is wrong with the layout itself, whatever the metrics; fields are named from
    /// the layout on, such as `where.metric`.
    pub fn problems(&self) -> Vec<ParamProblem> {
        let mut problems = Vec::new();
        let columns = self.columns.as_deref().unwrap_or_default();
        let over = self.over.as_deref().unwrap_or_default();
        let lists = [
            ("rows", self.rows.as_slice()),
            ("columns", columns),
            ("over", over),
            ("order", &self.order),
            ("unranked", self.unranked.as_deref().unwrap_or_default()),
        ];
        let wanted = self.wanted.iter().map(|(field, values)| (format!("where.{field}"), values));
        let wanted: Vec<(String, &[String])> =
            wanted.map(|(path, values)| (path, values.as_slice())).collect();
        let lists = lists.map(|(path, list)| (path.to_owned(), list));
        for (path, list) in lists.iter().chain(&wanted) {
            for (index, item) in list.iter().enumerate() {
                if list[..index].contains(item) {
                    let path = format!("{path}[{index}]");
                    problems.push(ParamProblem::new(path, format!("`{item}` is listed twice")));
                }
            }
        }
        for (path, list) in &wanted {
            if list.is_empty() {
                let problem = ParamProblem::new(path.clone(), "no value is left to show");
                problems.push(problem.with_help("list the values that count"));
            }
        }
        for (index, field) in columns.iter().enumerate().filter(|(_, f)| self.rows.contains(f)) {
            let message = format!("`{field}` is among the rows already");
            problems.push(ParamProblem::new(format!("columns[{index}]"), message));
        }
        for (index, field) in over.iter().enumerate() {
            if self.rows.contains(field) || columns.contains(field) {
                let message = format!("`{field}` cannot be both averaged over and shown");
                problems.push(ParamProblem::new(format!("over[{index}]"), message));
            } else if ["class", "metric", "subject", "case_id"].contains(&field.as_str()) {
                let message = format!("`{field}` makes no repetitions of a run");
                let help = "list what repeats a run, such as `seed`; classes, subjects and scans \
                            are averaged without being asked for";
                let path = format!("over[{index}]");
                problems.push(ParamProblem::new(path, message).with_help(help));
            }
        }
        if let Some(decimals) = self.decimals.filter(|decimals| *decimals > MOST_DECIMALS) {
            let message = format!("{decimals} digits are more than the numbers hold");
            let help = format!("accepted: 0 to {MOST_DECIMALS}");
            problems.push(ParamProblem::new("decimals", message).with_help(help));
        }
        if let Some(confidence) = self.confidence {
            if !(confidence > 0.0 && confidence < 1.0) {
                let message = format!("{confidence} is not between 0 and 1");
                let help = "accepted: above 0 and below 1, such as 0.95";
                problems.push(ParamProblem::new("confidence", message).with_help(help));
            } else if self.statistic != StatisticName::MeanCi {
                let help = "leave it out, or set `statistic: mean_ci`";
                let message = "only `mean_ci` has a confidence";
                problems.push(ParamProblem::new("confidence", message).with_help(help));
            }
        }
        if let Some(PublishedTable::Own(own)) = &self.published {
            for (field, found, accepted) in own.problems() {
                let path = format!("published.own.{field}");
                problems.push(ParamProblem::new(path, found).with_help(accepted));
            }
        }
        problems.extend(self.significance.iter().flat_map(SignificanceParams::problems));
        problems
    }
}
