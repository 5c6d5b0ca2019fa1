//! Where a redirect leads. A location is never stored as text: it is put together from stem, suffix and query when it is
//! written out, so neither manifest nor look-up needs room for it.

use core::fmt::{self, Write};

use crate::asset::SitePath;
use crate::decode::{DecodeMode, Decoding, encoded};
use crate::host_location::{Alphabet, HostLocation, write_escaped};

/// A canonically encoded path: `encodeURIComponent` on each segment; of a manifest for a host other than Cloudflare's, with escapes only
/// where a URL needs them.
#[derive(Debug, Clone, Copy)]
pub struct Encoded<'a> {
    path: SitePath<'a>,
    on_host: bool,
}

impl<'a> Encoded<'a> {
    pub(crate) fn new(stem: &'a [u8], suffix: &'static str) -> Self {
        Encoded { path: SitePath::new(stem, suffix), on_host: false }
    }

    /// As hosts other than Cloudflare's take every path, also those that leave some escapes alone.
    pub(crate) fn for_host(self, on_host: bool) -> Self {
        Encoded { on_host, ..self }
    }
}

impl fmt::Display for Encoded<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.on_host {
            let (stem, suffix) = self.path.parts();
            return write_escaped(f, stem.bytes().chain(suffix.bytes()), Alphabet::Url);
        }
        write_encoded(f, self.path)
    }
}

fn write_encoded(f: &mut fmt::Formatter<'_>, path: SitePath<'_>) -> fmt::Result {
    let (stem, suffix) = path.parts();
    write_bytes(f, encoded(stem.bytes()))?;
    f.write_str(suffix)
}

/// The `Location` of a redirect, query included. Shows as the text of the header.
#[derive(Debug, Clone, Copy)]
pub struct Location<'m, 'r> {
    target: Target<'m, 'r>,
    query: &'r [u8],
}

