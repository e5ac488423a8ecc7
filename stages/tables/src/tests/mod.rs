//! Every table: what is written is what is read, the bytes never vary, and damage is an error.

mod bytes;
mod damage;
mod planes;
mod round_trip;
pub(crate) mod rows;
