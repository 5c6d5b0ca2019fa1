//! See `tests/src/targets.rs`, `audit`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| trailmark_tests::targets::audit(data));
