//! The artifact kinds: what a port accepts and what lies in the artifact's folder.

/// A dataset in its release layout: a folder of volumes.
pub const DATASET: &str = "dataset";
/// The volumes of a dataset, at the relative paths that the cases table names.
pub const VOLUMES: &str = "volumes";
/// `cases.arrow`: one row per scan.
pub const CASES: &str = "cases";
/// `slices.arrow`: one row per slice, image and label planes on one canvas.
pub const SLICES: &str = "slices";
/// `partition.arrow`: one row per scan with its role.
pub const PARTITION: &str = "partition";
/// `best.safetensors`, `last.safetensors` and `model.json`.
pub const CHECKPOINT: &str = "checkpoint";
/// `training_log.arrow`: one row per epoch and quantity; of `train`, with the same values in an event
/// file for TensorBoard beside it.
pub const TRAINING_LOG: &str = "training_log";
/// `performance.arrow`: speed and memory, one row per epoch and quantity; differs between runs.
pub const PERFORMANCE: &str = "performance";
/// `predictions.arrow`: label maps on the network grid.
pub const PREDICTIONS: &str = "predictions";
/// `metrics.arrow`: one row per scan, class, metric and grid; `clinical.arrow` beside it where asked
/// for: one row per subject and clinical quantity.
pub const METRICS: &str = "metrics";
/// `figures.json`, which lists the figures, and each of them as `.svg` and `.png`.
pub const FIGURES: &str = "figures";
/// The comparison: `metrics.arrow`, `comparison.arrow`, `.md`, `.csv`, `.tex`.
pub const COMPARISON: &str = "comparison";
