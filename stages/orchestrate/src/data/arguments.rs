//! The arguments of `orchestrate data`.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use stages_ingest::preview::Window;

/// What to do.
#[derive(Debug, Subcommand)]
pub(super) enum DataCommand {
    /// List the datasets that the program knows, and whether they are here
    #[command(after_help = "\
Examples:
  orchestrate data list
  orchestrate data list --data-root /data --json")]
    List(ListArguments),
    /// Show what a data manifest says: licence, citation, how to get the data, where files lie
    #[command(after_help = "\
Examples:
  orchestrate data show acdc
  orchestrate data show acdc --yaml > data-manifests/mine.yaml    to begin one of your own")]
    Show(ShowArguments),
    /// Read a whole dataset and say what is missing, wrong or odd
    #[command(after_help = "\
Errors are what the stage `ingest` would refuse; warnings are for a person to look at; notes are good
to know. Unlike `ingest` it goes on after the first problem.

Examples:
  orchestrate data check acdc --data-root /data
  orchestrate data check prostate --root /data/promise12 --table facts.arrow --findings findings.arrow
  orchestrate data check acdc --root /data/acdc --subjects patient001,patient002 --json

Exit status: 0 no errors, 1 errors (with --strict also warnings) or stopped, 2 the request is wrong,
3 a bug.")]
    Check(CheckArguments),
    /// Draw slices of a few cases with the contours of their label maps, as PNG
    #[command(after_help = "\
Cases are spread over the dataset, slices over the labelled ones, the fullest among them. Where a file
says how it lies in the patient, slices are turned as radiologists look at them: the patient's right
at the left, the front at the top.

Examples:
  orchestrate data preview acdc --data-root /data --out acdc.png
  orchestrate data preview acdc --root /data/acdc --cases patient001,patient090_frame04 --slices 8
  orchestrate data preview spleen --data-root /data --window -160,240 --limit 0 --out pages/spleen.png

Exit status: 0 done, 1 something could not be drawn or it was stopped, 2 the request is wrong, 3 a
bug.")]
    Preview(PreviewArguments),
}

/// `list`.
#[derive(Debug, Args)]
pub(super) struct ListArguments {
    /// The folder that holds the datasets [default: $ORCHESTRATE_DATA]
    #[arg(long, value_name = "DIR")]
    pub(super) data_root: Option<PathBuf>,

    /// Print the list as JSON
    #[arg(long)]
    pub(super) json: bool,
}

/// `show`.
#[derive(Debug, Args)]
pub(super) struct ShowArguments {
    /// The data manifest: a name such as `acdc`, or a path
    #[arg(value_name = "MANIFEST")]
    pub(super) manifest: String,

    /// Print the manifest as it is written
    #[arg(long)]
    pub(super) yaml: bool,
}

/// Which dataset, and where it is.
#[derive(Debug, Args)]
pub(super) struct PlaceArguments {
    /// The data manifest: a name such as `acdc`, or a path
    #[arg(value_name = "MANIFEST")]
    pub(super) manifest: String,

    /// The dataset's own folder [default: one of the manifest's folder names under the data root]
    #[arg(long, value_name = "DIR")]
    pub(super) root: Option<PathBuf>,

    /// The folder that holds the datasets [default: $ORCHESTRATE_DATA]
    #[arg(long, value_name = "DIR", conflicts_with = "root")]
    pub(super) data_root: Option<PathBuf>,

    /// Only these parts of the release, such as `training`
    #[arg(long, value_name = "A,B", value_delimiter = ',')]
    pub(super) splits: Option<Vec<String>>,
}

/// `check`.
#[derive(Debug, Args)]
pub(super) struct CheckArguments {
    #[command(flatten)]
    pub(super) place: PlaceArguments,

    /// Only these subjects
    #[arg(long, value_name = "A,B", value_delimiter = ',')]
    pub(super) subjects: Option<Vec<String>>,

    /// Write what is known of each case into this Arrow file
    #[arg(long, value_name = "FILE")]
    pub(super) table: Option<PathBuf>,

    /// Write all findings into this Arrow file
    #[arg(long, value_name = "FILE")]
    pub(super) findings: Option<PathBuf>,

    /// List all findings of a kind, not only the first ten
    #[arg(long, conflicts_with = "json")]
    pub(super) all: bool,

    /// Exit with status 1 for warnings too
    #[arg(long)]
    pub(super) strict: bool,

    /// Cases that are read at the same time; each is held in memory [default: processors]
    #[arg(long, short = 'j', value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub(super) cpus: Option<u16>,

    /// Print cases and findings as JSON
    #[arg(long)]
    pub(super) json: bool,
}

/// `preview`.
#[derive(Debug, Args)]
pub(super) struct PreviewArguments {
    #[command(flatten)]
    pub(super) place: PlaceArguments,

    /// The picture; of several pages the names get a number, `sheet-1.png` [default: the dataset's
    /// name with `-preview.png`]
    #[arg(long, short = 'o', value_name = "FILE")]
    pub(super) out: Option<PathBuf>,

    /// These cases, or all cases of these subjects
    #[arg(long, value_name = "A,B", value_delimiter = ',')]
    pub(super) cases: Option<Vec<String>>,

    /// How many cases, spread over the dataset; 0 for all
    #[arg(long, value_name = "N", default_value_t = 12, conflicts_with = "cases")]
    pub(super) limit: usize,

    /// Slices of a case
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = clap::value_parser!(u16).range(1..=32))]
    pub(super) slices: u16,

    /// Cases side by side
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = clap::value_parser!(u16).range(1..=8))]
    pub(super) columns: u16,

    /// Cases on a page
    #[arg(long, value_name = "N", default_value_t = 24, value_parser = clap::value_parser!(u16).range(1..=200))]
    pub(super) per_page: u16,

    /// Width and height of a slice in pixels
    #[arg(long, value_name = "PIXELS", default_value_t = 192, value_parser = clap::value_parser!(u16).range(64..=512))]
    pub(super) tile: u16,

    /// Which values are black and white: `LOW,HIGH`, or `percentiles` for the 1st and 99th of the
    /// volume [default: -160,240 for CT, otherwise percentiles]
    #[arg(long, value_name = "LOW,HIGH", allow_hyphen_values = true, value_parser = window)]
    pub(super) window: Option<Window>,

    /// Cases that are read at the same time; each is held in memory [default: processors]
    #[arg(long, short = 'j', value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub(super) cpus: Option<u16>,
}

/// `LOW,HIGH` or `percentiles`.
fn window(text: &str) -> Result<Window, String> {
    if text == "percentiles" {
        return Ok(Window::Percentiles);
    }
    let numbers = text.split_once(',').and_then(|(low, high)| {
        Some((low.trim().parse::<f64>().ok()?, high.trim().parse::<f64>().ok()?))
    });
    match numbers {
        Some((low, high)) if low.is_finite() && high.is_finite() && low < high => {
            Ok(Window::Range(low, high))
        }
        _ => {
            Err("write two numbers, the smaller first, such as -160,240, or `percentiles`"
                .to_owned())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_are_two_numbers_or_a_word() {
        assert_eq!(window("-160,240"), Ok(Window::Range(-160.0, 240.0)));
        assert_eq!(window("percentiles"), Ok(Window::Percentiles));
        for wrong in ["240,-160", "1", "a,b", "1,inf", "", "1,2,3"] {
            assert!(window(wrong).is_err(), "{wrong}");
        }
    }
}
