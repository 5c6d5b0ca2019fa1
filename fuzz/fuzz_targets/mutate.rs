//! See `tests/src/targets.rs`, `mutate`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| trailmark_tests::targets::mutate(data));
