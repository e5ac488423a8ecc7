//! Volumes, label maps, geometry, readers and writers.
