//! Bytes as base64 (RFC 4648, section 4).

use std::io::{self, Write};

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Bytes as text.
pub(crate) fn base64(bytes: &[u8]) -> String {
    bytes.chunks(3).flat_map(encoded).map(char::from).collect()
}

/// Turns what is written into base64.
pub(crate) struct Base64<W> {
    out: W,
    /// Fewer than three bytes that wait for more.
    rest: Vec<u8>,
}

impl<W: Write> Base64<W> {
    /// Writes to `out`.
    pub(crate) fn new(out: W) -> Base64<W> {
        Base64 { out, rest: Vec::new() }
    }

    /// Writes what waits.
    ///
    /// # Errors
    /// Those of `out`.
    pub(crate) fn end(mut self) -> io::Result<()> {
        if self.rest.is_empty() {
            return Ok(());
        }
        let text = encoded(&self.rest);
        self.out.write_all(&text)
    }
}

impl<W: Write> Write for Base64<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.rest.extend_from_slice(bytes);
        let whole = self.rest.len() / 3 * 3;
        let text: Vec<u8> = self.rest.drain(..whole).as_slice().chunks(3).flat_map(encoded).collect();
        self.out.write_all(&text)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// One to three bytes as four characters.
fn encoded(bytes: &[u8]) -> [u8; 4] {
    let byte = |index| u32::from(bytes.get(index).copied().unwrap_or_default());
    let group = byte(0) << 16 | byte(1) << 8 | byte(2);
    let mut text = [b'='; 4];
    for (index, character) in text.iter_mut().enumerate().take(bytes.len() + 1) {
        let bits = group >> (18 - 6 * index) & 63;
        *character = ALPHABET.get(bits as usize).copied().unwrap_or_default();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(pieces: &[&[u8]]) -> String {
        let mut text = Vec::new();
        let mut writer = Base64::new(&mut text);
        pieces.iter().for_each(|piece| writer.write_all(piece).unwrap());
        writer.end().unwrap();
        String::from_utf8(text).unwrap()
    }

    #[test]
    fn base64_is_that_of_rfc_4648_however_it_is_written() {
        let vectors = [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")];
        for (plain, text) in vectors {
            assert_eq!(written(&[plain.as_bytes()]), text);
            assert_eq!(base64(plain.as_bytes()), text);
        }
        assert_eq!(written(&[b"f", b"ooba", b"", b"r"]), "Zm9vYmFy");
        assert_eq!(base64(&[0xfb, 0xff, 0xfe]), "+//+");
    }
}
