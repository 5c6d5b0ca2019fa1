//! Bytes as text that can stand in a page: raw deflate, then base64. The same bytes give the same text.

use std::io::{self, Write};

use flate2::Compression;
use flate2::write::DeflateEncoder;

use crate::output::Base64;

/// Writes bytes compressed. O(bytes).
///
/// # Errors
/// Those of `out`.
pub(super) fn pack(out: impl Write, bytes: &[u8]) -> io::Result<()> {
    let mut encoder = DeflateEncoder::new(Base64::new(out), Compression::default());
    encoder.write_all(bytes)?;
    encoder.finish()?.end()
}

/// Writes bytes that are compressed already.
///
/// # Errors
/// Those of `out`.
pub(super) fn write(out: impl Write, compressed: &[u8]) -> io::Result<()> {
    let mut base64 = Base64::new(out);
    base64.write_all(compressed)?;
    base64.end()
}
