//! The MetaImage reader on arbitrary bytes.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| stages_imaging_fuzz::exercise::metaimage(bytes));
