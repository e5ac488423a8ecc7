//! The stage on hand-made inputs.

mod choice;
mod golden;
mod kinds;
mod mistakes;
mod toy;
