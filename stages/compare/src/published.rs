//! Numbers that others published, to stand as rows beside those of our own runs.
//!
//! They are shown as published: nothing tests them, and nothing ranks them unless a layout asks.

use std::path::Path;
use std::sync::LazyLock;

use pipeline_spec::read_yaml;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Published numbers to show: the name of a table that this program knows, or rows of one's own.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PublishedTable {
    /// Table 1 of the MIDL 2020 paper: eight methods on ACDC, prostate and spleen.
    Midl2020,
    /// The authors' run logs of ACDC with 8 labelled scans and mutual information on features.
    #[serde(rename = "authors_acdc_5pct")]
    AuthorsAcdc5pct,
    /// ACDC with 3 labelled patients in the protocol of SSL4MIS, from one paper.
    #[serde(rename = "semsim_acdc_3")]
    SemsimAcdc3,
    /// ACDC with 7 labelled patients in the protocol of SSL4MIS, from one paper.
    #[serde(rename = "semsim_acdc_7")]
    SemsimAcdc7,
    /// Rows of one's own, with their source.
    Own(Published),
}

/// Published numbers and where they stand.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Published {
    /// The publication and the table in it; a note below the table says it.
    pub source: String,
    /// What a reader must know to compare the numbers, such as the split or the labelled scans;
    /// one sentence each, for notes below the table. Default: none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// The metric of rows that name none. Default: `dice`.
    #[serde(default = "dice")]
    pub metric: String,
    /// The unit of rows that name none: `%`, `1`, `mm`, `voxel` or `ml`. Default: `%`.
    #[serde(default)]
    pub unit: PublishedUnit,
    /// Runs behind every row that says nothing else. Default: not stated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub n: Option<u32>,
    /// The numbers.
    pub rows: Vec<PublishedRow>,
}

/// One published number.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PublishedRow {
    /// The method, as the experiment's matrix calls it if it has it too, such as `ours_kl`.
    pub method: String,
    /// What is printed for it. Default: `method`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The dataset, as its manifest calls it, such as `acdc`.
    pub dataset: String,
    /// The class, as the dataset's manifest calls it, such as `RV`. Default: the mean over the
    /// foreground classes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class: Option<String>,
    /// The metric. Default: that of the table.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metric: Option<String>,
    /// The checkpoint, `best` or `last`. Default: not stated, which stands beside either.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checkpoint: Option<String>,
    /// The mean, in `unit`.
    pub mean: f64,
    /// The standard deviation over runs, in `unit`. Default: not stated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub std: Option<f64>,
    /// Runs behind the mean. Default: that of the table.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub n: Option<u32>,
    /// The unit of mean and standard deviation. Default: that of the table.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<PublishedUnit>,
}

/// The unit that a number was published in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum PublishedUnit {
    /// A ratio in percent.
    #[default]
    #[serde(rename = "%")]
    Percent,
    /// A ratio from 0 to 1.
    #[serde(rename = "1")]
    Ratio,
    /// Millimetres.
    #[serde(rename = "mm")]
    Millimetre,
    /// Voxels.
    #[serde(rename = "voxel")]
    Voxel,
    /// Millilitres.
    #[serde(rename = "ml")]
    Millilitre,
}

impl PublishedUnit {
    /// The unit in tables of metrics, where a ratio has the unit `1`.
    pub fn of_metrics(self) -> &'static str {
        match self {
            Self::Percent | Self::Ratio => "1",
            Self::Millimetre => "mm",
            Self::Voxel => "voxel",
            Self::Millilitre => "ml",
        }
    }

    /// A published number in the unit of tables of metrics.
    pub fn to_metrics(self, number: f64) -> f64 {
        if self == Self::Percent { number / 100.0 } else { number }
    }
}

/// A published number with everything that the table says about all of its rows, in the unit of
/// tables of metrics.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PublishedEntry<'a> {
    /// The method, as the experiment's matrix calls it if it has it too.
    pub method: &'a str,
    /// What the publication calls the method.
    pub name: &'a str,
    /// The dataset.
    pub dataset: &'a str,
    /// The class; none for the mean over the foreground classes.
    pub class: Option<&'a str>,
    /// The metric.
    pub metric: &'a str,
    /// The checkpoint, where it is stated.
    pub checkpoint: Option<&'a str>,
    /// `1` (ratios from 0 to 1), `mm`, `voxel` or `ml`.
    pub unit: &'static str,
    /// The mean, in `unit`.
    pub mean: f64,
    /// The standard deviation over runs, in `unit`, where it is stated.
    pub std: Option<f64>,
    /// Runs behind the mean, where their number is stated.
    pub n: Option<u32>,
}

/// A table of published numbers that this program knows: its name and its text.
const KNOWN: [(&str, PublishedTable, &str); 4] = [
    ("midl2020", PublishedTable::Midl2020, include_str!("../published/midl2020.yaml")),
    (
        "authors_acdc_5pct",
        PublishedTable::AuthorsAcdc5pct,
        include_str!("../published/authors_acdc_5pct.yaml"),
    ),
    ("semsim_acdc_3", PublishedTable::SemsimAcdc3, include_str!("../published/semsim_acdc_3.yaml")),
    ("semsim_acdc_7", PublishedTable::SemsimAcdc7, include_str!("../published/semsim_acdc_7.yaml")),
];

