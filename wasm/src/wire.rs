//! What crosses the boundary: one text in, one text out. Fields end with a NUL, which no header, path or host can hold, so that
//! JavaScript makes the one text by joining and takes the other apart by splitting.
//!
//! A request is a flag character, then the fields below, each but the last followed by NUL. The flags are the sum of 64
//! and [`flag`]'s bits:
//!
//! | field | given |
//! |---|---|
//! | method | always |
//! | host | always; empty where the URL names it, or for `example.com` |
//! | `If-None-Match`, `Sec-Fetch-Mode`, `Sec-Fetch-Dest` | each if its flag is set |
//! | `Content-Type` of the Worker's answer | [`crate::Boundary::guard`] only, if its flag is set |
//! | path and query, or an absolute URL | always; it may hold anything |
//!
//! An answer of the assets is status, rule, size of the body in bytes and its site path (both empty if there is no body), then
//! name and value of every header line, all separated by NUL. A request that goes to the Worker is an empty text.

use alloc::vec::Vec;
use core::fmt::{self, Write as _};

use trailmark::{Answer, HeaderValue, Manifest, RequestHeaders};

/// The bits of the flag character.
pub mod flag {
    /// `If-None-Match` is given.
    pub const IF_NONE_MATCH: u8 = 1;
    /// `Authorization` is not empty.
    pub const AUTHORIZATION: u8 = 2;
    /// `Range` is not empty.
    pub const RANGE: u8 = 4;
    /// `Sec-Fetch-Mode` is given.
    pub const SEC_FETCH_MODE: u8 = 8;
    /// `Sec-Fetch-Dest` is given.
    pub const SEC_FETCH_DEST: u8 = 16;
    /// The assets binding is asked, not the router.
    pub const BINDING: u8 = 32;
    /// For the guard: the Worker's answer has a `Content-Type`.
    pub const CONTENT_TYPE: u8 = 32;
}

/// A request, in its parts.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'r> {
    /// The bits of the flag character.
    pub flags: u8,
    /// The method.
    pub method: &'r str,
    /// The host; empty if none is given.
    pub host: &'r str,
    /// The headers that matter.
    pub headers: RequestHeaders<'r>,
    /// For the guard: the `Content-Type` of the Worker's answer.
    pub content_type: Option<&'r str>,
    /// A path with its query, or an absolute URL.
    pub url: &'r [u8],
}

impl<'r> Asked<'r> {
    /// Takes a request apart; `None` if a field is missing or no UTF-8. `is_guard` says what the flag of value 32 means.
    /// O(length of all but the URL).
    pub fn parse(text: &'r [u8], is_guard: bool) -> Option<Self> {
        let (&flags, mut rest) = text.split_first()?;
        let mut field = || {
            let end = rest.iter().position(|&b| b == 0)?;
            let (field, behind) = rest.split_at_checked(end)?;
            rest = behind.get(1..)?;
            Some(field)
        };
        let method = core::str::from_utf8(field()?).ok()?;
        let host = core::str::from_utf8(field()?).ok()?;
        let has = |bit| flags & bit != 0;
        let mut headers = RequestHeaders::default();
        headers.has_authorization = has(flag::AUTHORIZATION);
        headers.has_range = has(flag::RANGE);
        if has(flag::IF_NONE_MATCH) {
            headers.if_none_match = Some(field()?);
        }
        if has(flag::SEC_FETCH_MODE) {
            headers.sec_fetch_mode = Some(field()?);
        }
        if has(flag::SEC_FETCH_DEST) {
            headers.sec_fetch_dest = Some(field()?);
        }
        let content_type = match is_guard && has(flag::CONTENT_TYPE) {
            true => Some(core::str::from_utf8(field()?).ok()?),
            false => None,
        };
        Some(Asked { flags, method, host, headers, content_type, url: rest })
    }
}

/// The text that goes out; written anew for each answer, in the same memory.
#[derive(Debug, Default)]
pub struct Output {
    text: Vec<u8>,
}

impl Output {
    /// An empty one.
    pub const fn new() -> Self {
        Output { text: Vec::new() }
    }

    /// The text.
    pub fn text(&self) -> &[u8] {
        &self.text
    }

    /// Forgets what was written.
    pub fn clear(&mut self) {
        self.text.clear();
    }

    /// Writes an answer of the assets.
    pub fn answer(&mut self, manifest: &Manifest<'_>, answer: &Answer<'_, '_>) {
        self.number(answer.status.into());
        self.end();
        self.field(manifest.rule_name(answer.rule));
        self.end();
        if let Some(asset) = answer.body {
            self.number(asset.size());
        }
        self.end();
        if let Some(asset) = answer.body {
            let (stem, suffix) = asset.site_path().parts();
            self.field(stem);
            self.field(suffix);
        }
        for (name, value) in answer.headers() {
            self.end();
            self.field(name);
            self.end();
            match value {
                HeaderValue::Text(text) => self.field(text),
                HeaderValue::ETag(etag) => self.field(etag.as_str()),
                other => self.show(&other),
            }
        }
    }

    /// Writes why something failed: its code, a NUL, what to tell.
    pub fn failure(&mut self, code: &str, message: &dyn fmt::Display) {
        self.clear();
        self.field(code);
        self.end();
        self.show(message);
    }

    fn field(&mut self, text: &str) {
        self.text.extend_from_slice(text.as_bytes());
    }

    fn end(&mut self) {
        self.text.push(0);
    }

    fn show(&mut self, value: &dyn fmt::Display) {
        // Writing to memory can't fail.
        let _ = write!(self, "{value}");
    }

    /// In decimal.
    fn number(&mut self, number: u64) {
        let start = self.text.len();
        let mut rest = number;
        loop {
            self.text.push(b'0' + (rest % 10) as u8);
            rest /= 10;
            if rest == 0 {
                break;
            }
        }
        if let Some(digits) = self.text.get_mut(start..) {
            digits.reverse();
        }
    }
}

impl fmt::Write for Output {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.field(text);
        Ok(())
    }
}
