//! Which attributes of which elements hold something of interest.

/// An element of interest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Element {
    /// `a` and `area`.
    Anchor,
    Base,
    Link,
    Meta,
    Image,
    Source,
    /// `video`, `audio`, `track`, `embed`: their `src`.
    Media,
    /// `iframe`, `frame`.
    Frame,
    Script,
    Style,
    Object,
    Form,
    /// `button`, `input`.
    Button,
    /// `use`, `image` and others of SVG that refer by `href`.
    Svg,
    /// What had a `background` once.
    Background,
    Other,
}

impl Element {
    pub(crate) fn of(name: &[u8]) -> Element {
        match name {
            b"a" | b"area" => Element::Anchor,
            b"base" => Element::Base,
            b"link" => Element::Link,
            b"meta" => Element::Meta,
            b"img" => Element::Image,
            b"source" => Element::Source,
            b"video" | b"audio" | b"track" | b"embed" => Element::Media,
            b"iframe" | b"frame" => Element::Frame,
            b"script" => Element::Script,
            b"style" => Element::Style,
            b"object" => Element::Object,
            b"form" => Element::Form,
            b"button" | b"input" => Element::Button,
            b"use" | b"image" | b"feimage" => Element::Svg,
            b"body" | b"table" | b"td" | b"th" => Element::Background,
            _ => Element::Other,
        }
    }
}

/// An attribute of interest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Attribute {
    Id,
    Name,
    InlineStyle,
    Href,
    Src,
    Srcset,
    Poster,
    Data,
    Action,
    Method,
    Background,
    Rel,
    Hreflang,
    As,
    Type,
    Content,
    HttpEquiv,
    Property,
}

/// The names that [`Attribute::of`] knows.
const NAMES: &[&[u8]] = &[
    b"id",
    b"style",
    b"href",
    b"xlink:href",
    b"name",
    b"src",
    b"srcset",
    b"imagesrcset",
    b"poster",
    b"data",
    b"action",
    b"formaction",
    b"method",
    b"formmethod",
    b"background",
    b"rel",
    b"hreflang",
    b"as",
    b"type",
    b"content",
    b"http-equiv",
    b"property",
];

/// Whether the value of a style attribute, as it is written, may name a URL: not without a parenthesis, which an entity can stand for.
pub(crate) fn may_hold_urls(style: &[u8]) -> bool {
    memchr::memchr2(b'(', b'&', style).is_some()
}

/// Whether an attribute of this name, in any case, may count on any element.
pub(crate) fn is_of_interest(name: &[u8]) -> bool {
    // What most attributes are, first.
    if name == b"class" {
        return false;
    }
    NAMES.iter().any(|known| known.len() == name.len() && known.eq_ignore_ascii_case(name))
}

impl Attribute {
    /// Which attribute this is, if its value counts on such an element. Names come in lower case.
    pub(crate) fn of(element: Element, name: &[u8]) -> Option<Attribute> {
        let found = Self::known(element, name);
        debug_assert!(found.is_none() || is_of_interest(name), "{}", name.escape_ascii());
        found
    }

    fn known(element: Element, name: &[u8]) -> Option<Attribute> {
        use Element as E;
        Some(match (name, element) {
            (b"id", _) => Attribute::Id,
            (b"style", _) => Attribute::InlineStyle,
            (b"href", E::Anchor | E::Base | E::Link | E::Svg) => Attribute::Href,
            (b"xlink:href", E::Anchor | E::Svg) => Attribute::Href,
            (b"name", E::Anchor | E::Meta) => Attribute::Name,
            (b"src", E::Image | E::Source | E::Media | E::Frame | E::Script | E::Button) => Attribute::Src,
            (b"srcset", E::Image | E::Source) | (b"imagesrcset", E::Link) => Attribute::Srcset,
            (b"poster", E::Media) => Attribute::Poster,
            (b"data", E::Object) => Attribute::Data,
            (b"action", E::Form) | (b"formaction", E::Button) => Attribute::Action,
            (b"method", E::Form) | (b"formmethod", E::Button) => Attribute::Method,
            (b"background", E::Background) => Attribute::Background,
            (b"rel", E::Link) => Attribute::Rel,
            (b"hreflang", E::Link) => Attribute::Hreflang,
            (b"as", E::Link) => Attribute::As,
            (b"type", E::Script) => Attribute::Type,
            (b"content", E::Meta) => Attribute::Content,
            (b"http-equiv", E::Meta) => Attribute::HttpEquiv,
            (b"property", E::Meta) => Attribute::Property,
            _ => return None,
        })
    }
}
