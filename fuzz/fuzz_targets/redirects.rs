//! See `tests/src/targets.rs`, `redirects`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| trailmark_tests::targets::redirects(data));
