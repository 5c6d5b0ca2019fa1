//! See `tests/src/targets.rs`, `headers`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| trailmark_tests::targets::headers(data));
