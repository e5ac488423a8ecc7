//! The stage: its ports, and the files it writes.

use std::path::Path;

use pipeline_engine::stage::ParamProblem;
use pipeline_engine::{ActionContext, Placement, Ports, Stage, StageError, StageInfo};
use stages_tables::kind;

use crate::collect::Collected;
use crate::comparison::Comparison;
use crate::layout::{Sections, blocks, scoring_notes, unknown_values};
use crate::long::{long_batch, write_arrow};
use crate::paper::{MadeTable, TableFormat, TableRequest, warnings_of};
use crate::query::MetricRows;
use crate::render::{LatexNumbers, html, latex, markdown, typst};
use crate::significance::{Significance, csv, sheets, significance_batch};
use crate::{CompareError, CompareParams};

/// The stage `compare`.
#[derive(Debug, Clone, Copy, Default)]
pub struct Compare;

impl Stage for Compare {
    type Params = CompareParams;

    fn info(&self) -> StageInfo {
        StageInfo {
            name: "compare",
            version: 4,
            summary: "compares the metrics of all runs and writes the tables of a paper",
            placement: Placement::InProcess,
        }
    }

    fn ports(&self, _params: &CompareParams) -> Ports {
        Ports::new().many_input("metrics", kind::METRICS).shown_output(
            "comparison",
            kind::COMPARISON,
            "comparison.md",
        )
    }

    fn check(&self, params: &CompareParams) -> Vec<ParamProblem> {
        params.problems()
    }

    fn run(&self, params: &CompareParams, context: &ActionContext<'_>) -> Result<(), StageError> {
        let collected = Collected::read(context.inputs("metrics"), &params.rows)?;
        for warning in unknown_values(&collected, params) {
            context.warn(warning);
        }
        let long = long_batch(&collected)?;
        let comparison = Comparison::new(&collected, &long, &params.over)?;
        let sections = Sections::of(&collected, &comparison.kept, &params.rows);
        let significance = Significance::new(&collected, &sections, params)?;
        for warning in significance.iter().flat_map(Significance::warnings) {
            context.warn(warning);
        }
        let blocks = blocks(&collected, &comparison, &sections, significance.as_ref(), params)?;

        let dir = context.output("comparison")?;
        write_arrow(&dir.join("comparison.arrow"), &comparison.batch(&collected)?)?;
        let numbers = LatexNumbers::of(params.siunitx);
        let mut texts = vec![
            ("comparison.md", markdown(&blocks)),
            ("comparison.csv", comparison.csv(&collected)),
            ("comparison.tex", latex(&blocks, numbers)),
            ("comparison.html", html(&blocks)),
            ("comparison.typ", typst(&blocks)),
        ];
        if let Some(significance) = &significance {
            let table = significance_batch(significance, &comparison.kept)?;
            write_arrow(&dir.join("significance.arrow"), &table)?;
            let sheets = sheets(significance, params);
            texts.extend([
                ("significance.md", markdown(&sheets)),
                ("significance.csv", csv(&table)),
                ("significance.tex", latex(&sheets, numbers)),
                ("significance.html", html(&sheets)),
                ("significance.typ", typst(&sheets)),
            ]);
        }
        for (name, text) in texts {
            fs_err::write(dir.join(name), text).map_err(CompareError::from)?;
        }
        if !params.tables.is_empty() {
            let scoring = scoring_notes(collected.runs.iter().map(|run| &run.table.scoring));
            write_tables(&dir.join("tables"), &MetricRows::of(long)?, &scoring, params, context)?;
        }
        Ok(())
    }
}

/// Writes the tables of layouts, each in every format.
fn write_tables(
    dir: &Path,
    rows: &MetricRows,
    notes: &[String],
    params: &CompareParams,
    context: &ActionContext<'_>,
) -> Result<(), CompareError> {
    fs_err::create_dir_all(dir)?;
    for (name, layout) in &params.tables {
        let request = TableRequest { name, layout, compare: params, notes };
        let in_table =
            |source| CompareError::InTable { name: name.clone(), source: Box::new(source) };
        let table = MadeTable::make(rows, &request).map_err(in_table)?;
        for warning in warnings_of(name, &table) {
            context.warn(warning);
        }
        for format in TableFormat::ALL {
            let file = dir.join(format!("{name}.{}", format.extension()));
            fs_err::write(file, table.text(format))?;
        }
    }
    Ok(())
}
