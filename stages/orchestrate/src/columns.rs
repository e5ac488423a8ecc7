//! `orchestrate columns`: what the Arrow tables hold.

use clap::{ArgMatches, Args};
use pipeline_cli::{AddedCommand, CommandContext, Ending};
use pipeline_spec::{Diagnostic, suggest};
use stages_compare::{COMPARISON, SIGNIFICANCE};
use stages_tables::{TableSchema, documented_tables};

/// `columns`.
pub(crate) struct Columns;

const EXAMPLES: &str = "\
Examples:
  orchestrate columns
  orchestrate columns metrics
  orchestrate columns --markdown > tables.md";

/// The arguments of `columns`.
#[derive(Debug, Args)]
struct ColumnsArguments {
    /// A table: a name of the list, or a file's name such as comparison.arrow; without it, all are
    /// listed
    table: Option<String>,

    /// Write a page in Markdown
    #[arg(long)]
    markdown: bool,
}

const PAGE: &str = "\
# Tables

Every table is one Arrow IPC file (also called Feather, version 2), not compressed. What reads them
with a line of code, and SQL over them, is in [querying.md](querying.md). The files of a run lie in
`runs/EXPERIMENT/`; those of single nodes lie in the store, and `orchestrate show EXPERIMENT NODE
--export DIR` copies them out. The same rows always give the same bytes.

Columns are found by name. A column without an entry under *Null* is never null. Where a meaning says
JSON, the text is JSON. Types are Arrow's, as pyarrow calls them; a dictionary arrives as a category
in pandas, a categorical in polars, a factor in R and text in DuckDB.

`metrics.arrow` and `clinical.arrow` of a run hold what the latest run has done: evaluations that
failed or were not asked for are not in them. They go when the experiment has no evaluation any more;
a run that comes to no evaluation at all leaves them as they were. Each row names the node and the
action that it is from.

This page is written by `orchestrate columns --markdown`.
";

/// The tables of a run's folder first.
fn tables() -> Vec<TableSchema> {
    let mut tables = documented_tables();
    let own = tables.iter().position(|table| table.name == "cases").unwrap_or(0);
    tables.splice(own..own, [COMPARISON, SIGNIFICANCE]);
    tables
}

/// The whole page.
fn page(tables: &[TableSchema]) -> String {
    let sections = tables.iter().map(TableSchema::markdown);
    [PAGE.to_owned()].into_iter().chain(sections).collect::<Vec<_>>().join("\n")
}

impl AddedCommand for Columns {
    fn definition(&self) -> clap::Command {
        ColumnsArguments::augment_args(clap::Command::new("columns"))
            .about("Say what the columns of the Arrow tables mean")
            .after_help(EXAMPLES)
    }

    fn run(
        &self,
        matches: &ArgMatches,
        context: &CommandContext<'_>,
    ) -> Result<Ending, Vec<Diagnostic>> {
        let arguments: ColumnsArguments = pipeline_cli::arguments(matches)?;
        context.data(&told(&arguments)?);
        Ok(Ending::Done)
    }
}

fn told(arguments: &ColumnsArguments) -> Result<String, Vec<Diagnostic>> {
    let tables = tables();
    let Some(name) = &arguments.table else {
        return Ok(if arguments.markdown { page(&tables) } else { list(&tables) });
    };
    let wanted = name.replace(['_', '-'], " ");
    let chosen = tables.iter().filter(|table| table.name == wanted || table.file == name);
    let chosen: Vec<&TableSchema> = chosen.collect();
    if chosen.is_empty() {
        let names: Vec<&str> = tables.iter().map(|table| table.name).collect();
        let near = suggest(&wanted, &names);
        let near = near.map(|near| format!("did you mean `{near}`? ")).unwrap_or_default();
        let help = format!("{near}the tables are: {}", names.join(", "));
        let message = format!("there is no table `{name}`");
        return Err(vec![Diagnostic::new("columns::unknown_table", message).with_help(help)]);
    }
    let described = chosen
        .into_iter()
        .map(|table| if arguments.markdown { table.markdown() } else { table.text() });
    Ok(described.collect::<Vec<_>>().join("\n"))
}

/// Name, file and place of every table.
fn list(tables: &[TableSchema]) -> String {
    let name = tables.iter().map(|table| table.name.len()).max().unwrap_or(0);
    let file = tables.iter().map(|table| table.file.len()).max().unwrap_or(0);
    let line = |table: &TableSchema| {
        let origin = table.origin.replace('`', "");
        format!("{:name$}  {:file$}  {origin}\n", table.name, table.file)
    };
    tables.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const DOCUMENTED: &str = include_str!("../../../docs/tables.md");

    fn asked(table: Option<&str>, markdown: bool) -> Result<String, Vec<Diagnostic>> {
        told(&ColumnsArguments { table: table.map(str::to_owned), markdown })
    }

    #[test]
    fn the_page_of_tables_is_what_the_writers_write() {
        let page = asked(None, true).unwrap();
        assert!(
            page == DOCUMENTED,
            "docs/tables.md is not what the code says; write it again with\n  cargo run -p orchestrate \
             -- columns --markdown > docs/tables.md"
        );
    }

    #[test]
    fn a_table_is_found_by_name_and_by_file() {
        let one = asked(Some("comparison"), false).unwrap();
        assert!(one.starts_with("comparison: comparison.arrow\n"), "{one}");
        let [one, other] =
            ["training_log", "training log"].map(|name| asked(Some(name), false).unwrap());
        assert_eq!(one, other);
        let both = asked(Some("metrics.arrow"), false).unwrap();
        assert!(both.contains("\nmetrics: ") && both.starts_with("run metrics: "), "{both}");
        let all = asked(None, false).unwrap();
        assert_eq!(all.lines().count(), tables().len());
    }

    #[test]
    fn an_unknown_table_gets_a_guess() {
        let mistakes = asked(Some("metrix"), false).unwrap_err();
        let help = mistakes[0].help.clone().unwrap_or_default();
        assert!(help.starts_with("did you mean `metrics`? the tables are: run metrics,"), "{help}");
    }

    #[test]
    fn the_definition_is_sound_and_has_an_example() {
        let definition = Columns.definition();
        definition.clone().debug_assert();
        let help = definition.get_after_help().map(ToString::to_string).unwrap_or_default();
        assert!(help.contains("orchestrate columns metrics"), "{help}");
    }
}
