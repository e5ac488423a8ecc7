//! A failed node.

use super::AddLine;
use pipeline_engine::NodeFailure;

/// How many listed items of an error are printed; the log has all.
const MOST_DETAILS: usize = 30;

/// Everything a person needs to act: node, stage, what happened, causes, help, the end of the log.
///
/// `heading` is "error:", perhaps in colour; `run_dir` is where the whole log lies.
pub(crate) fn failure(
    heading: &str,
    nodes: &[String],
    stage: &str,
    error: &NodeFailure,
    run_dir: &std::path::Path,
) -> String {
    let who = match nodes {
        [only] => format!("node `{only}`"),
        many => format!("{} nodes", many.len()),
    };
    let mut text = format!("{heading} {who} (stage `{stage}`) failed: {}\n", error.message);
    if nodes.len() > 1 {
        text.line(format_args!("    {}", pipeline_spec::quoted_list(nodes)));
    }
    for detail in error.details.iter().take(MOST_DETAILS) {
        for line in detail.lines() {
            text.line(format_args!("    {line}"));
        }
    }
    if let Some(more) = error.details.len().checked_sub(MOST_DETAILS).filter(|more| *more > 0) {
        text.line(format_args!("    and {more} more"));
    }
    if let Some(help) = &error.help {
        text.line(format_args!("  help: {help}"));
    }
    if error.bug && error.help.is_none() {
        text.push_str("  help: this is a bug; please report it with the experiment file\n");
    }
    if !error.log_tail.is_empty() {
        text.push_str("  the last lines of its log:\n");
        for line in &error.log_tail {
            text.line(format_args!("  | {line}"));
        }
    }
    if let Some(file) = &error.log_file {
        text.line(format_args!("  the whole log: {}", run_dir.join(file).display()));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_node_stage_cause_and_log() {
        let error = NodeFailure {
            message: "2 label maps hold values outside the classes".to_owned(),
            details: vec!["patient001_frame01: 7".to_owned(), "patient002_frame12: 9".to_owned()],
            help: Some("add the values to `classes`".to_owned()),
            log_tail: vec!["info: 200 cases".to_owned()],
            log_file: Some("logs/cases.log".to_owned()),
            cancelled: false,
            bug: false,
        };
        insta::assert_snapshot!(failure("error:", &["cases".to_owned()], "ingest", &error, "runs/e".as_ref()), @r"
        error: node `cases` (stage `ingest`) failed: 2 label maps hold values outside the classes
            patient001_frame01: 7
            patient002_frame12: 9
          help: add the values to `classes`
          the last lines of its log:
          | info: 200 cases
          the whole log: runs/e/logs/cases.log
        ");
    }

    #[test]
    fn long_lists_are_cut() {
        let error = NodeFailure {
            message: "m".to_owned(),
            details: (0..40).map(|i| format!("case {i}")).collect(),
            help: None,
            log_tail: Vec::new(),
            log_file: None,
            cancelled: false,
            bug: true,
        };
        let text = failure("error:", &["n".to_owned(), "m".to_owned()], "s", &error, "r".as_ref());
        assert!(text.starts_with("error: 2 nodes (stage `s`) failed: m\n    `n`, `m`\n"), "{text}");
        assert!(text.contains("case 29\n    and 10 more\n"), "{text}");
        assert!(text.contains("this is a bug"), "{text}");
    }
}
