//! `report.html`: a run as one page that needs nothing else.
//!
//! [`Content`](content::Content) is everything the page is made of, as plain data; the other modules
//! write one part of the page each. What other stages and programs wrote (tables as HTML, figures as
//! SVG) is taken apart and written anew ([`markup`]), so that nothing but text, tables and drawings
//! gets into the page.

mod command;
mod content;
mod document;
mod figures;
mod file;
mod files;
mod graph;
mod markup;
mod nodes;
mod notices;
mod parameters;
mod provenance;
mod scores;
mod summary;
mod tables;
#[cfg(test)]
mod tests;
mod words;

pub(crate) use command::ReportCommand;
pub(crate) use file::ReportFile;
