//! The partition table: one row per scan with its role.

use std::path::Path;

use crate::cells::Cells;
use crate::ipc::{Table, TableWriter, schema_with};
use crate::schema::{Column, ColumnType, MetadataEntry, TableSchema};
use crate::{DatasetInfo, TableError};

/// What a scan is used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Trained on with its label.
    Labelled,
    /// Trained on without its label.
    Unlabelled,
    /// Its label selects the best epoch; never trained on with it.
    Validation,
    /// Only predicted and scored.
    Test,
    /// Not used at all.
    Unused,
}

impl Role {
    /// Every role, in the order of the table.
    pub const ALL: [Self; 5] =
        [Self::Labelled, Self::Unlabelled, Self::Validation, Self::Test, Self::Unused];

    /// The word in the table.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Labelled => "labelled",
            Self::Unlabelled => "unlabelled",
            Self::Validation => "validation",
            Self::Test => "test",
            Self::Unused => "unused",
        }
    }

    /// The role a word stands for.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == word)
    }
}

/// One scan and its role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartitionRow {
    /// The scan.
    pub case_id: String,
    /// Its subject.
    pub subject: String,
    /// Its role.
    pub role: Role,
    /// Whether its image (never its label) may be drawn as an unlabelled training image: always
    /// for `unlabelled`, by choice for `validation`, never otherwise.
    pub unlabelled_pool: bool,
}

/// The roles of all scans, in the order of the cases table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartitionTable {
    /// The dataset.
    pub dataset: DatasetInfo,
    /// One row per scan.
    pub rows: Vec<PartitionRow>,
}

impl PartitionTable {
    /// The file's name in its artifact.
    pub const FILE: &'static str = "partition.arrow";
    /// What its columns hold.
    pub const SCHEMA: TableSchema = TableSchema {
        name: "partition",
        file: Self::FILE,
        origin: "in the artifact `partition` (stage `partition`)",
        rows: "one scan, in the order of the cases table",
        columns: &[
            Column::new("case_id", ColumnType::Text, "The scan."),
            Column::new("subject", ColumnType::Text, "Its subject; a subject has one role."),
            Column::new(
                "role",
                ColumnType::Text,
                "`labelled` (trained on with its label), `unlabelled` (trained on without), \
                 `validation` (selects the best epoch), `test` (only predicted and scored), `unused`.",
            ),
            Column::new(
                "unlabelled_pool",
                ColumnType::Truth,
                "Whether its image, never its label, may be drawn as an unlabelled training image.",
            ),
        ],
        metadata: &[MetadataEntry {
            key: "dataset",
            meaning: "The dataset: `name` and `classes`.",
        }],
    };

    /// The scans of one role, in table order.
    pub fn with_role(&self, role: Role) -> impl Iterator<Item = &PartitionRow> {
        self.rows.iter().filter(move |row| row.role == role)
    }

    /// Writes `partition.arrow` into a folder.
    pub fn write(&self, dir: &Path) -> Result<(), TableError> {
        let cells = Cells(&self.rows);
        let schema = schema_with(Self::SCHEMA.fields(), "dataset", &self.dataset);
        let mut writer = TableWriter::create(&dir.join(Self::FILE), schema)?;
        writer.write(vec![
            cells.text(|row| &row.case_id),
            cells.text(|row| &row.subject),
            cells.text(|row| row.role.as_str()),
            cells.truth(|row| row.unlabelled_pool),
        ])?;
        writer.finish()
    }

    /// Reads `partition.arrow` from a folder.
    pub fn read(dir: &Path) -> Result<Self, TableError> {
        let table = Table::open(&dir.join(Self::FILE))?;
        let mut rows = Vec::new();
        for batch in &table.batches {
            let case_id = table.strings(batch, "case_id")?;
            let subject = table.strings(batch, "subject")?;
            let role = table.strings(batch, "role")?;
            let pool = table.truths(batch, "unlabelled_pool")?;
            for i in 0..batch.num_rows() {
                let word = role.value(i);
                rows.push(PartitionRow {
                    case_id: case_id.value(i).to_owned(),
                    subject: subject.value(i).to_owned(),
                    role: Role::parse(word)
                        .ok_or_else(|| table.value_error(format!("unknown role `{word}`")))?,
                    unlabelled_pool: pool.value(i),
                });
            }
        }
        Ok(Self { dataset: table.metadata("dataset")?, rows })
    }
}
