//! See `tests/src/targets.rs`, `open`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| trailmark_tests::targets::open(data));
