//! The command.

use clap::{ArgMatches, Args};
use pipeline_cli::{AddedCommand, CommandContext, Ending};
use pipeline_spec::Diagnostic;
use stages_compare::{CompareParams, MadeTable, TableRequest};

use super::arguments::TableArguments;
use super::layout::layout;
use super::output::{format, mistake, put};
use super::rows::Runs;

/// `table`.
pub(crate) struct Table;

const HELP: &str = "\
Nothing is run: the numbers come from the `metrics.arrow` of the runs' folders, and those of earlier \
runs from the store. Without a layout the table is that of `compare`: methods by classes. A field is \
a matrix variable, or class, metric, dataset, grid, checkpoint, phase, subject, case_id or \
experiment. `docs/paper-tables.md` has examples.

Examples:
  orchestrate table quickstart
  orchestrate table quickstart --name paper --format tex --out paper.tex
  orchestrate table acdc-5pct --columns metric,class --where metric=dice,hd95 --decimals 1
  orchestrate table acdc-ssl4mis-3 acdc-ssl4mis-7 --rows method --columns experiment --no-mean
  orchestrate table quickstart --across subjects --statistic median_iqr
  orchestrate table runs/quickstart/metrics.arrow --rows subject --where method=ours_kl

Exit status: 0 done, 2 the request is wrong, 3 a bug.";

impl AddedCommand for Table {
    fn definition(&self) -> clap::Command {
        TableArguments::augment_args(clap::Command::new("table"))
            .about("Make a table of any layout from the metrics of runs")
            .after_help(HELP)
    }

    fn run(
        &self,
        matches: &ArgMatches,
        context: &CommandContext<'_>,
    ) -> Result<Ending, Vec<Diagnostic>> {
        let arguments: TableArguments = pipeline_cli::arguments(matches)?;
        let format = format(&arguments)?;
        let runs = Runs::find(&arguments.recorded, &arguments.places, context)?;
        let layout = layout(&arguments, &runs.compare)?;
        let mut compare = base(&arguments, &runs.compare);
        compare.siunitx |= arguments.siunitx;
        let request = TableRequest {
            name: arguments.name.as_deref().unwrap_or("table"),
            layout: &layout,
            compare: &compare,
            notes: &runs.rows.scoring_notes().map_err(|error| mistake(&error))?,
        };
        let table = MadeTable::make(&runs.rows, &request).map_err(|error| mistake(&error))?;
        for warning in &table.warnings {
            context.note(&format!("warning: {warning}"));
        }
        put(&table, format, arguments.out.as_ref(), context)?;
        Ok(Ending::Done)
    }
}

/// What the layout leaves open: that of the `compare` that has the table, else of the first one.
fn base(arguments: &TableArguments, compare: &[CompareParams]) -> CompareParams {
    let has_table = |params: &&CompareParams| {
        arguments.name.as_ref().is_some_and(|name| params.tables.contains_key(name))
    };
    compare.iter().find(has_table).or(compare.first()).cloned().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_definition_is_sound() {
        let definition = Table.definition();
        definition.clone().debug_assert();
        let about = definition.get_about().map(ToString::to_string).unwrap_or_default();
        assert!(about.starts_with("Make a table"), "{about}");
        let parsed = definition.try_get_matches_from([
            "table",
            "a",
            "b",
            "--columns",
            "",
            "--where",
            "metric=dice",
            "--where",
            "grid=native",
            "--statistic",
            "median_iqr",
            "--across",
            "subjects",
            "--format",
            "tex",
        ]);
        let arguments: TableArguments = pipeline_cli::arguments(&parsed.unwrap()).unwrap();
        assert_eq!(arguments.recorded, ["a", "b"]);
        assert_eq!(arguments.changes.wanted.len(), 2);
    }
}
