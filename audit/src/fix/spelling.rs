//! How a link is written at its place: which bytes of the file are its text, and how another text would have to be written there.

use memchr::memchr;

use crate::json::string_len;

/// Where the extractor found a link.
#[derive(Debug, Clone, Copy)]
pub(super) enum Spot<'t> {
    /// In the value of an attribute: where that begins in the file, what it says, and where in that the link's text begins.
    Attribute { start: u32, value: &'t [u8], at: usize, is_css: bool },
    /// As it is: in a style sheet or `robots.txt`.
    Plain { start: u32, is_css: bool },
    /// In a string of JSON.
    Json { start: u32 },
    /// In the text, or in an attribute, of an element of XML.
    Xml { start: u32 },
}

/// The text of a link, byte by byte beside the bytes of the file that say it.
#[derive(Debug)]
pub(super) struct Written {
    /// The bytes of the file that say the i-th byte of the text begin at the i-th of these, and end at the next.
    places: Vec<u32>,
    style: Style,
}

/// How a text has to be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Style {
    /// With entities; in these quotes, if any.
    Markup(Option<u8>),
    /// As it is.
    Plain,
    /// With escapes; whether slashes have one.
    Json { escapes_slashes: bool },
    /// As a URL of CSS in these quotes, if any, in an attribute with these quotes.
    Css(Option<u8>, Option<Option<u8>>),
}

impl Written {
    /// Finds the bytes that say `text`. `None` if it is written in a way that is not understood.
    pub(super) fn find(bytes: &[u8], spot: Spot<'_>, text: &[u8]) -> Option<Written> {
        let found = match spot {
            Spot::Attribute { start, value, at, is_css } => {
                attribute(bytes, start, value, at, text.len(), is_css)
            }
            Spot::Plain { start, is_css } => {
                let here = start as usize;
                let css_quote = here.checked_sub(1).and_then(|before| bytes.get(before));
                let css_quote = css_quote.copied().filter(|byte| matches!(byte, b'"' | b'\''));
                let style = if is_css { Style::Css(css_quote, None) } else { Style::Plain };
                Some((plain(bytes.get(here..here + text.len())?, start), style))
            }
            Spot::Json { start } => json(bytes, start),
            Spot::Xml { start } => xml(bytes, start, text.len()),
        };
        let (said, style) = found?;
        (said.text == text).then_some(Written { places: said.places, style })
    }

    /// The bytes of the file that say the i-th to j-th byte of the text.
    pub(super) fn range(&self, from: usize, to: usize) -> Option<(u32, u32)> {
        Some((*self.places.get(from)?, *self.places.get(to)?))
    }

    /// Whether the text can be cut here: not within what one entity says.
    pub(super) fn can_cut(&self, at: usize) -> bool {
        at == 0 || self.places.get(at - 1) != self.places.get(at)
    }

    /// Writes a text as it has to be written here. `None` if it can't be.
    pub(super) fn write(&self, text: &[u8]) -> Option<Vec<u8>> {
        match self.style {
            Style::Plain => Some(text.to_vec()),
            Style::Markup(quote) => Some(entities(text, quote)),
            Style::Css(quote, outer) => {
                let is_bad = |byte: &u8| match quote {
                    Some(quote) => *byte == quote || *byte == b'\\' || *byte < b' ',
                    None => matches!(byte, b'"' | b'\'' | b'(' | b')' | b'\\' | ..=b' '),
                };
                if text.iter().any(is_bad) {
                    return None;
                }
                Some(outer.map_or_else(|| text.to_vec(), |outer| entities(text, outer)))
            }
            Style::Json { escapes_slashes } => {
                let mut out = Vec::with_capacity(text.len());
                for &byte in text {
                    match byte {
                        b'"' | b'\\' => out.extend_from_slice(&[b'\\', byte]),
                        b'/' if escapes_slashes => out.extend_from_slice(b"\\/"),
                        ..b' ' | b'<' => return None,
                        _ => out.push(byte),
                    }
                }
                Some(out)
            }
        }
    }
}

fn entities(text: &[u8], quote: Option<u8>) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for &byte in text {
        match byte {
            b'&' => out.extend_from_slice(b"&amp;"),
            b'<' => out.extend_from_slice(b"&lt;"),
            b'>' => out.extend_from_slice(b"&gt;"),
            b'"' if quote != Some(b'\'') => out.extend_from_slice(b"&quot;"),
            b'\'' if quote != Some(b'"') => out.extend_from_slice(b"&#39;"),
            ..=b' ' | b'`' | b'=' if quote.is_none() => {
                out.extend_from_slice(format!("&#{byte};").as_bytes());
            }
            _ => out.push(byte),
        }
    }
    out
}

