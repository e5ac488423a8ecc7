//! What the page of [`pipeline_ui`] shows: the journals and reports under a folder of runs, read
//! again and again while somebody looks.

mod catalogue;
mod curve;
mod library;
mod node;
mod node_log;
mod plain;
mod shelf;
mod stop;
mod story;

pub(crate) use library::Library;
