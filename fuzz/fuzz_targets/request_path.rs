//! See `tests/src/targets.rs`, `request_path`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| trailmark_tests::targets::request_path(data));
