//! The columns of `comparison.arrow`.

use stages_tables::{Column, ColumnType, TableSchema};

/// What a comparison holds.
pub const COMPARISON: TableSchema = TableSchema {
    name: "comparison",
    file: "comparison.arrow",
    origin: "in the artifact `comparison` (stage `compare`) and the run's folder; `comparison.csv` \
             has the same columns",
    rows: "one class, or the mean over the classes, of a metric, grid, checkpoint and combination of \
           matrix variables, averaged over the runs that differ only in the variables `over`; sorted \
           by dataset, matrix variables, metric, grid, checkpoint and class, the mean last",
    columns: &COLUMNS,
    metadata: &[],
};

const COLUMNS: [Column; 24] = {
    use ColumnType::{Float64, Text, UInt8, UInt32};
    const UNIT: &str = "column `unit`";
    const NOWHERE: &str = "the metric is defined for no scan";
    const OF_CLASS: &str = "the row is the mean over classes";
    const ONE_RUN: &str = "there are fewer than two runs";
    [
        Column::new("dataset", Text, "The dataset's short name."),
        Column::each_variable(
            Text,
            "One column for each matrix variable that is not averaged over: its value. A variable \
             whose name is that of another column is called `matrix.NAME`.",
            "the runs were not made under the variable",
        ),
        Column::new("metric", Text, "The metric."),
        Column::new("grid", Text, "`native` or `network`."),
        Column::new("checkpoint", Text, "Which weights predicted."),
        Column::new("class_id", UInt8, "The class.").null(OF_CLASS),
        Column::new("class_name", Text, "The name of the class; `mean` over the classes."),
        Column::new("unit", Text, "The metric's unit."),
        Column::new("mean", Float64, "Mean over the runs of the mean over the scans, where defined.")
            .null(NOWHERE)
            .unit(UNIT),
        Column::new("std", Float64, "Sample standard deviation of that over the runs.")
            .null(ONE_RUN)
            .unit(UNIT),
        Column::new(
            "ranking",
            Float64,
            "As `mean`, where a surface distance of a structure that only one mask has counts as the \
             diagonal of the grid: what rows are ranked by.",
        )
        .null(NOWHERE)
        .unit(UNIT),
        Column::new("ranking_std", Float64, "Sample standard deviation of that over the runs.")
            .null(ONE_RUN)
            .unit(UNIT),
        Column::new(
            "scan_std",
            Float64,
            "Mean over the runs of the sample standard deviation over the scans.",
        )
        .null("the row is the mean over classes, or runs have fewer than two scans")
        .unit(UNIT),
        Column::new("scan_median", Float64, "Mean over the runs of the median over the scans.")
            .null("the row is the mean over classes, or the metric is defined nowhere")
            .unit(UNIT),
        Column::new(
            "monai_mean",
            Float64,
            "The other order of averaging: over the classes defined in a scan, then over scans.",
        )
        .null("the row is a class")
        .unit(UNIT),
        Column::new("n", UInt32, "Runs that `mean` averages.").unit("runs"),
        Column::new("ranking_n", UInt32, "Runs that `ranking` averages.").unit("runs"),
        Column::new("n_scans", UInt32, "Scans of a run; the most, if runs differ.").unit("scans"),
        Column::new("n_ok", UInt32, "Values over all runs where both masks have voxels."),
        Column::new("n_pred_empty", UInt32, "Values where the prediction has none."),
        Column::new("n_ref_empty", UInt32, "Values where the reference has none."),
        Column::new("n_both_empty", UInt32, "Values where neither has any."),
        Column::new("n_undefined", UInt32, "Values that are not defined."),
        Column::new("n_penalized", UInt32, "Those of them that `ranking` counts as the diagonal."),
    ]
};
