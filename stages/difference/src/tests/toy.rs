//! Small runs, written as numbers.

use std::collections::{BTreeMap, BTreeSet};

use stages_tables::{ClassInfo, DatasetInfo, Grid, MetricRow, MetricState, MetricsTable, Scoring};

use crate::{Measured, Question};

/// A value of `subject/phase`, a class and a metric; NaN is undefined.
pub(super) type Value<'a> = (&'a str, &'a str, f64);

pub(super) fn measured(coordinates: &[(&str, &str)], values: &[Value<'_>]) -> Measured {
    let rows = values.iter().map(|(scan, class, value)| row(scan, class, *value)).collect();
    let class = |id: u8, name: &str| ClassInfo { id, name: name.to_owned() };
    let classes = vec![class(0, "background"), class(1, "LV"), class(2, "RV")];
    let dataset = DatasetInfo { name: "toy".to_owned(), classes };
    let coordinates: BTreeMap<String, String> =
        coordinates.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Measured { coordinates, table: MetricsTable { dataset, scoring: Scoring::default(), rows } }
}

pub(super) fn row(scan: &str, class: &str, value: f64) -> MetricRow {
    let (subject, phase) = scan.split_once('/').unwrap_or((scan, ""));
    MetricRow {
        case_id: scan.to_owned(),
        subject: subject.to_owned(),
        phase: Some(phase.to_owned()).filter(|phase| !phase.is_empty()),
        class_id: if class == "LV" { 1 } else { 2 },
        class_name: class.to_owned(),
        metric: "dice".to_owned(),
        grid: Grid::Network,
        checkpoint: "best".to_owned(),
        value: (!value.is_nan()).then_some(value),
        state: if value.is_nan() { MetricState::BothEmpty } else { MetricState::Ok },
        unit: "1".to_owned(),
        higher_is_better: Some(true),
        diagonal_mm: None,
        ignored_voxels: None,
    }
}

pub(super) fn question() -> Question {
    Question {
        metric: "dice".to_owned(),
        grid: None,
        checkpoint: None,
        over: BTreeSet::from(["seed".to_owned()]),
        ignored: BTreeSet::new(),
    }
}