static TABLES: LazyLock<Vec<Published>> = LazyLock::new(|| {
    let read = |(name, _, text): &(&str, PublishedTable, &str)| {
        read_yaml(text, Path::new(name)).expect("a test reads every published table")
    };
    KNOWN.iter().map(read).collect()
});

/// The published numbers of that name, such as `midl2020`.
///
/// # Errors
/// [`UnknownPublished`] with the names that there are.
pub fn published(name: &str) -> Result<&'static Published, UnknownPublished> {
    let at = KNOWN.iter().position(|(known, ..)| *known == name);
    at.map(|at| &TABLES[at]).ok_or_else(|| UnknownPublished {
        name: name.to_owned(),
        known: KNOWN.map(|(known, ..)| known).to_vec(),
    })
}

/// A name that no table of published numbers has.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no published table is called `{name}`; there are: {}", known.join(", "))]
pub struct UnknownPublished {
    /// The name asked for.
    pub name: String,
    /// The names that there are.
    pub known: Vec<&'static str>,
}

impl PublishedTable {
    /// The numbers.
    pub fn numbers(&self) -> &Published {
        match self {
            Self::Own(own) => own,
            known => {
                let at = KNOWN.iter().position(|(_, table, _)| table == known);
                &TABLES[at.expect("every name has its table")]
            }
        }
    }
}

impl Published {
    /// Every number, complete.
    pub fn entries(&self) -> impl Iterator<Item = PublishedEntry<'_>> {
        self.rows.iter().map(|row| {
            let unit = row.unit.unwrap_or(self.unit);
            PublishedEntry {
                method: &row.method,
                name: row.name.as_deref().unwrap_or(&row.method),
                dataset: &row.dataset,
                class: row.class.as_deref(),
                metric: row.metric.as_deref().unwrap_or(&self.metric),
                checkpoint: row.checkpoint.as_deref(),
                unit: unit.of_metrics(),
                mean: unit.to_metrics(row.mean),
                std: row.std.map(|std| unit.to_metrics(std)),
                n: row.n.or(self.n),
            }
        })
    }

    /// What stands below a table that shows these numbers: their source and the runs behind them,
    /// then `notes`.
    pub fn sentences(&self) -> Vec<String> {
        let mut counts: Vec<Option<u32>> = self.entries().map(|entry| entry.n).collect();
        counts.sort_unstable();
        counts.dedup();
        let runs = match counts.as_slice() {
            [Some(1)] => "1 run".to_owned(),
            [Some(n)] => format!("means (standard deviations) over {n} runs"),
            [None] | [] => "the number of runs is not stated".to_owned(),
            several => {
                let named =
                    several.iter().map(|n| n.map_or("not stated".to_owned(), |n| n.to_string()));
                format!("runs: {}", named.collect::<Vec<_>>().join(", "))
            }
        };
        let source = self.source.trim_end_matches('.');
        let first = format!("Published: {source}; {runs}; neither ranked nor tested.");
        [first].into_iter().chain(self.notes.iter().cloned()).collect()
    }

    /// What is wrong with rows of one's own: the field below this table, what was found, and what
    /// would be accepted.
    pub fn problems(&self) -> Vec<(String, String, String)> {
        let mut problems = Vec::new();
        let mut add = |field: String, found: &str, accepted: &str| {
            problems.push((field, found.to_owned(), accepted.to_owned()));
        };
        if self.source.trim().is_empty() {
            add("source".to_owned(), "published numbers have a source", "name the publication");
        }
        if self.rows.is_empty() {
            add("rows".to_owned(), "there is no row", "list at least one number");
        }
        for (at, row) in self.rows.iter().enumerate() {
            if !row.mean.is_finite() {
                add(
                    format!("rows[{at}].mean"),
                    "it is not finite",
                    "give a number, or leave the row out",
                );
            }
            if row.std.is_some_and(|std| !std.is_finite() || std < 0.0) {
                add(
                    format!("rows[{at}].std"),
                    "it is no standard deviation",
                    "accepted: 0 or more",
                );
            }
            if row.n == Some(0) {
                add(
                    format!("rows[{at}].n"),
                    "a mean is over one run or more",
                    "accepted: 1 or more",
                );
            }
            let place = |row: &PublishedRow| {
                let metric = row.metric.clone().unwrap_or_else(|| self.metric.clone());
                let PublishedRow { method, dataset, class, checkpoint, .. } = row.clone();
                (method, dataset, class, checkpoint, metric)
            };
            if self.rows[..at].iter().any(|above| place(above) == place(row)) {
                let found =
                    "method, dataset, class, checkpoint and metric are those of a row above";
                add(format!("rows[{at}]"), found, "list every number once");
            }
        }
        problems
    }
}

fn dice() -> String {
    "dice".to_owned()
}
