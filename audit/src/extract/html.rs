//! The links and ids of an HTML page, as a stream: nothing is kept but the tag that is being read.
//!
//! An emitter of html5gum of our own, which copies only the attribute values that count. `<noscript>` is read as markup, as a reader
//! without scripts sees it; scripts, style sheets, titles and text areas are text. Values come with their entities decoded;
//! places are byte offsets in the file.

use std::cell::Cell;
use std::convert::Infallible;

use html5gum::{Emitter, Error, Reader, State, Tokenizer};

use super::bytes::Bytes;
use super::element::{Attribute, Element};
use super::tag::{Tag, Value};

/// What is told about a page, in the order of its bytes.
pub(crate) trait Sink {
    /// A start tag that holds something of interest, at its end.
    fn tag(&mut self, tag: &Tag<'_>);
    /// The content of a style element.
    fn style(&mut self, text: &[u8], offset: u32);
    /// The content of a script of the type `application/ld+json`.
    fn json_ld(&mut self, text: &[u8], offset: u32);
}

/// Reads a page.
pub(crate) fn html(bytes: &[u8], buffers: &mut Buffers, sink: &mut impl Sink) {
    let is_raw = Cell::new(false);
    read(Bytes::new(bytes, &is_raw), &is_raw, buffers, sink);
}

fn read(
    reader: impl Reader<Error = Infallible>,
    is_raw: &Cell<bool>,
    buffers: &mut Buffers,
    sink: &mut impl Sink,
) {
    let emitter = Tags {
        sink,
        is_raw,
        buffers,
        position: 0,
        is_end: false,
        element: None,
        attribute: None,
        wanted: false,
        text: None,
        text_offset: 0,
    };
    match Tokenizer::new_with_emitter(reader, emitter).finish() {
        Ok(()) => {}
        Err(impossible) => match impossible {},
    }
}

/// Room that is used again from page to page.
#[derive(Debug, Default)]
pub(crate) struct Buffers {
    tag_name: Vec<u8>,
    last_start_tag: Vec<u8>,
    attribute_name: Vec<u8>,
    /// The values of the tag, one behind the other.
    values: Vec<u8>,
    attributes: Vec<Value>,
    text: Vec<u8>,
}

/// Text that is collected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Text {
    Style,
    JsonLd,
}

struct Tags<'b, S> {
    sink: &'b mut S,
    buffers: &'b mut Buffers,
    /// Whether the content of the element that was begun is text.
    is_raw: &'b Cell<bool>,
    /// Bytes read.
    position: usize,
    /// Whether the tag that is being read is an end tag.
    is_end: bool,
    /// The element of the start tag, once it has an attribute.
    element: Option<Element>,
    /// The attribute that is being read, while its name is not looked at.
    attribute: Option<()>,
    /// Whether the value that is being read is kept.
    wanted: bool,
    text: Option<Text>,
    text_offset: u32,
}

fn offset(position: usize) -> u32 {
    u32::try_from(position).unwrap_or(u32::MAX)
}

impl<S: Sink> Tags<'_, S> {
    /// Looks at the name of the attribute that has just ended, if that has not been done.
    fn end_name(&mut self) {
        self.wanted = false;
        if self.attribute.take().is_none() || self.is_end {
            return;
        }
        let name = &self.buffers.tag_name;
        let element = *self.element.get_or_insert_with(|| Element::of(name));
        let Some(attribute) = Attribute::of(element, &self.buffers.attribute_name) else { return };
        // Of two attributes of one name, the first counts.
        if self.buffers.attributes.iter().any(|value| value.attribute == attribute) {
            return;
        }
        let start = self.buffers.values.len();
        self.buffers.attributes.push(Value { attribute, start, end: start, offset: offset(self.position) });
        self.wanted = true;
    }

    fn end_text(&mut self) {
        let Some(kind) = self.text.take() else { return };
        match kind {
            Text::Style => self.sink.style(&self.buffers.text, self.text_offset),
            Text::JsonLd => self.sink.json_ld(&self.buffers.text, self.text_offset),
        }
        self.buffers.text.clear();
    }

    fn start_tag(&mut self) -> Option<State> {
        let Buffers { tag_name, values, attributes, .. } = &mut *self.buffers;
        let mut text = None;
        if !attributes.is_empty() {
            let element = self.element.unwrap_or(Element::Other);
            let tag = Tag { element, values, attributes };
            if element == Element::Script && tag.is_json_ld() {
                text = Some(Text::JsonLd);
            }
            self.sink.tag(&tag);
        }
        let next = match tag_name.as_slice() {
            b"script" => Some(State::ScriptData),
            b"style" => {
                text = Some(Text::Style);
                Some(State::RawText)
            }
            b"title" | b"textarea" => Some(State::RcData),
            b"iframe" | b"xmp" | b"noembed" | b"noframes" => Some(State::RawText),
            b"plaintext" => Some(State::PlainText),
            _ => None,
        };
        self.is_raw.set(next.is_some());
        if next.is_some() {
            self.text = text;
            self.text_offset = offset(self.position);
        }
        next
    }
}

