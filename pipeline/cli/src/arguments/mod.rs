//! The arguments.

mod experiment;
mod inspect;
mod program;
mod run;
#[cfg(test)]
mod tests;
mod upkeep;
mod values;

pub use experiment::PlaceArguments;
pub(crate) use experiment::{ExperimentArguments, SelectionArguments};
pub(crate) use inspect::{
    ExplainArguments, GraphArguments, GraphFormat, LogsArguments, RunsArguments, ShowArguments,
    StagesArguments, StatusArguments, UiArguments,
};
pub(crate) use program::{Arguments, Command, GlobalArguments, definition};
pub(crate) use run::{PlanArguments, RunArguments};
pub(crate) use upkeep::{
    CompletionsArguments, DoctorArguments, GcArguments, ManArguments, SchemaArguments,
    VerifyArguments,
};
