//! The columns of a run's tables: where a row comes from, then those of the tables of its nodes.

use crate::schema::{Column, ColumnType, MetadataEntry, TableSchema, categories, joined};
use crate::{clinical, metrics};

/// What stands before the columns of a node's own table.
const FRONT: [Column; 5] = {
    use ColumnType::Category;
    [
        Column::new("experiment", Category, "The experiment."),
        Column::new("node", Category, "The node of its graph that made the row."),
        Column::new(
            "action",
            Category,
            "The key of the action that made the row, in hexadecimal: `orchestrate show` tells what \
             it was made of.",
        ),
        Column::each_variable(
            Category,
            "One column for each matrix variable, such as `method` or `seed`: its value. A variable \
             whose name is that of another column of the table is called `matrix.NAME`.",
            "the row was not made under the variable",
        ),
        Column::new("dataset", Category, "The dataset's short name."),
    ]
};

const METRICS: [Column; 19] = joined(FRONT, categories(metrics::COLUMNS));
const CLINICAL: [Column; 15] = joined(FRONT, categories(clinical::COLUMNS));

const TABLE: MetadataEntry =
    MetadataEntry { key: "table", meaning: "What the table is, as a text." };
const VARIABLES: MetadataEntry = MetadataEntry {
    key: "variables",
    meaning: "The matrix variables: `name` and `column` of each.",
};
const DATASETS: MetadataEntry =
    MetadataEntry { key: "datasets", meaning: "The datasets: `name` and `classes` of each." };

/// What a run's metrics table holds.
pub(super) const METRICS_SCHEMA: TableSchema = TableSchema {
    name: "run metrics",
    file: "metrics.arrow",
    origin: "in the run's folder, `runs/EXPERIMENT/`, written after every run",
    rows: "one value: the rows of the metrics tables of all evaluations that are done; sorted by \
           dataset, the matrix variables (in the order of their names, numbers by value), scan, \
           class, metric, grid, checkpoint",
    columns: &METRICS,
    metadata: &[
        TABLE,
        VARIABLES,
        DATASETS,
        MetadataEntry {
            key: "scoring",
            meaning: "By node, what was done before scoring (as in the metrics of a node), where \
                      anything was.",
        },
    ],
};

/// What a run's clinical table holds.
pub(super) const CLINICAL_SCHEMA: TableSchema = TableSchema {
    name: "run clinical",
    file: "clinical.arrow",
    origin: "in the run's folder, `runs/EXPERIMENT/`, where an evaluation has clinical quantities",
    rows: "one quantity: the rows of the clinical tables of all evaluations that are done; sorted by \
           dataset, the matrix variables, subject, structure, quantity, checkpoint",
    columns: &CLINICAL,
    metadata: &[TABLE, VARIABLES, DATASETS],
};

/// A run's table, and the tables of nodes that it is made of.
pub(super) struct Kind {
    /// What it holds.
    pub(super) schema: &'static TableSchema,
    /// What one table of a node holds.
    pub(super) part: &'static TableSchema,
    /// The columns of a node's table that its rows are sorted by.
    pub(super) order: &'static [&'static str],
    /// What the metadata `table` says.
    pub(super) table: &'static str,
}

/// The metrics.
pub(super) const RUN_METRICS: Kind = Kind {
    schema: &METRICS_SCHEMA,
    part: &crate::MetricsTable::SCHEMA,
    order: &["case_id", "class_id", "metric", "grid", "checkpoint"],
    table: "run_metrics",
};

/// The clinical quantities.
pub(super) const RUN_CLINICAL: Kind = Kind {
    schema: &CLINICAL_SCHEMA,
    part: &crate::ClinicalTable::SCHEMA,
    order: &["subject", "structure", "quantity", "checkpoint"],
    table: "run_clinical",
};
