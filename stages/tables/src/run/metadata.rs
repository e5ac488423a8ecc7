//! What a run's table says of itself.

use std::collections::BTreeMap;

use arrow_schema::Schema;
use serde::{Deserialize, Serialize};

use super::columns::Kind;
use super::source::Source;
use crate::ipc::{Table, add_metadata, schema_with};
use crate::{DatasetInfo, Scoring, TableError};

/// A matrix variable of a run's table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunVariable {
    /// Its name in the experiment.
    pub name: String,
    /// The name of its column.
    pub column: String,
}

/// The Arrow schema of a run's table.
pub(super) fn schema_of(kind: &Kind, variables: &[RunVariable], sources: &[Source]) -> Schema {
    let columns: Vec<String> = variables.iter().map(|variable| variable.column.clone()).collect();
    let fields = kind.schema.fields_with_variables(&columns);
    let mut schema = schema_with(fields, "table", &kind.table);
    add_metadata(&mut schema, "variables", &variables);
    let mut datasets: Vec<&DatasetInfo> = Vec::new();
    for source in sources {
        if !datasets.contains(&&source.dataset) {
            datasets.push(&source.dataset);
        }
    }
    add_metadata(&mut schema, "datasets", &datasets);
    if kind.schema.metadata.iter().any(|entry| entry.key == "scoring") {
        let scored = sources.iter().filter_map(|source| {
            let scoring = source.scoring.as_ref()?;
            (*scoring != Scoring::default()).then_some((&source.part.node, scoring))
        });
        add_metadata(&mut schema, "scoring", &scored.collect::<BTreeMap<_, _>>());
    }
    schema
}

/// The metadata of a run's table that was read.
pub(super) struct Metadata {
    pub(super) variables: Vec<RunVariable>,
    pub(super) datasets: Vec<DatasetInfo>,
    pub(super) scoring: BTreeMap<String, Scoring>,
}

impl Metadata {
    /// Reads it, and checks that the table is of this kind.
    pub(super) fn of(table: &Table, kind: &Kind) -> Result<Self, TableError> {
        let found: String = table.metadata("table")?;
        if found != kind.table {
            let message = format!("the table is `{found}`, `{}` was expected", kind.table);
            return Err(table.value_error(message));
        }
        let scored = table.schema.metadata().contains_key("scoring");
        Ok(Self {
            variables: table.metadata("variables")?,
            datasets: table.metadata("datasets")?,
            scoring: if scored { table.metadata("scoring")? } else { BTreeMap::new() },
        })
    }
}
