//! The commands of a real program, with toy stages.

mod added;
mod again;
mod asking;
mod keeping;
mod listing;
mod recorded;
mod running;
mod showing;
mod watching;
mod workspace;
