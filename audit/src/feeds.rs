//! Sitemaps (also their indexes), RSS, Atom and robots.txt: text in, links out.

use std::borrow::Cow;

use memchr::memmem;
use quick_xml::Reader;
use quick_xml::escape::unescape;
use quick_xml::events::{BytesStart, Event};

use crate::kind::LinkKind;

/// The `Sitemap:` lines of a robots.txt.
pub(crate) fn robots(bytes: &[u8], each: &mut dyn FnMut(LinkKind, &[u8], u32)) {
    let mut start = 0;
    for line in bytes.split_inclusive(|&byte| byte == b'\n') {
        let place = start;
        start += line.len();
        let Some(colon) = memchr::memchr(b':', line) else { continue };
        let (name, value) = line.split_at_checked(colon + 1).unwrap_or_default();
        let is_sitemap =
            name.strip_suffix(b":").is_some_and(|name| name.trim_ascii().eq_ignore_ascii_case(b"sitemap"));
        if is_sitemap {
            let value = value.split(|&byte| byte == b'#').next().unwrap_or_default();
            let skipped = value.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
            let url = value.trim_ascii();
            if !url.is_empty() {
                each(LinkKind::SitemapFile, url, to_u32(place + colon + 1 + skipped));
            }
        }
    }
}

/// What an XML file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Root {
    Sitemap,
    SitemapIndex,
    Feed,
}

/// The links of a sitemap, a sitemap index, or a feed. Any other XML has none.
///
/// # Errors
/// What is wrong, if it is one of these and no XML.
pub(crate) fn xml(bytes: &[u8], each: &mut dyn FnMut(LinkKind, &[u8], u32)) -> Result<(), String> {
    let beginning = bytes.get(..4096).unwrap_or(bytes);
    let has = |word: &[u8]| memmem::find(beginning, word).is_some();
    if ![&b"<urlset"[..], b"<sitemapindex", b"<rss", b"<feed", b"RDF"].into_iter().any(has) {
        return Ok(());
    }
    let text = std::str::from_utf8(bytes)
        .map_err(|error| format!("it is not UTF-8 from byte {} on", error.valid_up_to()))?;
    let mut reader = Reader::from_str(text);
    reader.config_mut().check_end_names = false;
    let mut links = Links { each, root: None, element: None, text: String::new(), offset: 0 };
    loop {
        let place = to_u32(usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX));
        let event = reader
            .read_event()
            .map_err(|error| format!("it is no XML at byte {}: {error}", reader.error_position()))?;
        match event {
            Event::Start(tag) if links.start(&tag, place) => {}
            Event::Start(_) => return Ok(()),
            Event::Empty(tag) => {
                links.start(&tag, place);
                links.element = None;
            }
            Event::End(_) => links.end(),
            Event::Text(text) => links.text(&text, place),
            Event::CData(text) => links.text(&text, place.saturating_add(9)),
            Event::GeneralRef(name) => {
                let entity = format!("&{};", &*name);
                links.text(&unescape(&entity).unwrap_or_default(), place);
            }
            Event::Eof => return Ok(()),
            _ => {}
        }
    }
}

struct Links<'e> {
    each: &'e mut dyn FnMut(LinkKind, &[u8], u32),
    root: Option<Root>,
    /// What the text of the element that is being read is.
    element: Option<LinkKind>,
    text: String,
    offset: u32,
}

impl Links<'_> {
    /// `false` if this is neither sitemap nor feed.
    fn start(&mut self, tag: &BytesStart<'_>, place: u32) -> bool {
        let name = tag.name().into_inner();
        let (prefix, local) = name.split_once(':').unwrap_or(("", name));
        let Some(root) = self.root else {
            self.root = match local {
                "urlset" => Some(Root::Sitemap),
                "sitemapindex" => Some(Root::SitemapIndex),
                "rss" | "feed" | "RDF" => Some(Root::Feed),
                _ => None,
            };
            return self.root.is_some();
        };
        self.text.clear();
        self.element = match (root, prefix, local) {
            (Root::Sitemap, "", "loc") => Some(LinkKind::Sitemap),
            (Root::Sitemap, "image", "loc") => Some(LinkKind::SocialImage),
            (Root::SitemapIndex, "", "loc") => Some(LinkKind::SitemapFile),
            (Root::Feed, "", "link") => {
                self.attribute(tag, "href", LinkKind::Feed, place);
                Some(LinkKind::Feed)
            }
            (Root::Feed, "", "guid") if attribute(tag, "isPermaLink").as_deref() != Some("false") => {
                Some(LinkKind::Identifier)
            }
            (Root::Feed, "", "enclosure") => {
                self.attribute(tag, "url", LinkKind::SocialImage, place);
                None
            }
            (Root::Feed, "atom", "link") => {
                self.attribute(tag, "href", LinkKind::Feed, place);
                None
            }
            (Root::Sitemap, "xhtml", "link") => {
                self.attribute(tag, "href", LinkKind::Alternate, place);
                None
            }
            _ => None,
        };
        true
    }

    fn attribute(&mut self, tag: &BytesStart<'_>, name: &str, kind: LinkKind, place: u32) {
        let Some(value) = written_attribute(tag, name).filter(|value| !value.is_empty()) else { return };
        // What is written stands in the tag itself.
        let inner = (value.as_ptr() as usize).checked_sub(tag.as_ptr() as usize);
        let inner = inner.filter(|&at| at < tag.len()).map_or(0, |at| at + 1);
        let url = unescape(&value).unwrap_or(Cow::Borrowed(&value));
        (self.each)(kind, url.as_bytes(), place.saturating_add(to_u32(inner)));
    }

    fn text(&mut self, text: &str, place: u32) {
        if self.element.is_some() {
            if self.text.trim().is_empty() {
                let blanks = text.len() - text.trim_start().len();
                self.offset = place.saturating_add(to_u32(blanks));
            }
            self.text.push_str(text);
        }
    }

    fn end(&mut self) {
        if let Some(kind) = self.element.take() {
            let url = self.text.trim();
            // A guid that is no URL is only a name.
            let may_be_name = matches!(kind, LinkKind::Feed | LinkKind::Identifier);
            if !url.is_empty() && (!may_be_name || url.starts_with("http") || url.starts_with('/')) {
                (self.each)(kind, url.as_bytes(), self.offset);
            }
        }
    }
}

