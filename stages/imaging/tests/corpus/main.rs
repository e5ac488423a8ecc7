//! 61 NIfTI and 24 MetaImage files, ordinary and odd: what each reader does with them is written
//! in one table, and thousands of damaged copies of them are read without a panic.

mod expected;
mod metaimage;
mod nifti;
mod outcomes;
mod replay;

#[path = "../../fuzz/src/exercise.rs"]
#[expect(unreachable_pub, reason = "the fuzz package shares it")]
mod exercise;

use std::path::PathBuf;

use stages_imaging::MemoryFiles;

/// Every case of both formats: the name to open, and the files.
fn cases() -> Vec<(String, MemoryFiles)> {
    let cases = nifti::cases().into_iter().chain(metaimage::cases());
    let case = |files: Vec<(String, Vec<u8>)>| {
        let name = files[0].0.clone();
        let files = files.into_iter().map(|(name, bytes)| (PathBuf::from(name), bytes)).collect();
        (name, MemoryFiles(files))
    };
    cases.map(case).collect()
}
