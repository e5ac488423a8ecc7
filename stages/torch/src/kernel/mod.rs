//! What our own code on the CPU stands on: numbers of tensors, vector instructions, threads.

pub(crate) mod channels;
pub(crate) mod elementwise;
pub(crate) mod instructions;
pub(crate) mod memory;
pub(crate) mod team;
