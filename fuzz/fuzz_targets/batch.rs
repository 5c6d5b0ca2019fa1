//! See `tests/src/targets.rs`, `batch`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| trailmark_tests::targets::batch(data));
