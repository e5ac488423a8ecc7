//! The stage: its ports, and the files it writes.

use pipeline_engine::stage::ParamProblem;
use pipeline_engine::{ActionContext, Placement, Ports, Stage, StageError, StageInfo};
use stages_tables::{MetricsTable, kind};

use crate::collect::Collected;
use crate::comparison::Comparison;
use crate::layout::{Sections, blocks, unknown_values};
use crate::long::{long_batch, write_arrow};
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
            version: 3,
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
        write_arrow(&dir.join(MetricsTable::FILE), &long)?;
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
        Ok(())
    }
}
