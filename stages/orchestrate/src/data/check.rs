//! `orchestrate data check`.

use pipeline_cli::{CommandContext, Ending};
use pipeline_spec::Diagnostic;
use stages_ingest::check::{
    CheckOptions, DatasetPlace, FoundDataset, Severity, check_json, check_report, find_dataset,
    find_manifest,
};

use super::arguments::{CheckArguments, PlaceArguments};
use super::mistake::{mistakes, unwritable, writable};

/// Reads the dataset and reports.
pub(super) fn check(
    arguments: &CheckArguments,
    context: &CommandContext<'_>,
) -> Result<Ending, Vec<Diagnostic>> {
    for path in [&arguments.table, &arguments.findings].into_iter().flatten() {
        writable(path)?;
    }
    if arguments.table.is_some() && arguments.table == arguments.findings {
        let message = "`--table` and `--findings` name one file, and there are two tables";
        return Err(vec![Diagnostic::new("data::output", message).with_help("choose another")]);
    }
    let found = open(&arguments.place, context)?;
    let options = CheckOptions {
        subjects: arguments.subjects.clone(),
        cpus: arguments.cpus.map_or(context.cpus(), usize::from),
    };
    let total = found.case_count(options.subjects.as_deref());
    let progress = context.progress("cases", total as u64);
    let read = |case: &str| progress.advance(case);
    let checked = stages_ingest::check::check(&found, &options, context.cancellation(), &read);
    drop(progress);
    let checked = match checked {
        Ok(checked) => checked,
        Err(stopped) => {
            context.note(&stopped.to_string());
            return Ok(Ending::Failed);
        }
    };
    if let Some(path) = &arguments.table {
        checked.facts_table().write(path).map_err(|error| unwritable(path, &error))?;
    }
    if let Some(path) = &arguments.findings {
        checked.findings_table().write(path).map_err(|error| unwritable(path, &error))?;
    }
    if arguments.json {
        context.data(&format!("{:#}\n", check_json(&checked)));
    } else {
        context.data(&check_report(&checked, arguments.all));
    }
    let bad = checked.count(Severity::Error) > 0
        || (arguments.strict && checked.count(Severity::Warning) > 0);
    Ok(if bad { Ending::Failed } else { Ending::Done })
}

/// Finds the manifest and the dataset.
pub(super) fn open(
    place: &PlaceArguments,
    context: &CommandContext<'_>,
) -> Result<FoundDataset, Vec<Diagnostic>> {
    let manifest = find_manifest(&place.manifest).map_err(mistakes)?.manifest;
    let data_root = place.data_root.as_deref().or(context.data_root());
    let place =
        DatasetPlace { root: place.root.as_deref(), data_root, splits: place.splits.as_deref() };
    find_dataset(&manifest, place).map_err(mistakes)
}
