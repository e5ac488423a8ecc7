//! What goes wrong.

use pipeline_engine::StageError;
use stages_tables::TableError;

/// Figures that cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum PlotsError {
    /// An input table.
    #[error(transparent)]
    Table(#[from] TableError),
    /// A figure that was asked for and has no data.
    #[error("`only` asks for `{kind}`, but {why}")]
    NoData {
        /// The kind of figure.
        kind: &'static str,
        /// What is missing.
        why: String,
        /// What would do.
        accepted: String,
    },
    /// A variable that no run has.
    #[error("`ratio.variable` is `{variable}`, which no metrics table was made under")]
    NoVariable {
        /// The variable.
        variable: String,
        /// Those that there are.
        known: Vec<String>,
    },
    /// A variable that cannot stand on an axis.
    #[error("the value `{value}` of `{variable}` is no number, so it has no place on an axis")]
    NotANumber {
        /// The variable.
        variable: String,
        /// Its value.
        value: String,
    },
    /// A variable that has another part already.
    #[error("`ratio.variable` is `{variable}`, which is already in `{field}`")]
    TakenVariable {
        /// The variable.
        variable: String,
        /// Where it stands.
        field: &'static str,
    },
    /// Predictions without the slices or scans they were made of.
    #[error("no `{port}` artifact belongs to the predictions of {run}")]
    Alone {
        /// The port.
        port: &'static str,
        /// Coordinates of the predictions.
        run: String,
    },
    /// A predicted scan or slice that another input does not have.
    #[error("`{port}` has no {what}, which was predicted in {run}")]
    Unknown {
        /// The port.
        port: &'static str,
        /// The scan or slice.
        what: String,
        /// Coordinates of the predictions.
        run: String,
    },
    /// Predictions that lie outside of the slices.
    #[error(
        "the predictions of {run} cover rows {rows:?} and columns {columns:?} of slices that have \
         {height} rows and {width} columns"
    )]
    Window {
        /// Coordinates of the predictions.
        run: String,
        /// First and one after the last row.
        rows: [u64; 2],
        /// First and one after the last column.
        columns: [u64; 2],
        /// Rows of a slice.
        height: u32,
        /// Columns of a slice.
        width: u32,
    },
    /// The operating system refused.
    #[error("cannot write a figure")]
    Io(#[from] std::io::Error),
}

impl PlotsError {
    fn help(&self) -> Option<String> {
        Some(match self {
            Self::NoData { accepted, .. } => accepted.clone(),
            Self::NoVariable { known, .. } if known.is_empty() => {
                "the experiment's matrix has no variable besides rows and repetitions".to_owned()
            }
            Self::NoVariable { known, .. } => format!("accepted: {}", known.join(", ")),
            Self::NotANumber { .. } => {
                "values such as `5`, `0.05` or `5%` have one; leave `ratio.variable` out for no \
                 figure against a ratio"
                    .to_owned()
            }
            Self::TakenVariable { .. } => {
                "name the variable that says how much is labelled".to_owned()
            }
            Self::Alone { .. } => {
                "under `inputs:`, name the node that the predictions were made of".to_owned()
            }
            _ => return None,
        })
    }
}

impl From<PlotsError> for StageError {
    fn from(error: PlotsError) -> Self {
        let help = error.help();
        let error = Self::new(error);
        match help {
            Some(help) => error.with_help(help),
            None => error,
        }
    }
}
