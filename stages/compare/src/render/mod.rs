//! Tables as text: Markdown for a terminal and a repository, LaTeX for a paper, CSV fields.

mod csv;
mod latex;
mod markdown;

pub(crate) use csv::csv_field;
pub(crate) use latex::latex;
pub(crate) use markdown::markdown;
