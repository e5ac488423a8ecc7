//! The columns of numbers that the parameters ask for: metrics with their tolerance.

use std::collections::BTreeMap;

use stages_tables::DatasetInfo;

use crate::scans::class_list;
use crate::{EvaluateError, EvaluateParams, Metric};

/// A metric as it appears in the table.
pub(crate) struct Quantity {
    pub(crate) metric: Metric,
    pub(crate) name: String,
    tolerance: Tolerance,
}

enum Tolerance {
    /// The same for all classes; no meaning but for `nsd`.
    Same(f64),
    /// By class id.
    ByClass(BTreeMap<u8, f64>),
}

impl Quantity {
    pub(crate) fn tolerance_mm(&self, class: u8) -> f64 {
        match &self.tolerance {
            Tolerance::Same(tolerance) => *tolerance,
            Tolerance::ByClass(by_class) => by_class[&class],
        }
    }
}

/// Every quantity, in the order of the parameters.
///
/// # Errors
/// When the tolerances by class name a class that is not scored, or leave one out.
pub(crate) fn quantities(
    params: &EvaluateParams,
    dataset: &DatasetInfo,
) -> Result<Vec<Quantity>, EvaluateError> {
    let by_class = class_tolerances(params, dataset)?;
    let mut all = Vec::new();
    for metric in &params.metrics {
        let quantity = |name: String, tolerance| Quantity { metric: *metric, name, tolerance };
        if *metric != Metric::Nsd {
            all.push(quantity(metric.word().to_owned(), Tolerance::Same(0.0)));
            continue;
        }
        for tolerance in &params.nsd_tolerances_mm {
            let name = format!("{}@{tolerance}mm", metric.word());
            all.push(quantity(name, Tolerance::Same(*tolerance)));
        }
        if let Some(by_class) = &by_class {
            let tolerance = Tolerance::ByClass(by_class.clone());
            all.push(quantity(metric.word().to_owned(), tolerance));
        }
    }
    Ok(all)
}

fn class_tolerances(
    params: &EvaluateParams,
    dataset: &DatasetInfo,
) -> Result<Option<BTreeMap<u8, f64>>, EvaluateError> {
    let given = &params.nsd_class_tolerances_mm;
    if given.is_empty() {
        return Ok(None);
    }
    let scored = || dataset.foreground().filter(|class| params.ignore_label != Some(class.id));
    let known = |name: &String| scored().any(|class| class.name == *name);
    let unknown = given.keys().filter(|name| !known(name)).cloned();
    let left_out = scored().map(|class| &class.name).filter(|name| !given.contains_key(*name));
    let wrong: Vec<String> = unknown.chain(left_out.cloned()).collect();
    if !wrong.is_empty() {
        return Err(EvaluateError::ToleranceClasses {
            wrong,
            dataset: dataset.name.clone(),
            accepted: class_list(dataset),
        });
    }
    Ok(Some(scored().map(|class| (class.id, given[&class.name])).collect()))
}
