//! What the attributes of one start tag say: ids and links.

use super::element::{Attribute, Element};
use super::srcset::srcset;
use crate::kind::LinkKind;

/// An attribute whose value counts.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Value {
    pub(crate) attribute: Attribute,
    /// Where the value stands among those of the tag.
    pub(crate) start: usize,
    pub(crate) end: usize,
    /// Where it stands in the file.
    pub(crate) offset: u32,
}

/// A start tag with attributes that count.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Tag<'t> {
    pub(crate) element: Element,
    pub(crate) values: &'t [u8],
    pub(crate) attributes: &'t [Value],
}

impl<'t> Tag<'t> {
    /// The value of an attribute and its place in the file.
    fn get(&self, attribute: Attribute) -> Option<(&'t [u8], u32)> {
        let value = self.attributes.iter().find(|value| value.attribute == attribute)?;
        Some((self.values.get(value.start..value.end)?, value.offset))
    }

    fn text(&self, attribute: Attribute) -> &'t [u8] {
        self.get(attribute).unwrap_or_default().0
    }

    /// Whether it begins a script that holds JSON-LD.
    pub(crate) fn is_json_ld(&self) -> bool {
        self.text(Attribute::Type).trim_ascii().eq_ignore_ascii_case(b"application/ld+json")
    }

    /// The attribute value in which a link stands whose place is given, and where that value begins in the file.
    pub(crate) fn value_at(&self, offset: u32) -> Option<(&'t [u8], u32)> {
        let value = self.attributes.iter().rev().find(|value| value.offset <= offset)?;
        Some((self.values.get(value.start..value.end)?, value.offset))
    }

    /// Each name under which a fragment finds the element.
    pub(crate) fn ids(&self, mut each: impl FnMut(&'t [u8])) {
        if let Some((id, _)) = self.get(Attribute::Id).filter(|(id, _)| !id.is_empty()) {
            each(id);
        }
        if self.element == Element::Anchor
            && let Some((name, _)) = self.get(Attribute::Name).filter(|(name, _)| !name.is_empty())
        {
            each(name);
        }
    }

    /// What a style attribute holds.
    pub(crate) fn inline_style(&self) -> Option<(&'t [u8], u32)> {
        self.get(Attribute::InlineStyle)
    }

    /// What `<base>` names.
    pub(crate) fn base(&self) -> Option<&'t [u8]> {
        let (href, _) = self.get(Attribute::Href)?;
        (self.element == Element::Base).then_some(href)
    }

    /// Each link: what for, its text with entities decoded, its place in the file. What is empty counts only where it means the page
    /// itself.
    pub(crate) fn links(&self, mut each: impl FnMut(LinkKind, &'t [u8], u32)) {
        let mut give = |kind: LinkKind, attribute: Attribute| {
            if let Some((text, offset)) = self.get(attribute)
                && (kind == LinkKind::Anchor || !text.is_empty())
            {
                each(kind, text, offset);
            }
        };
        match self.element {
            Element::Anchor => give(LinkKind::Anchor, Attribute::Href),
            Element::Link => return self.link_element(each),
            Element::Meta => return self.meta_element(each),
            Element::Image => give(LinkKind::Image, Attribute::Src),
            Element::Source => give(LinkKind::Media, Attribute::Src),
            Element::Media => {
                give(LinkKind::Media, Attribute::Src);
                give(LinkKind::Image, Attribute::Poster);
            }
            Element::Frame => give(LinkKind::Frame, Attribute::Src),
            Element::Script => give(LinkKind::Script, Attribute::Src),
            Element::Object => give(LinkKind::Media, Attribute::Data),
            Element::Form | Element::Button => {
                give(LinkKind::Image, Attribute::Src);
                if !self.text(Attribute::Method).trim_ascii().eq_ignore_ascii_case(b"post") {
                    give(LinkKind::Form, Attribute::Action);
                }
            }
            Element::Svg => give(LinkKind::Image, Attribute::Href),
            Element::Background => give(LinkKind::Image, Attribute::Background),
            Element::Base | Element::Style | Element::Other => {}
        }
        self.srcset(&mut each);
    }

    fn srcset(&self, each: &mut impl FnMut(LinkKind, &'t [u8], u32)) {
        let Some((text, offset)) = self.get(Attribute::Srcset) else { return };
        srcset(text, |url, at| each(LinkKind::Image, url, offset.saturating_add(at as u32)));
    }

    fn link_element(&self, mut each: impl FnMut(LinkKind, &'t [u8], u32)) {
        self.srcset(&mut each);
        let Some((href, offset)) = self.get(Attribute::Href).filter(|(href, _)| !href.is_empty()) else {
            return;
        };
        let words = self.text(Attribute::Rel).split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
        // A list of words may ask for several things; the first that means anything decides.
        let kind = words.filter_map(|word| self.relation(word)).next();
        if let Some(kind) = kind {
            each(kind, href, offset);
        }
    }

    /// What a word of `rel` makes of a link; `None` if there is nothing to ask for.
    fn relation(&self, word: &[u8]) -> Option<LinkKind> {
        const KINDS: &[(&[u8], Option<LinkKind>)] = &[
            (b"stylesheet", Some(LinkKind::Style)),
            (b"icon", Some(LinkKind::Image)),
            (b"shortcut", None),
            (b"apple-touch-icon", Some(LinkKind::Image)),
            (b"apple-touch-icon-precomposed", Some(LinkKind::Image)),
            (b"apple-touch-startup-image", Some(LinkKind::Image)),
            (b"mask-icon", Some(LinkKind::Image)),
            (b"fluid-icon", Some(LinkKind::Image)),
            (b"canonical", Some(LinkKind::Canonical)),
            (b"manifest", Some(LinkKind::AppManifest)),
            (b"modulepreload", Some(LinkKind::Script)),
            (b"preload", Some(LinkKind::Preload)),
            (b"prefetch", Some(LinkKind::Preload)),
            (b"prerender", Some(LinkKind::Preload)),
            (b"dns-prefetch", None),
            (b"preconnect", None),
            // Says where something is published by another protocol, not what to fetch.
            (b"pingback", None),
            (b"webmention", None),
            (b"edituri", None),
            (b"profile", None),
            (b"nofollow", None),
            (b"noopener", None),
            (b"noreferrer", None),
        ];
        if word.eq_ignore_ascii_case(b"alternate") {
            let is_language = self.get(Attribute::Hreflang).is_some();
            // `alternate stylesheet` is a style sheet, in either order.
            let is_style = self.text(Attribute::Rel).to_ascii_lowercase().ends_with(b"stylesheet");
            return (!is_style).then_some(if is_language { LinkKind::Alternate } else { LinkKind::Relation });
        }
        let known = KINDS.iter().find(|(name, _)| name.eq_ignore_ascii_case(word));
        known.map_or(Some(LinkKind::Relation), |(_, kind)| *kind)
    }

    fn meta_element(&self, mut each: impl FnMut(LinkKind, &'t [u8], u32)) {
        let Some((content, offset)) = self.get(Attribute::Content).filter(|(text, _)| !text.is_empty())
        else {
            return;
        };
        if self.text(Attribute::HttpEquiv).eq_ignore_ascii_case(b"refresh") {
            if let Some((url, at)) = refresh_url(content) {
                each(LinkKind::Refresh, url, offset.saturating_add(at as u32));
            }
            return;
        }
        let names = [self.text(Attribute::Property), self.text(Attribute::Name)];
        let kind = names.into_iter().find_map(|name| match name.to_ascii_lowercase().as_slice() {
            b"og:url" | b"twitter:url" => Some(LinkKind::SocialUrl),
            b"og:image"
            | b"og:image:url"
            | b"og:image:secure_url"
            | b"og:video"
            | b"og:video:url"
            | b"og:audio"
            | b"og:audio:url"
            | b"twitter:image"
            | b"twitter:image:src"
            | b"msapplication-tileimage" => Some(LinkKind::SocialImage),
            b"msapplication-config" => Some(LinkKind::Relation),
            _ => None,
        });
        if let Some(kind) = kind.filter(|_| content != b"none") {
            each(kind, content, offset);
        }
    }
}

/// The URL of a refresh, and where it stands. Follows HTML, "shared declarative refresh steps".
fn refresh_url(content: &[u8]) -> Option<(&[u8], usize)> {
    let skip = |at: usize, matches: fn(&u8) -> bool| {
        at + content.get(at..).unwrap_or_default().iter().take_while(|byte| matches(byte)).count()
    };
    let at = skip(0, |byte| byte.is_ascii_whitespace());
    let at = skip(at, |byte| byte.is_ascii_digit() || *byte == b'.');
    let at = skip(at, |byte| byte.is_ascii_whitespace() || matches!(byte, b';' | b','));
    let mut start = at;
    let rest = content.get(at..)?;
    if rest.get(..3).is_some_and(|word| word.eq_ignore_ascii_case(b"url")) {
        let behind = skip(at + 3, |byte| byte.is_ascii_whitespace());
        if content.get(behind) == Some(&b'=') {
            start = skip(behind + 1, |byte| byte.is_ascii_whitespace());
        }
    }
    let url = content.get(start..)?;
    let (url, start) = match url {
        [quote @ (b'"' | b'\''), inner @ ..] => {
            let end = memchr::memchr(*quote, inner).unwrap_or(inner.len());
            (inner.get(..end)?, start + 1)
        }
        _ => (url, start),
    };
    (!url.is_empty()).then_some((url, start))
}
