//! The code that the fuzz targets run on each input.

pub mod exercise;
