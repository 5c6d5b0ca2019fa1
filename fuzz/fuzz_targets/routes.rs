//! See `tests/src/targets.rs`, `routes`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| trailmark_tests::targets::routes(data));
