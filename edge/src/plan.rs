//! What to answer, before any byte of a file is looked at: status, headers, and which file, or part of it, is the body. The
//! manifest decides; here its answer is put into the types of `http`.

use bytes::Bytes;
use http::header::{CONTENT_LENGTH, HeaderName, LOCATION, SET_COOKIE};
use http::{HeaderMap, HeaderValue, StatusCode};
use trailmark::{Answer, Asset, Platform, RuleId};

use crate::bodies::BodyKey;
use crate::site::Site;

/// An answer without the bytes of its file.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) rule: RuleId,
    pub(crate) content: Content,
}

/// What the body is.
#[derive(Debug)]
pub(crate) enum Content {
    /// Bytes; none, often.
    Bytes(Bytes),
    /// A file, or parts of it.
    File(FileContent),
}

/// A file that is the body.
#[derive(Debug)]
pub(crate) struct FileContent {
    pub(crate) key: BodyKey,
    pub(crate) size: u64,
    /// Its number in the manifest, where its path stands.
    pub(crate) asset: u32,
    /// `None` for the whole file.
    pub(crate) parts: Option<Parts>,
}

/// Parts of a file, each `(offset, length)`, with what stands before them, and the end.
#[derive(Debug)]
pub(crate) struct Parts {
    pub(crate) parts: Vec<(Bytes, (u64, u64))>,
    pub(crate) end: Bytes,
}

impl FileContent {
    pub(crate) fn whole(site: &Site, asset: &Asset<'_>) -> Self {
        let key = BodyKey { scope: site.scope(), fingerprint: *asset.fingerprint() };
        FileContent { key, size: asset.size(), asset: asset.index(), parts: None }
    }

    /// Length of the body.
    pub(crate) fn len(&self) -> u64 {
        match &self.parts {
            None => self.size,
            Some(Parts { parts, end }) => {
                let lens = parts.iter().map(|(before, (_, len))| before.len() as u64 + len);
                lens.sum::<u64>() + end.len() as u64
            }
        }
    }
}

impl Plan {
    /// The manifest's answer, as it is.
    pub(crate) fn of_answer(site: &Site, answer: &Answer<'_, '_>) -> Plan {
        let status = StatusCode::from_u16(answer.status).ok();
        let (Some(status), Some(headers)) = (status, header_map(answer)) else {
            return Plan::bare(StatusCode::INTERNAL_SERVER_ERROR, RuleId::HEADERS_BROKEN);
        };
        let content = match &answer.body {
            Some(asset) => Content::File(FileContent::whole(site, asset)),
            None => Content::Bytes(short_text(site, answer)),
        };
        Plan { status, headers, rule: answer.rule, content }
    }

    /// A status alone.
    pub(crate) fn bare(status: StatusCode, rule: RuleId) -> Plan {
        Plan { status, headers: HeaderMap::new(), rule, content: Content::Bytes(Bytes::new()) }
    }

    /// States the length of a body that is there. Where there is none, the server knows whether to say so.
    pub(crate) fn set_content_length(&mut self) {
        let len = match &self.content {
            Content::Bytes(bytes) if bytes.is_empty() => return,
            Content::Bytes(bytes) => bytes.len() as u64,
            Content::File(file) => file.len(),
        };
        self.headers.insert(CONTENT_LENGTH, len.into());
    }
}

/// The short texts that the platforms write themselves.
fn short_text(site: &Site, answer: &Answer<'_, '_>) -> Bytes {
    let is_pages = site.manifest().platform() == Platform::Pages;
    match (answer.rule, answer.location()) {
        (RuleId::ROUTER_IMAGE_GUARD, _) => Bytes::from_static(b"Blocked"),
        (RuleId::REDIRECTS_RULE, Some(location)) if is_pages && answer.status != 308 => {
            format!("Redirecting to {location}").into()
        }
        _ => Bytes::new(),
    }
}

/// The headers of an answer; `None` if one can't be. Lines of one name become one, but for `set-cookie`. What concerns the connection
/// or the length of the body is not the site's to say, and left out; so is a value with control characters, which HTTP can't carry
/// (the platform's server sends it all the same).
fn header_map(answer: &Answer<'_, '_>) -> Option<HeaderMap> {
    // Room for those of nearly all answers. For two more, the map takes more than what the allocator has at hand.
    let mut map: HeaderMap = HeaderMap::with_capacity(6);
    for (name, value) in answer.headers() {
        let name = HeaderName::from_bytes(name.as_bytes()).ok()?;
        if is_of_connection(&name) {
            continue;
        }
        let value = match &value {
            trailmark::HeaderValue::Text(text) => match well_known(text) {
                Some(known) => Some(known),
                None => HeaderValue::from_bytes(text.as_bytes()).ok(),
            },
            trailmark::HeaderValue::ETag(etag) => HeaderValue::from_str(etag.as_str()).ok(),
            made if name == LOCATION => location(&made.to_string()),
            made => HeaderValue::try_from(made.to_string().into_bytes()).ok(),
        };
        let Some(value) = value else { continue };
        match map.get(&name) {
            Some(first) if name != SET_COOKIE => {
                let joined = [first.as_bytes(), b", ", value.as_bytes()].concat();
                map.insert(name, HeaderValue::try_from(joined).ok()?);
            }
            _ => {
                map.append(name, value);
            }
        }
    }
    Some(map)
}

/// A target of a redirect, where the control characters that HTTP can't carry may be escaped. It can carry tabs.
fn location(text: &str) -> Option<HeaderValue> {
    if let Ok(value) = HeaderValue::from_bytes(text.as_bytes()) {
        return Some(value);
    }
    let mut escaped = String::with_capacity(text.len() + 2);
    for c in text.chars() {
        match c {
            c if c.is_ascii_control() && c != '\t' => {
                escaped.extend(['%', hex(c as u8 >> 4), hex(c as u8 & 15)])
            }
            c => escaped.push(c),
        }
    }
    HeaderValue::try_from(escaped.into_bytes()).ok()
}

fn hex(digit: u8) -> char {
    char::from_digit(u32::from(digit), 16).unwrap_or('0').to_ascii_uppercase()
}

/// Headers of a single connection (RFC 9110, section 7.6.1), and the length that the server itself states.
fn is_of_connection(name: &HeaderName) -> bool {
    use http::header::{CONNECTION, TE, TRAILER, TRANSFER_ENCODING, UPGRADE};
    [CONNECTION, CONTENT_LENGTH, TE, TRAILER, TRANSFER_ENCODING, UPGRADE].contains(name)
        || matches!(name.as_str(), "keep-alive" | "proxy-connection")
}

/// The values of nearly all answers, which need no memory of their own.
fn well_known(text: &str) -> Option<HeaderValue> {
    const VALUES: &[&str] = &[
        "public, max-age=0, must-revalidate",
        "text/html; charset=utf-8",
        "text/css; charset=utf-8",
        "text/javascript; charset=utf-8",
        "application/javascript",
        "application/json",
        "image/svg+xml",
        "image/png",
        "image/jpeg",
        "image/webp",
        "font/woff2",
        "no-store",
        "nosniff",
        "strict-origin-when-cross-origin",
        "*",
    ];
    VALUES.iter().find(|known| **known == text).map(|known| HeaderValue::from_static(known))
}
