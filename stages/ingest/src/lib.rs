//! Data manifest to cases table.
