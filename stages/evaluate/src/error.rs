//! What goes wrong in an evaluation.

use pipeline_engine::StageError;
use stages_imaging::ImagingError;
use stages_metrics::MetricsError;
use stages_tables::TableError;

/// An evaluation that cannot be done.
#[derive(Debug, thiserror::Error)]
pub enum EvaluateError {
    /// An input or output table.
    #[error(transparent)]
    Table(#[from] TableError),
    /// A label map that cannot be read.
    #[error("cannot read the label map of scan `{case}`")]
    LabelMap {
        /// The scan.
        case: String,
        /// Why.
        #[source]
        source: ImagingError,
    },
    /// Two inputs belong to different datasets.
    #[error(
        "input `{port}` belongs to dataset {found}, but the predictions were made for {expected}"
    )]
    Dataset {
        /// The input port.
        port: &'static str,
        /// Its dataset and classes.
        found: String,
        /// The dataset and classes of the predictions.
        expected: String,
    },
    /// The predictions' window does not lie on the canvas of the slices.
    #[error(
        "the predictions cover rows {} to {} and columns {} to {}, but the slices are {} rows of {}",
        rows[0], rows[1], columns[0], columns[1], canvas[0], canvas[1]
    )]
    Window {
        /// First row and the one after the last.
        rows: [u64; 2],
        /// First column and the one after the last.
        columns: [u64; 2],
        /// Rows and columns of the canvas.
        canvas: [u32; 2],
    },
    /// Predicted scans that another input does not have.
    #[error("input `{port}` has no scan {}", listed(cases))]
    UnknownCase {
        /// The input port.
        port: &'static str,
        /// The scans.
        cases: Vec<String>,
    },
    /// Predicted scans without an annotation to compare with.
    #[error("there is no annotation for scan {}", listed(cases))]
    Unlabelled {
        /// The scans.
        cases: Vec<String>,
    },
    /// A slice predicted twice by the same checkpoint, or present twice in the slices table.
    #[error("slice {slice} of scan `{case}` is present twice in input `{port}`")]
    Duplicate {
        /// The input port.
        port: &'static str,
        /// The scan.
        case: String,
        /// Position along z, from 0.
        slice: u32,
    },
    /// A scan of which a checkpoint predicted other slices than were extracted.
    #[error(
        "checkpoint `{checkpoint}` predicted slices {found:?} of scan `{case}`, \
         but slices {expected:?} were extracted"
    )]
    Slices {
        /// The scan.
        case: String,
        /// The checkpoint.
        checkpoint: String,
        /// Slices predicted.
        found: Vec<u32>,
        /// Slices extracted.
        expected: Vec<u32>,
    },
    /// A class id that the dataset does not have.
    #[error("{what} of scan `{case}` holds class id {found}; dataset `{dataset}` has {accepted}")]
    UnknownClass {
        /// Where: the prediction, a label plane, the label map.
        what: &'static str,
        /// The scan.
        case: String,
        /// The id.
        found: u8,
        /// The dataset.
        dataset: String,
        /// Its classes.
        accepted: String,
    },
    /// The slices, the cases table and the label file disagree about a scan's size.
    #[error("{what} of scan `{case}` is {found:?} voxels along x, y, z; accepted: {accepted}")]
    Shape {
        /// What was measured.
        what: &'static str,
        /// The scan.
        case: String,
        /// Its size.
        found: [usize; 3],
        /// The size it should have.
        accepted: String,
    },
    /// Label maps on a grid without a voxel size, or too large.
    #[error("cannot score scan `{case}`")]
    Metrics {
        /// The scan.
        case: String,
        /// Why.
        #[source]
        source: MetricsError,
    },
    /// Tolerances for other classes than those that are scored.
    #[error(
        "`nsd_class_tolerances_mm` must name every foreground class and no other; wrong or left \
         out: {}; dataset `{dataset}` has {accepted}",
        listed(wrong)
    )]
    ToleranceClasses {
        /// Classes that are unknown or missing.
        wrong: Vec<String>,
        /// The dataset.
        dataset: String,
        /// Its classes.
        accepted: String,
    },
    /// A clinical structure that is no class of the dataset.
    #[error("`clinical.{field}` is `{found}`, but dataset `{dataset}` has {accepted}")]
    ClinicalClass {
        /// The parameter.
        field: &'static str,
        /// The name given.
        found: String,
        /// The dataset.
        dataset: String,
        /// Its classes.
        accepted: String,
    },
    /// Two scans that claim to be the same phase of the same heart.
    #[error("subject `{subject}` has two predicted scans of phase `{phase}`")]
    TwoScansOfPhase {
        /// The subject.
        subject: String,
        /// The phase.
        phase: String,
    },
    /// The worker threads could not be started.
    #[error("cannot start the worker threads")]
    Threads(#[source] rayon::ThreadPoolBuildError),
}

impl EvaluateError {
    fn help(&self) -> Option<&'static str> {
        Some(match self {
            Self::Dataset { .. } | Self::Window { .. } | Self::UnknownCase { .. } => {
                "connect the `slices`, `cases` and `volumes` that the predictions were made from"
            }
            Self::Unlabelled { .. } => {
                "predict only annotated scans: give the others a role other than `test` in the \
                 partition"
            }
            Self::Slices { .. } => {
                "a prediction covers every extracted slice of a scan, each once per checkpoint"
            }
            Self::UnknownClass { .. } => {
                "list the class in the data manifest, or correct the labels"
            }
            Self::Metrics { .. } => {
                "distances and volumes need the voxel size: correct the image's header, or ask \
                 only for metrics that count voxels, such as `dice`"
            }
            Self::ClinicalClass { .. } => {
                "name the class as the data manifest does, or null to leave the structure out"
            }
            _ => return None,
        })
    }
}

impl From<EvaluateError> for StageError {
    fn from(error: EvaluateError) -> Self {
        let help = error.help();
        let error = Self::new(error);
        match help {
            Some(help) => error.with_help(help),
            None => error,
        }
    }
}

fn listed(cases: &[String]) -> String {
    const SHOWN: usize = 8;
    let names: Vec<_> = cases.iter().take(SHOWN).map(|case| format!("`{case}`")).collect();
    let rest = cases.len().saturating_sub(SHOWN);
    let more = if rest > 0 { format!(" and {rest} more") } else { String::new() };
    format!("{}{more}", names.join(", "))
}
