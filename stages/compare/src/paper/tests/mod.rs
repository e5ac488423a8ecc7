//! Small tables worked out by hand.

mod fields;
mod mistakes;
mod numbers;
mod published;
mod tested;

use serde_json::Value;

use super::{LayoutParams, MadeTable, TableFormat, TableRequest};
use crate::query::MetricRows;
use crate::tests::long::{Long, Texts, table};
use crate::{CompareError, CompareParams};

/// Makes a table of a layout and of parameters of `compare`.
fn make(rows: &[Long], layout: &Value, compare: &Value) -> Result<MadeTable, CompareError> {
    let layout: LayoutParams = serde_json::from_value(layout.clone()).unwrap();
    let problems: Vec<_> = layout.problems().into_iter().map(|p| (p.path, p.message)).collect();
    assert_eq!(problems, []);
    let compare: CompareParams = serde_json::from_value(compare.clone()).unwrap();
    let rows = MetricRows::of(table(rows, Texts::Dictionary)).unwrap();
    MadeTable::make(
        &rows,
        &TableRequest { name: "mine", layout: &layout, compare: &compare, notes: &[] },
    )
}

fn made(rows: &[Long], layout: &Value) -> MadeTable {
    make(rows, layout, &serde_json::json!({})).unwrap()
}

/// The lines of a table in Markdown, header first, cells without padding.
fn lines(table: &MadeTable) -> Vec<String> {
    let text = table.text(TableFormat::Markdown);
    let lines = text.lines().filter(|line| line.starts_with('|') && !line.starts_with("| -"));
    let cells = |line: &str| {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        cells.join(" | ").trim_start().to_owned()
    };
    lines.map(cells).collect()
}

/// Two methods, two seeds, two subjects, three classes. A score is a base of the method, 0.02 more
/// for the second seed, 0.1 more for the second subject, and 0, 0.04 or 0.08 more by class.
fn hearts(methods: &[(&'static str, f64)]) -> Vec<Long> {
    let mut rows = Vec::new();
    for (method, base) in methods {
        for (seed, of_seed) in [("1", 0.0), ("2", 0.02)] {
            for (subject, of_subject) in [("p1", 0.0), ("p2", 0.1)] {
                for (class, of_class) in [("RV", 0.0), ("Myo", 0.04), ("LV", 0.08)] {
                    let variables = [("method", *method), ("seed", seed)];
                    let value = base + of_seed + of_subject + of_class;
                    rows.push(Long::dice(&variables, subject, class, value));
                }
            }
        }
    }
    rows
}
