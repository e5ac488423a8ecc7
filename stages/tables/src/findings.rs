//! The findings table: one row for each thing that is wrong, odd or good to know about a dataset.

use std::path::Path;

use arrow_array::StringArray;
use arrow_schema::{DataType, Field};
use serde::Serialize;

use crate::ipc::{TableWriter, array, schema_with};
use crate::{DatasetInfo, TableError};

/// One finding.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct FindingRow {
    /// `error`, `warning` or `note`.
    pub severity: String,
    /// What kind of thing, such as `missing_label`.
    pub kind: String,
    /// The scan, if it is about one.
    pub case_id: Option<String>,
    /// The subject of that scan.
    pub subject: Option<String>,
    /// The file, if it is about one.
    pub file: Option<String>,
    /// What was found.
    pub message: String,
    /// What to do about it.
    pub advice: String,
}

/// All findings, worst first.
#[derive(Debug, Clone, PartialEq)]
pub struct FindingsTable {
    /// The dataset.
    pub dataset: DatasetInfo,
    /// One row per finding.
    pub rows: Vec<FindingRow>,
}

impl FindingsTable {
    /// Writes the table into a file.
    pub fn write(&self, path: &Path) -> Result<(), TableError> {
        let text = |name: &str, null| Field::new(name, DataType::Utf8, null);
        let fields = vec![
            text("severity", false),
            text("kind", false),
            text("case_id", true),
            text("subject", true),
            text("file", true),
            text("message", false),
            text("advice", false),
        ];
        let rows = &self.rows;
        let all =
            |f: fn(&FindingRow) -> &str| array(StringArray::from_iter_values(rows.iter().map(f)));
        let some =
            |f: fn(&FindingRow) -> Option<&str>| array(rows.iter().map(f).collect::<StringArray>());
        let mut writer = TableWriter::create(path, schema_with(fields, "dataset", &self.dataset))?;
        writer.write(vec![
            all(|row| &row.severity),
            all(|row| &row.kind),
            some(|row| row.case_id.as_deref()),
            some(|row| row.subject.as_deref()),
            some(|row| row.file.as_deref()),
            all(|row| &row.message),
            all(|row| &row.advice),
        ])?;
        writer.finish()
    }
}

#[cfg(test)]
mod tests {
    use arrow_array::Array;

    use super::*;
    use crate::ipc::Table;

    #[test]
    fn what_is_not_about_a_case_names_none() {
        let row = |case: Option<&str>| FindingRow {
            severity: "note".to_owned(),
            case_id: case.map(str::to_owned),
            ..FindingRow::default()
        };
        let dataset = DatasetInfo { name: "toy".to_owned(), classes: Vec::new() };
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("findings.arrow");
        FindingsTable { dataset: dataset.clone(), rows: vec![row(Some("a")), row(None)] }
            .write(&path)
            .unwrap();
        let table = Table::open(&path).unwrap();
        let cases = table.strings(&table.batches[0], "case_id").unwrap();
        assert_eq!((cases.value(0), cases.is_null(1)), ("a", true));
        assert_eq!(table.metadata::<DatasetInfo>("dataset").unwrap(), dataset);
    }
}
