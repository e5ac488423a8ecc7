//! What can be wrong with what training and prediction are given.

use std::path::PathBuf;

use pipeline_engine::StageError;

/// How many scans a message lists before it only counts.
const LISTED: usize = 10;

/// A mistake in the inputs of `train` or `predict`.
#[derive(Debug, thiserror::Error)]
pub enum InputError {
    /// Two inputs were made from different datasets.
    #[error("{input} is of dataset `{found}`, but slices are of dataset `{expected}`")]
    OtherDataset {
        /// The input that differs.
        input: &'static str,
        /// Its dataset.
        found: String,
        /// The dataset of the slices.
        expected: String,
    },
    /// Class ids with gaps cannot be the outputs of a network.
    #[error("class ids of dataset `{dataset}` are {found}, not 0, 1, 2 and so on")]
    ClassIds {
        /// The dataset.
        dataset: String,
        /// The ids, as text.
        found: String,
    },
    /// The crop is larger than what it is taken from.
    #[error("`crop` is {crop} pixels, but the canvas of the slices is {height} x {width}")]
    CropTooLarge {
        /// Side of the crop.
        crop: u32,
        /// Rows of the canvas.
        height: u32,
        /// Columns of the canvas.
        width: u32,
    },
    /// Nothing to train on, validate with or predict.
    #[error("the partition has no scans with role {roles}")]
    NoScans {
        /// The roles looked for.
        roles: String,
    },
    /// Nothing for the regularizers to work on.
    #[error("the partition has no scans in the unlabelled pool, but the method uses them")]
    NoUnlabelled,
    /// Scans of the partition that the slices lack.
    #[error("scans of the partition without slices ({}): {}", .0.len(), listed(.0))]
    NoSlices(
        /// The scans.
        Vec<String>,
    ),
    /// Scans whose labels are needed and missing.
    #[error("scans that are used with their labels but have none ({}): {}", .0.len(), listed(.0))]
    NoLabels(
        /// The scans.
        Vec<String>,
    ),
    /// A label plane holds a value that is no class.
    #[error("label of `{case_id}`, slice {slice}, holds value {value}; classes are 0 to {largest}")]
    UnknownClass {
        /// The scan.
        case_id: String,
        /// The slice.
        slice: u32,
        /// What was found.
        value: u8,
        /// The largest class id.
        largest: usize,
    },
    /// A checkpoint file is not what its name says.
    #[error("checkpoint file {} cannot be used: {message}", path.display())]
    Checkpoint {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        message: String,
    },
}

impl InputError {
    fn help(&self) -> Option<String> {
        Some(match self {
            Self::OtherDataset { .. } => {
                "connect slices, partition and checkpoint of one dataset".to_owned()
            }
            Self::ClassIds { .. } => "number the classes from 0 in the data manifest".to_owned(),
            Self::CropTooLarge { height, width, .. } => format!(
                "set `crop` to at most {}, or enlarge the canvas of the extract stage",
                height.min(width) / 16 * 16
            ),
            Self::NoScans { .. } => {
                "give the partition more scans of these roles, or ask for others".to_owned()
            }
            Self::NoUnlabelled => {
                "leave scans unlabelled in the partition, or train without regularizers and with \
                 `unlabelled_in_batch_norm: false`"
                    .to_owned()
            }
            Self::NoSlices(_) => {
                "make slices and partition from the same cases; a scan without any labelled pixel \
                 vanishes where the extract stage drops empty slices"
                    .to_owned()
            }
            Self::NoLabels(_) => {
                "give these scans the role `unlabelled` or `unused` in the partition".to_owned()
            }
            Self::UnknownClass { .. } => "correct the label or the data manifest".to_owned(),
            Self::Checkpoint { .. } => return None,
        })
    }
}

impl From<InputError> for StageError {
    fn from(error: InputError) -> Self {
        let help = error.help();
        let converted = Self::new(error);
        match help {
            Some(help) => converted.with_help(help),
            None => converted,
        }
    }
}

fn listed(cases: &[String]) -> String {
    let shown = cases.iter().take(LISTED).map(|case| format!("`{case}`"));
    let shown = shown.collect::<Vec<_>>().join(", ");
    match cases.len().checked_sub(LISTED) {
        None | Some(0) => shown,
        Some(more) => format!("{shown} and {more} more"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lists_are_cut_and_counted() {
        let cases = |count: usize| (0..count).map(|i| i.to_string()).collect::<Vec<_>>();
        assert_eq!(listed(&cases(2)), "`0`, `1`");
        assert!(listed(&cases(10)).ends_with("`8`, `9`"));
        assert!(listed(&cases(12)).ends_with("`9` and 2 more"));
    }
}
