//! How much an archive may hold.

use crate::FileParams;

const MIB: u64 = 1 << 20;
/// Images and label maps shrink to a tenth, empty label maps to a hundredth; a bomb to a thousandth.
const RATIO: u64 = 100;
/// What even a tiny archive may hold.
const LEAST: u64 = 64 * MIB;
/// A full public dataset of single slices has some hundred thousand files.
const FILES: u64 = 5_000_000;

/// How much an archive may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Limits {
    /// Bytes of all files together.
    pub(crate) bytes: u64,
    /// Files and folders.
    pub(crate) entries: u64,
    /// Leading folders that are left out of paths.
    pub(crate) strip: usize,
}

impl Limits {
    /// What the parameters allow for an archive of this size.
    pub(crate) fn of(file: &FileParams, archive_bytes: u64) -> Self {
        let bytes = file.unpacked_mib.map_or_else(
            || archive_bytes.saturating_mul(RATIO).saturating_add(LEAST),
            |mib| mib.saturating_mul(MIB),
        );
        Self { bytes, entries: FILES, strip: file.strip as usize }
    }
}
