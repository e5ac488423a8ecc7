//! Putting mistakes into words.

use pipeline_spec::{Diagnostic, Experiment, FieldPath, suggest};

/// A mistake about a field, given by its keys.
pub(super) fn report(
    experiment: &Experiment,
    keys: &[&str],
    code: &str,
    message: &str,
    help: Option<&str>,
) -> Diagnostic {
    let path = keys.iter().fold(FieldPath::root(), |path, key| path.key(*key));
    experiment.diagnostic(&path, code, message, help.map(str::to_owned))
}

/// "did you mean `x`? stages: `a`, `b`".
pub(super) fn did_you_mean(found: &str, known: &[&str], what: &str) -> String {
    let list = known.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    match suggest(found, known) {
        Some(best) => format!("did you mean `{best}`? {what}: {list}"),
        None => format!("{what}: {list}"),
    }
}