/// A text, and the places of the bytes that say it.
#[derive(Debug, Default)]
struct Said {
    text: Vec<u8>,
    places: Vec<u32>,
}

impl Said {
    fn push(&mut self, said: &[u8], place: u32) {
        self.text.extend_from_slice(said);
        self.places.extend(said.iter().map(|_| place));
    }

    fn end(mut self, place: u32) -> Said {
        self.places.push(place);
        self
    }

    fn part(mut self, at: usize, len: usize) -> Option<Said> {
        self.text = self.text.get(at..at + len)?.to_vec();
        self.places = self.places.get(at..=at + len)?.to_vec();
        Some(self)
    }
}

fn plain(bytes: &[u8], start: u32) -> Said {
    Said { text: bytes.to_vec(), places: (start..).take(bytes.len() + 1).collect() }
}

/// Text in which only numeric entities and the five of XML count, as pages write them; with others, the text will not be what the
/// tokenizer says, and the link is left as it is.
fn markup(bytes: &[u8], start: u32) -> Said {
    if memchr(b'&', bytes).is_none() {
        return plain(bytes, start);
    }
    let mut said = Said::default();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let place = start + at as u32;
        match (byte == b'&').then(|| entity(bytes.get(at..).unwrap_or_default())).flatten() {
            Some((character, len)) => {
                said.push(character.encode_utf8(&mut [0; 4]).as_bytes(), place);
                at += len;
            }
            None => {
                said.push(&[byte], place);
                at += 1;
            }
        }
    }
    said.end(start + bytes.len() as u32)
}

/// The character of an entity, and the entity's length.
fn entity(text: &[u8]) -> Option<(char, usize)> {
    let len = memchr(b';', text.get(..12).unwrap_or(text))?;
    let name = std::str::from_utf8(text.get(1..len)?).ok()?;
    let character = match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => number.parse().ok()?,
            };
            // Others mean other characters, or none.
            char::from_u32(code).filter(|&character| matches!(character, ' '..='~' | '\u{A0}'..))?
        }
    };
    Some((character, len + 1))
}

/// The value of an attribute of HTML, whose end its quotes tell.
fn attribute(
    bytes: &[u8],
    start: u32,
    value: &[u8],
    at: usize,
    len: usize,
    is_css: bool,
) -> Option<(Said, Style)> {
    let rest = bytes.get(start as usize..)?;
    let quote = (start as usize).checked_sub(1).and_then(|before| bytes.get(before)).copied();
    let quote = quote.filter(|byte| matches!(byte, b'"' | b'\''));
    let end = match quote {
        Some(quote) => memchr(quote, rest)?,
        None => rest.iter().position(|byte| byte.is_ascii_whitespace() || *byte == b'>')?,
    };
    let said = markup(rest.get(..end)?, start);
    if said.text != value {
        return None;
    }
    let style = if is_css {
        let before = at.checked_sub(1).and_then(|before| value.get(before)).copied();
        Style::Css(before.filter(|byte| matches!(byte, b'"' | b'\'')), Some(quote))
    } else {
        Style::Markup(quote)
    };
    Some((said.part(at, len)?, style))
}

/// A string of JSON that is written without escapes other than those of slashes.
fn json(bytes: &[u8], start: u32) -> Option<(Said, Style)> {
    let rest = bytes.get(start as usize..)?;
    let inner = rest.get(..string_len(rest)?)?;
    let mut said = Said::default();
    let mut at = 0;
    while let Some(&byte) = inner.get(at) {
        let place = start + at as u32;
        match (byte, inner.get(at + 1)) {
            (b'\\', Some(b'/')) => {
                said.push(b"/", place);
                at += 1;
            }
            (b'\\', _) => return None,
            _ => said.push(&[byte], place),
        }
        at += 1;
    }
    let escapes_slashes = inner.contains(&b'\\');
    Some((said.end(start + inner.len() as u32), Style::Json { escapes_slashes }))
}

