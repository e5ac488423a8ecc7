//! A table's entries as Arrow.

use std::path::Path;
use std::sync::Arc;

use arrow_array::{ArrayRef, Float64Array, StringArray, UInt32Array};

use super::make::{Fact, MadeTable};
use super::statistic::Beside;
use crate::CompareError;
use crate::long::{batch, write_arrow};
use crate::number::Mark;

/// Writes one row per entry.
pub(super) fn write(table: &MadeTable, path: &Path) -> Result<(), CompareError> {
    let facts = &table.facts;
    let text = |of: &dyn Fn(&Fact) -> Option<String>| -> ArrayRef {
        Arc::new(facts.iter().map(of).collect::<StringArray>())
    };
    let number = |of: fn(&Fact) -> Option<f64>| -> ArrayRef {
        Arc::new(facts.iter().map(of).collect::<Float64Array>())
    };
    let mut columns: Vec<(String, bool, ArrayRef)> = Vec::new();
    for (at, field) in table.fields.iter().enumerate() {
        columns.push((field.clone(), true, text(&|fact| fact.key[at].clone())));
    }
    if !table.fields.iter().any(|field| field == "metric") {
        columns.push(("metric".to_owned(), false, text(&|fact| Some(fact.metric.clone()))));
    }
    let mark = |fact: &Fact| match fact.mark {
        Mark::Best => Some("best".to_owned()),
        Mark::Second => Some("second".to_owned()),
        Mark::None => None,
    };
    let low = |fact: &Fact| match fact.estimate.beside {
        Beside::Range(low, _) => Some(low),
        _ => None,
    };
    let high = |fact: &Fact| match fact.estimate.beside {
        Beside::Range(_, high) => Some(high),
        _ => None,
    };
    let std = |fact: &Fact| match fact.estimate.beside {
        Beside::Std(std) => Some(std),
        _ => None,
    };
    let counts = facts.iter().map(|fact| fact.n);
    let own: [(&str, bool, ArrayRef); 8] = [
        ("unit", false, text(&|fact| Some(fact.unit.clone()))),
        ("value", true, number(|fact| fact.estimate.value)),
        ("std", true, number(std)),
        ("low", true, number(low)),
        ("high", true, number(high)),
        ("n", false, Arc::new(UInt32Array::from_iter_values(counts))),
        ("mark", true, text(&mark)),
        ("verdict", false, text(&|fact| Some(fact.verdict.as_str().to_owned()))),
    ];
    // A field may be called like one of these.
    let taken = |name: &str| table.fields.iter().any(|field| field == name);
    let name = |name: &str| if taken(name) { format!("table.{name}") } else { name.to_owned() };
    columns.extend(own.map(|(column, null, array)| (name(column), null, array)));
    write_arrow(path, &batch(columns)?)
}
