//! Tables as text: Markdown for a terminal and a repository, LaTeX and Typst for a paper, HTML for
//! a page, CSV for programs.
//!
//! Names of methods, classes, subjects and datasets are somebody else's text: every format has one
//! function that makes them plain, and only its own words are markup.

mod csv;
mod entry;
mod html;
mod latex;
mod markdown;
mod plain;
#[cfg(test)]
mod tests;
mod typst;

pub(crate) use csv::{csv_label, table_csv};
pub(crate) use html::html;
pub(crate) use latex::{LatexNumbers, latex};
pub(crate) use markdown::markdown;
pub(crate) use typst::typst;
