//! The bytes of a page as html5gum's tokenizer reads them, with what cannot matter taken in one step.
//!
//! In plain text only `<` ends anything for us: entities, NUL and carriage returns in text are nobody's business. Tags without attributes
//! hold no link, so in plain text they are stepped over together with the text around them, unless they begin an element whose content is
//! text. The tokenizer takes all this for one piece of text, whose length is right, and that is all that is asked of text.

use std::cell::Cell;
use std::convert::Infallible;

use html5gum::{Readable, Reader};
use memchr::{memchr, memchr2};

/// A page that is being read.
pub(crate) struct Bytes<'a> {
    rest: &'a [u8],
    /// Whether the tokenizer is in an element whose content is text. The emitter knows.
    is_raw: &'a Cell<bool>,
}

impl<'a> Bytes<'a> {
    pub(crate) fn new(bytes: &'a [u8], is_raw: &'a Cell<bool>) -> Bytes<'a> {
        Bytes { rest: bytes, is_raw }
    }
}

impl Reader for Bytes<'_> {
    type Error = Infallible;

    #[inline(always)]
    fn read_byte(&mut self) -> Result<Option<u8>, Infallible> {
        let Some((&first, rest)) = self.rest.split_first() else { return Ok(None) };
        self.rest = rest;
        Ok(Some(first))
    }

    #[inline(always)]
    fn try_read_string(&mut self, wanted: &[u8], case_sensitive: bool) -> Result<bool, Infallible> {
        let Some((found, rest)) = self.rest.split_at_checked(wanted.len()) else { return Ok(false) };
        let is_there = found == wanted || (!case_sensitive && found.eq_ignore_ascii_case(wanted));
        if is_there {
            self.rest = rest;
        }
        Ok(is_there)
    }

    #[inline(always)]
    fn read_until<'b>(
        &'b mut self,
        needle: &[u8],
        buffer: &'b mut [u8; 4],
    ) -> Result<Option<&'b [u8]>, Infallible> {
        if self.rest.is_empty() {
            return Ok(None);
        }
        // The needle is known where this is inlined.
        let end = match needle {
            [b'&', b'<', 0, b'\r'] if !self.is_raw.get() => Some(text_end(self.rest)),
            [b'&', b'<', 0, b'\r'] | [b'<', 0, b'\r'] => memchr(b'<', self.rest),
            [b'"', b'&', 0, b'\r'] => memchr2(b'"', b'&', self.rest),
            _ => {
                let found = self.rest.to_reader().read_until(needle, buffer)?.map_or(0, <[u8]>::len);
                Some(found)
            }
        };
        // A byte that ends something is a piece of its own.
        let len = end.unwrap_or(self.rest.len()).max(1);
        let (piece, rest) = self.rest.split_at_checked(len).unwrap_or((self.rest, b""));
        self.rest = rest;
        Ok(Some(piece))
    }
}

/// The end of text, and of tags in it that hold nothing.
fn text_end(text: &[u8]) -> usize {
    let mut at = 0;
    while let Some(found) = text.get(at..).and_then(|rest| memchr(b'<', rest)) {
        at += found;
        match text.get(at..).and_then(plain_tag_len) {
            Some(len) => at += len,
            None => return at,
        }
    }
    text.len()
}

/// The length of a tag that is only a name in lower case, such as `</span>` and `<li>`.
fn plain_tag_len(tag: &[u8]) -> Option<usize> {
    const LONGEST: usize = 16;
    let is_end = tag.get(1) == Some(&b'/');
    let start = 1 + usize::from(is_end);
    let name = tag.get(start..)?;
    let name = name.get(..LONGEST).unwrap_or(name);
    let len = name.iter().position(|byte| !byte.is_ascii_lowercase() && !byte.is_ascii_digit())?;
    let name = name.get(..len)?;
    let is_plain = tag.get(start + len) == Some(&b'>')
        && name.first().is_some_and(u8::is_ascii_lowercase)
        && (is_end || !begins_text(name));
    is_plain.then_some(start + len + 1)
}

/// Whether the content of an element is text.
pub(crate) fn begins_text(name: &[u8]) -> bool {
    matches!(
        name,
        b"script"
            | b"style"
            | b"title"
            | b"textarea"
            | b"iframe"
            | b"xmp"
            | b"noembed"
            | b"noframes"
            | b"plaintext"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_tags_are_stepped_over_in_text() {
        let end = |text: &str| text_end(text.as_bytes());
        assert_eq!(end("a &amp; b</p>\0<li>x</li><a href"), 24);
        assert_eq!(end("<p></p>"), 7);
        for stop in [
            "<script>", "<title>", "<P>", "<p >", "</p >", "<!-- -->", "<", "</>", "<1>", "<p", "</p",
            "<p/>", "<x-y>",
        ] {
            assert_eq!(end(&format!("abc<b>{stop}")), 6, "{stop}");
        }
        assert_eq!(end("abc"), 3);
    }
}
