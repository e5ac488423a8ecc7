//! The NIfTI reader on arbitrary bytes.
#![no_main]

#[path = "../src/exercise.rs"]
mod exercise;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| exercise::nifti(bytes));