#[derive(Debug, Clone, Copy)]
enum Target<'m, 'r> {
    /// A path of the site, encoded (Workers).
    Encoded(SitePath<'m>),
    /// A path of the site, as it is (Pages).
    Decoded(SitePath<'m>),
    /// The request's own path, in its canonical encoding (Workers).
    Canonical(&'r [u8]),
    /// The request's own path, decoded, without so many bytes of its end (Pages).
    Shortened(&'r [u8], usize),
    /// As another host spells it.
    OnHost(HostLocation<'m, 'r>),
}

impl<'m, 'r> Location<'m, 'r> {
    pub(crate) fn encoded(path: SitePath<'m>, query: &'r [u8]) -> Self {
        Location { target: Target::Encoded(path), query }
    }

    pub(crate) fn decoded(path: SitePath<'m>, query: &'r [u8]) -> Self {
        Location { target: Target::Decoded(path), query }
    }

    pub(crate) fn canonical(request_path: &'r [u8], query: &'r [u8]) -> Self {
        Location { target: Target::Canonical(request_path), query }
    }

    pub(crate) fn shortened(request_path: &'r [u8], cut_len: usize, query: &'r [u8]) -> Self {
        Location { target: Target::Shortened(request_path, cut_len), query }
    }

    pub(crate) fn on_host(target: HostLocation<'m, 'r>, query: &'r [u8]) -> Self {
        Location { target: Target::OnHost(target), query }
    }

    /// Whether the text can be the value of a header at all: NUL can't, CR and LF only where they are lost: in the run of
    /// slashes and white space at the front, and at the very end. Only Pages can produce them, since it sends decoded paths.
    /// Source: Fetch, "header value".
    pub(crate) fn is_valid(&self) -> bool {
        match self.target {
            Target::Encoded(_) | Target::Canonical(_) | Target::OnHost(_) => true,
            Target::Decoded(path) => {
                let (stem, suffix) = path.parts();
                header_value_is_valid(stem.bytes().chain(suffix.bytes()), self.query)
            }
            Target::Shortened(path, cut) => header_value_is_valid(shortened(path, cut), self.query),
        }
    }
}

fn shortened(path: &[u8], cut_len: usize) -> impl Iterator<Item = u8> + Clone {
    let decoding = Decoding::new(path, DecodeMode::Whole);
    let len = decoding.clone().count().saturating_sub(cut_len);
    decoding.take(len)
}

fn header_value_is_valid(path: impl Iterator<Item = u8> + Clone, query: &[u8]) -> bool {
    let path = without_leading_run(Characters { bytes: path });
    let mut seen = false;
    for character in path.chain(query.iter().copied().map(char::from)) {
        match character {
            // NUL is no blank: it is not lost at the end.
            '\0' => return false,
            '\r' | '\n' => seen = true,
            '\t' | ' ' => {}
            _ if seen => return false,
            _ => {}
        }
    }
    true
}

impl fmt::Display for Location<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let query = || self.query.iter().copied();
        match self.target {
            Target::Encoded(path) => {
                write_encoded(f, path)?;
                write_bytes(f, query())
            }
            Target::OnHost(target) => {
                write!(f, "{target}")?;
                write_bytes(f, query())
            }
            Target::Canonical(path) => {
                write_bytes(f, encoded(Decoding::new(path, DecodeMode::Segments)).chain(query()))
            }
            Target::Decoded(path) => {
                let (stem, suffix) = path.parts();
                write_pages_location(f, stem.bytes().chain(suffix.bytes()), query())
            }
            Target::Shortened(path, cut) => write_pages_location(f, shortened(path, cut), query()),
        }
    }
}

fn write_bytes(f: &mut fmt::Formatter<'_>, bytes: impl Iterator<Item = u8>) -> fmt::Result {
    for byte in bytes {
        f.write_char(char::from(byte))?;
    }
    Ok(())
}

/// Writes a decoded path and a query as Pages does: a leading run of slashes and of what could pass for one becomes a
/// single `/`, blanks at the very end are lost. Source: `docs/ROUTING.md`, "Pages".
fn write_pages_location(
    f: &mut fmt::Formatter<'_>,
    path: impl Iterator<Item = u8> + Clone,
    query: impl Iterator<Item = u8> + Clone,
) -> fmt::Result {
    let path = Characters { bytes: path };
    f.write_char('/')?;
    let mut blanks = 0usize;
    let body = without_leading_run(path).chain(query.map(char::from));
    // Blanks wait until something else follows; those at the end never get written. They are counted, not kept, so the
    // sequence is walked twice where there are any.
    let mut replay = body.clone();
    for character in body {
        if matches!(character, ' ' | '\t' | '\r' | '\n') {
            blanks += 1;
            continue;
        }
        for _ in 0..=blanks {
            f.write_char(replay.next().unwrap_or(character))?;
        }
        blanks = 0;
    }
    Ok(())
}

/// Drops the longest run of `/`, `\`, JavaScript white space and the texts `%2F`, `%5C`, `%09` from the front.
fn without_leading_run<I: Iterator<Item = u8> + Clone>(mut path: Characters<I>) -> Characters<I> {
    loop {
        let mut ahead = path.clone();
        match ahead.next() {
            Some('/' | '\\') => {}
            Some(c) if is_js_white_space(c) => {}
            Some('%') => match (ahead.next(), ahead.next().map(|c| c.to_ascii_uppercase())) {
                (Some('2'), Some('F')) | (Some('5'), Some('C')) | (Some('0'), Some('9')) => {}
                _ => return path,
            },
            _ => return path,
        }
        path = ahead;
    }
}

/// What `\s` matches in a JavaScript regular expression.
fn is_js_white_space(c: char) -> bool {
    matches!(c, '\t'..='\r' | ' ' | '\u{A0}' | '\u{1680}' | '\u{2000}'..='\u{200A}' | '\u{2028}' | '\u{2029}' | '\u{202F}' | '\u{205F}' | '\u{3000}' | '\u{FEFF}')
}

/// The characters of bytes that are UTF-8.
#[derive(Clone)]
struct Characters<I> {
    bytes: I,
}

impl<I: Iterator<Item = u8>> Iterator for Characters<I> {
    type Item = char;

    fn next(&mut self) -> Option<char> {
        let first = self.bytes.next()?;
        let (len, mut code) = match first {
            0x00..=0x7F => (0, u32::from(first)),
            0xC0..=0xDF => (1, u32::from(first & 0x1F)),
            0xE0..=0xEF => (2, u32::from(first & 0x0F)),
            _ => (3, u32::from(first & 0x07)),
        };
        for _ in 0..len {
            code = code << 6 | u32::from(self.bytes.next()? & 0x3F);
        }
        Some(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER))
    }
}
