//! The bytes of a page as html5gum's tokenizer reads them, with what cannot matter taken in one step.
//!
//! In plain text only `<` ends anything for us: entities, NUL and carriage returns in text are nobody's business. End tags, and start tags
//! without an attribute that counts, hold nothing, so they are stepped over together with the text around them, unless they begin an
//! element whose content is text, or are written in a way that needs a closer look. The tokenizer takes all this for one piece of text, whose length is right, and that is all that is asked of text.

use std::cell::Cell;
use std::convert::Infallible;

use html5gum::{Readable, Reader};
use memchr::{memchr, memchr2};

use super::element::{is_of_interest, may_hold_urls};

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

/// The length of a tag that holds nothing of interest and is written as tools write tags: a name, and attributes that nobody looks at, with
/// double quotes or without a value. `None` for all other tags, which the tokenizer takes apart.
fn plain_tag_len(tag: &[u8]) -> Option<usize> {
    let is_end = tag.get(1) == Some(&b'/');
    let start = 1 + usize::from(is_end);
    let mut at = start + name_len(tag.get(start..)?);
    let name = tag.get(start..at)?;
    if !name.first().is_some_and(u8::is_ascii_lowercase) || (!is_end && begins_text(name)) {
        return None;
    }
    loop {
        match tag.get(at..)? {
            [b'>', ..] => return Some(at + 1),
            [b'/', b'>', ..] if !is_end => return Some(at + 2),
            [b' ', b'/', b'>', ..] if !is_end => return Some(at + 3),
            [b' ', rest @ ..] if !is_end => {
                let name = rest.get(..name_len(rest)).filter(|name| !name.is_empty())?;
                // Highlighted code has a style on every word, and hardly any names a picture.
                let is_style = name == b"style";
                if !is_style && is_of_interest(name) {
                    return None;
                }
                at += 1 + name.len();
                if let [b'=', b'"', value @ ..] = tag.get(at..)? {
                    let len = memchr(b'"', value)?;
                    if is_style && may_hold_urls(value.get(..len)?) {
                        return None;
                    }
                    at += 2 + len + 1;
                }
            }
            _ => return None,
        }
    }
}

/// The length of a name of letters, digits and hyphens.
fn name_len(text: &[u8]) -> usize {
    text.iter().take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')).count()
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
            "<script>",
            "<title class=\"x\">",
            "<P>",
            "<p >",
            "</p >",
            "</p/>",
            "<!-- -->",
            "<",
            "</>",
            "<1>",
            "<p",
            "</p",
        ] {
            assert_eq!(end(&format!("abc<b>{stop}")), 6, "{stop}");
        }
        assert_eq!(end("abc"), 3);
    }

    #[test]
    fn tags_whose_attributes_matter_are_left_to_the_tokenizer() {
        let end = |text: &str| text_end(text.as_bytes());
        for plain in [
            "<p class=\"a > b\">",
            "<svg viewBox=\"0 0 1 1\" hidden/>",
            "<br />",
            "<x-y data-id=\"1\" />",
            "<p title=\"\">",
            "<span style=\"--0:#C792EA;--1:#8844AE\">",
            "<span style hidden>",
        ] {
            assert_eq!(end(plain), plain.len(), "{plain}");
        }
        let stops = [
            "<p class=a>",
            "<p class='a'>",
            "<p class=\"a\"id=\"b\">",
            "<p  id=\"b\">",
            "<p class =\"a\">",
            "<p class=\"a",
        ];
        for stop in stops.into_iter().chain(["<p x:y=\"1\">", "<p\nclass=\"a\">", "<p class=\"a\" / >"]) {
            assert_eq!(end(stop), 0, "{stop}");
        }
        for style in ["url(x)", "a:URL( x )", "image-set('x')", "a:url&#40;x)", "a:url&lpar;x)"] {
            assert_eq!(end(&format!("<p class=\"a\" style=\"{style}\">")), 0, "{style}");
        }
        for name in ["id", "ID", "Style", "href", "Src", "srcset", "content", "name", "http-equiv"] {
            assert_eq!(end(&format!("<p class=\"a\" {name}=\"b\">")), 0, "{name}");
        }
    }
}
