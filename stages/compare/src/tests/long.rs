//! Metric rows as plain data, and as the tables that hold them.

use std::sync::Arc;

use arrow_array::types::Int32Type;
use arrow_array::{
    ArrayRef, BooleanArray, DictionaryArray, Float64Array, RecordBatch, StringArray, UInt8Array,
};

use crate::long::batch;

/// One row of metrics.
#[derive(Debug, Clone)]
pub(crate) struct Long {
    pub(crate) variables: Vec<(&'static str, String)>,
    pub(crate) experiment: &'static str,
    pub(crate) node: String,
    pub(crate) dataset: &'static str,
    pub(crate) subject: String,
    pub(crate) case: String,
    pub(crate) phase: Option<&'static str>,
    pub(crate) class: &'static str,
    pub(crate) metric: &'static str,
    pub(crate) grid: &'static str,
    pub(crate) checkpoint: &'static str,
    pub(crate) value: Option<f64>,
    pub(crate) state: &'static str,
    pub(crate) diagonal: Option<f64>,
}

/// The classes of these rows in the order of their ids.
const CLASSES: [&str; 4] = ["background", "RV", "Myo", "LV"];

impl Long {
    /// Dice of one class in one scan under these variables.
    pub(crate) fn dice(
        variables: &[(&'static str, &str)],
        subject: &str,
        class: &'static str,
        value: f64,
    ) -> Self {
        let named: Vec<_> =
            variables.iter().map(|(name, value)| format!("{name}={value}")).collect();
        Self {
            variables: variables.iter().map(|(name, value)| (*name, (*value).to_owned())).collect(),
            experiment: "one",
            node: format!("evaluate[{}]", named.join(",")),
            dataset: "acdc",
            subject: subject.to_owned(),
            case: format!("{subject}_ED"),
            phase: Some("ED"),
            class,
            metric: "dice",
            grid: "network",
            checkpoint: "best",
            value: Some(value),
            state: "ok",
            diagonal: None,
        }
    }

    /// The same in millimetres of HD95.
    pub(crate) fn hd95(self, value: Option<f64>) -> Self {
        Self { metric: "hd95", value, ..self }
    }

    fn unit(&self) -> (&'static str, Option<bool>) {
        match self.metric {
            "hd95" => ("mm", Some(false)),
            "volume_difference" => ("ml", None),
            _ => ("1", Some(true)),
        }
    }

    fn variable(&self, name: &str) -> Option<&str> {
        let found = self.variables.iter().find(|(known, _)| *known == name);
        found.map(|(_, value)| value.as_str())
    }
}

/// How texts are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Texts {
    Plain,
    Dictionary,
}

/// Rows as a table.
pub(crate) fn table(rows: &[Long], texts: Texts) -> RecordBatch {
    type Of<'a> = Box<dyn Fn(&Long) -> Option<String> + 'a>;
    let mut names: Vec<&'static str> =
        rows.iter().flat_map(|row| row.variables.iter().map(|(name, _)| *name)).collect();
    names.sort_unstable();
    names.dedup();
    let text = |of: Of<'_>| -> ArrayRef {
        let values: Vec<Option<String>> = rows.iter().map(of).collect();
        let values = values.iter().map(Option::as_deref);
        match texts {
            Texts::Plain => Arc::new(values.collect::<StringArray>()),
            Texts::Dictionary => Arc::new(values.collect::<DictionaryArray<Int32Type>>()),
        }
    };
    let fixed: [(&str, Of<'_>); 11] = [
        ("experiment", Box::new(|row| Some(row.experiment.to_owned()))),
        ("node", Box::new(|row| Some(row.node.clone()))),
        ("dataset", Box::new(|row| Some(row.dataset.to_owned()))),
        ("subject", Box::new(|row| Some(row.subject.clone()))),
        ("case_id", Box::new(|row| Some(row.case.clone()))),
        ("phase", Box::new(|row| row.phase.map(str::to_owned))),
        ("class_name", Box::new(|row| Some(row.class.to_owned()))),
        ("metric", Box::new(|row| Some(row.metric.to_owned()))),
        ("grid", Box::new(|row| Some(row.grid.to_owned()))),
        ("checkpoint", Box::new(|row| Some(row.checkpoint.to_owned()))),
        ("state", Box::new(|row| Some(row.state.to_owned()))),
    ];
    let mut columns: Vec<(String, bool, ArrayRef)> =
        fixed.into_iter().map(|(name, of)| (name.to_owned(), true, text(of))).collect();
    columns.push(("unit".to_owned(), true, text(Box::new(|row| Some(row.unit().0.to_owned())))));
    for name in names {
        let of: Of<'_> = Box::new(move |row| row.variable(name).map(str::to_owned));
        columns.push((name.to_owned(), true, text(of)));
    }
    let id = |row: &Long| CLASSES.iter().position(|class| *class == row.class).unwrap_or(9) as u8;
    let numbers: [(&str, ArrayRef); 4] = [
        ("class_id", Arc::new(UInt8Array::from_iter_values(rows.iter().map(id)))),
        ("value", Arc::new(rows.iter().map(|row| row.value).collect::<Float64Array>())),
        ("diagonal_mm", Arc::new(rows.iter().map(|row| row.diagonal).collect::<Float64Array>())),
        (
            "higher_is_better",
            Arc::new(rows.iter().map(|row| row.unit().1).collect::<BooleanArray>()),
        ),
    ];
    columns.extend(numbers.map(|(name, array)| (name.to_owned(), true, array)));
    batch(columns).unwrap()
}
