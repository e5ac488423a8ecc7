//! The findings table: one row for each thing that is wrong, odd or good to know about a dataset.

use std::path::Path;

use serde::Serialize;

use crate::cells::Cells;
use crate::ipc::{TableWriter, schema_with};
use crate::schema::{Column, ColumnType, MetadataEntry, TableSchema};
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
    /// What its columns hold.
    pub const SCHEMA: TableSchema = TableSchema {
        name: "findings",
        file: "(any name)",
        origin: "`orchestrate data check DATASET --findings FILE`",
        rows: "one thing that is wrong, odd or good to know about a dataset, worst first",
        columns: &[
            Column::new("severity", ColumnType::Text, "`error`, `warning` or `note`."),
            Column::new("kind", ColumnType::Text, "What kind of thing, such as `missing_label`."),
            Column::new("case_id", ColumnType::Text, "The scan.").null("it is not about a scan"),
            Column::new("subject", ColumnType::Text, "The subject of that scan.")
                .null("it is not about a scan"),
            Column::new("file", ColumnType::Text, "The file.").null("it is not about a file"),
            Column::new("message", ColumnType::Text, "What was found."),
            Column::new("advice", ColumnType::Text, "What to do about it."),
        ],
        metadata: &[MetadataEntry {
            key: "dataset",
            meaning: "The dataset: `name` and `classes`.",
        }],
    };

    /// Writes the table into a file.
    pub fn write(&self, path: &Path) -> Result<(), TableError> {
        let cells = Cells(&self.rows);
        let schema = schema_with(Self::SCHEMA.fields(), "dataset", &self.dataset);
        let mut writer = TableWriter::create(path, schema)?;
        writer.write(vec![
            cells.text(|row| &row.severity),
            cells.text(|row| &row.kind),
            cells.some_text(|row| row.case_id.as_deref()),
            cells.some_text(|row| row.subject.as_deref()),
            cells.some_text(|row| row.file.as_deref()),
            cells.text(|row| &row.message),
            cells.text(|row| &row.advice),
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
