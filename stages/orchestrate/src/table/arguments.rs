//! The arguments of `orchestrate table`.

use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, ValueEnum};
use pipeline_cli::PlaceArguments;
use stages_compare::{AcrossName, StatisticName, TableFormat};

/// `table`.
#[derive(Debug, Args)]
pub(super) struct TableArguments {
    /// The runs: an experiment's name, its file or its folder of results, `NAME@RUN_ID`, a run's id,
    /// or a `metrics.arrow`
    #[arg(value_name = "RUN", required = true)]
    pub(super) recorded: Vec<String>,

    /// The table of this name in the experiment's `compare`
    #[arg(long, value_name = "NAME", conflicts_with = "layout")]
    pub(super) name: Option<String>,

    /// The layout in this file: what stands below a name of `tables` in an experiment
    #[arg(long, value_name = "FILE")]
    pub(super) layout: Option<PathBuf>,

    #[command(flatten)]
    pub(super) changes: LayoutArguments,

    /// The format [default: what the name of `--out` ends with, else md]
    #[arg(long, value_name = "FORMAT")]
    pub(super) format: Option<FormatName>,

    /// Write into this file instead of standard output
    #[arg(long, short = 'o', value_name = "FILE")]
    pub(super) out: Option<PathBuf>,

    /// LaTeX with the numbers in `S` columns of siunitx
    #[arg(long)]
    pub(super) siunitx: bool,

    #[command(flatten)]
    pub(super) places: PlaceArguments,
}

/// What differs from the layout that the table starts from.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Layout")]
pub(super) struct LayoutArguments {
    /// Fields whose values are the rows, outermost first
    #[arg(long, value_name = "FIELD,…", value_delimiter = ',')]
    pub(super) rows: Option<Vec<String>>,

    /// Fields whose values are the columns, outermost first; `--columns ''` for one column
    #[arg(long, value_name = "FIELD,…", value_delimiter = ',')]
    pub(super) columns: Option<Vec<String>>,

    /// The values of a field that count; may be repeated
    #[arg(long = "where", value_name = "FIELD=VALUE,…", value_parser = assignment)]
    pub(super) wanted: Vec<(String, String)>,

    /// Fields to average over; `--over ''` for none
    #[arg(long, value_name = "FIELD,…", value_delimiter = ',')]
    pub(super) over: Option<Vec<String>>,

    /// What the statistic is taken over
    #[arg(long, value_name = "WHAT", value_parser = across())]
    pub(super) across: Option<AcrossName>,

    /// What stands in the entries
    #[arg(long, value_name = "NAME", value_parser = statistic())]
    pub(super) statistic: Option<StatisticName>,

    /// The confidence of `--statistic mean_ci` [default: 0.95]
    #[arg(long, value_name = "SHARE")]
    pub(super) confidence: Option<f64>,

    /// Digits after the point
    #[arg(long, value_name = "N")]
    pub(super) decimals: Option<u8>,

    /// Print ratios such as Dice as they are, not in percent
    #[arg(long)]
    pub(super) no_percent: bool,

    /// Values in the order to show them
    #[arg(long, value_name = "VALUE,…", value_delimiter = ',')]
    pub(super) order: Option<Vec<String>>,

    /// What to print for a value, a `FIELD=VALUE` or a field; may be repeated
    #[arg(long, value_name = "VALUE=TEXT", value_parser = name)]
    pub(super) rename: Vec<(String, String)>,

    /// The field whose values compete for best
    #[arg(long, value_name = "FIELD")]
    pub(super) rank: Option<String>,

    /// Values of it that do not compete
    #[arg(long, value_name = "VALUE,…", value_delimiter = ',')]
    pub(super) unranked: Option<Vec<String>>,

    /// Mark neither the best nor the second best
    #[arg(long)]
    pub(super) no_marks: bool,

    /// Leave out the mean over classes
    #[arg(long)]
    pub(super) no_mean: bool,

    /// Published numbers below ours, such as `midl2020`
    #[arg(long, value_name = "NAME")]
    pub(super) published: Option<String>,

    /// Test every entry against that of this value
    #[arg(long, value_name = "VALUE")]
    pub(super) reference: Option<String>,

    /// The title
    #[arg(long, value_name = "TEXT")]
    pub(super) title: Option<String>,

    /// The caption, in place of ours
    #[arg(long, value_name = "TEXT")]
    pub(super) caption: Option<String>,
}

/// A format on the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum FormatName {
    /// Markdown, which also reads as plain text.
    Md,
    /// LaTeX with booktabs.
    Tex,
    /// HTML without style.
    Html,
    /// Comma-separated values in full precision.
    Csv,
    /// Typst.
    Typ,
    /// Arrow in full precision, an entry a row; needs `--out`.
    Arrow,
}

impl FormatName {
    /// The format as text; none for Arrow.
    pub(super) fn text(self) -> Option<TableFormat> {
        Some(match self {
            Self::Md => TableFormat::Markdown,
            Self::Tex => TableFormat::Latex,
            Self::Html => TableFormat::Html,
            Self::Csv => TableFormat::Csv,
            Self::Typ => TableFormat::Typst,
            Self::Arrow => return None,
        })
    }
}

/// `FIELD=VALUE,…`.
fn assignment(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((field, values)) if !field.is_empty() && !values.is_empty() => {
            Ok((field.to_owned(), values.to_owned()))
        }
        _ => Err("write a field, `=` and its values, such as metric=dice,hd95".to_owned()),
    }
}

/// `VALUE=TEXT`, where the value may be `FIELD=VALUE`: the text begins after the last `=`.
fn name(text: &str) -> Result<(String, String), String> {
    match text.rsplit_once('=') {
        Some((value, name)) if !value.is_empty() => Ok((value.to_owned(), name.to_owned())),
        _ => Err("write a value, `=` and what to print for it".to_owned()),
    }
}

fn across() -> impl TypedValueParser<Value = AcrossName> {
    PossibleValuesParser::new(["runs", "subjects"]).map(|name| match name.as_str() {
        "subjects" => AcrossName::Subjects,
        _ => AcrossName::Runs,
    })
}

fn statistic() -> impl TypedValueParser<Value = StatisticName> {
    let names = ["mean_std", "mean", "median", "median_iqr", "mean_ci"];
    PossibleValuesParser::new(names).map(|name| match name.as_str() {
        "mean" => StatisticName::Mean,
        "median" => StatisticName::Median,
        "median_iqr" => StatisticName::MedianIqr,
        "mean_ci" => StatisticName::MeanCi,
        _ => StatisticName::MeanStd,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn assignments_and_names_are_taken_apart() {
        let pair = |a: &str, b: &str| Ok((a.to_owned(), b.to_owned()));
        assert_eq!(assignment("metric=dice,nsd@2mm"), pair("metric", "dice,nsd@2mm"));
        assert_eq!(name("ratio=5=5 %"), pair("ratio=5", "5 %"));
        assert_eq!(name("ours_kl=Ours (KL)"), pair("ours_kl", "Ours (KL)"));
        for wrong in ["metric", "=dice", "metric=", ""] {
            assert!(assignment(wrong).is_err(), "{wrong}");
        }
        assert!(name("x").is_err() && name("=x").is_err());
    }
}
