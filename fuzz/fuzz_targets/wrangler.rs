//! See `tests/src/targets.rs`, `wrangler`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| trailmark_tests::targets::wrangler(data));
