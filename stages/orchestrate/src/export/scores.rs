//! The numbers of an evaluation, one for each metric, class, grid and checkpoint.

use std::collections::BTreeMap;

use stages_tables::MetricsTable;

/// What stands for the class in a mean over classes.
const ALL: &str = "mean";

/// Means over the scans in which a value is defined, by `METRIC/CLASS/GRID/CHECKPOINT`, and, as
/// `METRIC/mean/GRID/CHECKPOINT`, the mean of these over the classes, if there are several and all are
/// defined. What is defined nowhere is left out. These are the column `mean` of `comparison.csv`.
pub(super) fn scores(table: &MetricsTable) -> Vec<(String, f64)> {
    /// Grid and checkpoint, then class, then sum and number of values.
    type Values<'a> = BTreeMap<(&'a str, &'a str), BTreeMap<&'a str, (f64, u32)>>;
    let mut metrics: BTreeMap<&str, Values<'_>> = BTreeMap::new();
    for row in &table.rows {
        let place = (row.grid.as_str(), row.checkpoint.as_str());
        let classes = metrics.entry(&row.metric).or_default().entry(place).or_default();
        let sum = classes.entry(&row.class_name).or_default();
        if let Some(value) = row.value {
            *sum = (sum.0 + value, sum.1 + 1);
        }
    }
    let mut scores = Vec::new();
    for (metric, places) in metrics {
        for ((grid, checkpoint), classes) in places {
            let mean = |(sum, count): &(f64, u32)| (*count > 0).then(|| sum / f64::from(*count));
            let key = |class: &str| format!("{metric}/{class}/{grid}/{checkpoint}");
            let means: Vec<_> = classes.iter().map(|(class, sum)| (*class, mean(sum))).collect();
            let known = means.iter().filter_map(|(class, mean)| Some((key(class), (*mean)?)));
            scores.extend(known);
            let all: Option<Vec<f64>> = means.iter().map(|(_, mean)| *mean).collect();
            if let Some(all) = all.filter(|all| all.len() > 1 && !classes.contains_key(ALL)) {
                scores.push((key(ALL), all.iter().sum::<f64>() / all.len() as f64));
            }
        }
    }
    scores
}

#[cfg(test)]
mod tests {
    use stages_tables::{DatasetInfo, Grid, MetricRow, MetricState, Scoring};

    use super::*;

    fn row(case: &str, class: &str, value: Option<f64>) -> MetricRow {
        MetricRow {
            case_id: case.to_owned(),
            subject: case.to_owned(),
            phase: None,
            class_id: 1,
            class_name: class.to_owned(),
            metric: "dice".to_owned(),
            grid: Grid::Native,
            checkpoint: "best".to_owned(),
            value,
            state: MetricState::Ok,
            unit: "1".to_owned(),
            higher_is_better: Some(true),
            diagonal_mm: None,
            ignored_voxels: None,
        }
    }

    fn table(rows: Vec<MetricRow>) -> MetricsTable {
        let dataset = DatasetInfo { name: "toy".to_owned(), classes: Vec::new() };
        MetricsTable { dataset, scoring: Scoring::default(), rows }
    }

    #[test]
    fn means_are_over_scans_first_and_then_over_classes() {
        // RV: (0.5 + 1) / 2 = 0.75; LV: 0.25, defined once; their mean 0.5.
        let rows = vec![
            row("a", "RV", Some(0.5)),
            row("b", "RV", Some(1.0)),
            row("a", "LV", Some(0.25)),
            row("b", "LV", None),
        ];
        let pair = |key: &str, value: f64| (key.to_owned(), value);
        assert_eq!(
            scores(&table(rows)),
            [
                pair("dice/LV/native/best", 0.25),
                pair("dice/RV/native/best", 0.75),
                pair("dice/mean/native/best", 0.5),
            ]
        );
    }

    #[test]
    fn what_is_defined_nowhere_is_left_out() {
        let found = scores(&table(vec![row("a", "RV", Some(0.5)), row("a", "LV", None)]));
        assert_eq!(found, [("dice/RV/native/best".to_owned(), 0.5)]);
    }
}
