//! Pages of toy runs.
