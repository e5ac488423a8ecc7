//! Every number beside what SciPy and statsmodels say.
//!
//! `values.json` holds what `reference.py` printed; the versions are in it.

mod distributions;
mod samples;
mod signed_rank;
mod values;
