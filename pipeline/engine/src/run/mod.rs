//! From a graph to results: plan, schedule, act, report.

mod act;
mod capacity;
mod examine;
mod execute;
mod export;
mod log;
mod plan;
mod prepare;
mod reachable;
mod report;
mod schedule;
mod selection;
mod urgency;

pub use capacity::Capacity;
pub use execute::{RunError, RunOptions, RunResult, run};
pub use plan::{NodePlan, NodeState, Plan, PlanOptions};
pub use reachable::reachable_actions;
pub use report::{NodeReport, Report, ReportError};
pub use selection::Selection;
