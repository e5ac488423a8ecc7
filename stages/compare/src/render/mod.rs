//! Tables as text: Markdown for a terminal and a repository, LaTeX for a paper, CSV fields.

mod csv;
mod latex;
mod markdown;
mod sheet;

pub(crate) use csv::csv_field;
pub(crate) use latex::latex;
pub(crate) use markdown::markdown;
pub(crate) use sheet::{Entry, Sheet, sheets_latex, sheets_markdown};
