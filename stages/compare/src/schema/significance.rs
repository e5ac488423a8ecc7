//! The columns of `significance.arrow`.

use stages_tables::{Column, ColumnType, TableSchema};

/// What the tests against a reference hold.
pub const SIGNIFICANCE: TableSchema = TableSchema {
    name: "significance",
    file: "significance.arrow",
    origin: "in the artifact `comparison` (stage `compare` with the parameter `significance`) and the \
             run's folder; `significance.csv` has the same columns",
    rows: "one row of the tables against the reference, for a metric, grid, checkpoint and class; see \
           `statistics.md`",
    columns: &COLUMNS,
    metadata: &[],
};

const COLUMNS: [Column; 35] = {
    use ColumnType::{Float64, Text, Truth, UInt8, UInt32};
    const UNIT: &str = "column `unit`";
    const UNPAIRED: &str = "there is no pair of values";
    const FEW: &str = "there are fewer than two pairs of values";
    [
        Column::new("dataset", Text, "The dataset's short name."),
        Column::each_variable(
            Text,
            "One column for each matrix variable that is not averaged over: its value. A variable \
             whose name is that of another column is called `matrix.NAME`.",
            "the runs were not made under the variable",
        ),
        Column::new("reference", Text, "The row that it is tested against."),
        Column::new("metric", Text, "The metric."),
        Column::new("grid", Text, "`native` or `network`."),
        Column::new("checkpoint", Text, "Which weights predicted."),
        Column::new("class_id", UInt8, "The class.").null("the row is the mean over classes"),
        Column::new("class_name", Text, "The name of the class; `mean` over the classes."),
        Column::new("unit", Text, "The metric's unit."),
        Column::new("higher_is_better", Truth, "The metric's direction.")
            .null("the metric is a signed difference, of which 0 is the best"),
        Column::new("n_subjects", UInt32, "Pairs of values, one a subject.").unit("subjects"),
        Column::new("n_dropped", UInt32, "Subjects without a pair.").unit("subjects"),
        Column::new("n_zeros", UInt32, "Differences of zero.").null(UNPAIRED).unit("subjects"),
        Column::new("mean", Float64, "Mean over the paired subjects.").null(UNPAIRED).unit(UNIT),
        Column::new("reference_mean", Float64, "The same of the reference.")
            .null(UNPAIRED)
            .unit(UNIT),
        Column::new("difference", Float64, "Mean of row less reference.").null(UNPAIRED).unit(UNIT),
        Column::new("difference_std", Float64, "Sample standard deviation of the differences.")
            .null(FEW)
            .unit(UNIT),
        Column::new("difference_median", Float64, "Their median.").null(UNPAIRED).unit(UNIT),
        Column::new("difference_lower_quartile", Float64, "Their lower quartile (type 7).")
            .null(UNPAIRED)
            .unit(UNIT),
        Column::new("difference_upper_quartile", Float64, "Their upper quartile.")
            .null(UNPAIRED)
            .unit(UNIT),
        Column::new("hodges_lehmann", Float64, "The median of their pairwise averages.")
            .null(UNPAIRED)
            .unit(UNIT),
        Column::new("ci_low", Float64, "Lower end of the bootstrap interval of `difference`.")
            .null(FEW)
            .unit(UNIT),
        Column::new("ci_high", Float64, "Its upper end.").null(FEW).unit(UNIT),
        Column::new("confidence", Float64, "Its confidence, such as 0.95."),
        Column::new("resamples", UInt32, "How often the subjects were drawn for it."),
        Column::new("statistic", Float64, "The statistic of the signed-rank test.").null(UNPAIRED),
        Column::new("rank_sum_positive", Float64, "Rank sum of positive differences.")
            .null(UNPAIRED),
        Column::new("rank_sum_negative", Float64, "Rank sum of negative differences.")
            .null(UNPAIRED),
        Column::new("rank_biserial", Float64, "Effect size from -1 to 1.")
            .null("there is no pair of values, or all differences are zero"),
        Column::new("distribution", Text, "What p is from: `exact`, `permutation` or `normal`.")
            .null(UNPAIRED),
        Column::new("p", Float64, "Two-sided p-value.").null(UNPAIRED),
        Column::new("p_adjusted", Float64, "The same, adjusted for `n_comparisons`.")
            .null(UNPAIRED),
        Column::new("n_comparisons", UInt32, "Comparisons of the family that it is adjusted for."),
        Column::new("level", Float64, "Up to which adjusted p-value a difference is marked."),
        Column::new(
            "verdict",
            Text,
            "`better`, `worse`, `not_significant`, or `untested` without any pair.",
        ),
    ]
};
