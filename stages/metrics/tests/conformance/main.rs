//! The committed reference values, and the laws that every distance obeys.
//!
//! `values.json` holds what `reference.py` printed for the masks of `masks.rs`: our definitions by
//! brute force in double precision, and what MONAI and MedPy say of the same masks.

mod brute_force;
mod laws;
mod masks;
mod values;
