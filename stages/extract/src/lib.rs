//! Cases to slices.
