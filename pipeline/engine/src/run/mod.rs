//! From a graph to results: plan, schedule, act, report.

mod act;
mod capacity;
mod export;
mod plan;
mod prepare;
mod report;
mod schedule;

pub use capacity::Capacity;
pub use plan::{NodePlan, NodeState, Plan};
pub use report::{NodeReport, Report, ReportError};
pub use schedule::{RunError, RunOptions, RunResult, run};
