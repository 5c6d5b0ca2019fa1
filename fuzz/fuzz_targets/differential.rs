//! See `tests/src/targets.rs`, `differential`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| trailmark_tests::targets::differential(data));
