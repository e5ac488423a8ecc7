//! The tables of this crate and their columns as a page and as text.

use std::fmt::Write;

use crate::schema::{Column, TableSchema};
use crate::{
    CasesTable, ClinicalTable, FactsTable, FindingsTable, LogTable, MetricsTable, PartitionTable,
    PerformanceTable, PredictionsWriter, RunClinical, RunMetrics, SlicesWriter,
};

/// Every table of this crate: first those of a run's folder, then those between stages in the order
/// in which an experiment comes to them, then those of datasets.
pub fn documented_tables() -> Vec<TableSchema> {
    vec![
        RunMetrics::SCHEMA,
        RunClinical::SCHEMA,
        CasesTable::SCHEMA,
        SlicesWriter::SCHEMA,
        PartitionTable::SCHEMA,
        LogTable::SCHEMA,
        PerformanceTable::SCHEMA,
        PredictionsWriter::SCHEMA,
        MetricsTable::SCHEMA,
        ClinicalTable::SCHEMA,
        FactsTable::SCHEMA,
        FindingsTable::SCHEMA,
    ]
}

impl TableSchema {
    /// A section of a page in Markdown.
    pub fn markdown(&self) -> String {
        let mut text = format!(
            "## {}\n\n`{}`, {}. One row is {}.\n\n",
            heading(self.name),
            self.file,
            self.origin,
            self.rows
        );
        text.push_str(
            "| Column | Type | Null | Unit | Meaning |\n| --- | --- | --- | --- | --- |\n",
        );
        for column in self.columns {
            let cells = [
                column.name.map_or("*one per variable*".to_owned(), |name| format!("`{name}`")),
                format!("`{}`", column.kind.name()),
                column.null.map(|when| format!("where {when}")).unwrap_or_default(),
                column.unit.unwrap_or_default().to_owned(),
                column.meaning.to_owned(),
            ];
            let cells = cells.map(|cell| cell.replace('|', "\\|"));
            let _ = writeln!(text, "| {} |", cells.join(" | ").replace("  ", " "));
        }
        if !self.metadata.is_empty() {
            text.push_str("\nMetadata of the schema, as JSON:\n\n");
            for entry in self.metadata {
                let _ = writeln!(text, "- `{}`: {}", entry.key, entry.meaning);
            }
        }
        text
    }

    /// The same for a terminal, without markup.
    pub fn text(&self) -> String {
        let mut text = format!(
            "{}: {}\n  {}\n  one row is {}\n\n",
            self.name, self.file, self.origin, self.rows
        );
        let name = |column: &Column| column.name.unwrap_or("(each variable)");
        let width = |of: fn(&Column) -> usize| self.columns.iter().map(of).max().unwrap_or(0);
        let names = self.columns.iter().map(|column| name(column).len()).max().unwrap_or(0);
        let types = width(|column| column.kind.name().chars().count());
        for column in self.columns {
            let kind = column.kind.name();
            let unit = column.unit.map(|unit| format!(" [{unit}]")).unwrap_or_default();
            let null = column.null.map(|when| format!(" Null where {when}.")).unwrap_or_default();
            let _ = writeln!(
                text,
                "  {:names$}  {kind:types$}  {}{unit}{null}",
                name(column),
                column.meaning
            );
        }
        for entry in self.metadata {
            let _ = writeln!(text, "  metadata `{}`: {}", entry.key, entry.meaning);
        }
        text.replace('`', "")
    }
}

/// A name with a capital.
fn heading(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_column_and_name_is_there_once() {
        let tables = documented_tables();
        let names: BTreeSet<_> = tables.iter().map(|table| table.name).collect();
        assert_eq!(names.len(), tables.len());
        for table in tables {
            let columns: BTreeSet<_> = table.columns.iter().map(|column| column.name).collect();
            assert_eq!(columns.len(), table.columns.len(), "{}", table.name);
            let (page, text) = (table.markdown(), table.text());
            for name in columns.into_iter().flatten() {
                assert!(page.contains(&format!("| `{name}` | `")), "{name} in {page}");
                assert!(text.contains(&format!("\n  {name} ")), "{name} in {text}");
            }
        }
    }

    #[test]
    fn meanings_are_sentences_and_conditions_are_not() {
        for table in documented_tables() {
            for column in table.columns {
                let Column { meaning, null, .. } = column;
                assert!(meaning.ends_with('.') && !meaning.contains('\n'), "{meaning}");
                assert!(null.is_none_or(|when| !when.ends_with('.')), "{null:?}");
            }
        }
    }

    #[test]
    fn a_section_reads_as_expected() {
        let schema = PartitionTable::SCHEMA;
        let first = TableSchema { columns: &schema.columns[..1], ..schema };
        assert_eq!(
            first.markdown(),
            "## Partition\n\n`partition.arrow`, in the artifact `partition` (stage `partition`). One \
             row is one scan, in the order of the cases table.\n\n\
             | Column | Type | Null | Unit | Meaning |\n| --- | --- | --- | --- | --- |\n\
             | `case_id` | `string` | | | The scan. |\n\n\
             Metadata of the schema, as JSON:\n\n- `dataset`: The dataset: `name` and `classes`.\n"
        );
    }
}
