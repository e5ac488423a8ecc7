//! A line of an action's log.

use pipeline_engine::StageEvent;

/// What an action said, as its log keeps it; none for what is not part of the log.
pub(crate) fn log_line(said: &StageEvent) -> Option<String> {
    match said {
        StageEvent::Log { level, message } => Some(format!("{level}: {message}")),
        StageEvent::Metric { name, step, value } => {
            Some(format!("metric: {name}[{step}] = {value}"))
        }
        _ => None,
    }
}
