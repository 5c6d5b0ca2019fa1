//! See `tests/src/targets.rs`, `log`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| trailmark_tests::targets::log(data));
