//! What a user may choose.

use std::collections::BTreeMap;

use pipeline_engine::stage::ParamProblem;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use stages_tables::Grid;

use crate::paper::LayoutParams;
use crate::significance::SignificanceParams;

/// Digits after the point that a double can still tell apart in a percentage.
pub(crate) const MOST_DECIMALS: u8 = 6;

/// The longest name of a table.
const LONGEST_NAME: usize = 64;

/// Parameters of `compare`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct CompareParams {
    /// The matrix variable whose values are the rows of the tables. Default: `method`.
    pub rows: String,
    /// The matrix variables to average over; runs that differ in nothing else are repetitions of
    /// each other. Every other variable gives tables of its own. Default: `[seed]`.
    pub over: Vec<String>,
    /// The metric in the tables. Default: `dice`.
    pub metric: String,
    /// Further metrics, each with tables of its own after those of the first, such as
    /// `[hd95, assd, nsd@2mm]`. Default: none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub also: Vec<String>,
    /// The grid of the main table: `network` (as the paper's authors report) or `native` (the
    /// scan's own voxels). The other one appears in the second table. Default: `network`.
    pub grid: GridName,
    /// The checkpoint of the main table: `best` (the epoch that training selected) or `last`. The
    /// other one appears in the second table. Default: `best`.
    pub checkpoint: CheckpointName,
    /// Values of `rows` in the order to print them; the others follow, sorted. Default: none, all
    /// sorted.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub order: Vec<String>,
    /// Names to print instead of values of `rows`, such as `ours_kl: Ours (KL)`. Default: none.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub names: BTreeMap<String, String>,
    /// Values of `rows` that are shown but take no part in marking the best and the second best,
    /// such as an upper bound that sees all labels. Default: none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unranked: Vec<String>,
    /// Digits after the point in the tables, from 0 to 6; the Arrow and CSV files always hold full
    /// precision. Default: 2.
    pub decimals: u8,
    /// Whether to print ratios such as Dice in percent; lengths and volumes keep their unit.
    /// Default: true.
    pub percent: bool,
    /// Whether the numbers of LaTeX tables stand in `S` columns of the package siunitx, where bold
    /// digits line up too; otherwise only booktabs is needed. Default: false.
    #[serde(skip_serializing_if = "is_false")]
    pub siunitx: bool,
    /// Tests of every row against a reference row, with marks in the tables and a table of their
    /// own. Default: none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub significance: Option<SignificanceParams>,
    /// Further tables by name (letters, digits, `-` and `_`), each of a layout of its own: files
    /// `tables/NAME.md`, `.tex`, `.html`, `.csv` and `.typ`. Default: none.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub tables: BTreeMap<String, LayoutParams>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_false(value: &bool) -> bool {
    !*value
}

impl Default for CompareParams {
    fn default() -> Self {
        Self {
            rows: "method".to_owned(),
            over: vec!["seed".to_owned()],
            metric: "dice".to_owned(),
            also: Vec::new(),
            grid: GridName::Network,
            checkpoint: CheckpointName::Best,
            order: Vec::new(),
            names: BTreeMap::new(),
            unranked: Vec::new(),
            decimals: 2,
            percent: true,
            siunitx: false,
            significance: None,
            tables: BTreeMap::new(),
        }
    }
}

impl CompareParams {
    /// Everything that is wrong with the parameters themselves.
    pub(crate) fn problems(&self) -> Vec<ParamProblem> {
        let mut problems = Vec::new();
        if self.rows.is_empty() {
            problems.push(
                ParamProblem::new("rows", "an empty name is no matrix variable")
                    .with_help("name a variable of the experiment's matrix, such as `method`"),
            );
        }
        if self.over.contains(&self.rows) {
            let message = format!("`{}` cannot be both averaged over and a row", self.rows);
            problems.push(
                ParamProblem::new("over", message)
                    .with_help("list the variables that repeat a run, such as `seed`"),
            );
        }
        for (path, list) in [
            ("over", &self.over),
            ("also", &self.also),
            ("order", &self.order),
            ("unranked", &self.unranked),
        ] {
            for (index, item) in list.iter().enumerate() {
                if list[..index].contains(item) {
                    let path = format!("{path}[{index}]");
                    problems.push(ParamProblem::new(path, format!("`{item}` is listed twice")));
                }
            }
        }
        if let Some(index) = self.also.iter().position(|metric| *metric == self.metric) {
            let path = format!("also[{index}]");
            let message = format!("`{}` has its tables already", self.metric);
            problems.push(ParamProblem::new(path, message));
        }
        if self.decimals > MOST_DECIMALS {
            let message = format!("{} digits are more than the numbers hold", self.decimals);
            let help = format!("accepted: 0 to {MOST_DECIMALS}");
            problems.push(ParamProblem::new("decimals", message).with_help(help));
        }
        problems.extend(self.significance.iter().flat_map(SignificanceParams::problems));
        for (name, layout) in &self.tables {
            let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
            if name.is_empty() || name.len() > LONGEST_NAME || !name.chars().all(is_plain) {
                let message = format!("`{name}` is no name of files");
                let help = format!("accepted: up to {LONGEST_NAME} letters, digits, `-` and `_`");
                problems.push(ParamProblem::new("tables", message).with_help(help));
            }
            let of_table = layout.problems().into_iter();
            problems.extend(of_table.map(|problem| ParamProblem {
                path: format!("tables.{name}.{}", problem.path),
                ..problem
            }));
        }
        problems
    }
}

/// A grid that metrics were computed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum GridName {
    /// The network's grid: resampled and cropped.
    Network,
    /// The scan's own voxels.
    Native,
}

impl GridName {
    /// The word in the metrics table.
    pub(crate) fn as_str(self) -> &'static str {
        Grid::from(self).as_str()
    }
}

impl From<GridName> for Grid {
    fn from(name: GridName) -> Self {
        match name {
            GridName::Network => Self::Network,
            GridName::Native => Self::Native,
        }
    }
}

/// A checkpoint that predicted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CheckpointName {
    /// The epoch that training selected.
    Best,
    /// The last epoch.
    Last,
}

impl CheckpointName {
    /// The word in the metrics table.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Best => "best",
            Self::Last => "last",
        }
    }
}
