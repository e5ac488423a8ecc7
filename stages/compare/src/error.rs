//! What goes wrong in a comparison.

use std::path::PathBuf;

use arrow_schema::ArrowError;
use pipeline_engine::StageError;
use polars::error::PolarsError;
use stages_statistics::StatisticsError;
use stages_tables::TableError;

/// A comparison that cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum CompareError {
    /// An input table.
    #[error(transparent)]
    Table(#[from] TableError),
    /// An input that does not belong to any row.
    #[error(
        "the metrics of {run} were not made under the matrix variable `{rows}`, which should give \
         the rows of the table"
    )]
    NoRow {
        /// The coordinates of the input.
        run: String,
        /// The parameter `rows`.
        rows: String,
        /// The matrix variables that some input has.
        variables: Vec<String>,
    },
    /// Two inputs with the same coordinates and dataset, which would be counted twice.
    #[error("two metrics tables of dataset `{dataset}` were made under {run}")]
    SameRun {
        /// Their coordinates.
        run: String,
        /// Their dataset.
        dataset: String,
    },
    /// Two inputs that call their dataset the same but score other classes.
    #[error(
        "dataset `{dataset}` has classes {found} in the metrics of {run}, but {expected} before"
    )]
    Classes {
        /// The dataset.
        dataset: String,
        /// The coordinates of the input.
        run: String,
        /// Its classes.
        found: String,
        /// The classes of the inputs before it.
        expected: String,
    },
    /// A metric with two units or two directions.
    #[error("metric `{metric}` is {found} in the metrics of {run}, but {expected} before")]
    Metric {
        /// The metric.
        metric: String,
        /// The coordinates of the input.
        run: String,
        /// Its unit and direction.
        found: String,
        /// The unit and direction before it.
        expected: String,
    },
    /// No value for the main table.
    #[error("no metrics table has values of {wanted}")]
    NothingToShow {
        /// Metric, grid and checkpoint asked for.
        wanted: String,
        /// Those that there are.
        available: Vec<String>,
    },
    /// Nothing to compare the rows with.
    #[error("no run has `{rows}` `{reference}`, which every row is compared with")]
    NoReference {
        /// The parameter `significance.reference`.
        reference: String,
        /// The parameter `rows`.
        rows: String,
        /// The values that there are.
        values: Vec<String>,
    },
    /// A table that holds no metric rows.
    #[error("{}: {}", file.display(), match found {
        Some(found) => format!("column `{column}` is of type {found}"),
        None => format!("there is no column `{column}`"),
    })]
    NoMetricRows {
        /// The file.
        file: PathBuf,
        /// The column.
        column: &'static str,
        /// The type it has, if it is there.
        found: Option<String>,
    },
    /// A field whose column cannot be grouped by.
    #[error("field `{field}` is no text: {found}")]
    FieldType {
        /// The field.
        field: String,
        /// What its column is.
        found: String,
    },
    /// A metric whose rows disagree about its unit or direction.
    #[error("metric `{metric}` is {one} in some rows, but {other} in others")]
    MetricMeaning {
        /// The metric.
        metric: String,
        /// A unit and direction.
        one: String,
        /// Others.
        other: String,
    },
    /// Rows that would be counted twice.
    #[error("nodes `{one}` and `{other}` both have values of {place}")]
    TwoNodes {
        /// What both have values of.
        place: String,
        /// A node.
        one: String,
        /// Another.
        other: String,
    },
    /// So many values of so many fields that their combinations cannot be numbered.
    #[error("the fields {} have too many combinations of values", fields.join(", "))]
    TooManyFields {
        /// The fields.
        fields: Vec<String>,
    },
    /// A field that no row has.
    #[error("`{part}` names `{field}`, which no row of the metrics has")]
    UnknownField {
        /// The part of the layout, such as `rows`.
        part: String,
        /// The field.
        field: String,
        /// The fields that there are.
        known: Vec<String>,
    },
    /// A value that no row has.
    #[error("`{part}` names `{value}`, which no row of the metrics has{}", match field {
        Some(field) => format!(" as `{field}`"),
        None => String::new(),
    })]
    UnknownValue {
        /// The part of the layout, such as `where`.
        part: String,
        /// The field, where the value belongs to one.
        field: Option<String>,
        /// The value.
        value: String,
        /// The values that there are.
        known: Vec<String>,
    },
    /// A publication without a number of what the table shows.
    #[error(
        "`published`: no number of `{source_name}` is of a dataset, class and metric of this table"
    )]
    NoPublished {
        /// The publication.
        source_name: String,
        /// What it has numbers of.
        known: Vec<String>,
    },
    /// A field with several values that has no place in the table.
    #[error("the rows differ in `{field}` ({}), which has no place in the table", values.join(", "))]
    NoPlace {
        /// The field.
        field: String,
        /// Its values.
        values: Vec<String>,
    },
    /// Wishes that exclude each other.
    #[error("{0}")]
    Layout(String),
    /// No row has all that is wanted.
    #[error("no row of the metrics has {wanted}")]
    NoRows {
        /// What was wanted.
        wanted: String,
    },
    /// One of several tables cannot be made.
    #[error("table `{name}` cannot be made")]
    InTable {
        /// Its name.
        name: String,
        /// Why.
        #[source]
        source: Box<CompareError>,
    },
    /// A comparison of values that have no statistics.
    #[error("cannot compare {place}")]
    Statistics {
        /// The two rows and what was compared.
        place: String,
        /// Why.
        #[source]
        source: StatisticsError,
    },
    /// Polars refused.
    #[error("cannot aggregate the metrics")]
    Polars(#[from] PolarsError),
    /// Arrow refused.
    #[error("cannot build the table of all metrics")]
    Arrow(#[from] ArrowError),
    /// An output file that cannot be written.
    #[error("cannot write {}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: ArrowError,
    },
    /// The operating system refused.
    #[error("cannot write an output file")]
    Io(#[from] std::io::Error),
}

impl CompareError {
    /// What to do about it, if that can be said.
    pub fn help(&self) -> Option<String> {
        let listed = |items: &[String]| items.join("; ");
        Some(match self {
            Self::NoRow { variables, .. } if variables.is_empty() => {
                "give the experiment a matrix with a variable for the rows".to_owned()
            }
            Self::NoRow { variables, .. } => {
                format!("set `rows` to one of the matrix variables: {}", listed(variables))
            }
            Self::SameRun { .. } => "connect every `evaluate` node once".to_owned(),
            Self::NoReference { values, .. } => {
                format!("set `significance.reference` to one of: {}", listed(values))
            }
            Self::InTable { source, .. } => return source.help(),
            Self::NoMetricRows { .. } => {
                "name the `metrics.arrow` of a run's folder, or write this column".to_owned()
            }
            Self::TwoNodes { .. } => {
                "choose one with `where: { node: [...] }`, or put `node` into rows or columns"
                    .to_owned()
            }
            Self::TooManyFields { .. } => "choose fewer values with `where`".to_owned(),
            Self::UnknownField { known, .. } => format!("fields are: {}", listed(known)),
            Self::UnknownValue { known, .. } => format!("there are: {}", listed(known)),
            Self::NoPublished { known, .. } => format!("it has: {}", listed(known)),
            Self::NoPlace { field, .. } => format!(
                "put `{field}` into `rows` or `columns`, choose one value with `where`, or average \
                 over it with `over`"
            ),
            Self::NoRows { .. } => {
                "each value is there, but not together: widen `where`".to_owned()
            }
            Self::NothingToShow { available, .. } if available.is_empty() => {
                "the metrics tables are empty; was any scan predicted?".to_owned()
            }
            Self::NothingToShow { available, .. } => format!("there are: {}", listed(available)),
            _ => return None,
        })
    }
}

impl From<CompareError> for StageError {
    fn from(error: CompareError) -> Self {
        let help = error.help();
        let error = Self::new(error);
        match help {
            Some(help) => error.with_help(help),
            None => error,
        }
    }
}
