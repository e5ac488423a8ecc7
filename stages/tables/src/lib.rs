//! The Arrow tables that stages hand to each other.
//!
//! Every artifact that is a table is one Arrow IPC file with a fixed name, written here and read
//! here; a stage sees rows, never columns. Files are byte-reproducible: the same rows give the
//! same bytes.

mod cases;
mod cells;
mod clinical;
mod damage;
mod dataset;
mod documentation;
mod error;
mod facts;
mod findings;
mod ipc;
mod log;
mod mapped;
mod metrics;
mod natural;
mod partition;
mod planes;
mod predictions;
mod reading;
mod run;
mod schema;
mod slices;
#[cfg(test)]
mod tests;

pub mod kind;

pub use cases::{CaseRow, CasesTable};
pub use clinical::{ClinicalRow, ClinicalState, ClinicalTable};
pub use dataset::{ClassInfo, DatasetInfo};
pub use documentation::documented_tables;
pub use error::TableError;
pub use facts::{FactRow, FactsTable};
pub use findings::{FindingRow, FindingsTable};
pub use log::{LogRow, LogTable, PerformanceTable};
pub use mapped::MappedTable;
pub use metrics::{Grid, MetricRow, MetricState, MetricsTable, Scoring};
pub use natural::Natural;
pub use partition::{PartitionRow, PartitionTable, Role};
pub use predictions::{PredictionMeta, PredictionsReader, PredictionsWriter, Window};
pub use reading::{Intensity, Reading};
pub use run::{RunClinical, RunMetrics, RunPart, RunTable, RunVariable};
pub use schema::{Column, ColumnType, MetadataEntry, TableSchema};
pub use slices::{PlaneGeometry, SliceMeta, SlicesInfo, SlicesReader, SlicesWriter};
pub use stages_imaging::GridConvention;