fn attribute(tag: &BytesStart<'_>, name: &str) -> Option<String> {
    let value = written_attribute(tag, name)?;
    Some(unescape(&value).map_or_else(|_| value.to_string(), Cow::into_owned))
}

/// An attribute's value as it is written.
fn written_attribute<'t>(tag: &'t BytesStart<'_>, name: &str) -> Option<Cow<'t, str>> {
    let mut attributes = tag.attributes();
    let mut attributes = attributes.with_checks(false).flatten();
    attributes.find(|attribute| attribute.key.into_inner() == name).map(|attribute| attribute.value)
}

fn to_u32(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn links(text: &str) -> Vec<String> {
        let mut found = Vec::new();
        let mut each = |kind: LinkKind, url: &[u8], at: u32| {
            let url = String::from_utf8_lossy(url).into_owned();
            let here = text.get(at as usize..).unwrap_or_default();
            assert!(here.starts_with(url.as_str()) || url.contains('&'), "{url} at {at}: {here}");
            found.push(format!("{}: {url}", kind.as_str()));
        };
        match text.starts_with('<') {
            true => xml(text.as_bytes(), &mut each).unwrap(),
            false => robots(text.as_bytes(), &mut each),
        }
        found
    }

    #[test]
    fn sitemaps_name_pages_and_indexes_name_sitemaps() {
        let text = "<?xml version='1.0'?>\n<urlset xmlns='x'><url><loc> https://a.b/x?a=1&amp;b=2 </loc>\
            <image:image><image:loc>/i.png</image:loc></image:image>\
            <xhtml:link rel='alternate' hreflang='de' href='/de/x'/></url><url><loc><![CDATA[/y]]></loc></url></urlset>";
        assert_eq!(
            links(text),
            ["sitemap: https://a.b/x?a=1&b=2", "social image: /i.png", "hreflang: /de/x", "sitemap: /y"]
        );
        assert_eq!(
            links("<sitemapindex><sitemap><loc>/s.xml</loc></sitemap></sitemapindex>"),
            ["sitemap file: /s.xml"]
        );
    }

    #[test]
    fn feeds_name_their_entries() {
        let rss = "<rss><channel><link>https://a.b/</link><item><link>/x</link><guid>/x</guid><guid isPermaLink='false'>/no</guid>\
            <guid>tag:no</guid><enclosure url='/e.mp3'/></item></channel></rss>";
        assert_eq!(links(rss), ["feed: https://a.b/", "feed: /x", "identifier: /x", "social image: /e.mp3"]);
        assert_eq!(
            links("<feed><link href='/'/><entry><link rel='alternate' href='/x'/></entry></feed>"),
            ["feed: /", "feed: /x"]
        );
    }

    #[test]
    fn the_place_of_an_attribute_is_that_of_its_value() {
        let text = "<urlset><url><xhtml:link xmlns:x='/y/' rel=\"alternate\" href=\"/\" /></url></urlset>";
        let mut places = Vec::new();
        xml(text.as_bytes(), &mut |_, _, at| places.push(at as usize)).unwrap();
        assert_eq!(places, [text.find("\"/\"").unwrap() + 1]);
    }

    #[test]
    fn other_xml_has_no_links_and_broken_sitemaps_say_where() {
        assert_eq!(links("<svg><link href='no'/></svg>"), [""; 0]);
        assert!(xml(b"<urlset><url><loc>/x</loc", &mut |_, _, _| {}).unwrap_err().contains("no XML"));
        assert!(xml(b"<urlset>\xFF", &mut |_, _, _| {}).unwrap_err().contains("UTF-8"));
    }

    #[test]
    fn robots_name_sitemaps() {
        assert_eq!(
            links("User-agent: *\r\nSITEMAP :  https://a.b/s.xml # c\r\nDisallow: /\nsitemap:\n"),
            ["sitemap file: https://a.b/s.xml"]
        );
    }
}
