//! What goes wrong before a case is looked at.

use std::path::PathBuf;

use pipeline_engine::stage::StageError;
use pipeline_spec::{SpecErrors, quoted_list, suggest};
use stages_tables::TableError;

use crate::Problem;
use crate::problem::summarize;

/// A dataset that cannot be ingested.
#[derive(Debug, thiserror::Error)]
pub enum IngestError {
    /// No manifest of this name.
    #[error("there is no data manifest `{name}`")]
    NoManifest {
        /// The name or path.
        name: String,
        /// Where it was looked for.
        looked: Vec<PathBuf>,
        /// What there is, or what it could have meant.
        help: String,
    },
    /// A manifest that is not valid YAML, or not a manifest.
    #[error("the data manifest is not valid: {0}")]
    ManifestSyntax(#[from] SpecErrors),
    /// A manifest that contradicts itself.
    #[error("the data manifest {} is not valid", path.display())]
    Manifest {
        /// The file.
        path: PathBuf,
        /// Everything that is wrong.
        problems: Vec<String>,
    },
    /// The dataset is not there.
    #[error("dataset `{name}` is missing")]
    NoDataset {
        /// The dataset.
        name: String,
        /// Every folder that was looked for, and what else is known.
        looked: Vec<String>,
        /// How to get it.
        obtain: String,
    },
    /// A split that the dataset does not have.
    #[error("dataset `{dataset}` has no split `{split}`")]
    NoSuchSplit {
        /// The dataset.
        dataset: String,
        /// The split.
        split: String,
        /// The splits that it has.
        known: Vec<String>,
    },
    /// A split whose folder is not there.
    #[error("the split `{split}` of dataset `{dataset}` is missing")]
    NoSplit {
        /// The dataset.
        dataset: String,
        /// The split.
        split: String,
        /// The folders that were looked for.
        looked: Vec<PathBuf>,
        /// How to get the dataset.
        obtain: String,
    },
    /// The folder holds nothing of the dataset.
    #[error("{} holds no case of dataset `{name}`", root.display())]
    Empty {
        /// The dataset.
        name: String,
        /// The folder.
        root: PathBuf,
        /// Patterns that nothing matches.
        patterns: Vec<String>,
        /// How many files were looked at.
        files: usize,
        /// How to get it.
        obtain: String,
    },
    /// A folder cannot be listed.
    #[error("cannot list the files of {}", root.display())]
    Walk {
        /// The folder.
        root: PathBuf,
        /// Why.
        #[source]
        source: walkdir::Error,
    },
    /// A file cannot be read, linked or copied.
    #[error("cannot use a file of the dataset")]
    Io(#[from] std::io::Error),
    /// The dataset itself is wrong.
    #[error("dataset `{name}` has {} problem{}", problems.len(), if problems.len() == 1 { "" } else { "s" })]
    Dataset {
        /// The dataset.
        name: String,
        /// Every problem found.
        problems: Vec<Problem>,
    },
    /// The table cannot be written.
    #[error(transparent)]
    Table(#[from] TableError),
}

impl From<IngestError> for StageError {
    fn from(error: IngestError) -> Self {
        let mut stage_error = Self::new(&error);
        match error {
            IngestError::NoManifest { looked, help, .. } => {
                stage_error.details =
                    looked.iter().map(|path| format!("looked for {}", path.display())).collect();
                stage_error.help = Some(help);
            }
            IngestError::ManifestSyntax(errors) => {
                stage_error.details = errors.diagnostics.iter().map(diagnostic_line).collect();
            }
            IngestError::Manifest { problems, .. } => stage_error.details = problems,
            IngestError::NoDataset { looked, obtain, .. } => {
                stage_error.details = looked;
                stage_error.help = Some(format!(
                    "name the folder that holds your datasets with --data-root or \
                     ORCHESTRATE_DATA, or this dataset's own folder with the parameter `root`. \
                     To get the data: {obtain}"
                ));
            }
            IngestError::NoSuchSplit { split, known, .. } => {
                let names: Vec<&str> = known.iter().map(String::as_str).collect();
                let guess = suggest(&split, &names).map(|name| format!("did you mean `{name}`? "));
                let list = if names.is_empty() { "none".to_owned() } else { quoted_list(names) };
                stage_error.help =
                    Some(format!("{}its splits are: {list}", guess.unwrap_or_default()));
            }
            IngestError::NoSplit { looked, obtain, .. } => {
                let line = |path: &PathBuf| format!("looked for the folder {}", path.display());
                stage_error.details = looked.iter().map(line).collect();
                stage_error.help = Some(format!(
                    "to read only the splits that are there, name them with the parameter \
                     `splits`. To get the data: {obtain}"
                ));
            }
            IngestError::Empty { patterns, files, obtain, .. } => {
                stage_error.details = patterns;
                stage_error.details.push(format!("looked at {files} files"));
                stage_error.help = Some(format!("To get the data: {obtain}"));
            }
            IngestError::Dataset { problems, .. } => stage_error.details = summarize(&problems),
            IngestError::Walk { .. } | IngestError::Io(_) | IngestError::Table(_) => {}
        }
        stage_error
    }
}

/// Place, message and help in one line.
fn diagnostic_line(diagnostic: &pipeline_spec::Diagnostic) -> String {
    let place = diagnostic.place.as_ref().map(|place| format!("{place}: ")).unwrap_or_default();
    let help = diagnostic.help.as_ref().map(|help| format!("; {help}")).unwrap_or_default();
    format!("{place}{}{help}", diagnostic.message)
}