/// An attribute, a text or a CDATA section of XML.
fn xml(bytes: &[u8], start: u32, len: usize) -> Option<(Said, Style)> {
    let (before, rest) = bytes.split_at_checked(start as usize)?;
    let quote = before.last().copied().filter(|byte| matches!(byte, b'"' | b'\''));
    if let Some(quote) = quote {
        return Some((markup(rest.get(..memchr(quote, rest)?)?, start), Style::Markup(Some(quote))));
    }
    if before.trim_ascii_end().ends_with(b"<![CDATA[") {
        return Some((plain(rest.get(..len)?, start), Style::Plain));
    }
    let text = rest.get(..memchr(b'<', rest)?)?;
    Some((markup(text.trim_ascii_end(), start), Style::Markup(Some(b'"'))))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is said at the place of `at` in a page, if it is just `text`; and what would be written instead of all of it.
    fn rewritten(page: &str, spot: impl Fn(u32) -> Spot<'static>, text: &str, new: &str) -> Option<String> {
        let start = page.find('^').unwrap();
        let page = page.replacen('^', "", 1);
        let written = Written::find(page.as_bytes(), spot(start as u32), text.as_bytes())?;
        let (from, to) = written.range(0, text.len())?;
        let new = String::from_utf8(written.write(new.as_bytes())?).unwrap();
        Some(format!("{}{new}{}", &page[..from as usize], &page[to as usize..]))
    }

    fn value(text: &'static str) -> impl Fn(u32) -> Spot<'static> {
        move |start| Spot::Attribute { start, value: text.as_bytes(), at: 0, is_css: false }
    }

    #[test]
    fn attributes_end_at_their_quotes_and_keep_them() {
        assert_eq!(
            rewritten("<a href=\"^x\">", value("x"), "x", "a'b\"c&d").unwrap(),
            "<a href=\"a'b&quot;c&amp;d\">"
        );
        assert_eq!(
            rewritten("<a href='^x' b>", value("x"), "x", "a'b\"c").unwrap(),
            "<a href='a&#39;b\"c' b>"
        );
        assert_eq!(rewritten("<a href=^x>", value("x"), "x", "a'b c/").unwrap(), "<a href=a&#39;b&#32;c/>");
        assert_eq!(rewritten("<a href=^x", value("x"), "x", "y"), None, "no tag");
        assert_eq!(rewritten("<a href='^x'>", value("y"), "y", "z"), None, "something else stands there");
    }

    #[test]
    fn entities_are_understood_or_left() {
        let page = "<a href='^a&amp;b&#x2f;&#233;'>";
        assert_eq!(rewritten(page, value("a&b/é"), "a&b/é", "y").unwrap(), "<a href='y'>");
        assert_eq!(rewritten("<a href='^a&eacute;'>", value("aé"), "aé", "y"), None);
        let written = Written::find(
            b"'&#233;b'",
            Spot::Attribute { start: 1, value: "éb".as_bytes(), at: 0, is_css: false },
            "éb".as_bytes(),
        );
        let written = written.unwrap();
        assert!(written.can_cut(0) && !written.can_cut(1) && written.can_cut(2));
        assert_eq!(written.range(2, 3), Some((7, 8)));
    }

    #[test]
    fn a_part_of_a_value_is_found_behind_entities() {
        let page = "<meta content=\"0; url=x&amp;y\">";
        let spot = Spot::Attribute { start: 15, value: b"0; url=x&y", at: 7, is_css: false };
        let written = Written::find(page.as_bytes(), spot, b"x&y").unwrap();
        assert_eq!(written.range(0, 3), Some((22, 29)));
    }

    #[test]
    fn urls_of_css_hold_nothing_that_would_end_them() {
        let plain = |start| Spot::Plain { start, is_css: true };
        assert_eq!(rewritten("a{b:url(^x)}", plain, "x", "/y").unwrap(), "a{b:url(/y)}");
        assert_eq!(rewritten("a{b:url(^x)}", plain, "x", "/y(1)"), None);
        assert_eq!(rewritten("a{b:url('^x')}", plain, "x", "/y(1)").unwrap(), "a{b:url('/y(1)')}");
        assert_eq!(rewritten("a{b:url('^x')}", plain, "x", "/y'"), None);
    }

    #[test]
    fn json_keeps_the_spelling_of_its_slashes() {
        let spot = |start| Spot::Json { start };
        assert_eq!(rewritten("{\"url\":\"^a/b\"}", spot, "a/b", "c/d").unwrap(), "{\"url\":\"c/d\"}");
        assert_eq!(rewritten("{\"url\":\"^a\\/b\"}", spot, "a/b", "c/d").unwrap(), "{\"url\":\"c\\/d\"}");
        assert_eq!(rewritten("{\"url\":\"^\\u0061\"}", spot, "a", "b"), None);
    }

    #[test]
    fn xml_has_text_sections_and_attributes() {
        let spot = |start| Spot::Xml { start };
        assert_eq!(
            rewritten("<loc>\n ^a&amp;b \n</loc>", spot, "a&b", "c&d").unwrap(),
            "<loc>\n c&amp;d \n</loc>"
        );
        assert_eq!(
            rewritten("<loc><![CDATA[^a]]></loc>", spot, "a", "c&d").unwrap(),
            "<loc><![CDATA[c&d]]></loc>"
        );
        assert_eq!(rewritten("<link href='^a'/>", spot, "a", "b'").unwrap(), "<link href='b&#39;'/>");
        assert_eq!(rewritten("<loc>^a<!-- -->b</loc>", spot, "ab", "c"), None);
    }
}
