//! Label maps to a metrics table.
