//! Metrics to the comparison and the paper tables.
