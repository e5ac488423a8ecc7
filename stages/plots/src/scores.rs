//! From values per scan to values per subject, class and run.

use std::collections::BTreeMap;

use stages_statistics::mean;
use stages_tables::{Grid, MetricRow, MetricsTable};

/// Which rows of a metrics table are meant.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Setting<'a> {
    pub(crate) metric: &'a str,
    pub(crate) grid: Grid,
    pub(crate) checkpoint: &'a str,
}

impl Setting<'_> {
    pub(crate) fn includes(&self, row: &MetricRow) -> bool {
        row.metric == self.metric && row.grid == self.grid && row.checkpoint == self.checkpoint
    }
}

/// The values of one class of one run by subject; none where one of them is undefined.
pub(crate) type SubjectValues = BTreeMap<String, Option<f64>>;

/// The mean over the scans of every subject, by class. A distance of a structure that only one of
/// the masks has counts as the diagonal of the grid, as in the tables.
pub(crate) fn by_subject(
    table: &MetricsTable,
    setting: Setting<'_>,
) -> BTreeMap<u8, SubjectValues> {
    let mut values: BTreeMap<u8, BTreeMap<&str, Vec<Option<f64>>>> = BTreeMap::new();
    for row in table.rows.iter().filter(|row| setting.includes(row)) {
        let class = values.entry(row.class_id).or_default();
        class.entry(&row.subject).or_default().push(row.ranking_value());
    }
    let class = |subjects: BTreeMap<&str, Vec<Option<f64>>>| {
        let subject = |(name, list): (&str, Vec<_>)| (name.to_owned(), mean_of_all(list));
        subjects.into_iter().map(subject).collect()
    };
    values.into_iter().map(|(id, subjects)| (id, class(subjects))).collect()
}

/// Means over lists of values by subject: several runs of a class, or several classes of a run. A
/// subject that is missing in one of them has no value.
pub(crate) fn mean_by_subject<'a>(
    lists: impl IntoIterator<Item = &'a SubjectValues>,
) -> SubjectValues {
    let mut values: BTreeMap<&str, Vec<Option<f64>>> = BTreeMap::new();
    let mut count = 0;
    for list in lists {
        count += 1;
        for (subject, value) in list {
            values.entry(subject).or_default().push(*value);
        }
    }
    let all = |list: Vec<Option<f64>>| if list.len() == count { mean_of_all(list) } else { None };
    values.into_iter().map(|(subject, list)| (subject.to_owned(), all(list))).collect()
}

/// The score of a run: of every class the mean over the scans that have a value, then the mean over
/// the classes, as in the tables.
pub(crate) fn headline(table: &MetricsTable, setting: Setting<'_>) -> Option<f64> {
    let mut classes: BTreeMap<u8, Vec<f64>> = BTreeMap::new();
    for row in table.rows.iter().filter(|row| setting.includes(row)) {
        let class = classes.entry(row.class_id).or_default();
        class.extend(row.ranking_value().filter(|value| value.is_finite()));
    }
    let scores: Option<Vec<f64>> = classes.values().map(|values| mean(values)).collect();
    mean(&scores?)
}

/// The mean over the classes of one scan that have a value.
pub(crate) fn of_scan(table: &MetricsTable, setting: Setting<'_>, case: &str) -> Option<f64> {
    let rows = table.rows.iter().filter(|row| row.case_id == case && setting.includes(row));
    let values: Vec<f64> = rows.filter_map(MetricRow::ranking_value).collect();
    mean(&values)
}

fn mean_of_all(values: Vec<Option<f64>>) -> Option<f64> {
    let values: Option<Vec<f64>> =
        values.into_iter().map(|value| value.filter(|value| value.is_finite())).collect();
    mean(&values?)
}