impl<S: Sink> Emitter for Tags<'_, S> {
    type Token = Infallible;

    fn set_last_start_tag(&mut self, last_start_tag: Option<&[u8]>) {
        self.buffers.last_start_tag.clear();
        self.buffers.last_start_tag.extend_from_slice(last_start_tag.unwrap_or_default());
    }

    fn emit_eof(&mut self) {
        self.end_text();
        let Buffers { tag_name, last_start_tag, attribute_name, values, attributes, text } =
            &mut *self.buffers;
        for buffer in [tag_name, last_start_tag, attribute_name, values, text] {
            buffer.clear();
        }
        attributes.clear();
    }

    fn emit_error(&mut self, _: Error) {}

    #[inline]
    fn should_emit_errors(&mut self) -> bool {
        false
    }

    #[inline]
    fn pop_token(&mut self) -> Option<Infallible> {
        None
    }

    #[inline]
    fn emit_string(&mut self, text: &[u8]) {
        if self.text.is_some() {
            self.buffers.text.extend_from_slice(text);
        }
    }

    #[inline]
    fn init_start_tag(&mut self) {
        self.is_end = false;
        self.element = None;
        self.attribute = None;
        self.wanted = false;
        self.buffers.tag_name.clear();
        self.buffers.values.clear();
        self.buffers.attributes.clear();
    }

    #[inline]
    fn init_end_tag(&mut self) {
        self.init_start_tag();
        self.is_end = true;
    }

    #[inline]
    fn emit_current_tag(&mut self) -> Option<State> {
        self.end_name();
        if self.is_end {
            self.is_raw.set(false);
            self.end_text();
            self.buffers.last_start_tag.clear();
            return None;
        }
        let Buffers { tag_name, last_start_tag, .. } = &mut *self.buffers;
        last_start_tag.clear();
        last_start_tag.extend_from_slice(tag_name);
        self.start_tag()
    }

    fn init_comment(&mut self) {}
    fn emit_current_comment(&mut self) {}
    fn emit_current_doctype(&mut self) {}
    fn set_self_closing(&mut self) {}
    fn set_force_quirks(&mut self) {}
    fn push_comment(&mut self, _: &[u8]) {}
    fn push_doctype_name(&mut self, _: &[u8]) {}
    fn init_doctype(&mut self) {}
    fn set_doctype_public_identifier(&mut self, _: &[u8]) {}
    fn set_doctype_system_identifier(&mut self, _: &[u8]) {}
    fn push_doctype_public_identifier(&mut self, _: &[u8]) {}
    fn push_doctype_system_identifier(&mut self, _: &[u8]) {}

    #[inline]
    fn push_tag_name(&mut self, name: &[u8]) {
        self.buffers.tag_name.extend_from_slice(name);
    }

    #[inline]
    fn init_attribute(&mut self) {
        self.end_name();
        self.attribute = Some(());
        self.buffers.attribute_name.clear();
    }

    #[inline]
    fn push_attribute_name(&mut self, name: &[u8]) {
        self.buffers.attribute_name.extend_from_slice(name);
    }

    #[inline]
    fn init_attribute_value(&mut self) {
        self.end_name();
        if let (true, Some(value)) = (self.wanted, self.buffers.attributes.last_mut()) {
            value.offset = offset(self.position);
        }
    }

    #[inline]
    fn push_attribute_value(&mut self, text: &[u8]) {
        if let (true, Some(value)) = (self.wanted, self.buffers.attributes.last_mut()) {
            self.buffers.values.extend_from_slice(text);
            value.end = self.buffers.values.len();
        }
    }

    #[inline]
    fn current_is_appropriate_end_tag_token(&mut self) -> bool {
        let Buffers { tag_name, last_start_tag, .. } = &*self.buffers;
        self.is_end && !last_start_tag.is_empty() && last_start_tag == tag_name
    }

    #[inline]
    fn move_position(&mut self, by: isize) {
        self.position = self.position.wrapping_add_signed(by);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kind::LinkKind;

    #[derive(Default)]
    struct Seen(Vec<String>, Vec<u8>);

    impl Sink for Seen {
        fn tag(&mut self, tag: &Tag<'_>) {
            let page = std::mem::take(&mut self.1);
            tag.ids(|id| self.0.push(format!("#{}", String::from_utf8_lossy(id))));
            tag.links(|kind: LinkKind, text: &[u8], offset: u32| {
                let text = String::from_utf8_lossy(text);
                let at = page.get(offset as usize..).unwrap_or_default();
                assert!(at.starts_with(text.as_bytes()) || text.contains(['&', '<']), "{text} at {offset}");
                self.0.push(format!("{}: {text}", kind.as_str()));
            });
            self.1 = page;
        }

        fn style(&mut self, text: &[u8], _: u32) {
            self.0.push(format!("style: {}", String::from_utf8_lossy(text)));
        }

        fn json_ld(&mut self, text: &[u8], _: u32) {
            self.0.push(format!("json: {}", String::from_utf8_lossy(text)));
        }
    }

    fn seen(page: &str) -> Vec<String> {
        let mut seen = Seen(Vec::new(), page.into());
        html(page.as_bytes(), &mut Buffers::default(), &mut seen);
        seen.0
    }

    #[test]
    fn links_come_with_their_kind_and_place() {
        assert_eq!(seen("<a href=x>"), ["link: x"]);
        assert_eq!(seen("<A HREF='x'>"), ["link: x"]);
        assert_eq!(seen("\r\n\r\n<a\r\n class=c href = \"x\" >"), ["link: x"]);
        assert_eq!(
            seen("<p>é<img src=a.png srcset='b.png 1x, c.png 2x'>"),
            ["image: a.png", "image: b.png", "image: c.png"]
        );
        assert_eq!(seen("<script src=a.js></script><iframe src=b></iframe>"), ["script: a.js", "frame: b"]);
        assert_eq!(
            seen("<video src=a poster=b></video><object data=c></object>"),
            ["media: a", "image: b", "media: c"]
        );
        assert_eq!(seen("<svg><use xlink:href='s.svg#i'/></svg>"), ["image: s.svg#i"]);
        assert_eq!(seen("<body background=a><form action=b></form>"), ["image: a", "form: b"]);
    }

    #[test]
    fn link_elements_are_told_apart_by_their_relation() {
        assert_eq!(seen("<link href=a rel=stylesheet>"), ["stylesheet: a"]);
        assert_eq!(seen("<link rel='Shortcut ICON' href=a>"), ["image: a"]);
        assert_eq!(seen("<link rel=canonical href=a>"), ["canonical: a"]);
        assert_eq!(seen("<link rel=alternate hreflang=de href=a>"), ["hreflang: a"]);
        assert_eq!(seen("<link rel=alternate type=application/rss+xml href=a>"), ["link element: a"]);
        assert_eq!(seen("<link rel=preconnect href=a>"), [""; 0]);
        assert_eq!(
            seen("<link rel=manifest href=a><link rel=preload href=b>"),
            ["web manifest: a", "preload: b"]
        );
        assert_eq!(seen("<link rel=modulepreload href=b>"), ["script: b"]);
    }

    #[test]
    fn meta_elements_refresh_and_name_social_urls() {
        assert_eq!(seen("<meta http-equiv=refresh content='0; url=/x'>"), ["refresh: /x"]);
        assert_eq!(seen("<meta http-equiv=Refresh content=\"5;URL='/x'\">"), ["refresh: /x"]);
        assert_eq!(seen("<meta http-equiv=refresh content=5>"), [""; 0]);
        assert_eq!(
            seen("<meta property=og:url content=/x><meta name=twitter:image content=y>"),
            ["social url: /x", "social image: y"]
        );
        assert_eq!(seen("<meta name=description content=/x>"), [""; 0]);
    }

    #[test]
    fn ids_and_names_are_targets() {
        assert_eq!(seen("<p id=a><a name=b><a name=c id=d><p name=e>"), ["#a", "#b", "#d", "#c"]);
        assert_eq!(seen("<a id=x href=y id=z>"), ["#x", "link: y"]);
    }

    #[test]
    fn noscript_is_markup_and_scripts_are_text() {
        assert_eq!(seen("<noscript><img src=a></noscript><a href=b>"), ["image: a", "link: b"]);
        assert_eq!(seen("<script>'<a href=no>'</script><a href=b>"), ["link: b"]);
        assert_eq!(
            seen("<!-- <a href=no> --><textarea><a href=no></textarea><title><a href=no></title>"),
            [""; 0]
        );
        assert_eq!(seen("<script type=module>x</script><style>a</style>"), ["style: a"]);
        assert_eq!(seen("<script type='application/ld+json'>{}</script>"), ["json: {}"]);
        assert_eq!(seen("<style>a"), ["style: a"]);
        assert_eq!(seen("<title>&amp;</p><a href=no></title></p><a href=b>"), ["link: b"]);
        assert_eq!(
            seen(
                "<title>a</title><p>&lt;<b>x</b>\r\n<a href='b'><textarea></p><a href=no></textarea><i><a href=c>"
            ),
            ["link: b", "link: c"]
        );
    }

    #[test]
    fn entities_are_decoded_and_end_tags_hold_nothing() {
        assert_eq!(seen("<a href='a&amp;b&#x2f;c'>"), ["link: a&b/c"]);
        assert_eq!(seen("</a href=no>"), [""; 0]);
        assert_eq!(seen("<a href>"), ["link: "]);
        assert_eq!(seen("<img src=''>"), [""; 0]);
        assert_eq!(seen("<a href=x"), [""; 0]);
    }

    /// All that a page holds, with its places; line breaks and NUL as the tokenizer would have them.
    #[derive(Default, PartialEq, Debug)]
    struct All(Vec<(String, u32)>);

    impl All {
        fn add(&mut self, text: &[u8], offset: u32) {
            let text = String::from_utf8_lossy(text)
                .replace("\r\n", "\n")
                .replace('\r', "\n")
                .replace('\0', "\u{FFFD}");
            self.0.push((text, offset));
        }
    }

    impl Sink for All {
        fn tag(&mut self, tag: &Tag<'_>) {
            tag.ids(|id| self.add(id, 0));
            tag.links(|_, text, offset| self.add(text, offset));
            if let Some((text, offset)) = tag.inline_style() {
                self.add(text, offset);
            }
        }
        fn style(&mut self, text: &[u8], offset: u32) {
            self.add(text, offset);
        }
        fn json_ld(&mut self, text: &[u8], offset: u32) {
            self.add(text, offset);
        }
    }

    #[test]
    fn what_is_stepped_over_makes_no_difference() {
        use html5gum::Readable;
        const PIECES: &[&str] = &[
            "<a href=\"x&amp;y\">",
            "<a class=\"b\" href='z'>",
            "<p class=\"a > b\">",
            "</p>",
            "<p>",
            "</p id=\"no\">",
            "<P ID=q>",
            "<script>",
            "</script>",
            "<script type=\"application/ld+json\">",
            "<title>",
            "</title>",
            "<title class=\"t\">",
            "<style>",
            "</style>",
            "<textarea>",
            "</textarea>",
            "<iframe src=\"f\">",
            "</iframe>",
            "<plaintext>",
            "<noscript>",
            "<!--",
            "-->",
            "<![CDATA[",
            "]]>",
            "<!doctype html>",
            "<svg viewBox=\"0\" />",
            "<img src=y class='z'/>",
            "<p class=\"",
            "<p class",
            "\"",
            "'",
            ">",
            "<",
            "</",
            "=",
            " ",
            "/",
            "&",
            "&lt;",
            "text",
            "\r\n",
            "\r",
            "\0",
            "é",
            "<br/>",
            "<p style=\"c\" id=\"d\">",
            "<x-y z>",
        ];
        let mut seed = 7_u64;
        let mut random = |below: usize| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (seed >> 33) as usize % below
        };
        for _ in 0..30_000 {
            let page: String = (0..random(14)).map(|_| PIECES[random(PIECES.len())]).collect();
            let (mut quick, mut plain) = (All::default(), All::default());
            html(page.as_bytes(), &mut Buffers::default(), &mut quick);
            read(page.as_bytes().to_reader(), &Cell::new(false), &mut Buffers::default(), &mut plain);
            assert_eq!(quick, plain, "{page:?}");
        }
    }
}
