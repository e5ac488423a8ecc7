//! What is printed for fields and their values.

use std::collections::BTreeMap;

use super::plan::Plan;
use crate::aggregate::MEAN;
use crate::collect::MetricKind;
use crate::layout::metric_and_unit;

/// Stands for a value that a run does not have.
const NONE: &str = "–";

/// Names of a layout, and below them those of `compare`.
pub(super) struct Names<'a> {
    layers: [&'a BTreeMap<String, String>; 2],
    metrics: &'a BTreeMap<String, MetricKind>,
    percent: bool,
}

impl<'a> Names<'a> {
    pub(super) fn of(plan: &Plan<'a>, metrics: &'a BTreeMap<String, MetricKind>) -> Self {
        let layers = [&plan.layout.names, &plan.compare.names];
        Self { layers, metrics, percent: plan.percent }
    }

    fn find(&self, key: &str) -> Option<&'a str> {
        self.layers.iter().find_map(|names| names.get(key)).map(String::as_str)
    }

    /// The name that somebody chose for a value.
    pub(super) fn chosen(&self, field: &str, value: &str) -> Option<&'a str> {
        self.find(&format!("{field}={value}")).or_else(|| self.find(value))
    }

    /// What is printed for a value; `none` where there is none.
    pub(super) fn value(&self, field: &str, value: Option<&str>) -> String {
        let Some(value) = value else { return NONE.to_owned() };
        match self.chosen(field, value) {
            Some(name) => name.to_owned(),
            None if field == "metric" => self.metric(value),
            None => value.to_owned(),
        }
    }

    /// What is printed for the mean over classes.
    pub(super) fn mean(&self) -> String {
        self.chosen("class", MEAN).unwrap_or(MEAN).to_owned()
    }

    /// A metric with its unit and an arrow to where it is better.
    pub(super) fn metric(&self, metric: &str) -> String {
        let Some(kind) = self.metrics.get(metric) else { return metric.to_owned() };
        let name = self.metric_and_unit(metric);
        match kind.higher_is_better {
            Some(true) => format!("{name} ↑"),
            Some(false) => format!("{name} ↓"),
            None => name,
        }
    }

    /// A metric with its unit, by its chosen name if it has one.
    pub(super) fn metric_and_unit(&self, metric: &str) -> String {
        if let Some(name) = self.chosen("metric", metric) {
            return name.to_owned();
        }
        let kind = self.metrics.get(metric);
        kind.map_or_else(|| metric.to_owned(), |kind| metric_and_unit(metric, self.percent, kind))
    }

    /// The header of a field.
    pub(super) fn header(&self, field: &str) -> String {
        // A name of `compare` is that of a row, which may be called like a field.
        self.layers[0].get(field).cloned().unwrap_or_else(|| field.to_owned())
    }
}
