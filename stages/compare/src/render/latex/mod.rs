//! LaTeX tables for a paper, with the booktabs package.

mod column;
mod escape;
mod table;

pub(crate) use column::LatexNumbers;
pub(crate) use table::latex;
